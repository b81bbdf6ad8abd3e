"""What a training shows: samples of the generator as it learns, its quality, and what goes wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    NearestImages,
    QualityPoint,
    QualityScale,
    SampleGrid,
    TrainingRecord,
    TrainingWarnings,
)
from segstyle_gui.ui.pages.generator.nearest import NearestPairs
from segstyle_gui.ui.pages.generator.timeline import Timeline
from segstyle_gui.ui.pages.generator.training_curves import TrainingCurves
from segstyle_gui.ui.pages.generator.warning_strip import WarningStrip
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.labels import SectionHeader
from segstyle_gui.ui.widgets.sliders import JumpSlider

_PLOTS_HEIGHT = 216  # px


class LiveTraining(QWidget):
    """Warnings, a grid of samples with the nearest pairs, and the curves; all is added as it comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kimg = 0.0
        self.n_points = 0
        self.timeline = Timeline()
        self._follows = True  # the newest grid is shown, not an earlier one
        self.warnings = WarningStrip()
        self.pairs = NearestPairs()
        self.curves = TrainingCurves()
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self._pictures())
        split.addWidget(self.curves)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setSizes([400, _PLOTS_HEIGHT])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.warnings)
        whole.addWidget(split, 1)

    def clear(self) -> None:
        """Begin anew."""
        self.kimg, self.n_points, self._follows = 0.0, 0, True
        self.timeline.clear()
        self.grid.set_images(np.zeros((0, 1, 1), np.uint8))
        self._show_timeline()
        self.pairs.show_pairs(None)
        self.warnings.show_warnings(())
        self.curves.clear()
        self.curves.say_empty()

    def take(self, value: Any) -> None:
        """Show a preview of the training; of other types nothing is shown."""
        match value:
            case GeneratorPoint():
                self.kimg, self.n_points = value.kimg, self.n_points + 1
                self.curves.add_point(value)
            case SampleGrid():
                self.show_samples(value.images, value.kimg)
            case QualityPoint():
                self.curves.add_quality(value)
            case QualityScale():
                self.curves.set_scale(value)
            case NearestImages():
                self.pairs.show_pairs(value)
            case TrainingWarnings():
                self.warnings.show_warnings(value.warnings)
            case TrainingRecord():
                self.show_record(value)

    def show_samples(self, images: NDArray[np.uint8], kimg: float) -> None:
        """Show samples, (N, R, R, C) uint8, and after how much training they were drawn."""
        self.timeline.add(kimg, images)
        self._show_timeline()

    def show_record(self, record: TrainingRecord) -> None:
        """Show everything that a training showed so far."""
        self.n_points = len(record.points)
        self.kimg = record.points[-1].kimg if record.points else 0.0
        self._follows = True
        self.timeline.take(record.grids)
        self._show_timeline()
        self.curves.show_record(record)
        self.pairs.show_pairs(record.nearest)
        self.warnings.show_warnings(record.warnings)

    # Inside

    def _pictures(self) -> QWidget:
        self.header = SectionHeader(self.tr("Samples"))
        self.grid = ImageGrid(fit=True)
        self.grid.setAccessibleName(self.tr("Samples of the generator in training"))
        self.grid.set_empty_text(self.tr("The first samples come after the first step."))
        self.slider = JumpSlider()
        self.slider.setAccessibleName(self.tr("Earlier samples"))
        self.slider.setToolTip(self.tr("Look back at how the samples came to be; the right end is now"))
        self.slider.valueChanged.connect(self._look_back)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(self.header)
        column.addWidget(self.grid, 1)
        column.addWidget(self.slider)
        pictures = QWidget()
        row = QHBoxLayout(pictures)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(column, 1)
        row.addWidget(self.pairs)
        self._show_timeline()
        return pictures

    def _show_timeline(self) -> None:
        """Give the slider its length; show the newest grid unless the user looks back."""
        last = len(self.timeline) - 1
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(last, 0))
            if self._follows:
                self.slider.setValue(max(last, 0))
        self.slider.setVisible(last > 0)
        if self._follows:
            self._show_grid(last)

    def _look_back(self, number: int) -> None:
        self._follows = number == self.slider.maximum()
        self._show_grid(number)

    def _show_grid(self, number: int) -> None:
        if number < 0:
            self.header.set_detail("")
            return
        kimg, images = self.timeline[number]
        self.grid.set_images(images)
        words = self.tr("after {0} kimg") if self._follows else self.tr("back at {0} kimg")
        self.header.set_detail(words.format(f"{kimg:.1f}"))
