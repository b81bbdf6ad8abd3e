"""An image with its label map over it, to zoom and to pan: what the painting surface is painted on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.palette import Color, default_color
from segstyle_gui.core.strokes import Box, Pixel, is_empty
from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.empty_text import draw_empty_text
from segstyle_gui.ui.views.mask_marks import draw_grid, draw_heat_legend, draw_text_legend
from segstyle_gui.ui.views.mask_overlay import OverlayMode
from segstyle_gui.ui.views.mask_picture import MaskPicture, check_sizes
from segstyle_gui.ui.views.mask_view import ImageView

GRID_FROM = 16.0  # zoom from which lines are drawn between pixels
ZOOM_STEP = 1.25
_MARGIN = 2 * GRID  # around an image that fits


class MaskViewport(QWidget):
    """Show an image and its label map.

    Signals
    -------
    view_changed(float)
        Zoom in screen pixels per image pixel, after zooming, panning or resizing.
    """

    view_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map: NDArray[Any] = np.zeros((1, 1), np.uint8)
        self._image: NDArray[np.uint8] = np.zeros((1, 1), np.uint8)
        self._confidence: NDArray[np.uint8] | None = None
        self._reference: NDArray[Any] | None = None
        self._classes: tuple[LabelClass, ...] = ()
        self._pictures = MaskPicture()
        self._view = ImageView((1, 1), (1, 1))
        self._is_fitted = True
        self._shows_original = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(16 * GRID, 16 * GRID)
        theme_signals().changed.connect(self._on_theme)
        self._on_theme()

    def set_image(
        self,
        image: NDArray[np.uint8],
        label_map: NDArray[Any],
        confidence: NDArray[np.uint8] | None = None,
        *,
        keep_view: bool = False,
    ) -> None:
        """Show another image, fitted.

        Parameters
        ----------
        image
            (H, W) gray or (H, W, 3) RGB uint8.
        label_map
            (H, W) uint8 or uint16 class ids, 0 is background; copied.
        confidence
            (H, W) uint8 of the prediction, 255 is certain; None if there is none.
        keep_view
            Keep zoom and place if the former image had the same size.

        Raises
        ------
        ValueError
            If sizes differ or a type is another.
        """
        check_sizes(image, label_map, confidence)
        is_same_size = self.has_image and label_map.shape == self._map.shape
        self._is_fitted = self._is_fitted or not (keep_view and is_same_size)
        self._image = image
        self._map, self._confidence, self._reference = label_map.copy(), confidence, None
        self._pictures.set_image(image)
        self._take_maps()
        view = replace(self._view, image=label_map.shape)
        self._show_view(self._fitted(view) if self._is_fitted else view)

    def clear(self) -> None:
        """Show no image."""
        self._pictures.set_image(None)
        self.update()

    @property
    def has_image(self) -> bool:
        """Whether there is an image."""
        return not self._pictures.is_empty

    @property
    def label_map(self) -> NDArray[Any]:
        """(H, W) class ids as they are now, a copy."""
        return self._map.copy()

    def set_label_map(self, label_map: NDArray[Any]) -> None:
        """Show another label map (H, W) of the same image; zoom and place stay."""
        if label_map.shape != self._map.shape:
            raise ValueError(f"the label map is {label_map.shape}, the image {self._map.shape}")
        self._map = label_map.copy()
        self._take_maps()

    def set_reference(self, reference: NDArray[Any] | None) -> None:
        """Compare with a true label map (H, W): stripes where they disagree; None ends it.

        Pixels that are 255 in the reference count as unknown and never disagree.
        """
        if reference is not None and reference.shape != self._map.shape:
            raise ValueError(f"the reference is {reference.shape}, the image {self._map.shape}")
        self._reference = reference
        self._take_maps()

    def set_classes(self, classes: Sequence[LabelClass]) -> None:
        """Take the classes for colours and names; the first nine have the keys 1 to 9."""
        self._classes = tuple(classes)
        self._restyle(colors={c.id: c.color for c in classes})

    def set_hidden_classes(self, class_ids: frozenset[int]) -> None:
        """Do not draw these classes."""
        self._restyle(hidden=frozenset(class_ids))

    @property
    def classes(self) -> tuple[LabelClass, ...]:
        """The classes, as given."""
        return self._classes

    @property
    def hidden_classes(self) -> frozenset[int]:
        """Ids that are not drawn."""
        return self._pictures.style.hidden

    def set_opacity(self, opacity: float) -> None:
        """Set how much of the fill shows, 0 to 1."""
        self._restyle(opacity=min(max(opacity, 0.0), 1.0))

    def set_mode(self, mode: OverlayMode) -> None:
        """Draw areas (``"fill"``), outlines (``"outline"``) or ``"both"``."""
        self._restyle(mode=mode)

    def set_confidence_view(self, shown: bool) -> None:
        """Show where the student was in doubt instead of the classes' areas."""
        self._restyle(heat=shown)

    def set_show_original(self, shown: bool) -> None:
        """Hide everything but the image, as long as a key is held, say."""
        self._shows_original = shown
        self.update()

    def class_color(self, class_id: int) -> Color:
        """Return the colour that a class id is drawn in."""
        return self._pictures.style.colors.get(class_id, default_color(class_id))

    def class_name(self, class_id: int) -> str:
        """Return the name of a class id, a word for the background."""
        names: Mapping[int, str] = {c.id: c.name for c in self._classes}
        return names.get(class_id, self.tr("background") if class_id == 0 else f"{class_id}")

    @property
    def zoom(self) -> float:
        """Screen pixels per image pixel."""
        return self._view.zoom

    def fit(self) -> None:
        """Show the whole image, and keep doing so when the window changes its size."""
        self._is_fitted = True
        self._show_view(self._fitted(self._view))

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom to a factor (1 is 100 %); the image stays put under ``at``, the middle by default."""
        self._is_fitted = False
        ratio = self.devicePixelRatioF()
        self._show_view(self._view.zoomed(zoom, None if at is None else (at.y() * ratio, at.x() * ratio)))

    def actual_size(self) -> None:
        """Show one image pixel on one pixel of the screen."""
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        """Enlarge around the middle."""
        self.zoom_to(self.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Shrink around the middle."""
        self.zoom_to(self.zoom / ZOOM_STEP)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the image by logical pixels."""
        self._is_fitted = False
        ratio = self.devicePixelRatioF()
        self._show_view(self._view.panned(dy * ratio, dx * ratio))

    def contains(self, pixel: Pixel) -> bool:
        """Return whether a row and column are on the image."""
        height, width = self._map.shape
        return self.has_image and 0 <= pixel[0] < height and 0 <= pixel[1] < width

    def image_position(self, position: QPointF) -> tuple[float, float]:
        """Return the (y, x) of the image under a position in the widget, maybe beside the image."""
        ratio = self.devicePixelRatioF()
        return self._view.to_image(position.y() * ratio, position.x() * ratio)

    def widget_position(self, y: float, x: float) -> QPointF:
        """Return where an image position (y, x) is in the widget."""
        ratio = self.devicePixelRatioF()
        window_y, window_x = self._view.to_window(y, x)
        return QPointF(window_x / ratio, window_y / ratio)

    def sizeHint(self) -> QSize:
        """Return a size that shows an image well."""
        return QSize(80 * GRID, 60 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted image fitted, any other in its place."""
        self._follow_window()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Follow the window to a screen of another scale."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._follow_window()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what changed."""
        painter = QPainter(self)
        if not self.has_image:
            painter.fillRect(self.rect(), QColor(tokens().canvas))
            text = self.tr("Choose an image to see its mask, and paint what is wrong.")
            draw_empty_text(painter, self.rect(), self.tr("No image"), text)
        else:
            ratio, overlay = self.devicePixelRatioF(), not self._shows_original
            self._pictures.paint(painter, self._view, ratio, overlay=overlay)
            if overlay:
                self._paint_grid(painter, QRectF(event.rect()))
                self._paint_legend(painter)
            self.paint_marks(painter)
        painter.end()

    def paint_marks(self, painter: QPainter) -> None:
        """Paint what lies above the overlay; for children of this class."""

    def look_again(self, image_box: Box) -> None:
        """Show the pixels of an image box that were changed in place."""
        box = self._pictures.look_again(image_box)
        if not is_empty(box):
            self.update(self._logical(box))

    def _paint_grid(self, painter: QPainter, clip: QRectF) -> None:
        if self._view.zoom >= GRID_FROM:
            height, width = self._view.image
            image = QRectF(self.widget_position(0, 0), self.widget_position(height, width))
            draw_grid(painter, image, self._view.zoom / self.devicePixelRatioF(), clip)

    def _paint_legend(self, painter: QPainter) -> None:
        corner = QPointF(_MARGIN, self.height() - _MARGIN)
        if self._pictures.style.heat and self._confidence is not None:
            draw_heat_legend(painter, corner, tokens(), (self.tr("certain"), self.tr("in doubt")))
        elif self._pictures.style.heat:
            draw_text_legend(painter, corner, tokens(), self.tr("This mask has no confidence."))
        elif self._reference is not None:
            draw_text_legend(painter, corner, tokens(), self.tr("Stripes: mask and reference disagree"))

    def _restyle(self, **changes: Any) -> None:
        self._pictures.restyle(**changes)
        self.update()

    def _take_maps(self) -> None:
        self._pictures.set_sources(self._map, self._confidence, self._reference)
        self.update()

    def _show_view(self, view: ImageView) -> None:
        if view != self._view:
            self._view = view
            self.update()
            self.view_changed.emit(view.zoom)

    def _fitted(self, view: ImageView) -> ImageView:
        return replace(view, window=self._window()).fitted(round(_MARGIN * self.devicePixelRatioF()))

    def _follow_window(self) -> None:
        self._show_view(self._fitted(self._view) if self._is_fitted else self._view.resized(self._window()))

    def _window(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, math.ceil(self.height() * ratio)), max(1, math.ceil(self.width() * ratio))

    def _logical(self, box: Box) -> QRect:
        """Return the rectangle of the widget around a box of device pixels."""
        ratio = self.devicePixelRatioF()
        rows, columns = box
        corner = QPointF(columns.start / ratio, rows.start / ratio)
        return QRectF(corner, QPointF(columns.stop / ratio, rows.stop / ratio)).toAlignedRect()

    def _on_theme(self) -> None:
        self._pictures.set_ground(QColor(tokens().canvas))
        self.update()
