"""The card beside the pointer that says what lies under it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.later import later
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_BODY, FONT_CAPTION, GRID, RADIUS

_DELAY = 350  # milliseconds that the pointer rests before the card appears
_WIDEST = 320  # px
_AWAY = 2 * GRID  # px from the pointer


class HoverTip(QWidget):
    """Two lines of text that follow the pointer over ``parent`` without getting into its way."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self._title = self._text = ""
        self._timer = later(self, _DELAY, self._appear)

    @property
    def title(self) -> str:
        """The first line."""
        return self._title

    def tell(self, title: str, text: str, position: QPoint) -> None:
        """Show these lines at a position of the parent, after a moment if the card is not there yet."""
        if (title, text) != (self._title, self._text):
            self._title, self._text = title, text
            width = max(
                QFontMetricsF(self._font(FONT_BODY, bold=True)).horizontalAdvance(title),
                QFontMetricsF(self._font(FONT_CAPTION)).horizontalAdvance(text),
            )
            self.resize(min(round(width) + 2 * GRID + 2, _WIDEST), 5 * GRID + 4)
            self.update()
        self.move(self._beside(position))
        if not self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def dismiss(self) -> None:
        """Take the card away."""
        self._timer.stop()
        self.hide()

    def _appear(self) -> None:
        self.show()
        self.raise_()

    def _beside(self, position: QPoint) -> QPoint:
        """Return where the card lies below right of the pointer, or on the other side at the rims."""
        space = self._over.rect()
        x, y = position.x() + _AWAY, position.y() + _AWAY
        if x + self.width() > space.right():
            x = position.x() - GRID - self.width()
        if y + self.height() > space.bottom():
            y = position.y() - GRID - self.height()
        return QPoint(max(x, 0), max(y, 0))

    def _font(self, pixels: int, *, bold: bool = False) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(pixels)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        colors, painter = tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colors.edge))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        width = self.width() - 2 * GRID
        lines = (
            (self._title, self._font(FONT_BODY, bold=True), colors.text, 4),
            (self._text, self._font(FONT_CAPTION), colors.muted, 3 * GRID - 2),
        )
        for text, font, color, top in lines:
            painter.setFont(font)
            painter.setPen(QColor(color))
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRectF(GRID, top, width, 2 * GRID + 2), Qt.AlignmentFlag.AlignVCenter, shown)
