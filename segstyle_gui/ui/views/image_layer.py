"""The image under a mask as a picture of the window: smooth when small, square pixels when large."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from segstyle_gui.ui.views.mask_view import ImageView

NEAREST_FROM = 3.0  # zoom above which single pixels are shown as squares


class ImageLayer:
    """One image, drawn into pictures of the window's size.

    Parameters
    ----------
    image
        (H, W) gray or (H, W, 3) RGB uint8.
    """

    def __init__(self, image: NDArray[np.uint8]) -> None:
        self._pixels = opaque_argb(image)
        self._levels = [wrapped(self._pixels, QImage.Format.Format_RGB32)]

    def render(self, view: ImageView, ground: QColor) -> QImage:
        """Return an RGB32 picture of ``view.window`` with ``ground`` beside the image."""
        height, width = view.window
        picture = QImage(width, height, QImage.Format.Format_RGB32)
        picture.fill(ground)
        painter = QPainter(picture)
        if view.zoom > NEAREST_FROM:
            self._draw_squares(painter, view)
        else:
            self._draw_smooth(painter, view)
        painter.end()
        return picture

    def _draw_squares(self, painter: QPainter, view: ImageView) -> None:
        rows, columns = view.visible()
        seen = np.ascontiguousarray(self._pixels[view.rows()][:, view.columns()])
        painter.drawImage(columns.start, rows.start, wrapped(seen, QImage.Format.Format_RGB32))

    def _draw_smooth(self, painter: QPainter, view: ImageView) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.zoom != 1.0)
        height, width = (side * view.zoom for side in view.image)
        level = self._level(view.zoom)
        painter.drawImage(QRectF(view.left, view.top, width, height), level, QRectF(level.rect()))

    def _level(self, zoom: float) -> QImage:
        """Return the image halved until it is less than twice as large as wanted."""
        n_halvings = max(0, math.floor(math.log2(1 / zoom)))
        while len(self._levels) <= n_halvings:
            last = self._levels[-1]
            size = max(1, last.width() // 2), max(1, last.height() // 2)
            half = last.scaled(
                *size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._levels.append(half.convertToFormat(QImage.Format.Format_RGB32))
        return self._levels[n_halvings]


def opaque_argb(image: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return (H, W) uint32 ARGB of a gray or RGB image."""
    channels = image.astype(np.uint32)
    if image.ndim == 2:
        return channels * np.uint32(0x010101) | np.uint32(0xFF000000)
    red, green, blue = (channels[..., i] for i in range(3))
    return np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue


def wrapped(pixels: NDArray[np.uint32], pixel_format: QImage.Format) -> QImage:
    """Return a QImage over a C-contiguous (H, W) uint32 array, which must outlive it; nothing is copied."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, pixel_format)
