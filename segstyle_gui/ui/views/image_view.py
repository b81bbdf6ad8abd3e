"""One image to zoom and to pan, with a label map over it if there is one; several views can move together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views import mask_view
from segstyle_gui.ui.views.empty_text import draw_empty_text
from segstyle_gui.ui.views.image_layer import ImageLayer
from segstyle_gui.ui.views.rasters import label_image

_STEP = 1.25  # zoom of one notch of the wheel, or one key
_PAN = 5 * GRID  # px; of one arrow key
_OPACITY = 0.5

Framing = tuple[float, float, float]  # zoom relative to fitted, middle (y, x) in shares of the image


class ImageView(QWidget):
    """Show an image; the wheel zooms to the pointer, dragging pans, a double-click fits.

    Keys: plus and minus zoom, 0 fits, 1 shows one pixel on one pixel of the screen, arrows pan.

    Signals
    -------
    view_changed()
        The user or a call zoomed or panned.
    hovered(object)
        (y, x) of the pixel under the pointer, None beside the image.
    clicked(int, int)
        y and x of a pixel that was clicked without dragging.
    """

    view_changed = Signal()
    hovered = Signal(object)
    clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer: ImageLayer | None = None
        self._labels: NDArray[np.integer] | None = None
        self._lut = np.zeros((256, 4), np.uint8)
        self._overlay = QImage()
        self._opacity = _OPACITY
        self._place = mask_view.ImageView((1, 1), (1, 1))
        self._is_fitted = True
        self._pressed: QPointF | None = None
        self._dragged = False
        self._linked: list[ImageView] = []
        self._empty = ("", "")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(8 * GRID, 8 * GRID)
        self.setAccessibleName(self.tr("Image"))
        theme_signals().changed.connect(self.update)

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Show another image: (H, W), (H, W, 1) or (H, W, 3) uint8; None shows the empty text.

        Zoom and place stay when the size is the same, else the image is fitted. The label map goes.
        """
        if image is not None and image.ndim == 3 and image.shape[2] == 1:
            image = image[..., 0]
        self._layer = None if image is None else ImageLayer(image)
        self._labels, self._overlay = None, QImage()
        size = (1, 1) if image is None else image.shape[:2]
        if size != self._place.image:
            self._place = mask_view.ImageView((int(size[0]), int(size[1])), self._window())
            self._is_fitted = True
        self._settle()

    def set_overlay(
        self, label_map: NDArray[np.integer] | None, lut: NDArray[np.uint8] | None = None
    ) -> None:
        """Lay a label map over the image, None for none.

        Parameters
        ----------
        label_map
            (H, W) ids, 0 and up, of the image's proportions; its size may be another.
        lut
            (M, 4) uint8 RGBA; None keeps the last table.
        """
        self._labels = label_map
        self.set_lut(self._lut if lut is None else lut)

    def set_lut(self, lut: NDArray[np.uint8]) -> None:
        """Colour the label map with another table, (M, 4) uint8 RGBA."""
        self._lut = lut
        self._overlay = QImage() if self._labels is None else label_image(self._labels, lut)
        self.update()

    def set_overlay_opacity(self, opacity: float) -> None:
        """Let the label map be 0 (invisible) to 1 times as opaque as its table says."""
        self._opacity = opacity
        self.update()

    def set_empty_text(self, title: str, text: str = "") -> None:
        """Say what to do next where there is no image."""
        self._empty = (title, text)
        self.update()

    @property
    def zoom(self) -> float:
        """Pixels of the screen for one of the image."""
        return self._place.zoom

    def fit(self) -> None:
        """Show the whole image as large as possible."""
        self._is_fitted = True
        self._settle()

    def show_actual_size(self) -> None:
        """Show one pixel of the image on one pixel of the screen."""
        self.zoom_to(1.0)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Change the zoom; what is under ``at`` (in the widget, None for its middle) stays there."""
        if self._layer is None:
            return
        ratio = self.devicePixelRatioF()
        anchor = None if at is None else (at.y() * ratio, at.x() * ratio)
        self._is_fitted = False
        self._move(self._place.zoomed(zoom, anchor))

    def pixel_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return (y, x) of the pixel at a place in the widget, None beside the image."""
        ratio = self.devicePixelRatioF()
        y, x = self._place.to_image(place.y() * ratio, place.x() * ratio)
        height, width = self._place.image
        inside = self._layer is not None and 0 <= y < height and 0 <= x < width
        return (int(y), int(x)) if inside else None

    def framing(self) -> Framing:
        """Return what is shown, independent of the sizes of image and widget."""
        fitted = self._place.fitted()
        middle = self._place.to_image(self._place.window[0] / 2, self._place.window[1] / 2)
        height, width = self._place.image
        return self._place.zoom / fitted.zoom, middle[0] / height, middle[1] / width

    def set_framing(self, framing: Framing) -> None:
        """Show the same part as another view; tells nothing."""
        relative, y, x = framing
        self._is_fitted = relative == 1.0
        zoomed = self._place.fitted().zoomed(self._place.fitted().zoom * relative)
        top, left = zoomed.to_window(y * zoomed.image[0], x * zoomed.image[1])
        self._place = zoomed.panned(zoomed.window[0] / 2 - top, zoomed.window[1] / 2 - left)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground = QColor(tokens().canvas)
        if self._layer is None:
            painter.fillRect(self.rect(), ground)
            draw_empty_text(painter, self.rect(), *self._empty)
        else:
            picture = self._layer.render(self._place, ground)
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            painter.drawImage(QPointF(0, 0), picture)
            self._draw_overlay(painter)
        if self.hasFocus():
            painter.setPen(QColor(tokens().accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if self._layer is None or not notches:
            event.ignore()
            return
        self.zoom_to(self.zoom * _STEP**notches, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(self.pixel_at(event.position()))
        if self._pressed is None or self._layer is None:
            return
        moved = event.position() - self._pressed
        if self._dragged or moved.manhattanLength() >= GRID // 2:
            self._dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._pan(moved.y(), moved.x())
            self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        if self._pressed is not None and not self._dragged and pixel is not None:
            self.clicked.emit(*pixel)
        self._pressed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        pans = {
            Qt.Key.Key_Left: (0, 1),
            Qt.Key.Key_Right: (0, -1),
            Qt.Key.Key_Up: (1, 0),
            Qt.Key.Key_Down: (-1, 0),
        }
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_to(self.zoom * _STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_to(self.zoom / _STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.show_actual_size()
        elif key in pans:
            self._pan(*(step * _PAN for step in pans[key]))
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(32 * GRID, 32 * GRID)

    def image_rect(self) -> QRectF:
        """Return where the image lies in the widget, the parts outside of it included."""
        ratio = self.devicePixelRatioF()
        height, width = (side * self._place.zoom / ratio for side in self._place.image)
        return QRectF(self._place.left / ratio, self._place.top / ratio, width, height)

    def _draw_overlay(self, painter: QPainter) -> None:
        if self._overlay.isNull():
            return
        painter.setOpacity(self._opacity)
        painter.setClipRect(QRect(QPointF(0, 0).toPoint(), self.size()))
        painter.drawImage(self.image_rect(), self._overlay, QRectF(self._overlay.rect()))
        painter.setOpacity(1.0)

    def _pan(self, dy: float, dx: float) -> None:
        if self._layer is not None:
            ratio = self.devicePixelRatioF()
            self._is_fitted = False
            self._move(self._place.panned(dy * ratio, dx * ratio))

    def _settle(self) -> None:
        """Take the window's present size; what was fitted stays so."""
        resized = self._place.resized(self._window())
        self._move(resized.fitted() if self._is_fitted else resized)

    def _move(self, place: mask_view.ImageView) -> None:
        self._place = place
        self.update()
        for view in self._linked:
            view.set_framing(self.framing())
        self.view_changed.emit()

    def _window(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.height() * ratio)), max(1, round(self.width() * ratio))


def link(views: Sequence[ImageView]) -> None:
    """Let these views move together; links that they had before end."""
    for view in views:
        for former in view._linked:
            former._linked = [other for other in former._linked if other is not view]
        view._linked = [other for other in views if other is not view]
    if views:
        for view in views[1:]:
            view.set_framing(views[0].framing())
