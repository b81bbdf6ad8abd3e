"""How mouse, wheel and keys become painting, and the marks that follow the pointer."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from segstyle_gui.core.strokes import Pixel
from segstyle_gui.ui.views.mask_marks import brush_path, draw_brush, draw_line, draw_polygon
from segstyle_gui.ui.views.mask_navigation import MaskNavigation, wheel_angle, wheel_notches
from segstyle_gui.ui.views.mask_painter import MaskPainter, PaintKind, PaintResult
from segstyle_gui.ui.views.mask_tools import ToolName

_BRUSHES = ("brush", "eraser")
_CLOSING = 8.0  # px around the first corner of a polygon in which a click closes it
_RIM = 4  # px around a mark that its lines may cover
_DRAFT_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace, Qt.Key.Key_Escape)
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_SIZING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class MaskInput(MaskNavigation):
    """Turn events into steps of a :class:`MaskPainter`; a child class hands finished steps on.

    Attributes
    ----------
    painter
        What is painted and how.
    tool
        The chosen tool.
    """

    class_picked = Signal(int)
    cursor_moved = Signal(int, int, int, int)
    cursor_left = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.painter = MaskPainter()
        self.tool: ToolName = "brush"
        self._pointer: QPointF | None = None
        self._holds_shift = False
        self._turned = 0
        self.update_cursor()

    def take_result(self, result: PaintResult) -> None:
        """Do something with a finished step."""
        raise NotImplementedError

    def grow_brush(self) -> None:
        """Take the next larger brush."""
        raise NotImplementedError

    def shrink_brush(self) -> None:
        """Take the next smaller brush."""
        raise NotImplementedError

    def drop_unfinished(self) -> None:
        """Take back a stroke under way and forget a polygon under way."""
        self.look_again(self.painter.take_back())
        self.update()

    def finish_unfinished(self) -> None:
        """End a stroke under way as if the button were let go; close a polygon that encloses something."""
        if self.painter.is_stroking:
            self._finish(self.painter.end())
        self._close_polygon()

    def pixel_at(self, position: QPointF) -> Pixel:
        """Return row and column of the image pixel under a position, maybe beside the image."""
        y, x = self.image_position(position)
        return math.floor(y), math.floor(x)

    def pans_with_left(self) -> bool:
        """Return whether the left button moves the image: with the hand, or while Space is held."""
        return self.tool == "pan" or super().pans_with_left()

    def update_cursor(self) -> None:
        """Hide the arrow where the brush itself is drawn."""
        super().update_cursor()
        if self.pans_with_left() or self.is_panning or not self.has_image:
            return
        shown = Qt.CursorShape.BlankCursor if self.tool in _BRUSHES else Qt.CursorShape.CrossCursor
        self.setCursor(shown)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke, fill, add a corner or pick."""
        super().mousePressEvent(event)
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and self.has_image and not self.is_panning and not self.painter.is_stroking:
            self._use_tool(event.position(), shift=bool(event.modifiers() & _SHIFT))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Close a polygon; for other tools it is one more click."""
        if self.tool == "polygon" and event.button() == Qt.MouseButton.LeftButton:
            self._close_polygon()
        else:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw on, and show what is under the pointer."""
        super().mouseMoveEvent(event)
        if not self.has_image:
            return
        self._holds_shift = bool(event.modifiers() & _SHIFT)
        self.update_pointer()
        self._pointer = event.position()
        if self.painter.is_stroking:
            self.look_again(self.painter.move(self.pixel_at(event.position())))
        self.update_pointer()
        self._tell_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a stroke."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.painter.is_stroking:
            self._finish(self.painter.end())

    def leaveEvent(self, event: QEvent) -> None:
        """Take the brush away with the pointer."""
        self.update_pointer()
        self._pointer = None
        self.cursor_left.emit()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the brush with Ctrl or Alt, else zoom."""
        if not event.modifiers() & _SIZING:
            super().wheelEvent(event)
            self._tell_cursor()
            return
        notches, self._turned = wheel_notches(self._turned + wheel_angle(event))
        for _ in range(abs(notches)):
            if notches > 0:
                self.grow_brush()
            else:
                self.shrink_brush()
        event.accept()

    # Keys

    def event(self, event: QEvent) -> bool:
        """Keep keys that a polygon or a stroke under way needs from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_busy = self.painter.is_stroking or bool(self.painter.draft.vertices)
            if is_busy and event.key() in _DRAFT_KEYS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Work on the polygon, change the brush, choose a class; else move the image."""
        self._set_shift(event)
        key = event.key()
        if key == Qt.Key.Key_BracketLeft:
            self.shrink_brush()
        elif key == Qt.Key.Key_BracketRight:
            self.grow_brush()
        elif not (self._use_draft_key(key) or self._choose_class(event)):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Notice that Shift was let go."""
        self._set_shift(event)
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget a Shift whose release goes elsewhere."""
        self._holds_shift = False
        super().focusOutEvent(event)

    def _use_draft_key(self, key: int) -> bool:
        """Do what a key means to the work under way; return whether it means anything."""
        draft = self.painter.draft
        if key == Qt.Key.Key_Escape and (self.painter.is_stroking or draft.vertices):
            self.drop_unfinished()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and draft.vertices:
            self._close_polygon()
        elif key == Qt.Key.Key_Backspace and draft.vertices:
            draft.remove_last()
            self.update()
        else:
            return False
        return True

    def _choose_class(self, event: QKeyEvent) -> bool:
        number = event.key() - Qt.Key.Key_0
        is_plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if not is_plain or not 1 <= number <= min(9, len(self.classes)):
            return False
        self.class_picked.emit(self.classes[number - 1].id)
        return True

    def _set_shift(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift:
            self._holds_shift = event.type() == QEvent.Type.KeyPress
            self.update()

    # Tools

    def _use_tool(self, position: QPointF, *, shift: bool) -> None:
        pixel = self.pixel_at(position)
        self._pointer = position
        if self.tool == "pick":
            if self.contains(pixel):
                self.class_picked.emit(int(self._map[pixel]))
        elif self.tool == "eraser":
            kind: PaintKind = "restore" if shift else "erase"
            self.look_again(self.painter.begin(kind, pixel))
        elif self._is_active_hidden():
            name = self.class_name(self.painter.active)
            self.refused.emit(self.tr("{name} is hidden: show it to paint it.").format(name=name))
        elif self.tool == "brush":
            self.look_again(self.painter.begin("paint", pixel, straight=shift))
        elif self.tool == "polygon":
            self._add_corner(position)
        elif self.contains(pixel):
            self._finish(self.painter.fill(pixel))
        self._tell_cursor()

    def _add_corner(self, position: QPointF) -> None:
        if self._is_closing(position):
            self._close_polygon()
        else:
            self.painter.draft.add(self.image_position(position))
            self.update()

    def _is_closing(self, position: QPointF) -> bool:
        reach = _CLOSING * self.devicePixelRatioF() / self.zoom
        return self.painter.draft.closes_at(self.image_position(position), reach)

    def _close_polygon(self) -> None:
        if len(self.painter.draft.vertices) >= 3:
            self._finish(self.painter.close_polygon())
            self.update()

    def _finish(self, result: PaintResult) -> None:
        self.look_again(result.step.touched)
        self.take_result(result)

    def _is_active_hidden(self) -> bool:
        return self.painter.active in self.hidden_classes

    def _tell_cursor(self) -> None:
        if self._pointer is None or not self.has_image:
            return
        pixel = self.pixel_at(self._pointer)
        if self.contains(pixel):
            confidence = -1 if self._confidence is None else int(self._confidence[pixel])
            self.cursor_moved.emit(*pixel, int(self._map[pixel]), confidence)
        else:
            self.cursor_left.emit()

    # Marks

    def update_pointer(self) -> None:
        """Paint the surroundings of the pointer again, where a mark follows it."""
        if self._pointer is None:
            return
        if self.painter.draft.vertices or (self._holds_shift and self.tool == "brush"):
            self.update()
        elif self.tool in _BRUSHES:
            self.update(self._brush_bounds(self.pixel_at(self._pointer)))

    def paint_marks(self, painter: QPainter) -> None:
        """Paint brush, straight line and polygon under the pointer."""
        if self.painter.draft.vertices:
            self._paint_draft(painter)
        if self._pointer is None or self.tool not in _BRUSHES or self.pans_with_left() or self.is_panning:
            return
        row, column = self.pixel_at(self._pointer)
        if self._holds_shift and self.tool == "brush" and self.painter.last and not self.painter.is_stroking:
            start = self._middle(self.painter.last)
            draw_line(painter, start, self._middle((row, column)))
        restores = self._holds_shift and self.tool == "eraser"
        path = brush_path(self.painter.radius, self.zoom)
        scale = self.zoom / self.devicePixelRatioF()
        draw_brush(painter, self.widget_position(row, column), scale, path, dashed=restores)

    def _middle(self, pixel: Pixel) -> QPointF:
        return self.widget_position(pixel[0] + 0.5, pixel[1] + 0.5)

    def _brush_bounds(self, pixel: Pixel) -> QRect:
        """Return the widget's rectangle around the brush on a pixel."""
        half = (self.painter.radius + 0.5) * self.zoom / self.devicePixelRatioF() + _RIM
        middle = self._middle(pixel)
        return QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half).toAlignedRect()

    def _paint_draft(self, painter: QPainter) -> None:
        corners = [self.widget_position(y, x) for y, x in self.painter.draft.vertices]
        closing = self._pointer is not None and self._is_closing(self._pointer)
        color = QColor(*self.class_color(self.painter.active))
        draw_polygon(painter, corners, self._pointer, color, closing=closing)
