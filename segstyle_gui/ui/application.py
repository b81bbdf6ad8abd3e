"""The Qt application: its name, its icon, and the files that the system asks it to open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from segstyle_gui import __version__
from segstyle_gui.paths import APP_NAME, resources_dir

DESKTOP_ID = "segstyle"  # of the desktop entry: a Wayland shell finds the icon by it, an X11 one by the class


class Application(QApplication):
    """The one application object of the process.

    macOS hands over a double-clicked file as an event, which may come before there is a window: what came
    early waits in :meth:`take_early_files`.

    Signals
    -------
    file_asked(str)
        The path of a file that the system wants opened.
    """

    file_asked = Signal(str)

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__([DESKTOP_ID, *arguments[1:]])
        self._early: list[str] | None = []
        self.setApplicationName(APP_NAME)
        self.setApplicationVersion(__version__)
        self.setDesktopFileName(DESKTOP_ID)
        self.setWindowIcon(QIcon(str(resources_dir() / "icons" / "segstyle.svg")))

    def take_early_files(self) -> list[str]:
        """Return the files asked for so far; from now on ``file_asked`` tells of them."""
        early, self._early = self._early or [], None
        return early

    def event(self, event: QEvent) -> bool:
        """Take the files that the system asks to be opened."""
        if not isinstance(event, QFileOpenEvent) or not event.file():
            return super().event(event)
        if self._early is None:
            self.file_asked.emit(event.file())
        else:
            self._early.append(event.file())
        return True
