"""Image and overlay at the window's size, kept until view or colours change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from segstyle_gui.core.strokes import Box
from segstyle_gui.ui.views.image_layer import ImageLayer, wrapped
from segstyle_gui.ui.views.mask_overlay import MaskOverlay, OverlayStyle
from segstyle_gui.ui.views.mask_view import ImageView

_NOTHING: Box = (slice(0, 0), slice(0, 0))


class MaskPicture:
    """What a view of an image and its label map looks like.

    A change of colours swaps a table, a change of some pixels draws their box again; only another view
    looks at the whole image. All of it happens in :meth:`paint`, once however many changes came before.

    Attributes
    ----------
    style
        How the label map is drawn.
    """

    def __init__(self) -> None:
        self.style = OverlayStyle()
        self._layer: ImageLayer | None = None
        self._overlay = MaskOverlay()
        self._below, self._above = QImage(), QImage()
        self._ground = QColor()
        self._seen: tuple[ImageView, float] | None = None
        self._is_style_old = True

    @property
    def is_empty(self) -> bool:
        """Whether there is no image."""
        return self._layer is None

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Take an (H, W) or (H, W, 3) uint8 image, None for none."""
        self._layer = None if image is None else ImageLayer(image)
        self.forget()

    def set_sources(
        self, label_map: NDArray[Any], confidence: NDArray[np.uint8] | None, reference: NDArray[Any] | None
    ) -> None:
        """Take the (H, W) maps, kept and not copied."""
        self._overlay.set_sources(label_map, confidence, reference)
        self.forget()

    def set_ground(self, color: QColor) -> None:
        """Set the colour beside the image."""
        self._ground = color
        self.forget()

    def forget(self) -> None:
        """Draw everything anew at the next paint."""
        self._seen = None

    def restyle(self, **changes: Any) -> None:
        """Change fields of the style."""
        self.style = replace(self.style, **changes)
        self._is_style_old = True

    def look_again(self, image_box: Box) -> Box:
        """Draw the pixels of an image box, changed in place; return the box of window pixels to paint.

        It is empty while everything waits to be drawn anew.
        """
        return _NOTHING if self._seen is None else self._overlay.look_again(image_box)

    def paint(self, painter: QPainter, view: ImageView, ratio: float, *, overlay: bool = True) -> None:
        """Paint the view at the widget's origin, as far as the painter's clip asks.

        Parameters
        ----------
        ratio
            Device pixels of a logical one.
        overlay
            False paints the image alone.
        """
        self._renew(view, ratio)
        painter.drawImage(0, 0, self._below)
        if overlay:
            painter.drawImage(0, 0, self._above)

    def _renew(self, view: ImageView, ratio: float) -> None:
        is_view_old = self._seen != (view, ratio)
        if self._is_style_old or is_view_old:
            width = 2 if self.style.mode == "outline" else 1
            self._overlay.set_style(replace(self.style, line=max(1, round(width * ratio))))
        if is_view_old and self._layer is not None:
            self._below = self._layer.render(view, self._ground)
            self._overlay.set_view(view)
            self._above = wrapped(self._overlay.pixels, QImage.Format.Format_ARGB32_Premultiplied)
            self._below.setDevicePixelRatio(ratio)
            self._above.setDevicePixelRatio(ratio)
            self._seen = view, ratio
        elif self._is_style_old:
            self._overlay.refresh()
        self._is_style_old = False


def check_sizes(
    image: NDArray[np.uint8], label_map: NDArray[Any], confidence: NDArray[np.uint8] | None
) -> None:
    """Raise ``ValueError`` unless image, (H, W) label map and confidence belong together."""
    if label_map.dtype not in (np.uint8, np.uint16) or label_map.ndim != 2:
        raise ValueError(f"a label map is (H, W) uint8 or uint16, not {label_map.shape} {label_map.dtype}")
    shapes = {image.shape[:2], label_map.shape, label_map.shape if confidence is None else confidence.shape}
    if len(shapes) > 1 or image.dtype != np.uint8:
        raise ValueError(f"image, label map and confidence differ: {sorted(shapes)} {image.dtype}")
