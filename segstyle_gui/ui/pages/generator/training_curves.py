"""The curves of a training: quality first; losses, augmentation and speed one at a time beside it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    QualityPoint,
    QualityScale,
    TrainingRecord,
)
from segstyle_gui.ui.views.curves import CurvePlot
from segstyle_gui.ui.views.quality_plot import QualityPlot
from segstyle_gui.ui.widgets.segmented import SegmentedControl


class TrainingCurves(QWidget):
    """All over thousand images shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._best = float("inf")
        self._names()
        self._build()

    def clear(self) -> None:
        """Remove all points."""
        self._best = float("inf")
        self.quality.set_best(None)
        self.quality.set_level(None)
        for plot in (self.quality, self.losses, self.strength, self.speed):
            plot.clear()

    def add_point(self, point: GeneratorPoint) -> None:
        """Append a point of the losses, the augmentation and the speed."""
        losses = {self._generator: point.generator_loss, self._discriminator: point.discriminator_loss}
        self.losses.add_point(point.kimg, losses)
        self.strength.add_point(point.kimg, {self._p: point.augment_p})
        self.speed.add_point(point.kimg, {self._speed: point.kimg_per_hour})

    def add_quality(self, point: QualityPoint) -> None:
        """Append a measurement of the quality."""
        self.quality.add_point(point.kimg, {self._distance: point.distance})
        if point.smoothed < self._best:
            self._best = point.smoothed
            self.quality.set_best(point.kimg)

    def set_scale(self, scale: QualityScale) -> None:
        """Show what the quality is read against."""
        self.quality.set_level(scale.baseline)

    def show_record(self, record: TrainingRecord) -> None:
        """Show everything that a training showed so far."""
        points, quality = record.points, record.quality
        kimg = [point.kimg for point in points]
        self.losses.set_curve(
            kimg,
            {
                self._generator: [point.generator_loss for point in points],
                self._discriminator: [point.discriminator_loss for point in points],
            },
        )
        self.strength.set_curve(kimg, {self._p: [point.augment_p for point in points]})
        self.speed.set_curve(kimg, {self._speed: [point.kimg_per_hour for point in points]})
        self.quality.set_curve(
            [point.kimg for point in quality], {self._distance: [point.distance for point in quality]}
        )
        self._best = min((point.smoothed for point in quality), default=float("inf"))
        self.quality.set_best(record.best_kimg)
        self.quality.set_level(record.scale.baseline if record.scale is not None else None)
        self.say_empty(self.tr("Not measured in this training") if points and not quality else "")

    def say_empty(self, title: str = "", text: str = "") -> None:
        """Say why there is no quality yet."""
        self.quality.set_empty_text(title or self.tr("The first measurement comes soon"), text)

    def _names(self) -> None:
        self._generator, self._discriminator = self.tr("generator"), self.tr("discriminator")
        self._p, self._speed, self._distance = self.tr("p"), self.tr("kimg/h"), self.tr("distance")

    def _build(self) -> None:
        self.quality = QualityPlot(self.tr("Quality"), [self._distance], x_label="kimg")
        self.quality.setToolTip(
            self.tr("How far samples are from your images, as a whole; lower is better. The dashed line is"
                    " how far two halves of your images are apart by chance, the ring the best so far. It"
                    " says nothing of a single sample, and figures of other images cannot be compared.")
        )  # fmt: skip
        self.losses = _plot(self.tr("Losses"), [self._generator, self._discriminator])
        self.losses.setToolTip(
            self.tr("Neither loss goes down for good: two networks play against each other.")
        )
        self.strength = _plot(self.tr("Augmentation"), [self._p])
        self.strength.setToolTip(
            self.tr("How often the discriminator sees altered images; it rises when images are few.")
        )
        self.speed = _plot(self.tr("Speed"), [self._speed])
        self.choice = SegmentedControl(
            [
                ("losses", self.tr("Losses")),
                ("strength", self.tr("Augmentation")),
                ("speed", self.tr("Speed")),
            ],
            name=self.tr("Curve beside the quality"),
        )
        self.choice.changed.connect(self._choose)
        self._others = QStackedWidget()
        for plot in (self.losses, self.strength, self.speed):
            self._others.addWidget(plot)
        beside = QVBoxLayout()
        beside.setSpacing(4)
        beside.addWidget(self.choice)
        beside.addWidget(self._others, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(24)
        row.addWidget(self.quality, 5)
        row.addLayout(beside, 4)
        self.setMinimumHeight(176)
        self.say_empty()

    def _choose(self, key: str) -> None:
        plots: dict[str, Any] = {"losses": self.losses, "strength": self.strength, "speed": self.speed}
        self._others.setCurrentWidget(plots[key])


def _plot(title: str, series: list[str]) -> CurvePlot:
    plot = CurvePlot("", "", series, x_label="kimg", smooth=True, toggles=False)  # the segment above names it
    plot.setAccessibleName(title)
    return plot
