"""What is seen while samples are being scored: the best and the worst so far, and all scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from segstyle_gui.core.found_direction import DirectionPreview
from segstyle_gui.ui.pages.find.histogram import ScoreHistogram
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.bars import ProgressStrip
from segstyle_gui.ui.widgets.labels import ElidedLabel, MutedLabel, SectionHeader
from segstyle_gui.workers.job import Update

_NO_IMAGES = np.zeros((0, 1, 1), np.uint8)


class SearchView(QWidget):
    """Shows the newest :class:`DirectionPreview` of a search."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._top_share = 0.05
        self.title = ElidedLabel("")
        self.title.setProperty("role", "title")
        self.detail = MutedLabel("")
        self.detail.setWordWrap(False)
        self.strip = ProgressStrip()
        self.histogram = ScoreHistogram()
        self.best = _grid(self.tr("Samples that fit best so far"))
        self.worst = _grid(self.tr("Samples that fit least so far"))
        ends = QHBoxLayout()
        ends.setSpacing(24)
        ends.addLayout(_titled(self.tr("Fit best so far"), self.best))
        ends.addLayout(_titled(self.tr("Fit least so far"), self.worst))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(0, 8, 0, 0)
        head.setSpacing(16)
        head.addWidget(self.title, 1)
        head.addWidget(self.detail)
        column.addLayout(head)
        column.addWidget(self.strip)
        column.addWidget(self.histogram)
        column.addLayout(ends, 1)

    def begin(self, prompt: str, top_share: float) -> None:
        """Forget the search before; the best ``top_share`` of the samples will be marked."""
        self._top_share = top_share
        self.title.setText(self.tr("Looking for “{0}”").format(prompt))
        self.detail.setText("")
        self.strip.set_share(None)
        self.histogram.set_scores(np.zeros(0, np.float32), top_share)
        for grid in (self.best, self.worst):
            grid.set_images(_NO_IMAGES)

    def show_progress(self, update: Update) -> None:
        """Say what the search is doing."""
        self.detail.setText(update.message)
        self.strip.set_share(update.share or None)

    def show_preview(self, preview: DirectionPreview) -> None:
        """Show the samples that were scored so far."""
        self.histogram.set_scores(preview.scores, self._top_share)
        self.best.set_images(preview.best_images, _captions(preview.best_seeds))
        self.worst.set_images(preview.worst_images, _captions(preview.worst_seeds))


def _grid(name: str) -> ImageGrid:
    grid = ImageGrid(tile=96)
    grid.setAccessibleName(name)
    return grid


def _titled(title: str, grid: ImageGrid) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(8)
    column.addWidget(SectionHeader(title))
    column.addWidget(grid, 1)
    return column


def _captions(seeds: NDArray[np.int64]) -> list[str]:
    return [str(seed) for seed in seeds]
