"""Regions on the way from the gallery to a class, by drag and drop."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QDrag, QFont, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_BODY, GRID, RADIUS

REGIONS_MIME = "application/x-segstyle-regions"
_CHIPS = 5  # colours shown on the card


def regions_to_mime(regions: Collection[int]) -> QMimeData:
    """Return region ids as data to drop: a JSON list under :data:`REGIONS_MIME`."""
    data = QMimeData()
    data.setData(REGIONS_MIME, json.dumps(sorted(regions)).encode())
    return data


def regions_from_mime(data: QMimeData) -> frozenset[int]:
    """Return the region ids that are dropped, none if the data is something else."""
    try:
        ids = json.loads(bytes(data.data(REGIONS_MIME).data()) or b"[]")
        return frozenset(int(i) for i in ids)
    except (ValueError, TypeError):
        return frozenset()


def drag_regions(source: QWidget, regions: Collection[int], colors: Sequence[QColor], text: str) -> None:
    """Let the user carry regions to a place that takes them; returns when they are dropped.

    Parameters
    ----------
    source
        The widget they come from.
    regions
        Their ids.
    colors, text
        What the card under the pointer shows.
    """
    drag = QDrag(source)
    drag.setMimeData(regions_to_mime(regions))
    drag.setPixmap(drag_card(colors, text, source.font(), source.devicePixelRatioF()))
    drag.setHotSpot(QPoint(-2 * GRID, -GRID))
    drag.exec(Qt.DropAction.CopyAction)


def drag_card(colors: Sequence[QColor], text: str, font: QFont, scale: float) -> QPixmap:
    """Return a small card with the colours of regions and a text."""
    font = QFont(font)
    font.setPixelSize(FONT_BODY)
    shown = colors[:_CHIPS]
    height, chip = 4 * GRID, 12
    left = GRID + len(shown) * (chip + 4) + 4
    width = left + QFontMetricsF(font).horizontalAdvance(text) + GRID
    pixmap = QPixmap(round(width * scale), round(height * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setPen(QColor(tokens().edge))
    painter.setBrush(QColor(tokens().raised))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), RADIUS, RADIUS)
    painter.setPen(QColor(tokens().text))
    painter.drawText(QRectF(left, 0, width - left, height), Qt.AlignmentFlag.AlignVCenter, text)
    painter.setPen(Qt.PenStyle.NoPen)
    for i, color in enumerate(shown):
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(GRID + i * (chip + 4), (height - chip) / 2, chip, chip), 3, 3)
    painter.end()
    return pixmap
