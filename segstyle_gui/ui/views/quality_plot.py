"""The quality curve of a training: a curve, the level that good values come near to, and its best point."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.theme.theme import resolve
from segstyle_gui.ui.views.curves import CurvePlot

_BEST_SIZE = 9  # px


class QualityPlot(CurvePlot):
    """A plot with logarithmic values, a dashed line at a level, and a ring around the best point.

    Parameters are those of :class:`CurvePlot`; the first of ``series`` is the one whose best point is marked.
    """

    def __init__(
        self, title: str, series: Sequence[str], *, x_label: str = "", parent: QWidget | None = None
    ) -> None:
        import pyqtgraph

        self._level: float | None = None
        self._best_x: float | None = None
        self._level_line = pyqtgraph.InfiniteLine(angle=0, movable=False)
        self._best = pyqtgraph.ScatterPlotItem(size=_BEST_SIZE, symbol="o")
        super().__init__(title, "", series, x_label=x_label, smooth=True, parent=parent)
        for item in (self._level_line, self._best):
            self._plot.addItem(item)
        self.set_log(True)

    @property
    def level(self) -> float | None:
        """Where the dashed line is, None for nowhere."""
        return self._level

    @property
    def best_x(self) -> float | None:
        """Where the ring is, None for nowhere."""
        return self._best_x

    def set_level(self, level: float | None) -> None:
        """Draw a line at this value, or none."""
        self._level = level
        self.refresh()

    def set_best(self, x: float | None) -> None:
        """Draw a ring around the point nearest to ``x``, or none."""
        self._best_x = x
        self.refresh()

    def refresh(self) -> None:
        super().refresh()
        level = self._height(self._level)
        self._level_line.setVisible(level is not None and bool(self.values_at(None)))
        if level is not None:
            self._level_line.setPos(level)
        best = self.values_at(self._best_x) if self._best_x is not None else {}
        height = self._height(next(iter(best.values()), None))
        self._best.setData([] if height is None else [{"pos": (self._best_x, height)}])

    def _edges(self) -> list[float]:
        edges, level = super()._edges(), self._level
        return [*edges, level] if edges and level is not None and self._height(level) is not None else edges

    def _height(self, value: float | None) -> float | None:
        if value is None or (self._log.isChecked() and value <= 0):
            return None
        return math.log10(value) if self._log.isChecked() else value

    def _restyle(self) -> None:
        import pyqtgraph

        super()._restyle()
        width = 2 * self.devicePixelRatioF()
        self._level_line.setPen(pyqtgraph.mkPen(resolve("muted"), style=Qt.PenStyle.DashLine))
        self._best.setPen(pyqtgraph.mkPen(resolve("success"), width=width))
        self._best.setBrush(None)
