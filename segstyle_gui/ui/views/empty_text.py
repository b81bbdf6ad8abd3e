"""What a view says where it has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_BODY, FONT_TITLE, GRID

_WIDEST = 360  # px; longer lines are hard to read


def draw_empty_text(painter: QPainter, rect: QRect, title: str, text: str = "") -> None:
    """Draw a title and a sentence that says what to do next, in the middle of ``rect``."""
    colors = tokens()
    width = min(rect.width() - 4 * GRID, _WIDEST)
    if width <= 0 or not title:
        return
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    column = QRect(rect.center().x() - width // 2, 0, width, rect.height())
    fonts = _font(painter, FONT_TITLE, QFont.Weight.Medium), _font(painter, FONT_BODY, QFont.Weight.Normal)
    heights = []
    for font, words in zip(fonts, (title, text), strict=True):
        painter.setFont(font)
        heights.append(painter.boundingRect(column, int(flags), words).height() if words else 0)
    top = rect.center().y() - (sum(heights) + GRID) // 2
    for font, words, height, color in zip(
        fonts, (title, text), heights, (colors.text, colors.muted), strict=True
    ):
        painter.setFont(font)
        painter.setPen(QColor(color))
        painter.drawText(QRect(column.x(), top, width, height), int(flags), words)
        top += height + GRID


def _font(painter: QPainter, pixels: int, weight: QFont.Weight) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font
