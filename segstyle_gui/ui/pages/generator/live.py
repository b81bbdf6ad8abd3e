"""What a training shows: samples of the generator as it learns, and its curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from segstyle_gui.ui.views.curves import CurvePlot
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.labels import SectionHeader

_PLOTS_HEIGHT = 200  # px


class LiveTraining(QWidget):
    """A grid of samples over three plots; points and grids are added as they come."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kimg = 0.0
        self.n_points = 0
        self.header = SectionHeader(self.tr("Samples"))
        self.grid = ImageGrid(fit=True)
        self.grid.setAccessibleName(self.tr("Samples of the generator in training"))
        self.grid.set_empty_text(self.tr("The first samples come after the first step."))
        self.curves = TrainingCurves()
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(self.header)
        column.addWidget(self.grid, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(top)
        split.addWidget(self.curves)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setSizes([400, _PLOTS_HEIGHT])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)

    def clear(self) -> None:
        """Begin anew."""
        self.kimg, self.n_points = 0.0, 0
        self.grid.set_images(np.zeros((0, 1, 1), np.uint8))
        self.header.set_detail("")
        self.curves.clear()

    def take(self, value: Any) -> None:
        """Show a preview of the training: a point of its curves, or a grid of samples."""
        if hasattr(value, "generator_loss"):
            self.kimg, self.n_points = value.kimg, self.n_points + 1
            self.curves.add_point(value)
        elif hasattr(value, "images"):
            self.show_samples(value.images, value.kimg)

    def show_samples(self, images: NDArray[np.uint8], kimg: float | None) -> None:
        """Show samples, (N, R, R, C) uint8, and after how much training they were drawn."""
        self.header.set_detail("" if kimg is None else self.tr("after {0} kimg").format(f"{kimg:.1f}"))
        self.grid.set_images(images)

    def show_run(self, columns: Sequence[str], curve: NDArray[np.float64]) -> None:
        """Show the stored curve of a finished training, (n, len(columns))."""
        self.n_points = len(curve)
        self.curves.show_run({name: curve[:, i] for i, name in enumerate(columns)})


class TrainingCurves(QWidget):
    """Losses, strength of the augmentation, and speed, over thousand images shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._generator, self._discriminator = self.tr("generator"), self.tr("discriminator")
        self._p, self._speed = self.tr("p"), self.tr("kimg/h")
        players = [self._generator, self._discriminator]
        self.losses = _plot(self.tr("Losses"), players)
        self.strength = _plot(self.tr("Augmentation"), [self._p])
        self.speed = _plot(self.tr("Speed"), [self._speed])
        self.losses.setToolTip(
            self.tr(
                "Neither loss goes down for good: two networks play against each other. Trust the samples."
            )
        )
        self.strength.setToolTip(
            self.tr("How often the discriminator sees altered images; it rises when images are few.")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(24)
        row.addWidget(self.losses, 2)
        row.addWidget(self.strength, 1)
        row.addWidget(self.speed, 1)
        self.setMinimumHeight(160)

    def clear(self) -> None:
        """Remove all points."""
        for plot in (self.losses, self.strength, self.speed):
            plot.clear()

    def add_point(self, point: Any) -> None:
        """Append a point of the training."""
        losses = {
            self._generator: point.generator_loss,
            self._discriminator: point.discriminator_loss,
        }
        self.losses.add_point(point.kimg, losses)
        self.strength.add_point(point.kimg, {self._p: point.augment_p})
        self.speed.add_point(point.kimg, {self._speed: point.kimg_per_hour})

    def show_run(self, curve: dict[str, NDArray[np.float64]]) -> None:
        """Show stored values by the names of a point's fields."""
        kimg = curve["kimg"]
        losses = {
            self._generator: curve["generator_loss"],
            self._discriminator: curve["discriminator_loss"],
        }
        self.losses.set_curve(kimg, losses)
        self.strength.set_curve(kimg, {self._p: curve["augment_p"]})
        self.speed.set_curve(kimg, {self._speed: curve["kimg_per_hour"]})


def _plot(title: str, series: list[str]) -> CurvePlot:
    return CurvePlot(title, "", series, x_label="kimg", smooth=True, toggles=False)
