"""Keys that no shortcut can be: a tap of Space, arrows while nothing can be panned, a key that is held."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.views.mask_canvas import MaskCanvas

_TAP = 0.5  # seconds; a Space that is held longer was meant to pan
_ARROWS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}


class ReviewKeys(QObject):
    """Listen on the canvas and the list.

    Space still pans while it is held with the mouse; a short tap of it means "reviewed, next". Left and
    Right step through the images as long as the whole image is in sight, and pan once it is enlarged.

    Signals
    -------
    reviewed
        The image is done.
    stepped(int)
        1 for the next image, -1 for the one before.
    """

    reviewed = Signal()
    stepped = Signal(int)

    def __init__(self, canvas: MaskCanvas, image_list: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._pressed_at: float | None = None
        for widget in (canvas, image_list):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(watched, event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            self._release(event)
        elif event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.FocusOut):
            self._pressed_at = None
        return False

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        """Take a key that goes down; return whether nobody else is to have it."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._pressed_at = time.monotonic()
            return watched is not self._canvas
        if event.key() == Qt.Key.Key_Enter and not event.isAutoRepeat():
            self.reviewed.emit()
            return True
        step = _ARROWS.get(Qt.Key(event.key()))
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if watched is self._canvas and step and is_plain and self._is_whole():
            self.stepped.emit(step)
            return True
        return False

    def _release(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            return
        began, self._pressed_at = self._pressed_at, None
        if began is not None and time.monotonic() - began < _TAP:
            self.reviewed.emit()

    def _is_whole(self) -> bool:
        """Return whether all of the image is in sight."""
        canvas = self._canvas
        height, width = canvas.label_map.shape
        first, last = canvas.widget_position(0, 0), canvas.widget_position(height, width)
        corner = QPointF(canvas.width(), canvas.height())
        return first.x() >= 0 and first.y() >= 0 and last.x() <= corner.x() and last.y() <= corner.y()


class Peek(QObject):
    """Show the image alone while a key is held: the switch goes off when any key is let go."""

    def __init__(self, canvas: MaskCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._action: QAction | None = None

    def attach(self, action: QAction) -> None:
        """Take the switch."""
        self._action = action

    def set_on(self, shown: bool) -> None:
        """Hide the mask, or show it again."""
        self._canvas.set_show_original(shown)
        application = QCoreApplication.instance()
        if application is not None:
            (application.installEventFilter if shown else application.removeEventFilter)(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_release = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease
        let_go = is_release and isinstance(event, QKeyEvent) and not event.isAutoRepeat()
        if self._action is not None and (let_go or event.type() == QEvent.Type.ApplicationDeactivate):
            self._action.setChecked(False)
        return False
