"""The desktop application: one process, one window."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

SWITCH_INTERVAL = 0.001  # seconds after which a busy thread lets the window have the interpreter
EXIT_NO_WINDOW = 1


def main(argv: Sequence[str] = ()) -> int:
    """Open the window, with a project if a path is given, and return the exit code.

    Parameters
    ----------
    argv
        At most one path: a project file, or a folder of images.
    """
    from segstyle_gui.pipeline.display import why_no_window

    _prepare_process()
    reason = why_no_window() or _why_no_qt()
    if reason:
        sys.stderr.write(f"error: {reason} The window cannot open.\n{_what_to_do()}\n")
        return EXIT_NO_WINDOW
    with _log_to_file():
        return _run(argv)


def _why_no_qt() -> str:
    """Return why Qt cannot be loaded, empty if it can."""
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        return f"Qt does not load: {error}."
    return ""


def _what_to_do() -> str:
    """Return the next step for somebody whose window does not open."""
    from segstyle_gui.pipeline.qt_libraries import missing_libraries, packages_for

    missing = missing_libraries() if sys.platform == "linux" else []
    install = f"Debian: sudo apt install {' '.join(packages_for(missing))}\n" if missing else ""
    lacking = f"Missing: {', '.join(missing)}.\n" if missing else ""
    return f"{lacking}{install}`segstyle doctor` checks it all; `segstyle --help` shows what works without."


def _run(argv: Sequence[str]) -> int:
    """Show the window and return when it has been closed."""
    from segstyle_gui.ui.application import Application
    from segstyle_gui.ui.preferences import Preferences
    from segstyle_gui.ui.theme.theme import apply_theme

    app = Application(sys.argv[:1])
    preferences = Preferences()
    apply_theme(app, preferences.theme)
    preferences.changed.connect(lambda key: apply_theme(app, preferences.theme) if key == "theme" else None)
    from segstyle_gui.ui.main_window import MainWindow
    from segstyle_gui.ui.portrait import Portrait
    from segstyle_gui.ui.unexpected import UnexpectedErrors

    window = MainWindow(preferences)
    errors = UnexpectedErrors(window)
    errors.install()
    Portrait.wanted(window)
    window.show()
    app.file_asked.connect(lambda path: window.take_path(Path(path)))
    for path in [*argv, *app.take_early_files()][:1]:
        window.take_path(Path(path).absolute())
    code = app.exec()
    errors.remove()
    return code


def _prepare_process() -> None:
    """Set what holds for the whole process, before Qt is imported."""
    for name in ("stdout", "stderr"):  # a program without a console has none, and libraries write to them
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for good
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)  # another library's Qt is not ours
    if sys.platform == "win32":
        import torch  # noqa: F401 - imported after Qt it cannot load its libraries there
    sys.setswitchinterval(SWITCH_INTERVAL)


@contextlib.contextmanager
def _log_to_file() -> Iterator[None]:
    """Write the log, and a crash of the interpreter itself, to files while the block runs."""
    from segstyle_gui.paths import log_dir

    folder = log_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "segstyle.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
        crash = (folder / "crash.log").open("a", encoding="utf-8")
    except OSError:
        yield  # a read-only home must not keep the window from opening
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("segstyle_gui")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    faulthandler.enable(crash)
    try:
        yield
    finally:
        faulthandler.disable()
        crash.close()
        logger.removeHandler(handler)
        handler.close()
