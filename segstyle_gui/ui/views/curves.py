"""Curves of a training: live points, a legend that reads values off, smoothing and a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segstyle_gui.ui.later import later
from segstyle_gui.ui.theme.theme import resolve, theme_signals, tokens
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.curve_data import (
    CurveData,
    Points,
    even_ticks,
    log_ticks,
    nearest,
    smoothed,
    thinned,
)
from segstyle_gui.ui.views.curve_legend import CurveLegend, number
from segstyle_gui.ui.views.curve_plot import EmptyNote, add_cross, add_items, caption_font, new_plot
from segstyle_gui.ui.widgets.buttons import plain_button

if TYPE_CHECKING:
    pass

_MOST_POINTS = 1200  # drawn of each curve; more cannot be told apart on a screen
_REDRAW = 100  # ms between two pictures while points arrive
_LINE = 1.5  # px
_RAW_ALPHA = 70  # of 255; a curve behind its smoothed self
_COLORS = ("accent", "warning", "success", "info", "danger")


class CurvePlot(QWidget):
    """Several curves over one x.

    Parameters
    ----------
    title
        What is shown.
    y_label
        Name of the values, with their unit if they have one.
    series
        Names of the curves, at most five.
    x_label
        Unit of x, such as "steps".
    smooth
        True shows running means at first.
    toggles
        False leaves the buttons for running means and logarithmic values away, where there is little room.
    """

    def __init__(
        self,
        title: str,
        y_label: str = "",
        series: Sequence[str] = (),
        *,
        x_label: str = "",
        smooth: bool = False,
        toggles: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._data = {name: CurveData() for name in series}
        self._x_label = x_label
        self._hover_x: float | None = None
        self._legend = CurveLegend(list(series), x_label)
        self._plot = new_plot(title, x_label, y_label)
        self._curves, self._raw_curves, self._dots = add_items(self._plot, list(series))
        self._cross = add_cross(self._plot)
        self._empty = EmptyNote(self._plot)
        self._timer = later(self, _REDRAW, self.refresh)
        self._smooth = self._toggle(
            self.tr("Smooth"), self.tr("Show running means; the values stay behind them")
        )
        self._log = self._toggle(
            self.tr("Log"), self.tr("Logarithmic values: small changes show late in a training")
        )
        self._smooth.setChecked(smooth)
        self._build(title)
        for toggle in (self._smooth, self._log):
            toggle.setVisible(toggles)
        self._plot.scene().sigMouseMoved.connect(self._hover)
        self._plot.viewport().installEventFilter(self)
        theme_signals().changed.connect(self._restyle)
        self._restyle()

    def add_point(self, x: float, values: Mapping[str, float]) -> None:
        """Append a point to the curves named in ``values``; drawn within a tenth of a second."""
        for name, y in values.items():
            self._data[name].append(x, y)
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def set_curve(self, x: ArrayLike, values: Mapping[str, ArrayLike]) -> None:
        """Replace the curves named in ``values``: (N,) each, over the same (N,) x, ascending."""
        for name, y in values.items():
            self._data[name].replace(x, y)
        self.refresh()

    def clear(self) -> None:
        """Remove all points."""
        for data in self._data.values():
            data.replace([], [])
        self.refresh()

    def set_empty_text(self, title: str, text: str = "") -> None:
        """Say what to do next where there are no points."""
        self._empty.words = (title, text)
        self._empty.update()

    def set_smooth(self, smooth: bool) -> None:
        """Show running means, with the values faint behind them."""
        self._smooth.setChecked(smooth)

    def set_log(self, log: bool) -> None:
        """Show the values on a logarithmic scale; those of 0 and less are not drawn."""
        self._log.setChecked(log)

    def drawn(self, name: str) -> Points:
        """Return x and y as drawn of a curve: thinned, smoothed if so chosen, not logarithmic."""
        return self._points(name, smooth=self._smooth.isChecked())

    def values_at(self, x: float | None) -> dict[str, float]:
        """Return the value of every curve, as shown, nearest to ``x``; None reads off the last."""
        found = {}
        for name in self._data:
            point = nearest(self._shown(name), math.inf if x is None else x)
            if point is not None:
                found[name] = point[1]
        return found

    def refresh(self) -> None:
        """Draw what has arrived at once."""
        smooth = self._smooth.isChecked()
        for name in self._data:
            self._curves[name].setData(*self._points(name, smooth=smooth))
            raw = self._points(name, smooth=False) if smooth else ([], [])
            self._raw_curves[name].setData(*raw)
        n_points = max((len(data) for data in self._data.values()), default=0)
        self._empty.setVisible(n_points == 0)
        self._plot.getPlotItem().getAxis("left").setTicks(self._ticks())
        for side in ("left", "bottom"):
            self._plot.getPlotItem().showAxis(side, n_points > 0)
        for toggle in (self._smooth, self._log):
            toggle.setEnabled(n_points > 1)
        self._read_off()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def _build(self, title: str) -> None:
        name = QLabel(title, self)
        name.setObjectName("plotTitle")
        name.setVisible(bool(title))
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(name)
        head.addWidget(self._legend, 1)
        for toggle in (self._smooth, self._log):
            head.addWidget(toggle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(head)
        layout.addWidget(self._plot, 1)

    def _toggle(self, text: str, tip: str) -> QAbstractButton:
        button = plain_button(text, tip=tip)
        button.setCheckable(True)
        button.toggled.connect(self._change_look)
        return button

    def _change_look(self) -> None:
        self._plot.getPlotItem().setLogMode(y=self._log.isChecked())
        self.refresh()

    def _shown(self, name: str) -> Points:
        x, y = self._data[name].points
        return (x, smoothed(y)) if self._smooth.isChecked() else (x, y)

    def _points(self, name: str, *, smooth: bool) -> Points:
        x, y = self._shown(name) if smooth else self._data[name].points
        if self._log.isChecked():
            x, y = x[y > 0], y[y > 0]
        return thinned(x, y, _MOST_POINTS)

    def _ticks(self) -> list[list[tuple[float, str]]]:
        """Return places and texts of the values' axis: few and round, each with its line."""
        values = self._edges()
        if not values:
            return []
        if self._log.isChecked():
            return [[(math.log10(tick), number(tick)) for tick in log_ticks(min(values), max(values))]]
        return [[(tick, number(tick)) for tick in even_ticks(min(values), max(values))]]

    def _edges(self) -> list[float]:
        """Return values that the axis has to reach."""
        ys = [self._points(name, smooth=False)[1] for name in self._data]
        return [float(edge) for y in ys if len(y) for edge in (y.min(), y.max())]

    def _hover(self, place: QPointF) -> None:
        item = self._plot.getPlotItem()
        inside = item.sceneBoundingRect().contains(place)
        self._hover_x = float(item.vb.mapSceneToView(place).x()) if inside else None
        self._read_off()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover_x = None
            self._read_off()
        return super().eventFilter(watched, event)

    def _read_off(self) -> None:
        """Put the values at the pointer (or the last ones) into the legend, and dots on the curves."""
        x = self._hover_x
        found: float | None = None
        spots: list[dict[str, Any]] = []
        for name in self._data:
            point = nearest(self._shown(name), x) if x is not None else None
            if point is not None and (point[1] > 0 or not self._log.isChecked()):
                y = math.log10(point[1]) if self._log.isChecked() else point[1]
                spots.append({"pos": (point[0], y), "brush": self._color(name)})
                found = point[0] if found is None else found
        self._dots.setData(spots)
        self._cross.setVisible(found is not None)
        if found is not None:
            self._cross.setPos(found)
        self._legend.set_values(self.values_at(x), found)

    def _color(self, name: str) -> str:
        return resolve(_COLORS[list(self._data).index(name) % len(_COLORS)])

    def _restyle(self) -> None:
        import pyqtgraph

        colors, item = tokens(), self._plot.getPlotItem()
        width = _LINE * self.devicePixelRatioF()  # these pens count pixels of the screen
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(colors.line))
            axis.setTextPen(pyqtgraph.mkPen(colors.muted))
            axis.setTickFont(caption_font(self.font()))
            axis.label.setFont(caption_font(self.font()))
        self._cross.setPen(pyqtgraph.mkPen(colors.edge, style=Qt.PenStyle.DashLine))
        for name in self._data:
            faint = QColor(self._color(name))
            faint.setAlpha(_RAW_ALPHA)
            self._curves[name].setPen(pyqtgraph.mkPen(self._color(name), width=width))
            self._raw_curves[name].setPen(pyqtgraph.mkPen(faint))
        self._legend.set_colors({name: self._color(name) for name in self._data})
        self._read_off()
