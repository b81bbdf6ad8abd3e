"""The parts of a plot: axes that neither zoom nor have menus, curves, dots, a cross hair, an empty note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from segstyle_gui.ui.theme.tokens import FONT_CAPTION, GRID
from segstyle_gui.ui.views.empty_text import draw_empty_text

if TYPE_CHECKING:
    import pyqtgraph


def new_plot(title: str, x_label: str, y_label: str) -> pyqtgraph.PlotWidget:
    """Return a plot that neither zooms nor has menus: it shows everything, always."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    plot.setAntialiasing(True)
    plot.setFrameShape(QFrame.Shape.NoFrame)
    plot.setBackground(None)
    plot.setStyleSheet("background: transparent;")  # a card or the canvas shows through
    plot.setAccessibleName(title)
    item = plot.getPlotItem()
    item.setMenuEnabled(False)
    item.getViewBox().setLimits(xMin=0)  # steps and kimg begin there; a lone point would ask for less
    menu = item.ctrlMenu  # it is made all the same; this way it goes with the plot
    menu.setParent(plot, menu.windowFlags())
    item.setMouseEnabled(x=False, y=False)
    item.hideButtons()
    item.showGrid(y=True, alpha=0.5)
    item.setLabel("bottom", x_label)
    item.setLabel("left", y_label)
    for side in ("left", "bottom"):
        axis = item.getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.setStyle(tickLength=0, tickTextOffset=GRID)
    return plot


def add_items(plot: pyqtgraph.PlotWidget, names: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """Add a curve and its faint twin for every name, and the dots that mark values."""
    import pyqtgraph

    raw = {name: plot.plot() for name in names}
    curves = {name: plot.plot() for name in names}
    dots = pyqtgraph.ScatterPlotItem(size=7, pen=None)
    plot.addItem(dots, ignoreBounds=True)
    return curves, raw, dots


def add_cross(plot: pyqtgraph.PlotWidget) -> Any:
    """Add the line that follows the pointer, hidden at first."""
    import pyqtgraph

    cross = pyqtgraph.InfiniteLine(angle=90, movable=False)
    plot.addItem(cross, ignoreBounds=True)
    cross.hide()
    return cross


def caption_font(font: QFont) -> QFont:
    """Return ``font`` in the size of captions."""
    caption = QFont(font)
    caption.setPixelSize(FONT_CAPTION)
    return caption


class EmptyNote(QWidget):
    """Lies over a plot without points and says what to do next."""

    def __init__(self, plot: QWidget) -> None:
        super().__init__(plot)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = ("", "")
        plot.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_empty_text(painter, self.rect(), *self.words)
        painter.end()
