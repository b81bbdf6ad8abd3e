"""Images of an array side by side: the samples of a generator while it learns, or pairs to look through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import FONT_CAPTION, GRID, RADIUS
from segstyle_gui.ui.views.empty_text import draw_empty_text
from segstyle_gui.ui.views.grid_layout import GridLayout, filled, flowing
from segstyle_gui.ui.views.loupe import Loupe
from segstyle_gui.ui.views.rasters import tile_pixmap, to_qimage

_CAPTION_HEIGHT = 20


class ImageGrid(QAbstractScrollArea):
    """Tiles of one array in as many columns as the width allows.

    Parameters
    ----------
    tile
        Wanted width of a tile, px; tiles are made a little wider to fill a row.
    fit
        True makes tiles as large as they can be without scrolling, instead.

    Signals
    -------
    clicked(int)
        The number of the image that was clicked, or on which Enter was pressed.
    hovered(int)
        The number of the image under the pointer, -1 for none.
    """

    clicked = Signal(int)
    hovered = Signal(int)

    def __init__(self, *, tile: int = 128, fit: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tile, self._fit = tile, fit
        self._images: NDArray[np.uint8] = np.zeros((0, 1, 1), np.uint8)
        self._captions: tuple[str, ...] = ()
        self._pixmaps: dict[int, QPixmap] = {}
        self._layout = GridLayout()
        self._current, self._hovered = -1, -1
        self._empty = ("", "")
        self._loupe = Loupe(self.viewport())
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Images"))
        self.viewport().setMouseTracking(True)
        theme_signals().changed.connect(self._arrange)

    def set_images(self, images: NDArray[np.uint8], captions: Sequence[str] = ()) -> None:
        """Show other images; cheap enough for ten calls a second.

        Parameters
        ----------
        images
            (N, H, W) or (N, H, W, C) uint8 with 1, 3 or 4 channels, kept and not copied.
        captions
            N lines below the tiles, or none.
        """
        same_places = images.shape[:3] == self._images.shape[:3] and bool(captions) == bool(self._captions)
        self._images, self._captions = images, tuple(captions)
        self._pixmaps.clear()
        if not same_places:
            self._arrange()
        if 0 <= self._hovered < len(images):
            self._loupe.replace(to_qimage(images[self._hovered]))
        self.viewport().update()

    def set_current(self, number: int | None) -> None:
        """Frame one image (None for no image) and scroll it into view."""
        self._current = -1 if number is None else number
        if 0 <= self._current < len(self._images):
            self._reveal(self._current)
        self.viewport().update()

    def set_tile(self, tile: int) -> None:
        """Change the wanted width of a tile, px."""
        self._tile = tile
        self._arrange()

    def set_empty_text(self, title: str, text: str = "") -> None:
        """Say what to do next where there are no images."""
        self._empty = (title, text)
        self.viewport().update()

    @property
    def columns(self) -> int:
        """Number of tiles in a row."""
        return self._layout.columns

    def tile_rect(self, number: int) -> QRect:
        """Return where a tile is in the viewport, without its caption."""
        return self._layout.rect(number).translated(0, -self.verticalScrollBar().value())

    def number_at(self, position: QPointF) -> int:
        """Return the number of the image at a position in the viewport, -1 for none."""
        return self._layout.number_at(
            position.x(), position.y() + self.verticalScrollBar().value(), len(self._images)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), QColor(tokens().canvas))
        if len(self._images) == 0:
            draw_empty_text(painter, self.viewport().rect(), *self._empty)
        offset = self.verticalScrollBar().value()
        for number in self._layout.between(
            event.rect().top() + offset, event.rect().bottom() + offset, len(self._images)
        ):
            self._draw_tile(painter, number)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.number_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.number_at(event.position())
        if number >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._loupe.leave()
            self.set_current(number)
            self.clicked.emit(number)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.columns,
            Qt.Key.Key_Down: self.columns,
        }
        key = Qt.Key(event.key())
        if key in steps and len(self._images):
            target = self._current + steps[key] if self._current >= 0 else 0
            if 0 <= target < len(self._images):
                self.set_current(target)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.clicked.emit(self._current)
        else:
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        n, height, width = self._images.shape[:3]
        room = self.viewport().size()
        below = _CAPTION_HEIGHT if self._captions else 0
        if self._fit:
            self._layout = filled(n, room.width(), room.height(), height / width, below)
        else:
            self._layout = flowing(n, room.width(), self._tile, height / width, below)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._layout.height(n) - room.height()))
        bar.setPageStep(room.height())
        bar.setSingleStep(self._layout.row_height // 2)
        self._pixmaps.clear()
        self.viewport().update()

    def _draw_tile(self, painter: QPainter, number: int) -> None:
        rect, colors = self.tile_rect(number), tokens()
        painter.drawPixmap(rect.topLeft(), self._pixmap(number, rect))
        if number in (self._current, self._hovered):
            chosen = number == self._current
            painter.setPen(QPen(QColor(colors.accent if chosen else colors.edge), 2 if chosen else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        if self._captions:
            self._draw_caption(painter, rect, self._captions[number])

    def _draw_caption(self, painter: QPainter, rect: QRect, caption: str) -> None:
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION)
        painter.setFont(font)
        painter.setPen(QColor(tokens().muted))
        line = QRect(rect.left(), rect.bottom() + 1, rect.width(), _CAPTION_HEIGHT)
        shown = QFontMetrics(font).elidedText(caption, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)

    def _pixmap(self, number: int, rect: QRect) -> QPixmap:
        ratio = self.devicePixelRatioF()
        known = self._pixmaps.get(number)
        if known is None or known.devicePixelRatio() != ratio:
            known = tile_pixmap(to_qimage(self._images[number]), rect.size(), ratio, RADIUS, tokens().canvas)
            self._pixmaps[number] = known
        return known

    def _hover(self, number: int) -> None:
        if number == self._hovered:
            return
        self._hovered = number
        if number >= 0:
            self._loupe.rest_on(to_qimage(self._images[number]), self.tile_rect(number))
            self.viewport().setToolTip(self._captions[number] if self._captions else "")
        else:
            self._loupe.leave()
        self.viewport().update()
        self.hovered.emit(number)

    def _reveal(self, number: int) -> None:
        rect, bar = self._layout.rect(number), self.verticalScrollBar()
        if rect.top() < bar.value():
            bar.setValue(rect.top() - GRID)
        elif rect.bottom() + _CAPTION_HEIGHT > bar.value() + self.viewport().height():
            bar.setValue(rect.bottom() + _CAPTION_HEIGHT - self.viewport().height())
