"""Whether the window can open on this computer, and what it lacks."""

from __future__ import annotations

import os
import subprocess
import sys

from segstyle_gui.pipeline.display import has_display, why_no_window
from segstyle_gui.pipeline.qt_libraries import missing_libraries, packages_for
from segstyle_gui.pipeline.system_check import Check

_PROBE = """
from PySide6.QtWidgets import QApplication
from PySide6.QtSvg import QSvgRenderer
app = QApplication([])
print(app.platformName())
"""
_WITHOUT = "The command line works without it."


def window_checks() -> list[Check]:
    """Return what is known of Qt, of the libraries that it wants, and of the display."""
    libraries = _libraries() if sys.platform == "linux" else []
    return [_qt(), *libraries, _display()]


def _libraries() -> list[Check]:
    missing = missing_libraries()
    if not missing:
        return [Check("window libraries", True, "all there")]
    packages = packages_for(missing)
    step = f"sudo apt install {' '.join(packages)}" if packages else "Install them with your system's tools."
    return [Check("window libraries", False, f"missing: {', '.join(missing)}", step)]


def _qt() -> Check:
    """Load Qt in a process of its own: a broken display library ends a process, not an import."""
    if getattr(sys, "frozen", False):  # a built application has no interpreter to start
        return Check("Qt", True, "part of this application")
    environment = dict(os.environ)
    if why_no_window():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("Qt", False, str(error), _WITHOUT)
    if done.returncode == 0:
        return Check("Qt", True, f"loads, draws with the platform {done.stdout.strip()}")
    last = (done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"])[-1]
    return Check("Qt", False, last, _WITHOUT)


def _display() -> Check:
    """Return whether there is a screen. None is no fault: the command line and the exports work."""
    reason = why_no_window()
    if reason and has_display():
        return Check("display", False, reason, "Start SegStyle from a desktop session.")
    if reason:
        return Check("display", True, "none here: the command line works, the window wants a desktop")
    return Check("display", True, "a window can open")
