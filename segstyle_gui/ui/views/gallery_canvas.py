"""The two pictures of the visible tiles: the samples themselves, and the overlay above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTransform

from segstyle_gui.ui.views.gallery_layout import Box, Place, TileGrid
from segstyle_gui.ui.views.gallery_lens import Lens
from segstyle_gui.ui.views.index_canvas import Codes, IndexCanvas, encode, fill_canvas
from segstyle_gui.ui.views.overlay import draw_overlay
from segstyle_gui.ui.views.rasters import to_qimage
from segstyle_gui.ui.views.region_colors import ColorTable

_RESERVED_IDS = 512  # cluster ids that a set has codes for, so that a detail may show rare ones
_SPARE_TILES = 64  # kept beyond the visible ones, so that scrolling back is cheap


class SampleSet:
    """Samples of one run: their pictures and cluster maps.

    Parameters
    ----------
    images
        (N, S, S, 3) uint8.
    clusters
        (N, M, M) cluster ids; below 0 for none.
    offset
        Code of cluster 0, see :mod:`segstyle_gui.ui.views.index_canvas`.

    Raises
    ------
    ValueError
        If the shapes or the type are others.
    """

    def __init__(self, images: NDArray[np.uint8], clusters: NDArray[np.integer], *, offset: int = 1) -> None:
        if images.ndim != 4 or images.shape[-1] != 3 or images.dtype != np.uint8:
            raise ValueError(f"images are (N, S, S, 3) uint8, not {images.shape} {images.dtype}")
        if clusters.ndim != 3 or len(clusters) != len(images):
            raise ValueError(f"{len(images)} images need as many cluster maps, not {clusters.shape}")
        self.n_ids = max(int(clusters.max(initial=-1)) + 1, _RESERVED_IDS)
        self._offset = offset
        self._images, self._codes = images, encode(clusters, offset)
        self._details: dict[int, tuple[NDArray[np.uint8], Codes]] = {}

    def __len__(self) -> int:
        return len(self._images)

    @property
    def images(self) -> NDArray[np.uint8]:
        """All pictures, without details."""
        return self._images

    def set_detail(self, number: int, image: NDArray[np.uint8], clusters: NDArray[np.integer]) -> None:
        """Take a finer picture (S, S, 3) and cluster map (M, M) of one sample; the former one is dropped."""
        known = np.where(clusters < self.n_ids, clusters, -1)
        self._details = {number: (image, encode(known, self._offset))}

    def picture(self, number: int) -> NDArray[np.uint8]:
        """Return the picture of a sample."""
        return self._details[number][0] if number in self._details else self._images[number]

    def codes(self, number: int) -> Codes:
        """Return the codes of a sample."""
        return self._details[number][1] if number in self._details else self._codes[number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is in view; all lengths in device pixels.

    Attributes
    ----------
    grid, cells
        The layout, and the number of the sample in each of its cells.
    top
        How far the content is scrolled.
    width, height
        Of the viewport.
    lens
        The part of every sample that is shown.
    radius
        Of the corners of tiles.
    scale
        Device pixels of a logical one.
    ground
        Colour between the tiles.
    """

    grid: TileGrid
    cells: Sequence[int]
    top: int
    width: int
    height: int
    lens: Lens
    radius: int
    scale: float
    ground: str

    def tiles(self) -> Iterator[tuple[Place, Box]]:
        """Give every tile that can be seen, with its box on the screen."""
        for cell in self.grid.visible(self.top, self.height):
            for side in range(self.grid.sides):
                yield Place(cell, side), self.on_screen(Place(cell, side))

    def on_screen(self, place: Place) -> Box:
        """Return where a tile is in the viewport."""
        box = self.grid.tile_box(place)
        return Box(box.x, box.y - self.top, box.width, box.height)

    def tile_look(self) -> tuple[object, ...]:
        """Return what the picture of a tile depends on besides its sample."""
        return (self.grid.tile, self.lens, self.radius, self.ground)


