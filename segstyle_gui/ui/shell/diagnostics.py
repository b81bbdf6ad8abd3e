"""What a developer needs to know of a problem: versions, the project's shape, the last lines of the log.

No image, no file name of an image and no class name is in it: it may be about patients.
"""

from __future__ import annotations

import platform
import sys

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from segstyle_gui import __version__
from segstyle_gui.paths import log_dir
from segstyle_gui.ui.session import Session

_LINES = 120


def diagnostics(session: Session) -> str:
    """Return the report as text."""
    parts = [
        f"SegStyle {__version__}, Python {platform.python_version()}, Qt {qVersion()}",
        f"{platform.system()} {platform.release()} {platform.machine()}, screen: {_screen()}",
        f"torch: {_torch()}",
        "",
        *_project(session),
        "",
        "Jobs:",
        *(f"  {job.title}: {job.state}" for job in session.jobs.jobs() if job.lane == "stage"),
        "",
        f"Last lines of {log_dir() / 'segstyle.log'}:",
        *_log_lines(),
    ]
    return "\n".join(parts)


def _screen() -> str:
    screen = QGuiApplication.primaryScreen()
    size = screen.size()
    return (
        f"{size.width()}×{size.height()} at {screen.devicePixelRatio():g}, {QGuiApplication.platformName()}"
    )


def _torch() -> str:
    torch = sys.modules.get("torch")
    if torch is None:
        return "not loaded yet"
    return f"{torch.__version__}, CUDA {'available' if torch.cuda.is_available() else 'not available'}"


def _project(session: Session) -> list[str]:
    project = session.project
    if project is None:
        return ["No project is open."]
    lines = ["Runs:"]
    for run in project.runs():
        settings = {k: v for k, v in run.config.items() if not isinstance(v, str)}
        lines.append(f"  {run.id} {run.stage} ({run.seconds:.0f} s, {run.app_version}) {settings}")
    state = session.state
    if state is not None:
        lines.append(
            f"{len(state.regions)} regions, {len(state.classes)} classes, {len(state.splits)} splits"
        )
    return lines


def _log_lines() -> list[str]:
    try:
        text = (log_dir() / "segstyle.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ["  (there is no log)"]
    return [f"  {line}" for line in text.splitlines()[-_LINES:]]
