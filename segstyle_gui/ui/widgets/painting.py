"""What several widgets draw the same way: a patch of colour that is seen on any ground."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from segstyle_gui.core.palette import Color
from segstyle_gui.ui.theme.theme import token_color

AnyColor = QColor | str | tuple[int, int, int]


def as_qcolor(color: AnyColor) -> QColor:
    """Return a QColor of ``(red, green, blue)`` 0 to 255, ``"#rrggbb"`` or a QColor."""
    return QColor(*color) if isinstance(color, tuple) else QColor(color)


def as_rgb(color: QColor) -> Color:
    """Return (red, green, blue), 0 to 255 each."""
    return color.red(), color.green(), color.blue()


def draw_swatch(
    painter: QPainter, rect: QRectF, color: QColor, *, radius: float = 4.0, ring: str = ""
) -> None:
    """Fill a rounded square with a colour, framed so that black and white are seen on any ground.

    Parameters
    ----------
    painter
        Its antialiasing is switched on.
    rect
        The square, px.
    color
        The fill.
    radius
        Of the corners, px.
    ring
        A token's name for a ring 2 px outside of it; empty for none.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = token_color("text", 0.28)
    painter.setPen(QPen(frame, 1.0))
    painter.setBrush(color)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    if ring:
        painter.setPen(QPen(token_color(ring), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), radius + 2, radius + 2)
