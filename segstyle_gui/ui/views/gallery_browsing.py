"""Moving about in the gallery: wheel, keys, the focused tile, and one sample that fills the view."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.gallery_canvas import Scene
from segstyle_gui.ui.views.gallery_lens import Lens
from segstyle_gui.ui.views.gallery_marks import draw_focus
from segstyle_gui.ui.views.tile_view import TileView

_LENS_STEP = 1.25  # a notch of the wheel
_LENS_ZOOM = 3.0  # where the lens key leads to
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class BrowsingView(TileView):
    """Tiles that are looked through.

    The wheel scrolls, with Ctrl it changes the size of the tiles and with Alt it zooms inside all of them
    at once. Arrows move the focus from tile to tile, Enter opens one, Escape goes back, Z puts the lens over
    the tiles and takes it away.

    Signals
    -------
    sample_opened(int), sample_closed
        A sample (its seed) fills the view; all samples are back.
    """

    sample_opened = Signal(int)
    sample_closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._focus = 0  # number of the sample
        self._shows_ring = False  # around it: only once the keyboard is in use
        self._before_opening = 0  # where the scroll bar was

    def zoom_tiles(self, steps: int, *, anchor: float = 0.0) -> None:
        """Show this many columns less (more if negative); ``anchor`` is that of ``set_tile_size``."""
        columns = max(self._grid.columns - steps, 1)
        cell = (self.viewport().width() - GRID) / columns - GRID
        self.set_tile_size(int(cell / self._grid.sides), anchor=anchor)

    def toggle_lens(self) -> None:
        """Zoom in where the pointer is (else in the middle), or show whole samples again."""
        if self._lens.zoom > 1:
            self.set_lens(Lens())
            return
        hit = self.hit(QPointF(self.viewport().mapFromGlobal(self.cursor().pos())))
        self.set_lens(Lens().zoomed(_LENS_ZOOM, *((hit.x, hit.y) if hit else (0.5, 0.5))))

    @property
    def opened(self) -> int | None:
        """Seed of the sample that fills the view, None while all are shown."""
        return None if self._single is None else self._seeds[self._single]

    def open_sample(self, seed: int) -> None:
        """Let one sample fill the view.

        Raises
        ------
        ValueError
            If it is not among the samples.
        """
        number = self._seeds.index(seed)
        if self._single is None:
            self._before_opening = self.verticalScrollBar().value()
        if number != self._single:
            self._single = self._focus = number
            self._relayout()
            self.sample_opened.emit(seed)

    def close_sample(self) -> None:
        """Show all samples again, scrolled as before."""
        if self._single is not None:
            self._single = None
            self._relayout()
            self._scroll.jump(self._before_opening)
            self._reveal(self._focus)
            self.sample_closed.emit()

    @property
    def focused(self) -> int | None:
        """Seed of the sample that the keyboard is at."""
        return self._seeds[self._focus] if self._seeds else None

    def focus_sample(self, number: int) -> None:
        """Go to a sample with the keyboard and scroll it into view; while one is open, open it."""
        if not self._seeds:
            return
        self._focus = min(max(number, 0), len(self._seeds) - 1)
        seed = self._seeds[self._focus]
        self.setAccessibleDescription(self.tr("Sample of seed {0}").format(seed))
        if self._single is not None:
            self.open_sample(seed)
        else:
            self._reveal(self._focus)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; zoom the tiles (Ctrl); zoom inside them (Alt)."""
        turned = event.angleDelta().y() or event.angleDelta().x()  # with Alt, Qt turns it sideways
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_tiles((turned > 0) - (turned < 0), anchor=event.position().y())
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._zoom_lens(_LENS_STEP ** (turned / 120), event.position())
        elif event.pixelDelta().y():
            self._scroll.jump(self.verticalScrollBar().value() - event.pixelDelta().y())
        else:
            self._scroll.glide(self._scroll.target - turned)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the focus, zoom, open and close."""
        key = Qt.Key(event.key())
        self._shows_ring = True
        if key in _ARROWS:
            self.focus_sample(self._neighbour(*_ARROWS[key]))
        elif not self._navigate(key):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring around the tile in focus, if the keyboard led here."""
        self._shows_ring = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self.viewport().update()

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        box = self.box_of(self._focus)
        if box is not None and self._shows_ring and self.hasFocus() and self._single is None:
            draw_focus(painter, box, scene.scale)

    def _neighbour(self, dx: int, dy: int) -> int:
        return (
            self._focus + dx + dy if self._single is not None else self._grid.neighbour(self._focus, dx, dy)
        )

    def _navigate(self, key: Qt.Key) -> bool:
        """Do what a key means; return False if it means nothing here."""
        keys = Qt.Key
        if key in (keys.Key_Home, keys.Key_End):
            self.focus_sample(0 if key == keys.Key_Home else len(self._seeds) - 1)
        elif key in (keys.Key_PageUp, keys.Key_PageDown):
            page = self.viewport().height() - 4 * GRID
            self._scroll.glide(self._scroll.target + (page if key == keys.Key_PageDown else -page))
        elif key in (keys.Key_Plus, keys.Key_Equal, keys.Key_Minus):
            self.zoom_tiles(-1 if key == keys.Key_Minus else 1)
        elif key in (keys.Key_Return, keys.Key_Enter) and self.focused is not None:
            self.open_sample(self.focused)
        elif key == keys.Key_Z:
            self.toggle_lens()
        else:
            return key == keys.Key_Escape and self._go_back()
        return True

    def _go_back(self) -> bool:
        """Leave the lens, else the open sample; return False if there was neither."""
        if self._lens.zoom > 1:
            self.set_lens(Lens())
        elif self._single is not None:
            self.close_sample()
        else:
            return False
        return True

    def _zoom_lens(self, factor: float, position: QPointF) -> None:
        hit = self.hit(position)
        u, v = self._lens.to_tile(hit.x, hit.y) if hit else (0.5, 0.5)
        self.set_lens(self._lens.zoomed(self._lens.zoom * factor, u, v))

    def _reveal(self, number: int) -> None:
        """Glide to where the cell of a sample is in view."""
        box, scale = self._grid.cell_box(number), self.devicePixelRatioF()
        top, bottom = box.y / scale - GRID, box.bottom / scale + GRID
        value, height = self._scroll.target, self.viewport().height()
        if top < value or bottom > value + height:
            self._scroll.glide(top if top < value or bottom - top > height else bottom - height)
