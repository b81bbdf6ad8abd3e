"""Curves of a student's training above, what it makes of some images below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from segstyle_gui.ui.pages.student.gallery import predicted_pictures
from segstyle_gui.ui.theme.tokens import CONTROL, GRID
from segstyle_gui.ui.views.curves import CurvePlot
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.labels import SectionHeader

LOSS, MIOU = "loss", "mIoU"
_COLUMNS = ("step", "loss", "val_miou")


class StudentView(QWidget):
    """Two plots and a grid of pictures.

    Attributes
    ----------
    loss, miou, grid, header
        The plots, the pictures, and the line above these.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last_step = 0
        self.loss = CurvePlot(self.tr("Loss"), series=[LOSS], x_label=self.tr("steps"))
        self.miou = CurvePlot(
            self.tr("Validation mIoU"), series=[MIOU], x_label=self.tr("steps"), toggles=False
        )
        self.loss.set_empty_text(self.tr("No training yet"))
        self.miou.set_empty_text(self.tr("Not measured yet"))
        for title in self.miou.findChildren(QLabel, "plotTitle"):
            title.setMinimumHeight(CONTROL)  # as high as the buttons of its neighbour
        self.header = SectionHeader(self.tr("What the student sees"))
        self.grid = ImageGrid(fit=True)
        self.grid.setAccessibleName(self.tr("Predictions of the student"))
        self.grid.set_empty_text(
            self.tr("Predictions appear while the student trains"), self.tr("They get better as it learns.")
        )
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self._curves())
        split.addWidget(self._pictures())
        split.setSizes([320, 400])
        around = QVBoxLayout(self)
        around.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        around.addWidget(split)

    def clear_curves(self) -> None:
        """Begin anew."""
        for plot in (self.loss, self.miou):
            plot.clear()
        self._last_step = 0

    def add_point(self, step: int, loss: float, miou: float) -> None:
        """Append a point of a training; ``miou`` is NaN where it was not measured.

        One that is not after the last begins the curves anew.
        """
        if step <= self._last_step:
            self.clear_curves()
        self._last_step = step
        self.loss.add_point(step, {LOSS: loss})
        if not math.isnan(miou):
            self.miou.add_point(step, {MIOU: miou})

    def show_curve(self, columns: Sequence[str], values: NDArray[np.float64]) -> None:
        """Show a stored curve: (N, len(columns)), of which step, loss and val_miou are taken."""
        if not set(_COLUMNS) <= set(columns):
            return
        step, loss, miou = (values[:, columns.index(name)] for name in _COLUMNS)
        measured = ~np.isnan(miou)
        self.loss.set_curve(step, {LOSS: loss})
        self.miou.set_curve(step[measured], {MIOU: miou[measured]})
        self._last_step = int(step[-1]) if len(step) else 0

    def show_pictures(self, preview: Any, classes: Sequence[Sequence[Any]], detail: str) -> None:
        """Show a ``StudentPreview`` in the colours of ``classes``, and where it is from."""
        self.grid.set_images(predicted_pictures(preview.images, preview.label_maps, classes))
        self.header.set_detail(detail)

    def _curves(self) -> QWidget:
        curves = QWidget()
        beside = QHBoxLayout(curves)
        beside.setContentsMargins(0, 0, 0, GRID)
        beside.setSpacing(3 * GRID)
        beside.addWidget(self.loss, 4)
        beside.addWidget(self.miou, 3)
        return curves

    def _pictures(self) -> QWidget:
        pictures = QWidget()
        inside = QVBoxLayout(pictures)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GRID)
        inside.addWidget(self.header)
        inside.addWidget(self.grid, 1)
        return pictures
