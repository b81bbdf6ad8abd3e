"""What a held mouse button does over the gallery: click, box, drag, pan or stroke."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt

from segstyle_gui.ui.views.gallery_layout import Box
from segstyle_gui.ui.views.scribbles import Scribbles
from segstyle_gui.ui.views.tile_view import Hit, TileView

CLICK_REACH = 6.0  # px that the pointer may stray during a click

Modifiers = Qt.KeyboardModifier


class Gesture:
    """From the press of a button to its release; positions are those in the viewport."""

    def move(self, position: QPointF) -> Gesture | None:
        """Follow the pointer; return the gesture that goes on, None to end."""
        return self

    def release(self, position: QPointF, modifiers: Modifiers) -> None:
        """End as the user meant."""

    def cancel(self) -> None:
        """End without effect."""


class Press(Gesture):
    """A click, until the pointer strays; then what ``stray`` returns."""

    def __init__(
        self,
        start: QPointF,
        click: Callable[[QPointF, Modifiers], None],
        stray: Callable[[QPointF], Gesture | None],
    ) -> None:
        self._start, self._click, self._stray = start, click, stray

    def move(self, position: QPointF) -> Gesture | None:
        """Give way to another gesture once the pointer has strayed."""
        way = position - self._start
        if math.hypot(way.x(), way.y()) <= CLICK_REACH:
            return self
        follower = self._stray(self._start)
        return follower.move(position) if follower else None

    def release(self, position: QPointF, modifiers: Modifiers) -> None:
        """Click where the button went down."""
        self._click(self._start, modifiers)


class Band(Gesture):
    """A box from the press to the pointer; ``changed`` gets it in device pixels, None at the end."""

    def __init__(
        self,
        view: TileView,
        start: QPointF,
        changed: Callable[[Box | None], None],
        done: Callable[[Box, Modifiers], None],
    ) -> None:
        self._view, self._changed, self._done = view, changed, done
        self._start = view.device_pixel(start)

    def move(self, position: QPointF) -> Gesture:
        """Span the box."""
        self._changed(self._box(position))
        return self

    def release(self, position: QPointF, modifiers: Modifiers) -> None:
        """Take what is in the box."""
        self._changed(None)
        self._done(self._box(position), modifiers)

    def cancel(self) -> None:
        """Take the box away."""
        self._changed(None)

    def _box(self, position: QPointF) -> Box:
        x, y = self._view.device_pixel(position)
        left, top = min(x, self._start[0]), min(y, self._start[1])
        return Box(left, top, abs(x - self._start[0]) + 1, abs(y - self._start[1]) + 1)


class Pan(Gesture):
    """Drag the picture under the lens, in all tiles at once; without a lens, scroll."""

    def __init__(self, view: TileView, start: QPointF) -> None:
        self._view, self._last = view, start

    def move(self, position: QPointF) -> Gesture:
        """Move what the tiles show along with the pointer."""
        way, self._last = position - self._last, position
        if self._view.lens.zoom > 1:
            side = self._view.tile_side
            self._view.set_lens(self._view.lens.panned(way.x() / side, way.y() / side))
        else:
            bar = self._view.verticalScrollBar()
            bar.setValue(bar.value() - round(way.y()))
        return self


class Drawing(Gesture):
    """A stroke over the tile that it began in."""

    def __init__(
        self, view: TileView, scribbles: Scribbles, start: Hit, group: int, changed: Callable[[], None]
    ) -> None:
        self._view, self._scribbles, self._place, self._changed = view, scribbles, start.place, changed
        scribbles.begin(group, start.seed, start.y, start.x)
        view.viewport().update()

    def move(self, position: QPointF) -> Gesture:
        """Lead the stroke on."""
        self._scribbles.extend(*self._view.sample_place(self._place, position))
        self._view.viewport().update()
        return self

    def release(self, position: QPointF, modifiers: Modifiers) -> None:
        """Let the stroke count."""
        self._changed()

    def cancel(self) -> None:
        """Remove the stroke."""
        self._scribbles.take_back()
        self._view.viewport().update()
