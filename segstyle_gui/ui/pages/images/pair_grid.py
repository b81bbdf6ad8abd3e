"""Originals beside their working copies, with what is cut off dimmed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from segstyle_gui.ui.pages.images.folder_peek import PreviewPair
from segstyle_gui.ui.theme import icons
from segstyle_gui.ui.theme.theme import theme_signals, token_color, tokens
from segstyle_gui.ui.theme.tokens import DARK, FONT_CAPTION, GRID, ICON, RADIUS
from segstyle_gui.ui.views.rasters import NEAREST_FROM, fitted

_PAIR = 36 * GRID  # px; wanted width of a pair
_TALLEST = 32 * GRID  # px; of a picture
_LINE = 2 * GRID  # px; height of a line of text
_INNER = 2 * GRID  # px; from a card's edge to what is in it
_BETWEEN = 4 * GRID  # px; between original and copy, where the arrow is
_GAP = 2 * GRID  # px; between cards
_DIMMED = 150  # of 255


class PairGrid(QAbstractScrollArea):
    """Shows :class:`PreviewPair` as cards, as many in a row as fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: tuple[PreviewPair, ...] = ()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Originals and what becomes of them"))
        theme_signals().changed.connect(self.viewport().update)

    @property
    def pairs(self) -> tuple[PreviewPair, ...]:
        """What is shown."""
        return self._pairs

    def set_pairs(self, pairs: Sequence[PreviewPair]) -> None:
        """Show other pairs; the place in the list stays."""
        self._pairs = tuple(pairs)
        told = (f"{pair.name}: {pair.problem or pair.facts}" for pair in self._pairs)
        self.setAccessibleDescription("; ".join(told))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(event.rect(), QColor(tokens().canvas))
        for number, pair in enumerate(self._pairs):
            card = self.card_rect(number)
            if card.intersects(event.rect()):
                self._draw(painter, card, pair)
        painter.end()

    def card_rect(self, number: int) -> QRect:
        """Return where a pair is in the viewport."""
        row, column = divmod(number, self._columns())
        size = self._card()
        x, y = column * (size.width() + _GAP), row * (size.height() + _GAP)
        return QRect(x, y - self.verticalScrollBar().value(), size.width(), size.height())

    def _columns(self) -> int:
        room = self.viewport().width() + _GAP
        return max(1, min(room // (_PAIR + _GAP), max(1, len(self._pairs))))

    def _card(self) -> QSize:
        columns = self._columns()
        width = (self.viewport().width() + _GAP) // columns - _GAP
        return QSize(width, self._side(width) + 2 * _INNER + 2 * _LINE + GRID)

    def _side(self, card_width: int) -> int:
        return max(1, min(_TALLEST, (card_width - 2 * _INNER - _BETWEEN) // 2))

    def _arrange(self) -> None:
        rows = -(-len(self._pairs) // self._columns())
        height = rows * (self._card().height() + _GAP) - _GAP
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(5 * GRID)
        self.viewport().update()

    def _draw(self, painter: QPainter, card: QRect, pair: PreviewPair) -> None:
        painter.setPen(QPen(QColor(tokens().line), 1))
        painter.setBrush(QColor(tokens().surface))
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        side = self._side(card.width())
        spare = card.width() - 2 * _INNER - 2 * side - _BETWEEN
        left = QRect(card.left() + _INNER + spare // 2, card.top() + _INNER, side, side)
        right = left.translated(side + _BETWEEN, 0)
        if pair.problem:
            self._draw_problem(painter, left.united(right), pair.problem)
        else:
            _draw_original(painter, QRectF(left), pair)
            _draw_picture(painter, QRectF(right), pair)
            arrow = icons.image("chevron_right", ICON, "muted", self.devicePixelRatioF())
            painter.drawImage(left.right() + (_BETWEEN - ICON) // 2, left.center().y() - ICON // 2, arrow)
        self._draw_texts(painter, left, right, pair)

    def _draw_texts(self, painter: QPainter, left: QRect, right: QRect, pair: PreviewPair) -> None:
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION)
        top = left.bottom() + GRID
        copy = f"{pair.working.width()} × {pair.working.height()}" if not pair.problem else ""
        name = left.united(right) if pair.problem else left
        _line(painter, font, QRect(name.left(), top, name.width(), _LINE), pair.name, "text")
        _line(painter, font, QRect(left.left(), top + _LINE, left.width(), _LINE), pair.facts, "muted")
        title = self.tr("Working copy") if copy else ""
        _line(painter, font, QRect(right.left(), top, right.width(), _LINE), title, "text")
        _line(painter, font, QRect(right.left(), top + _LINE, right.width(), _LINE), copy, "muted")

    def _draw_problem(self, painter: QPainter, box: QRect, problem: str) -> None:
        image = icons.image("warning", 3 * GRID, "warning", self.devicePixelRatioF())
        painter.drawImage(box.center().x() - 12, box.center().y() - 5 * GRID, image)
        painter.setPen(token_color("text"))
        text = self.tr("Will be skipped: {0}").format(problem)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(GRID, box.height() // 2 - GRID, -GRID, 0), int(flags), problem and text)


def _draw_original(painter: QPainter, box: QRectF, pair: PreviewPair) -> None:
    """Draw the whole original, what is not used dimmed, and a frame around what is."""
    place = fitted(pair.original.size(), box)
    painter.drawImage(place, pair.original)
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in pair.box)
    used = QRectF(
        place.left() + left * place.width(),
        place.top() + top * place.height(),
        (right - left) * place.width(),
        (bottom - top) * place.height(),
    )
    outside = QPainterPath()
    outside.addRect(place)
    inside = QPainterPath()
    inside.addRect(used)
    shade = QColor(DARK.canvas)
    shade.setAlpha(_DIMMED)
    painter.fillPath(outside - inside, shade)
    if used != place:
        painter.setPen(QPen(QColor(tokens().accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(used.adjusted(0.5, 0.5, -0.5, -0.5))


def _draw_picture(painter: QPainter, box: QRectF, pair: PreviewPair) -> None:
    """Draw the working copy, its pixels as squares where they are much enlarged."""
    large = box.width() >= NEAREST_FROM * pair.working.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not large)
    painter.drawImage(box, pair.working)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)


def _line(painter: QPainter, font: QFont, rect: QRect, text: str, color: str) -> None:
    painter.setFont(font)
    painter.setPen(token_color(color))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
