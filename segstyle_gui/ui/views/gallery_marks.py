"""What is painted above the tiles: focus, titles of compared runs, the box, strokes. All in device pixels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_CAPTION
from segstyle_gui.ui.views.gallery_canvas import Scene
from segstyle_gui.ui.views.gallery_layout import Box
from segstyle_gui.ui.views.scribbles import Stroke

_STROKE, _CASING = 4, 7  # px
_SMALLEST_WITH_TITLE = 80  # px


def draw_focus(painter: QPainter, box: Box, scale: float) -> None:
    """Draw the ring around the tile that the keyboard is at."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens().accent), 2 * scale))
    around = QRectF(box.x, box.y, box.width, box.height).adjusted(-scale, -scale, scale, scale)
    painter.drawRoundedRect(around, 5 * scale, 5 * scale)


def draw_band(painter: QPainter, band: QRectF, scale: float) -> None:
    """Draw the box that the pointer spans."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    fill = QColor(tokens().accent)
    painter.setPen(QPen(fill, max(round(scale), 1)))
    fill.setAlphaF(0.14)
    painter.setBrush(fill)
    painter.drawRect(band)


def draw_titles(painter: QPainter, scene: Scene, titles: Sequence[str]) -> None:
    """Write the title of its run into the corner of each tile, where tiles are large enough."""
    if scene.grid.tile < _SMALLEST_WITH_TITLE * scene.scale:
        return
    font = QFont(painter.font())
    font.setPixelSize(round(FONT_CAPTION * scene.scale))
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics, pad = QFontMetricsF(font), 4 * scene.scale
    ground = QColor(tokens().surface)
    ground.setAlphaF(0.86)
    for place, box in scene.tiles():
        text = metrics.elidedText(titles[place.side], Qt.TextElideMode.ElideRight, box.width - 6 * pad)
        chip = QRectF(box.x + pad, box.y + pad, metrics.horizontalAdvance(text) + 2 * pad, metrics.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(chip, pad / 2, pad / 2)
        painter.setPen(QColor(tokens().text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def draw_strokes(
    painter: QPainter, scene: Scene, seeds: Sequence[int], strokes: Sequence[Stroke], colors: Sequence[QColor]
) -> None:
    """Draw strokes over the samples they belong to, each with a bright casing."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place, box in scene.tiles():
        own = [stroke for stroke in strokes if stroke.seed == seeds[scene.cells[place.cell]]]
        if place.side or not own:
            continue
        painter.save()
        painter.setClipRect(box.x, box.y, box.width, box.height)
        for stroke in own:
            line = QPolygonF([_on_tile(scene, box, y, x) for y, x in stroke.points])
            casing = QColor(255, 255, 255, 230)  # on the image, whatever the theme
            for color, width in ((casing, _CASING), (colors[stroke.group], _STROKE)):
                pen = QPen(color, width * scene.scale)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
                painter.setPen(pen)
                painter.drawPolyline(line) if len(stroke.points) > 1 else painter.drawPoints(line)
        painter.restore()


def _on_tile(scene: Scene, box: Box, y: float, x: float) -> QPointF:
    u, v = scene.lens.to_tile(x, y)
    return QPointF(box.x + u * box.width, box.y + v * box.height)
