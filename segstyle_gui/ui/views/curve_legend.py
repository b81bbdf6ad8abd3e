"""Names, colours and values of curves in one line: the legend of a plot, which also reads values off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_CAPTION, GRID

_DASH = 12  # px; of the line that shows a curve's colour
_VALUE_ROOM = "−0.00000"


class CurveLegend(QWidget):
    """Draws ``name value`` for each curve, and the x of the values while the pointer is on the plot.

    Parameters
    ----------
    names
        Of the curves.
    x_label
        Unit of x.
    """

    def __init__(self, names: Sequence[str], x_label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names, self._x_label = tuple(names), x_label
        self._colors: Mapping[str, str] = {}
        self._values: Mapping[str, float] = {}
        self._x: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(1)

    def set_colors(self, colors: Mapping[str, str]) -> None:
        """Show the curves in these colours, ``"#rrggbb"`` by name."""
        self._colors = dict(colors)
        self.update()

    def set_values(self, values: Mapping[str, float], x: float | None) -> None:
        """Show these values; ``x`` None says that they are the last ones."""
        self._values, self._x = dict(values), x
        self.setAccessibleDescription(", ".join(f"{name} {number(y)}" for name, y in self._values.items()))
        self.setToolTip(self._text_of_x())
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        value = metrics.horizontalAdvance(_VALUE_ROOM)
        width = sum(_DASH + metrics.horizontalAdvance(name) + value + 4 * GRID for name in self._names)
        return QSize(width + metrics.horizontalAdvance(self._x_label + "  0,000,000"), 3 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        left = 0.0
        for name in self._names:
            left = self._draw_entry(painter, left, name)
        painter.setPen(QColor(tokens().muted))
        self._draw_text(painter, left, self._text_of_x())
        painter.end()

    def _draw_entry(self, painter: QPainter, left: float, name: str) -> float:
        colors = tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colors.get(name, colors.accent)))
        painter.drawRoundedRect(QRectF(left, self.height() / 2 - 1.5, _DASH, 3), 1.5, 1.5)
        painter.setPen(QColor(colors.muted))
        left = self._draw_text(painter, left + _DASH + 6, name) + 6
        painter.setPen(QColor(colors.text))
        value = number(self._values[name]) if name in self._values else ""
        self._draw_text(painter, left, value)
        return left + painter.fontMetrics().horizontalAdvance(_VALUE_ROOM) + GRID

    def _draw_text(self, painter: QPainter, left: float, text: str) -> float:
        width = painter.fontMetrics().horizontalAdvance(text)
        place = QRectF(left, 0, width + 2, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        return left + width

    def _text_of_x(self) -> str:
        if self._x is None or not self._values:
            return ""
        return self.tr("at {0} {1}").format(number(self._x), self._x_label).rstrip()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION)
        return font


def number(value: float) -> str:
    """Return a value with three significant digits, whole thousands in full: 0.0312, 12.4, 1,240."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")
