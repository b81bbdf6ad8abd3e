"""The last resort: an error that nothing caught is told in the window, written to the log, and survived."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from segstyle_gui.ui.main_window import MainWindow


class UnexpectedErrors(QObject):
    """Takes what no code caught, on any thread, while it is installed.

    Parameters
    ----------
    window
        Where the user is told; closed when the user interrupts the process.
    """

    _told = Signal(str)
    _interrupted = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._told.connect(self._tell)  # queued when another thread emits
        self._interrupted.connect(window.close)

    def install(self) -> None:
        """Become the process's and the threads' hook."""
        sys.excepthook = self.report
        threading.excepthook = self._report_thread

    def remove(self) -> None:
        """Give the hooks back to Python."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def report(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        """Log the error and tell of it in the window."""
        if issubclass(kind, KeyboardInterrupt):
            self._interrupted.emit()
            return
        details = "".join(traceback.format_exception(kind, value, trace))
        logging.getLogger("segstyle_gui").error("Unexpected error\n%s", details)
        self._told.emit(details)

    def _report_thread(self, error: threading.ExceptHookArgs) -> None:
        if error.exc_value is not None:
            self.report(error.exc_type, error.exc_value, error.exc_traceback)

    def _tell(self, details: str) -> None:
        self._window.session.notify(
            "error",
            self.tr("Something unexpected happened"),
            self.tr("The project is safe: every edit is stored. Copy the diagnostics and report this."),
            details,
        )
