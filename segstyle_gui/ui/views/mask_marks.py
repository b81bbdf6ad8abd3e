"""What is drawn above image and overlay: brush, polygon under way, pixel grid, legends.

Marks that lie on an image are light with a dark rim in every theme, since they must show on any image.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from segstyle_gui.core.strokes import segment_mask
from segstyle_gui.ui.theme.tokens import FONT_CAPTION, GRID, RADIUS, Tokens
from segstyle_gui.ui.views.image_layer import wrapped
from segstyle_gui.ui.views.mask_overlay import heat_table

LIGHT = QColor(255, 255, 255)
DARK = QColor(0, 0, 0, 190)
_GRID = QColor(128, 128, 128, 110)
_HANDLE = 3.5  # half a corner's square, px
_BAR = (96, 8)  # size of the heat legend's ramp, px
_MARGIN = 2.0  # room of a rim beside its line, px


def draw_on_any(painter: QPainter, path: QPainterPath, *, dashed: bool = False) -> None:
    """Stroke a path in light with a dark rim, one pixel wide at any transform."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((DARK, 3.0), (LIGHT, 1.25)):
        pen = QPen(color, width)
        pen.setCosmetic(True)
        if dashed and color is LIGHT:
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawPath(path)


def brush_path(radius: int, zoom: float) -> QPainterPath:
    """Return a brush's rim in image pixels around the corner of its middle pixel.

    The exact steps of its pixels where they can be seen (a zoom of 4 and more), else a circle.
    """
    if zoom >= 4 and radius <= 64:
        return _pixel_rim(radius)
    path = QPainterPath()
    path.addEllipse(QPointF(0.5, 0.5), radius + 0.5, radius + 0.5)
    return path


@lru_cache(maxsize=32)
def _pixel_rim(radius: int) -> QPainterPath:
    size = 2 * radius + 3
    _, mask = segment_mask((radius + 1, radius + 1), (radius + 1, radius + 1), radius, (size, size))
    inside = np.pad(mask, 1).astype(np.int8)
    path = QPainterPath()
    for row, column in np.argwhere(np.diff(inside, axis=0)) - (radius, radius + 1):
        path.moveTo(float(column), float(row))
        path.lineTo(float(column + 1), float(row))
    for row, column in np.argwhere(np.diff(inside, axis=1)) - (radius + 1, radius):
        path.moveTo(float(column), float(row))
        path.lineTo(float(column), float(row + 1))
    return path


def draw_brush(
    painter: QPainter, origin: QPointF, scale: float, path: QPainterPath, *, dashed: bool = False
) -> None:
    """Draw a :func:`brush_path` whose image pixel starts at ``origin`` and is ``scale`` logical px wide."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(origin)
    painter.scale(scale, scale)
    draw_on_any(painter, path, dashed=dashed)
    painter.restore()


def draw_line(painter: QPainter, start: QPointF, end: QPointF) -> None:
    """Draw the dashed way that a straight line would take."""
    path = QPainterPath(start)
    path.lineTo(end)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_on_any(painter, path, dashed=True)
    painter.restore()


def draw_polygon(
    painter: QPainter, corners: Sequence[QPointF], pointer: QPointF | None, color: QColor, *, closing: bool
) -> None:
    """Draw a polygon under way: its area so far, its edges, the edge to the pointer, its corners.

    ``closing`` marks the first corner: a click would join it.
    """
    if not corners:
        return
    end = corners[0] if closing else pointer
    line = [*corners, *([end] if end is not None else [])]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QColor(color)
    area.setAlphaF(0.35)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(area)
    painter.drawPolygon(QPolygonF(line), Qt.FillRule.OddEvenFill)
    path = QPainterPath(line[0])
    for point in line[1:]:
        path.lineTo(point)
    draw_on_any(painter, path)
    for i, corner in enumerate(corners):
        half = _HANDLE + (2 if closing and i == 0 else 0)
        painter.setPen(QPen(DARK, 1))
        painter.setBrush(color if closing and i == 0 else LIGHT)
        painter.drawRect(QRectF(corner.x() - half, corner.y() - half, 2 * half, 2 * half))
    painter.restore()


def draw_grid(painter: QPainter, image: QRectF, cell: float, clip: QRectF) -> None:
    """Draw lines between the pixels of an image, as far as they meet ``clip``.

    Parameters
    ----------
    image
        Where the whole image lies, logical px.
    cell
        Width of an image pixel, logical px.
    """
    area = image.intersected(clip)
    if area.isEmpty():
        return
    pen = QPen(_GRID, 1)
    pen.setCosmetic(True)
    painter.save()
    painter.setPen(pen)
    columns = np.arange(np.ceil((area.left() - image.left()) / cell), (area.right() - image.left()) / cell)
    rows = np.arange(np.ceil((area.top() - image.top()) / cell), (area.bottom() - image.top()) / cell)
    xs, ys = image.left() + columns * cell, image.top() + rows * cell
    painter.drawLines([QLineF(x, area.top(), x, area.bottom()) for x in xs.tolist()])
    painter.drawLines([QLineF(area.left(), y, area.right(), y) for y in ys.tolist()])
    painter.restore()


def draw_heat_legend(painter: QPainter, corner: QPointF, colors: Tokens, ends: tuple[str, str]) -> None:
    """Draw a ramp from no doubt to all doubt above ``corner`` (bottom left), between two words."""
    metrics = _caption(painter)
    widths = [metrics.horizontalAdvance(text) for text in ends]
    box = _panel(painter, corner, colors, sum(widths) + _BAR[0] + 2 * GRID)
    x, middle = box.left() + GRID, box.center().y()
    painter.drawText(QRectF(x, box.top(), widths[0], box.height()), _MIDDLE, ends[0])
    ramp = QRectF(x + widths[0] + GRID, middle - _BAR[1] / 2, *_BAR)
    painter.fillRect(ramp, QColor("#808080"))
    pixels = heat_table().reshape(1, -1)
    painter.drawImage(ramp, wrapped(pixels, QImage.Format.Format_ARGB32_Premultiplied))
    painter.drawText(QRectF(ramp.right() + GRID, box.top(), widths[1], box.height()), _MIDDLE, ends[1])


def draw_text_legend(painter: QPainter, corner: QPointF, colors: Tokens, text: str) -> None:
    """Draw a line of text on a panel above ``corner`` (bottom left)."""
    width = _caption(painter).horizontalAdvance(text)
    box = _panel(painter, corner, colors, width)
    painter.drawText(box.adjusted(GRID, 0, 0, 0), _MIDDLE, text)


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def _caption(painter: QPainter) -> QFontMetricsF:
    font = painter.font()
    font.setPixelSize(FONT_CAPTION)
    painter.setFont(font)
    return QFontMetricsF(font)


def _panel(painter: QPainter, corner: QPointF, colors: Tokens, width: float) -> QRectF:
    """Draw the ground of a legend for ``width`` of content; return its rectangle, ready for text."""
    box = QRectF(corner.x(), corner.y() - 3 * GRID, width + 2 * GRID + 1, 3 * GRID)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colors.line), 1))
    painter.setBrush(QColor(colors.surface))
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    painter.setPen(QColor(colors.text))
    return box
