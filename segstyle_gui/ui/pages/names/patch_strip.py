"""Crops of the samples in which the selected region is biggest, side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.labels import SectionHeader

_PATCHES, _SIZE, _TILE = 12, 64, 80
_NO_PATCHES = np.zeros((0, 1, 1, 3), np.uint8)


class PatchStrip(QWidget):
    """Follows the selection of the session; shows one region."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[object, ...] = ()
        self._patches = _NO_PATCHES
        self._header = SectionHeader(self.tr("What it looks like"))
        self.grid = ImageGrid(tile=_TILE)
        self.grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.setAccessibleName(self.tr("Where the region is biggest"))
        self.grid.setFixedHeight(_TILE + 24)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(self._header)
        column.addWidget(self.grid)
        session.selection_changed.connect(self.refresh)
        session.regions_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Ask for the patches of the selected region, if they are not shown already."""
        state, studio = self._session.state, self._session.studio
        ids = sorted(self._session.selection)
        if state is None or studio is None or not ids or not self.isVisible():
            self._show_none()
            return
        region = state.region(ids[0])
        run = self._session.run("regions")
        key = (run.id if run else 0, region.clusters, len(state.splits))
        self._header.set_detail(region.name)
        if key == self._shown:
            return
        self._shown = key

        def draw(progress: Progress) -> NDArray[np.uint8]:
            return studio.patches(region.id, n=_PATCHES, size=_SIZE, state=state, progress=progress)

        self._session.fetch(self.tr("Looking at the region"), draw, self._take, key="names.patches")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _take(self, patches: NDArray[np.uint8]) -> None:
        self._patches = patches
        self._show()

    def _show(self) -> None:
        """Show as many as one row holds."""
        self.grid.set_images(self._patches[: max(1, self.width() // (_TILE + GRID))])

    def _show_none(self) -> None:
        if self._shown:
            self._shown = ()
            self._take(_NO_PATCHES)
        self._header.set_detail(self.tr("click a row"))