class GalleryCanvas:
    """Keeps both pictures; :meth:`arrange` when tiles move, :meth:`recolour` when only colours change."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], QImage] = {}
        self._tile_look: tuple[object, ...] = ()
        self._base = QImage()
        self._pixels: NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self._overlay = QImage()
        self.index = IndexCanvas(np.zeros((0, 0), np.uint16))

    def forget(self) -> None:
        """Drop the pictures of tiles: the samples are others now."""
        self._tiles.clear()

    def arrange(self, scene: Scene, sides: Sequence[SampleSet]) -> None:
        """Draw the samples in view and note which cluster every pixel shows.

        Parameters
        ----------
        scene
            What is in view.
        sides
            One set of samples for each side of a cell.
        """
        if scene.tile_look() != self._tile_look:
            self._tile_look = scene.tile_look()
            self._tiles.clear()
        tiles = [(place, box, scene.cells[place.cell]) for place, box in scene.tiles()]
        self._draw_base(scene, sides, tiles)
        placed = ((box, sides[place.side].codes(number)) for place, box, number in tiles)
        codes = fill_canvas(scene.height, scene.width, placed, scene.lens, radius=scene.radius)
        self.index = IndexCanvas(codes, thickness=max(round(scene.scale), 1))
        if self._pixels.shape != codes.shape:
            self._pixels = np.zeros(codes.shape, np.uint32)
            self._overlay = QImage(
                self._pixels.data,
                scene.width,
                scene.height,
                4 * scene.width,
                QImage.Format.Format_ARGB32_Premultiplied,
            )

    def recolour(self, table: ColorTable) -> None:
        """Draw the overlay in these colours."""
        draw_overlay(self.index, table, self._pixels)

    def paint(self, painter: QPainter, exposed: QRect) -> None:
        """Paint both pictures pixel by pixel.

        Parameters
        ----------
        painter
            As :func:`to_device_pixels` leaves it.
        exposed
            What to paint, in device pixels.
        """
        area = exposed.intersected(self._base.rect())
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(area.topLeft(), self._base, area)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.drawImage(area.topLeft(), self._overlay, area)

    def _draw_base(
        self, scene: Scene, sides: Sequence[SampleSet], tiles: Sequence[tuple[Place, Box, int]]
    ) -> None:
        size = QSize(scene.width, scene.height)
        if self._base.size() != size:
            self._base = QImage(size, QImage.Format.Format_RGB32)
        self._base.fill(QColor(scene.ground))
        used: dict[tuple[int, int], QImage] = {}
        painter = QPainter(self._base)
        for place, box, number in tiles:
            key = (place.side, number)
            if key not in self._tiles:
                self._tiles[key] = _draw_tile(sides[place.side].picture(number), scene)
            used[key] = self._tiles[key]
            painter.drawImage(box.x, box.y, used[key])
        painter.end()
        if len(self._tiles) > len(used) + _SPARE_TILES:
            self._tiles = used


def to_device_pixels(painter: QPainter) -> None:
    """Let a unit of the painter be a device pixel, on the grid of the device's pixels."""
    painter.resetTransform()
    device = painter.deviceTransform()
    origin = QTransform.fromTranslate(snapped(device.dx()), snapped(device.dy()))
    painter.setWorldTransform(origin * device.inverted()[0])


def snapped(position: float) -> int:
    """Return the device pixel that a widget's corner is taken to lie on."""
    return int(np.floor(position + 0.5))


def _draw_tile(pixels: NDArray[np.uint8], scene: Scene) -> QImage:
    """Return the picture of a tile: the part under the lens, smoothly scaled, with round corners."""
    side, lens = scene.grid.tile, scene.lens
    tile = QImage(side, side, QImage.Format.Format_RGB32)
    image = to_qimage(pixels)
    full = round(side * lens.zoom)
    if full < image.width():  # bilinear sampling alone would skip pixels
        image = image.scaled(
            full, full, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    width, height = image.width(), image.height()
    shown = QRectF(lens.x * width, lens.y * height, lens.side * width, lens.side * height)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(0, 0, side, side), image, shown)
    if scene.radius:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(_outside_corners(side, scene.radius), QColor(scene.ground))
    painter.end()
    return tile


def _outside_corners(side: int, radius: int) -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(0, 0, side, side))
    path.addRoundedRect(QRectF(0, 0, side, side), radius, radius)  # even-odd: what both cover is left out
    return path
