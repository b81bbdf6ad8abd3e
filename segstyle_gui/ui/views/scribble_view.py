"""Samples with regions that the user may scribble on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.views.gallery_canvas import Scene
from segstyle_gui.ui.views.gallery_gestures import Drawing, Gesture
from segstyle_gui.ui.views.gallery_marks import draw_strokes
from segstyle_gui.ui.views.gallery_regions import FIRST
from segstyle_gui.ui.views.region_view import RegionView
from segstyle_gui.ui.views.scribble_mode import ScribbleMode
from segstyle_gui.ui.views.scribbles import SamplePoint
from segstyle_gui.ui.views.tile_view import Hit


class ScribbleView(RegionView):
    """Keeps the strokes that are drawn while scribbling, and the gesture that is under way.

    Signals
    -------
    scribble_changed
        A stroke was drawn or taken back.
    scribble_accepted, scribble_cancelled
        Enter or Escape was pressed while scribbling.
    """

    scribble_changed = Signal()
    scribble_accepted = Signal()
    scribble_cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gesture: Gesture | None = None
        self._scribbling: ScribbleMode | None = None

    def start_scribble(self, n_groups: int = 2, colors: Sequence[Sequence[int]] | None = None) -> None:
        """Let the pointer draw strokes instead of selecting.

        The left button draws the chosen group and the right one the group after it; digits choose,
        Backspace takes the last stroke back.

        Parameters
        ----------
        n_groups
            2 to 6.
        colors
            (red, green, blue) of each group; default colours if left out.

        Raises
        ------
        ValueError
            If the number of groups is another, or has too few colours.
        """
        self._scribbling = ScribbleMode(n_groups, colors)
        self._change_look(is_quiet=True)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self.viewport().update()

    @property
    def is_scribbling(self) -> bool:
        """Whether strokes are drawn now."""
        return self._scribbling is not None

    def scribbles(self) -> list[list[SamplePoint]]:
        """Return the points (seed, y, x) of every group, y and x from 0 to below 1."""
        return self._scribbling.scribbles.groups() if self._scribbling else []

    def choose_group(self, group: int) -> None:
        """Let the left button draw a group, counted from 0."""
        if self._scribbling and 0 <= group < self._scribbling.scribbles.n_groups:
            self._scribbling.group = group

    def clear_scribble(self) -> None:
        """Remove all strokes."""
        if self._scribbling:
            self._cancel_gesture()
            self._scribbling.scribbles.clear()
            self._tell_scribble()

    def end_scribble(self) -> None:
        """Select with the pointer again; the strokes are gone."""
        self._cancel_gesture()
        self._scribbling = None
        self._change_look(is_quiet=False)
        self.viewport().unsetCursor()
        self.viewport().update()

    def _tell_scribble(self) -> None:
        self.viewport().update()
        self.scribble_changed.emit()

    def _scribble_key(self, mode: ScribbleMode, key: Qt.Key) -> bool:
        """Do what a key means while scribbling; return False if it means nothing."""
        if key == Qt.Key.Key_Backspace:
            if mode.scribbles.take_back():
                self._tell_scribble()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.scribble_accepted.emit()
        elif key == Qt.Key.Key_Escape:
            self.scribble_cancelled.emit()
        else:
            return mode.choose(key)
        return True

    def event(self, event: QEvent) -> bool:
        """Keep the keys of scribbling from becoming shortcuts."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._scribbling
            and self._scribbling.takes(Qt.Key(event.key()))
        ):
            event.accept()
            return True
        return super().event(event)

    def _stroke(self, mode: ScribbleMode, hit: Hit | None, button: Qt.MouseButton) -> Gesture | None:
        draws = button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
        if hit is None or hit.place.side != FIRST or not draws:
            return None
        return Drawing(self, mode.scribbles, hit, mode.group_of(button), self._tell_scribble)

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        if self._scribbling:
            mode = self._scribbling
            draw_strokes(painter, scene, self._seeds, mode.scribbles.strokes, mode.colors)
        super()._paint_marks(painter, scene)

    def _cancel_gesture(self) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture:
            gesture.cancel()
