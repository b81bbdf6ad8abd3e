"""One tile of a wall of thumbnails: the picture with round corners, its name, mark and score."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from segstyle_gui.ui.models.image_list import ImageListModel, Mark
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import DARK, FONT_CAPTION, GRID, RADIUS, Tokens
from segstyle_gui.ui.views.rasters import PixmapStore, fitted, tile_pixmap

Index = QModelIndex | QPersistentModelIndex

_NAME_HEIGHT = 2 * GRID
_BADGE = 2 * GRID  # px; side of the mark in the corner
_SCORE_HEIGHT = 3  # px; of the bar at the foot of the picture
_ON_IMAGE = DARK  # signs over an image stand on a dark ground of their own in both themes


class ImageTileDelegate(QStyledItemDelegate):
    """Draws the rows of an :class:`ImageListModel` as tiles, from pixmaps it keeps for what was seen last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tile = 96  # px; side of the picture
        self._pixmaps = PixmapStore()
        self._short_names: dict[tuple[int, int], str] = {}
        self._font = QFont()
        self._font.setPixelSize(FONT_CAPTION)

    def height_of(self, tile: int) -> int:
        """Return the height of a row of tiles with their names, px."""
        return GRID + tile + GRID // 2 + _NAME_HEIGHT + GRID // 2

    def forget(self) -> None:
        """Drop all pixmaps: the images, or the colours around them, are others."""
        self._pixmaps.clear()
        self._short_names.clear()

    def forget_items(self, items: Iterable[int]) -> None:
        """Drop the pixmaps of these item numbers."""
        for item in items:
            self._pixmaps.drop(item)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self.tile + GRID, self.height_of(self.tile))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, ImageListModel)
        item, cell, colors = model.item_at(index.row()), option.rect, tokens()
        box = QRect(cell.center().x() - self.tile // 2, cell.top() + GRID, self.tile, self.tile)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        picture = self._draw_picture(painter, box, model, item, colors)
        if model.mark(item) is not Mark.NONE:
            _draw_badge(painter, picture, model.mark(item))
        _draw_score(painter, picture, model.score(item))
        if selected or hovered:
            _draw_frame(painter, picture, QColor(colors.accent if selected else colors.edge), selected)
        painter.setFont(self._font)
        painter.setPen(QColor(colors.text if selected else colors.muted))
        place = QRect(cell.left() + 4, box.bottom() + 5, cell.width() - 8, _NAME_HEIGHT)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(place, flags, self._short_name(model, item, place.width()))

    def _draw_picture(
        self, painter: QPainter, box: QRect, model: ImageListModel, item: int, colors: Tokens
    ) -> QRectF:
        """Draw the thumbnail, or a gray tile while there is none, and return where it is."""
        pixmap = self._pixmap(model, item, painter.device().devicePixelRatioF())
        if pixmap is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.line))
            painter.drawRoundedRect(QRectF(box), RADIUS, RADIUS)
            return QRectF(box)
        size = pixmap.deviceIndependentSize()
        picture = QRectF(
            QPointF(box.x() + (box.width() - size.width()) // 2, box.bottom() + 1 - size.height()), size
        )
        painter.drawPixmap(picture.topLeft(), pixmap)
        return picture

    def _pixmap(self, model: ImageListModel, item: int, ratio: float) -> QPixmap | None:
        known = self._pixmaps.get(item)
        if known is not None and known.devicePixelRatio() == ratio:
            size = known.deviceIndependentSize()
            if max(size.width(), size.height()) == self.tile:
                return known
        image = model.thumbnail(item)
        if image.isNull():
            return None
        shown = fitted(image.size(), QRectF(0, 0, self.tile, self.tile)).size().toSize()
        return self._pixmaps.put(item, tile_pixmap(image, shown, ratio, RADIUS, tokens().canvas))

    def _short_name(self, model: ImageListModel, item: int, width: int) -> str:
        known = self._short_names.get((item, width))
        if known is None:
            metrics = QFontMetrics(self._font)
            known = metrics.elidedText(model.name(item), Qt.TextElideMode.ElideMiddle, width)
            self._short_names[item, width] = known
        return known


def _draw_frame(painter: QPainter, picture: QRectF, color: QColor, selected: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = 2.0 if selected else 1.0
    painter.setPen(QPen(color, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    grow = 2.0 if selected else 0.5
    painter.drawRoundedRect(picture.adjusted(-grow, -grow, grow, grow), RADIUS + grow, RADIUS + grow)


def _draw_badge(painter: QPainter, picture: QRectF, mark: Mark) -> None:
    """Draw a disc with a sign of its own for each mark, so that it is told without its colour."""
    colors = _ON_IMAGE
    fill = {
        Mark.REVIEWED: colors.success,
        Mark.CORRECTED: colors.accent,
        Mark.SKIPPED: colors.muted,
        Mark.CHANGED: colors.warning,
    }[mark]
    center = QPointF(picture.right() - 5 - _BADGE / 2, picture.top() + 5 + _BADGE / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colors.canvas), 1.5))
    painter.setBrush(QColor(fill))
    painter.drawEllipse(center, _BADGE / 2, _BADGE / 2)
    painter.setPen(QPen(QColor(colors.canvas), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for line in _SIGNS[mark]:
        painter.drawPolyline([center + QPointF(x, y) for x, y in line])


_SIGNS: dict[Mark, tuple[tuple[tuple[float, float], ...], ...]] = {
    Mark.REVIEWED: (((-3.2, 0.2), (-1.0, 2.5), (3.3, -2.4)),),
    Mark.CORRECTED: (((-2.6, 2.6), (2.6, -2.6)), ((-2.6, 2.6), (-0.6, 2.2))),
    Mark.SKIPPED: (((-2.4, -2.4), (2.4, 2.4)), ((-2.4, 2.4), (2.4, -2.4))),
    Mark.CHANGED: (((0.0, -3.2), (0.0, 0.8)), ((0.0, 3.2), (0.0, 3.3))),
}


def _draw_score(painter: QPainter, picture: QRectF, score: float) -> None:
    if math.isnan(score):
        return
    track = QRectF(picture.left() + 6, picture.bottom() - 7, picture.width() - 12, _SCORE_HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    ground = QColor(_ON_IMAGE.shadow)
    ground.setAlpha(150)
    painter.setBrush(ground)
    painter.drawRoundedRect(track.adjusted(-1, -1, 1, 1), 2.5, 2.5)
    painter.setBrush(QColor(_ON_IMAGE.warning))
    track.setWidth(max(track.width() * min(max(score, 0.0), 1.0), _SCORE_HEIGHT))
    painter.drawRoundedRect(track, 1.5, 1.5)
