"""The samples most like a training image, each beside that image: a copying generator shows here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.core.generator.training_record import NearestImages
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader

_SHOWN = 6
_WIDTH = 264  # px


class NearestPairs(QWidget):
    """Pairs of sample (left) and image (right), the most alike first, with their distance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = SectionHeader(self.tr("Most like your images"))
        self.grid = ImageGrid(fit=True)
        self.grid.setAccessibleName(self.tr("Samples beside the training image that is most like them"))
        self.says = MutedLabel(
            self.tr("Sample left, your image right. 0 is a copy, 1 as far as your images from each other.")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(self.header)
        column.addWidget(self.grid, 1)
        column.addWidget(self.says)
        self.setFixedWidth(_WIDTH)
        self.hide()

    def show_pairs(self, pairs: NearestImages | None) -> None:
        """Show the pairs of the last measurement; None hides this."""
        self.setVisible(pairs is not None)
        if pairs is None:
            return
        self.header.set_detail(self.tr("{0} kimg").format(f"{pairs.kimg:.1f}"))
        captions = [f"{distance:.2f}" for distance in pairs.distances[:_SHOWN]]
        self.grid.set_images(side_by_side(pairs.samples[:_SHOWN], pairs.images[:_SHOWN]), captions)


def side_by_side(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (N, R, 2R + gap, 4) pictures of (N, R, R, 1 or 3) pairs; the gap between them is clear."""
    gap = np.zeros((*left.shape[:2], max(1, left.shape[2] // 24), 4), np.uint8)
    return np.concatenate([_rgba(left), gap, _rgba(right)], axis=2)


def _rgba(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colors = np.broadcast_to(images, (*images.shape[:3], 3))
    return np.concatenate([colors, np.full((*images.shape[:3], 1), 255, np.uint8)], axis=3)
