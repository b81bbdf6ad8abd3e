"""A picture of the window with a project open, and then the end: how a built application is tested."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from segstyle_gui.ui.later import later
from segstyle_gui.ui.main_window import MainWindow

VARIABLE = "SEGSTYLE_PORTRAIT"  # names the PNG to write
_CALM_MS = 500  # without a job: the page has painted what it looked for
_PATIENCE_MS = 120_000


class Portrait(QObject):
    """Waits until the window's page is at rest, saves its picture, and closes the window.

    Nothing is written if no page is at rest in time; the window is closed all the same.

    Parameters
    ----------
    window
        The window, about to open a project.
    path
        Of the PNG; its stem is followed by the page's key: ``window.png`` becomes ``window-regions.png``.
    """

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._calm = later(self, _CALM_MS, self._look)
        QTimer.singleShot(_PATIENCE_MS, window, window.close)
        window.session.project_opened.connect(self._calm.start)

    @classmethod
    def wanted(cls, window: MainWindow) -> Portrait | None:
        """Return one if the environment asks for it."""
        path = os.environ.get(VARIABLE)
        return cls(window, Path(path)) if path else None

    def _look(self) -> None:
        page = self._window.current_page
        if page is None or self._window.session.jobs.unfinished():
            self._calm.start()
            return
        self._window.grab().save(str(self._path.with_stem(f"{self._path.stem}-{page.key}")))
        self._window.close()
