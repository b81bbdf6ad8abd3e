"""A tile held larger beside the pointer, for as long as the pointer rests on it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.later import later
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.rasters import fitted, tile_pixmap

_SIDE = 288  # px; of the enlarged picture
_WORTH = 1.4  # an enlargement by less is not worth covering the neighbours
_DELAY = 450  # ms that the pointer rests before


class Loupe(QWidget):
    """Belongs to the widget whose tiles it enlarges; lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._image = QImage()
        self._tile = QRect()
        self._timer = later(self, _DELAY, self._appear)
        self.hide()

    def rest_on(self, image: QImage, tile: QRect) -> None:
        """Enlarge ``image`` in a moment: the pointer is on its ``tile``, a rectangle in the parent."""
        self.leave()
        self._image, self._tile = image, tile
        self._timer.start()

    def replace(self, image: QImage) -> None:
        """Show another image: the tile does."""
        self._image = image
        self.update()

    def leave(self) -> None:
        """Hide: the pointer is elsewhere."""
        self._timer.stop()
        self.hide()

    def _appear(self) -> None:
        if self._image.isNull():
            return
        parent = self.parentWidget()
        assert parent is not None
        room = parent.size()
        side = min(_SIDE, room.width() - 2 * GRID, room.height() - 2 * GRID)
        picture = fitted(self._image.size(), QRectF(0, 0, side, side)).size().toSize()
        if picture.width() < _WORTH * self._tile.width():
            return
        frame = picture + QSize(2, 2)
        corner = self._tile.center() - QPoint(frame.width() // 2, frame.height() // 2)
        x = min(max(corner.x(), GRID), room.width() - frame.width() - GRID)
        y = min(max(corner.y(), GRID), room.height() - frame.height() - GRID)
        self.setGeometry(QRect(QPoint(x, y), frame))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        size = self.size() - QSize(2, 2)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(QPoint(1, 1), tile_pixmap(self._image, size, ratio, 0, tokens().canvas))
        painter.setPen(QPen(QColor(tokens().accent), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
