"""The gallery of samples with their regions: look, point, select, compare, scribble."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.views.gallery_canvas import Scene
from segstyle_gui.ui.views.gallery_gestures import Band, Gesture, Modifiers, Pan, Press
from segstyle_gui.ui.views.gallery_layout import Box
from segstyle_gui.ui.views.gallery_marks import draw_band
from segstyle_gui.ui.views.gallery_regions import FIRST, SECOND
from segstyle_gui.ui.views.hover_tip import HoverTip
from segstyle_gui.ui.views.overlay import regions_in_box
from segstyle_gui.ui.views.region_colors import selection_after
from segstyle_gui.ui.views.region_drag import drag_regions
from segstyle_gui.ui.views.scribble_view import ScribbleView
from segstyle_gui.ui.views.tile_view import Hit


class RegionGallery(ScribbleView):
    """Samples with the regions of a run in colours over them; all samples react at once.

    The gallery changes no regions and keeps no selection of its own: it says what the user wants, and shows
    what it is told. What it shows comes in through :class:`RegionView`, strokes go out through
    :class:`ScribbleView`, moving about is :class:`BrowsingView`'s.

    Signals
    -------
    region_hovered(int | None, int | None)
        The region under the pointer and the seed of its sample.
    region_clicked(int, Qt.KeyboardModifier)
        A region was clicked.
    regions_boxed(frozenset, Qt.KeyboardModifier)
        A box was drawn that means these regions.
    selection_wanted(frozenset)
        What should be selected after a click or a box: Shift adds, Ctrl toggles, a click beside all regions
        selects nothing.
    menu_wanted(int | None, QPoint)
        A menu for this region is asked for, at a position on the screen.
    """

    region_hovered = Signal(object, object)
    region_clicked = Signal(int, object)
    regions_boxed = Signal(object, object)
    selection_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Samples with regions"))
        self._tip = HoverTip(self.viewport())
        self._band: Box | None = None
        self._pointed: tuple[int | None, int | None] = (None, None)
        self._space_is_down = False

    def set_samples(
        self, seeds: Sequence[int], images: NDArray[np.uint8], clusters: NDArray[np.integer]
    ) -> None:
        """Show other samples, as in :class:`RegionView`; what the pointer was doing ends."""
        self._cancel_gesture()
        super().set_samples(seeds, images, clusters)

    def start_scribble(self, n_groups: int = 2, colors: Sequence[Sequence[int]] | None = None) -> None:
        """Let the pointer draw strokes, as in :class:`ScribbleView`."""
        self._tip.dismiss()
        super().start_scribble(n_groups, colors)

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        super()._paint_marks(painter, scene)
        if self._band:
            draw_band(painter, QRectF(*self._band), scene.scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self._cancel_gesture()
        self._tip.dismiss()
        self._shows_ring = False
        position, button = event.position(), event.button()
        hit = self.hit(position)
        is_left = button == Qt.MouseButton.LeftButton
        if button == Qt.MouseButton.MiddleButton or (is_left and self._space_is_down):
            self._gesture = Pan(self, position)
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._scribbling:
            self._gesture = self._stroke(self._scribbling, hit, button)
        elif is_left:
            if hit:
                self._focus = self._seeds.index(hit.seed)
            stray = self._begin_box if self._is_for_box(event, hit) else self._begin_drag
            self._gesture = Press(position, self._click, stray)

    def _is_for_box(self, event: QMouseEvent, hit: Hit | None) -> bool:
        """Return whether dragging from here spans a box; from a selected region it carries the selection."""
        has_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return has_alt or self._region_at(hit) not in self.selection

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a gesture, or light up what lies under the pointer."""
        if self._gesture:
            self._gesture = self._gesture.move(event.position())
        elif not event.buttons():
            self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a gesture."""
        gesture, self._gesture = self._gesture, None
        if gesture:
            gesture.release(event.position(), event.modifiers())
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a sample, or go back to all."""
        hit = self.hit(event.position())
        is_plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if not is_plain or self._scribbling or self._space_is_down:
            self.mousePressEvent(event)  # quick clicks with a modifier are clicks
        elif self.opened is not None:
            self.close_sample()
        elif hit:
            self.open_sample(hit.seed)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu."""
        if not self._scribbling:
            self._tip.dismiss()
            region = self._region_at(self.hit(QPointF(event.pos())))
            self.menu_wanted.emit(region, event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        """Note that the pointer has left."""
        if event.type() == QEvent.Type.Leave:
            self._leave()
        return super().viewportEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw what came into view; the card would be beside something else."""
        super().scrollContentsBy(dx, dy)
        self._tip.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw with another group, pan with Space, or move about."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._gesture:
            self._cancel_gesture()
        elif key == Qt.Key.Key_Space:
            self._space_is_down = True
            self._show_cursor()
        elif not (self._scribbling and self._scribble_key(self._scribbling, key)):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Stop panning."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_is_down = False
            self._show_cursor()

    def _show_cursor(self) -> None:
        if self._space_is_down:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._scribbling:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.viewport().unsetCursor()

    def _click(self, position: QPointF, modifiers: Modifiers) -> None:
        region = self._region_at(self.hit(position))
        if region is not None:
            self.region_clicked.emit(region, modifiers)
            self._want([region], modifiers)
        elif not modifiers:
            self.selection_wanted.emit(frozenset())

    def _begin_box(self, position: QPointF) -> Gesture:
        self._light(None, None)
        return Band(self, position, self._show_band, self._box_is_done)

    def _begin_drag(self, position: QPointF) -> None:
        names = [self._regions.name_of(FIRST, region) for region in sorted(self.selection)]
        text = names[0] if len(names) == 1 else self.tr("{0} regions").format(len(names))
        colors = [QColor(*self._regions.color_of(region)) for region in sorted(self.selection)]
        self._light(None, None)
        drag_regions(self.viewport(), self.selection, colors, text)

    def _show_band(self, box: Box | None) -> None:
        self._band = box
        self._regions.preview = None if box is None else self._in_box(box)
        self.recolour()

    def _box_is_done(self, box: Box, modifiers: Modifiers) -> None:
        regions = self._in_box(box)
        self.regions_boxed.emit(regions, modifiers)
        self._want(regions, modifiers)

    def _in_box(self, box: Box) -> frozenset[int]:
        tiles = [tile for place, tile in self.scene().tiles() if place.side == FIRST]
        return regions_in_box(self._canvas.index, self._regions.visible(), box, tiles)

    def _want(self, regions: Collection[int], modifiers: Modifiers) -> None:
        add = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        toggle = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        self.selection_wanted.emit(selection_after(self.selection, regions, add=add, toggle=toggle))

    def _region_at(self, hit: Hit | None) -> int | None:
        """Return the region of the first run under a hit."""
        is_first = hit is not None and hit.place.side == FIRST
        return self._regions.region_of(FIRST, hit.code) if hit and is_first else None

    def _point_at(self, position: QPointF) -> None:
        """Light up what lies at a position, and say what it is."""
        hit = None if self._scribbling else self.hit(position)
        if hit is None:
            self._leave()
            return
        region = self._regions.region_of(hit.place.side, hit.code)
        if hit.place.side == SECOND:
            self._light(None, None, second=region)
        else:
            self._light(region, hit.seed)
        if region is None:
            self._tip.dismiss()
        else:
            self._tip.tell(*self._words(hit.place.side, region), position.toPoint())

    def _leave(self) -> None:
        self._light(None, None)
        self._tip.dismiss()

    def _light(self, region: int | None, seed: int | None, *, second: int | None = None) -> None:
        if second != self._regions.second_hover:
            self._regions.second_hover = second
            self.recolour()
        pointed = region, seed if region is not None else None
        if pointed != self._pointed:
            self._pointed = pointed
            self.set_hover(region)
            self.region_hovered.emit(*pointed)

    def _words(self, side: int, region: int) -> tuple[str, str]:
        """Return the two lines of the card."""
        name = self._regions.name_of(side, region)
        number = self.tr("region {0}").format(region)
        parts = [number] if name and name.casefold() != number.casefold() else []
        if region in self._regions.look.locked and side == FIRST:
            parts.append(self.tr("locked"))
        if side == SECOND:
            parts.append(self.tr("in {0}, for comparison only").format(self._titles[SECOND]))
        elif region in self.selection:
            parts.append(self.tr("drag to a class, Ctrl-click to take away"))
        else:
            parts.append(self.tr("click to select, ⇧ to add"))
        return name or number, " · ".join(parts)
