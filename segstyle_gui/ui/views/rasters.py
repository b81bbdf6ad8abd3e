"""From arrays to what Qt paints: images, label maps in colours, round tiles, a bounded store of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

_FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}
_INDEXED = 256  # ids that an image with a colour table can hold
NEAREST_FROM = 4.0  # enlargement from which pixels are shown as squares


def to_qimage(pixels: NDArray[np.uint8]) -> QImage:
    """Return an image that owns its pixels; allowed on any thread.

    Parameters
    ----------
    pixels
        (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) uint8.

    Raises
    ------
    ValueError
        If the shape or the type is another.
    """
    channels = 1 if pixels.ndim == 2 else pixels.shape[-1] if pixels.ndim == 3 else 0
    if channels not in _FORMATS or pixels.dtype != np.uint8:
        raise ValueError(f"an image is (H, W[, C]) uint8, not {pixels.shape} {pixels.dtype}")
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, width * channels, _FORMATS[channels]).copy()


def label_image(label_map: NDArray[np.integer], lut: NDArray[np.uint8]) -> QImage:
    """Return a label map in the colours of a table.

    Parameters
    ----------
    label_map
        (H, W) ids from 0.
    lut
        (M, 4) uint8 RGBA, not premultiplied; ids of M and more are transparent.
    """
    n_ids = int(label_map.max(initial=0)) + 1
    table = np.zeros((max(n_ids, len(lut)), 4), np.uint8)
    table[: len(lut)] = lut
    if n_ids <= _INDEXED:
        image = _indexed(label_map.astype(np.uint8, copy=False), table[:_INDEXED])
    else:
        image = to_qimage(table[label_map])
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _indexed(label_map: NDArray[np.uint8], table: NDArray[np.uint8]) -> QImage:
    """Return an image of up to 256 ids that keeps its table: several times quicker than looking all up."""
    height, width = label_map.shape
    data = np.ascontiguousarray(label_map)
    image = QImage(data.data, width, height, width, QImage.Format.Format_Indexed8).copy()
    red, green, blue, alpha = table.astype(np.int64).T
    image.setColorTable((alpha << 24 | red << 16 | green << 8 | blue).tolist())
    return image


def fitted(size: QSize, box: QRectF) -> QRectF:
    """Return the largest rectangle of the proportions of ``size`` in the middle of ``box``."""
    scale = min(box.width() / max(size.width(), 1), box.height() / max(size.height(), 1))
    width, height = size.width() * scale, size.height() * scale
    return QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height)


def tile_pixmap(image: QImage, size: QSize, ratio: float, radius: int, ground: str) -> QPixmap:
    """Return ``image`` stretched to ``size``, sharp on this screen; GUI thread only.

    The pixmap is opaque, because that is several times quicker to draw: its round corners are painted in the
    colour of the ground.

    Parameters
    ----------
    size
        Logical size in px.
    ratio
        Physical pixels of a logical one.
    radius
        Of the corners, logical px.
    ground
        ``"#rrggbb"`` of what the tile lies on.
    """
    if image.isNull() or size.isEmpty():
        return QPixmap()
    physical = size * ratio
    smooth = physical.width() < NEAREST_FROM * image.width()
    how = Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
    if image.hasAlphaChannel():
        image = _laid_on(image, ground)
    tile = image.scaled(physical, Qt.AspectRatioMode.IgnoreAspectRatio, how)
    tile = tile.convertToFormat(QImage.Format.Format_RGB32)
    if radius:
        _round_corners(tile, round(radius * ratio), ground)
    tile.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(tile)


def _laid_on(image: QImage, ground: str) -> QImage:
    laid = QImage(image.size(), QImage.Format.Format_RGB32)
    laid.fill(QColor(ground))
    painter = QPainter(laid)
    painter.drawImage(0, 0, image)
    painter.end()
    return laid


def _round_corners(tile: QImage, radius: int, ground: str) -> None:
    right, bottom = tile.width() - radius, tile.height() - radius
    painter = QPainter(tile)
    for stamp, (x, y) in zip(
        _corners(radius, ground), ((0, 0), (right, 0), (0, bottom), (right, bottom)), strict=True
    ):
        painter.drawImage(x, y, stamp)
    painter.end()


@lru_cache(maxsize=64)
def _corners(radius: int, ground: str) -> tuple[QImage, ...]:
    """Return what covers the corners of a square to make it round: one image for each."""
    whole = QImage(2 * radius, 2 * radius, QImage.Format.Format_ARGB32_Premultiplied)
    whole.fill(QColor(ground))
    painter = QPainter(whole)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawEllipse(0, 0, 2 * radius, 2 * radius)
    painter.end()
    return tuple(whole.copy(x, y, radius, radius) for y in (0, radius) for x in (0, radius))


class PixmapStore:
    """Pixmaps by key, the least recently used dropped when they take more than ``limit`` bytes."""

    def __init__(self, limit: int = 64 << 20) -> None:
        self._limit = limit
        self._pixmaps: OrderedDict[Hashable, QPixmap] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._pixmaps)

    def get(self, key: Hashable) -> QPixmap | None:
        """Return the pixmap of ``key``, None if it is not (or no longer) here."""
        pixmap = self._pixmaps.get(key)
        if pixmap is not None:
            self._pixmaps.move_to_end(key)
        return pixmap

    def put(self, key: Hashable, pixmap: QPixmap) -> QPixmap:
        """Keep a pixmap and return it."""
        self.drop(key)
        self._pixmaps[key] = pixmap
        self._bytes += _bytes_of(pixmap)
        while self._bytes > self._limit and len(self._pixmaps) > 1:
            self._bytes -= _bytes_of(self._pixmaps.popitem(last=False)[1])
        return pixmap

    def drop(self, key: Hashable) -> None:
        """Forget one pixmap, if it is here."""
        pixmap = self._pixmaps.pop(key, None)
        if pixmap is not None:
            self._bytes -= _bytes_of(pixmap)

    def clear(self) -> None:
        """Forget all."""
        self._pixmaps.clear()
        self._bytes = 0


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
