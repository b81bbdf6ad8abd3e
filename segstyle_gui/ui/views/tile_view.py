"""Samples as square tiles in a scrolled view: layout, drawing, and what lies under the pointer."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.gallery_canvas import GalleryCanvas, SampleSet, Scene, snapped, to_device_pixels
from segstyle_gui.ui.views.gallery_layout import Box, Place, TileGrid, fit_grid, fit_single
from segstyle_gui.ui.views.gallery_lens import Lens
from segstyle_gui.ui.views.region_colors import ColorTable
from segstyle_gui.ui.views.smooth_scroll import SmoothScroll

SMALLEST_TILE, LARGEST_TILE = 64, 512  # px
_USUAL_TILE = 160  # px
_RADIUS = 4  # px
_SEAM = 2  # px between the two tiles of a pair
_ROUNDING = 1e-6


class Hit(NamedTuple):
    """What lies under a position: tile, seed of its sample, place in it (0 to 1), code of the pixel."""

    place: Place
    seed: int
    y: float
    x: float
    code: int


class TileView(QAbstractScrollArea):
    """Draws samples with an overlay whose colours a subclass gives; has no behaviour of its own.

    Signals
    -------
    tile_size_changed(int)
        Wanted side of a tile in px.
    lens_changed(Lens)
        Zoom or pan inside the tiles.
    """

    tile_size_changed = Signal(int)
    lens_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._seeds: tuple[int, ...] = ()
        self._sides: list[SampleSet] = []
        self._canvas = GalleryCanvas()
        self._scroll = SmoothScroll(self.verticalScrollBar())
        self._tile_size = _USUAL_TILE
        self._lens = Lens()
        self._single: int | None = None  # number of the sample that fills the view
        self._tiles_are_stale = self._colors_are_stale = True
        self._grid = self._fitted(1)
        theme_signals().changed.connect(self.rearrange)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the samples, in their order."""
        return self._seeds

    def _show_sides(self, sides: list[SampleSet]) -> None:
        """Show these samples: one set, or two to compare."""
        self._sides = sides
        self._canvas.forget()
        self._relayout()

    @property
    def tile_size(self) -> int:
        """Wanted side of a tile in px; the tiles of full rows are a little larger or smaller."""
        return self._tile_size

    @property
    def tile_side(self) -> float:
        """Side of the tiles as they are, in px."""
        return self._grid.tile / self.devicePixelRatioF()

    def set_tile_size(self, pixels: int, *, anchor: float = 0.0) -> None:
        """Show larger or smaller tiles.

        Parameters
        ----------
        pixels
            Wanted side, taken into 64 to 512 px.
        anchor
            Height in the viewport (px) at which the tiles stay where they are.
        """
        pixels = min(max(int(pixels), SMALLEST_TILE), LARGEST_TILE)
        if pixels != self._tile_size:
            self._tile_size = pixels
            self._relayout(anchor)
            self.tile_size_changed.emit(pixels)

    @property
    def lens(self) -> Lens:
        """The part of every sample that its tile shows."""
        return self._lens

    def set_lens(self, lens: Lens) -> None:
        """Show another part of every sample."""
        if lens != self._lens:
            self._lens = lens
            self.rearrange()
            self.lens_changed.emit(lens)

    def scene(self) -> Scene:
        """Return what is in view, in device pixels."""
        scale = self.devicePixelRatioF()
        return Scene(
            grid=self._grid,
            cells=range(len(self._seeds)) if self._single is None else [self._single],
            top=round(self.verticalScrollBar().value() * scale),
            width=math.ceil(self.viewport().width() * scale) + 1,
            height=math.ceil(self.viewport().height() * scale) + 1,
            lens=self._lens,
            radius=round(_RADIUS * scale),
            scale=scale,
            ground=tokens().canvas,
        )

    def device_pixel(self, position: QPointF) -> tuple[int, int]:
        """Return the pixel of the canvas at a position in the viewport."""
        scale = self.devicePixelRatioF()
        corner = QPointF(self.viewport().mapTo(self.window(), QPoint(0, 0))) * scale
        x = position.x() * scale + corner.x() - snapped(corner.x())
        y = position.y() * scale + corner.y() - snapped(corner.y())
        return math.floor(x + _ROUNDING), math.floor(y + _ROUNDING)

    def hit(self, position: QPointF) -> Hit | None:
        """Return what lies at a position in the viewport, None between tiles."""
        x, y = self.device_pixel(position)
        scene = self.scene()
        place = scene.grid.place_at(x, y + scene.top) if self._seeds else None
        if place is None or not self.viewport().rect().contains(position.toPoint()):
            return None
        self._prepare()
        seed = self._seeds[scene.cells[place.cell]]
        return Hit(place, seed, *self.sample_place(place, position), self._canvas.index.code_at(x, y))

    def sample_place(self, place: Place, position: QPointF) -> tuple[float, float]:
        """Return y, x in the sample of a tile, 0 to below 1 within it, of a position in the viewport."""
        column, row = self.device_pixel(position)
        box = self.scene().on_screen(place)
        x, y = self._lens.to_sample((column - box.x + 0.5) / box.width, (row - box.y + 0.5) / box.height)
        return y, x

    def box_of(self, number: int) -> Box | None:
        """Return where the cell of a sample is in the viewport in device pixels, None if it has none."""
        scene = self.scene()
        if number not in scene.cells:
            return None
        cell = self._grid.cell_box(scene.cells.index(number))
        return cell._replace(y=cell.y - scene.top)

    def rearrange(self) -> None:
        """Draw the tiles anew, because they moved."""
        self._tiles_are_stale = True
        self.viewport().update()

    def recolour(self) -> None:
        """Draw the overlay anew, because its colours changed."""
        self._colors_are_stale = True
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the tiles out anew; the first row in view stays."""
        self._relayout()

    def viewportEvent(self, event: QEvent) -> bool:
        """Lay out anew on a screen with other pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._relayout()
        return super().viewportEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw what came into view."""
        self.rearrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is exposed."""
        self._prepare()
        scene, exposed = self.scene(), event.rect()
        left, top = math.floor(exposed.x() * scene.scale) - 1, math.floor(exposed.y() * scene.scale) - 1
        right = math.ceil((exposed.x() + exposed.width()) * scene.scale) + 1
        bottom = math.ceil((exposed.y() + exposed.height()) * scene.scale) + 1
        painter = QPainter(self.viewport())
        to_device_pixels(painter)
        self._canvas.paint(painter, QRect(left, top, right - left, bottom - top))
        if self._seeds:
            self._paint_marks(painter, scene)
        painter.end()

    def _color_table(self) -> ColorTable:
        """Return the colours of all codes."""
        raise NotImplementedError

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        """Paint above the tiles, in device pixels."""
        raise NotImplementedError

    def _prepare(self) -> None:
        """Bring the pictures up to date."""
        if self._tiles_are_stale:
            self._canvas.arrange(self.scene(), self._sides)
            self._tiles_are_stale, self._colors_are_stale = False, True
        if self._colors_are_stale:
            self._canvas.recolour(self._color_table())
            self._colors_are_stale = False

    def _fitted(self, width: int) -> TileGrid:
        """Return the grid for a viewport of this width (px)."""
        scale, sides = self.devicePixelRatioF(), max(len(self._sides), 1)
        gap, seam = round(GRID * scale), max(round(_SEAM * scale), 1)
        if self._single is not None:
            height = int(self.viewport().height() * scale)
            return fit_single(int(width * scale), height, seam=seam, margin=gap, sides=sides)
        return fit_grid(
            len(self._seeds),
            int(width * scale),
            tile=round(self._tile_size * scale),
            gap=gap,
            seam=seam,
            margin=gap,
            sides=sides,
        )

    def _relayout(self, anchor: float = 0.0) -> None:
        """Lay out anew; what is at the height ``anchor`` of the viewport stays there."""
        scale, bar, old = self.devicePixelRatioF(), self.verticalScrollBar(), self._grid
        content = bar.value() + anchor
        rows = (content * scale - old.top) / (old.tile + old.gap)
        self._grid = self._fitted(self.width())
        overflows = self._grid.content_height > self.height() * scale and self._single is None
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if overflows else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if overflows:
            self._grid = self._fitted(self.viewport().width())
        new, height = self._grid, self.viewport().height()
        bar.setRange(0, max(math.ceil(new.content_height / scale) - height, 0) if overflows else 0)
        bar.setPageStep(height)
        bar.setSingleStep(max(round(new.tile / scale / 2), 1))
        if bar.value() and content > 0:
            rows = int(rows) * old.columns // new.columns + rows % 1
            self._scroll.jump((new.top + rows * (new.tile + new.gap)) / scale - anchor)
        self.rearrange()
