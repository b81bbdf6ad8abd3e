"""Zooming and panning a mask by mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.mask_viewport import MaskViewport

_NOTCH = 120  # eighths of a degree: one step of a mouse wheel
_DOUBLING = 360  # eighths of a degree that double the zoom
_ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_FAR = 4  # times further with Shift


class MaskNavigation(MaskViewport):
    """A mask that the wheel zooms under the pointer; middle button, Space and arrows move it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grip: QPointF | None = None
        self._holds_space = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def is_panning(self) -> bool:
        """Whether the image hangs on the mouse."""
        return self._grip is not None

    def pans_with_left(self) -> bool:
        """Return whether the left button moves the image: while Space is held."""
        return self._holds_space

    def update_cursor(self) -> None:
        """Show a hand where the mouse moves the image."""
        if self.is_panning:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.pans_with_left():
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; what is under the pointer stays there."""
        if self.has_image:
            self.zoom_to(self.zoom * 2.0 ** (wheel_angle(event) / _DOUBLING), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the image."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (is_left and self.pans_with_left()):
            self._grip = event.position()
            self.update_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the image with the mouse."""
        if self._grip is not None:
            way = event.position() - self._grip
            self._grip = event.position()
            self.pan_by(way.x(), way.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the image."""
        if self._grip is not None:
            self._grip = None
            self.update_cursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by arrows (further with Shift), zoom by plus and minus, hold Space to move by mouse."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space:
            self._set_space(held=True)
        elif key in _ARROWS:
            step = 8 * GRID * (_FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            dx, dy = _ARROWS[key]
            self.pan_by(step * dx, step * dy)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Stop moving by mouse when Space is let go."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._set_space(held=False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget a Space whose release goes elsewhere."""
        self._set_space(held=False)
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Let go of the image when the widget is disabled."""
        if event.type() == QEvent.Type.EnabledChange:
            self._grip = None
        super().changeEvent(event)

    def _set_space(self, *, held: bool) -> None:
        if held != self._holds_space:
            self._holds_space = held
            self.update_cursor()
            self.update()


def wheel_angle(event: QWheelEvent) -> int:
    """Return how far a wheel turned, up is positive; Alt makes some systems turn it sideways."""
    angle = event.angleDelta()
    return angle.y() or angle.x()


def wheel_notches(angle: int) -> tuple[int, int]:
    """Return the whole steps in an angle and the angle left over."""
    notches = int(angle / _NOTCH)
    return notches, angle - notches * _NOTCH
