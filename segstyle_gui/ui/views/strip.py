"""Samples along a direction: a row for each seed, a column for each strength α, and where α stands now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import FONT_CAPTION, GRID, RADIUS
from segstyle_gui.ui.views.empty_text import draw_empty_text
from segstyle_gui.ui.views.rasters import tile_pixmap, to_qimage

_HEADER = 5 * GRID  # px; labels of α above their axis
_SEED_WIDTH = 11 * GRID  # px; the seeds beside the rows
_GAP = GRID // 2
_SMALLEST, _LARGEST = 56, 192  # px; side of a tile
_AXIS = 10  # px; from the axis to the first row


class SampleStrip(QAbstractScrollArea):
    """Images along α, with the column of the chosen α framed.

    Signals
    -------
    alpha_picked(float)
        The α of a column that was clicked, or reached with the arrow keys.
    """

    alpha_picked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: NDArray[np.uint8] = np.zeros((0, 0, 1, 1), np.uint8)
        self._alphas: NDArray[np.float64] = np.zeros(0)
        self._seeds: tuple[int, ...] = ()
        self._alpha = 0.0
        self._hovered = -1
        self._side = _SMALLEST
        self._pixmaps: dict[tuple[int, int], QPixmap] = {}
        self._empty = ("", "")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Samples along α"))
        self.viewport().setMouseTracking(True)
        theme_signals().changed.connect(self._arrange)

    def set_images(
        self, images: NDArray[np.uint8], alphas: Sequence[float], seeds: Sequence[int] = ()
    ) -> None:
        """Show other samples.

        Parameters
        ----------
        images
            (n_seeds, n_alpha, H, W) or (n_seeds, n_alpha, H, W, C) uint8, kept and not copied.
        alphas
            n_alpha strengths, ascending.
        seeds
            n_seeds seeds, written beside the rows; none leaves the rows bare.

        Raises
        ------
        ValueError
            If the numbers of images, strengths and seeds do not fit.
        """
        if images.shape[1] != len(alphas) or (seeds and len(seeds) != images.shape[0]):
            raise ValueError(f"{images.shape} images for {len(seeds)} seeds and {len(alphas)} strengths")
        self._images, self._alphas, self._seeds = images, np.asarray(alphas, float), tuple(seeds)
        self._arrange()

    def set_alpha(self, alpha: float) -> None:
        """Move the marker to ``alpha`` and frame the nearest column; tells nothing."""
        self._alpha = alpha
        column = self.column()
        if column >= 0:
            self._reveal(column)
        self.setAccessibleDescription(self.tr("α is {0}").format(_text(alpha)))
        self.viewport().update()

    def column(self) -> int:
        """Return the number of the column nearest to α, -1 without images."""
        return int(np.abs(self._alphas - self._alpha).argmin()) if len(self._alphas) else -1

    def set_empty_text(self, title: str, text: str = "") -> None:
        """Say what to do next where there are no images."""
        self._empty = (title, text)
        self.viewport().update()

    def tile_rect(self, row: int, column: int) -> QRect:
        """Return where a tile is in the viewport."""
        tall = self._tall()
        x = self._left() + column * (self._side + _GAP) - self.horizontalScrollBar().value()
        y = _HEADER + _AXIS + row * (tall + _GAP) - self.verticalScrollBar().value()
        return QRect(x, y, self._side, tall)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        if self.column() >= 0:
            self._reveal(self.column())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), QColor(tokens().canvas))
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION)
        painter.setFont(font)
        if self._images.size == 0:
            draw_empty_text(painter, self.viewport().rect(), *self._empty)
        else:
            self._draw_tiles(painter, event.rect())
            self._draw_header(painter)
            self._draw_seeds(painter)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        column = self._column_at(event.position())
        if column >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._pick(column)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._column_at(event.position()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            column = self._column_at(QPointF(event.pos()))
            text = (
                self.tr("Click to choose α = {0}").format(_text(self._alphas[column])) if column >= 0 else ""
            )
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.step(step)
        else:
            super().keyPressEvent(event)

    def step(self, steps: int) -> None:
        """Go to another column, as if it were clicked; not beyond the ends."""
        if 0 <= self.column() + steps < len(self._alphas):
            self._pick(self.column() + steps)

    def _pick(self, column: int) -> None:
        self.set_alpha(float(self._alphas[column]))
        self.alpha_picked.emit(float(self._alphas[column]))

    def _hover(self, column: int) -> None:
        if column != self._hovered:
            self._hovered = column
            self.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor if column >= 0 else Qt.CursorShape.ArrowCursor
            )
            self.viewport().update()

    def _left(self) -> int:
        return _SEED_WIDTH if self._seeds else _GAP

    def _tall(self) -> int:
        height, width = self._images.shape[2:4]
        return max(1, int(self._side * height / width))

    def _arrange(self) -> None:
        n_rows, n_columns = self._images.shape[:2]
        room = self.viewport().size()
        if n_columns:
            side = (room.width() - self._left() - _GAP) // n_columns - _GAP
            self._side = min(max(side, _SMALLEST), _LARGEST)
        wide = self._left() + n_columns * (self._side + _GAP)
        tall = _HEADER + _AXIS + n_rows * (self._tall() + _GAP)
        self.horizontalScrollBar().setRange(0, max(0, wide - room.width()))
        self.horizontalScrollBar().setPageStep(room.width())
        self.horizontalScrollBar().setSingleStep(self._side)
        self.verticalScrollBar().setRange(0, max(0, tall - room.height()))
        self.verticalScrollBar().setPageStep(room.height())
        self.verticalScrollBar().setSingleStep(self._tall() // 2)
        self._pixmaps.clear()
        self.viewport().update()

    def _column_at(self, position: QPointF) -> int:
        x = position.x() + self.horizontalScrollBar().value() - self._left()
        column = int(x // (self._side + _GAP))
        below = position.y() < self.tile_rect(max(len(self._images) - 1, 0), 0).bottom()
        beside = position.x() >= (self._left() if self._seeds else 0)
        return column if below and beside and 0 <= column < len(self._alphas) else -1

    def _draw_tiles(self, painter: QPainter, seen: QRect) -> None:
        chosen = self.column()
        for row in range(self._images.shape[0]):
            for column in range(self._images.shape[1]):
                rect = self.tile_rect(row, column)
                if rect.intersects(seen):
                    painter.drawPixmap(rect.topLeft(), self._pixmap(row, column, rect))
        if self._hovered not in (-1, chosen):
            self._draw_frame(painter, self._hovered, QColor(tokens().edge))
        self._draw_frame(painter, chosen, QColor(tokens().accent))

    def _draw_frame(self, painter: QPainter, column: int, color: QColor) -> None:
        top, bottom = self.tile_rect(0, column), self.tile_rect(self._images.shape[0] - 1, column)
        frame = QRectF(top.united(bottom)).adjusted(-1, -1, 1, 1)
        painter.setPen(QPen(color, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, RADIUS + 1, RADIUS + 1)

    def _draw_header(self, painter: QPainter) -> None:
        """Draw the strengths on an axis that stays when the rows scroll."""
        colors, chosen = tokens(), self.column()
        painter.fillRect(QRect(0, 0, self.viewport().width(), _HEADER), QColor(colors.canvas))
        line = _HEADER - _GAP
        first, last = self._middle(0), self._middle(len(self._alphas) - 1)
        painter.setPen(QPen(QColor(colors.line), 2))
        painter.drawLine(QPointF(first, line), QPointF(last, line))
        for column, alpha in enumerate(self._alphas):
            x = self._middle(column)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.edge))
            painter.drawEllipse(QPointF(x, line), 2, 2)
            active = column in (chosen, self._hovered)
            painter.setPen(QColor(colors.text if active else colors.muted))
            place = QRectF(x - self._side / 2, _GAP, self._side, line - 2 * _GAP - 4)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _text(alpha))
        self._draw_marker(painter, self._marker_x(), line)

    def _draw_marker(self, painter: QPainter, x: float, line: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().accent))
        tip = QPointF(x, line + 1)
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-5, -8), tip + QPointF(5, -8)]))

    def _draw_seeds(self, painter: QPainter) -> None:
        if not self._seeds:
            return
        colors = tokens()
        ground = QColor(colors.canvas)
        painter.fillRect(QRect(0, 0, _SEED_WIDTH - _GAP, self.viewport().height()), ground)
        painter.setPen(QColor(colors.muted))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, seed in enumerate(self._seeds):
            rect = self.tile_rect(row, 0)
            painter.drawText(
                QRect(0, rect.top(), _SEED_WIDTH - GRID - _GAP, rect.height()),
                align,
                self.tr("seed {0}").format(seed),
            )
        corner = QRect(0, 0, _SEED_WIDTH - _GAP, _HEADER)
        painter.fillRect(corner, ground)
        painter.drawText(corner.adjusted(0, _GAP, -GRID - _GAP, -_GAP - 4 - _GAP), align, "α")

    def _middle(self, column: int) -> float:
        return self.tile_rect(0, column).left() + self._side / 2

    def _marker_x(self) -> float:
        places = [self._middle(column) for column in range(len(self._alphas))]
        return float(np.interp(self._alpha, self._alphas, places))

    def _reveal(self, column: int) -> None:
        rect, bar = self.tile_rect(0, column), self.horizontalScrollBar()
        if rect.left() < self._left():
            bar.setValue(bar.value() + rect.left() - self._left())
        elif rect.right() > self.viewport().width():
            bar.setValue(bar.value() + rect.right() - self.viewport().width() + _GAP)

    def _pixmap(self, row: int, column: int, rect: QRect) -> QPixmap:
        ratio = self.devicePixelRatioF()
        known = self._pixmaps.get((row, column))
        if known is None or known.devicePixelRatio() != ratio:
            image = to_qimage(self._images[row, column])
            known = tile_pixmap(image, rect.size(), ratio, RADIUS, tokens().canvas)
            self._pixmaps[row, column] = known
        return known


def _text(alpha: float) -> str:
    """Return the strength in its shortest form, with a true minus sign."""
    return f"{alpha:+g}".replace("-", "−") if alpha else "0"
