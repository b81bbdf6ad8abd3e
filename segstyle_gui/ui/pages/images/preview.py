"""What the import would make of a folder: a line about it, and a few images before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.ui.later import later
from segstyle_gui.ui.pages.images.folder_peek import FolderPeek, FolderPreview
from segstyle_gui.ui.pages.images.pair_grid import PairGrid
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import ElidedLabel
from segstyle_gui.workers.job import Failure

_DELAY = 120  # milliseconds after the last change of a setting
_STRIDE = 7  # files by which "other images" goes on; co-prime to most distances


class ImportPreview(QWidget):
    """Follows folder and settings; what it shows is of the newest."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._peek = FolderPeek()
        self._config: Any = None
        self._start = 0
        self._timer = later(self, _DELAY, self._fetch)
        self.says = ElidedLabel("")
        self.says.setProperty("role", "muted")
        self.others = plain_button(
            self.tr("Other images"), "dice", self.tr("Try the settings on other images of the folder")
        )
        self.others.clicked.connect(self.show_others)
        self.grid = PairGrid()
        self.problem = EmptyState("folder", "", "")
        self._views = QStackedWidget()
        self._views.addWidget(self.grid)
        self._views.addWidget(self.problem)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self.says, 1)
        head.addWidget(self.others)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._views, 1)

    def set_config(self, config: Any) -> None:
        """Show what these settings (an import's, with its folder) do."""
        if config != self._config:
            if self._config is not None and config.folder != self._config.folder:
                self._start = 0
            self._config = config
            self._timer.start()

    def show_others(self) -> None:
        """Take other images of the folder."""
        self._start += _STRIDE
        self._timer.start(0)

    def forget(self) -> None:
        """Let go of the images that are kept, and read the folder again next time."""
        self._peek, self._config = FolderPeek(), None

    def _fetch(self) -> None:
        config, start, peek = self._config, self._start, self._peek
        if config is None:
            return

        def look(progress: Progress) -> FolderPreview:
            return peek.look(config.folder, config, progress, start=start)

        self._session.fetch(
            self.tr("Preparing a preview"), look, self._show, key="images.preview", failed=self._fail
        )

    def _show(self, found: FolderPreview) -> None:
        folder = Path(self._config.folder).name if self._config is not None else ""
        self.says.setText(
            self.tr("{0}: {1} image files. Nothing is imported yet.").format(folder, f"{found.n_files:,}")
        )
        self.others.setEnabled(found.n_files > len(found.pairs))
        self.grid.set_pairs(found.pairs)
        self._views.setCurrentWidget(self.grid)

    def _fail(self, failure: Failure) -> None:
        self.says.setText("")
        self.others.setEnabled(False)
        self.grid.set_pairs(())
        self.problem.set_text(failure.message, failure.hint)
        self._views.setCurrentWidget(self.problem)
