"""Where the tiles of the gallery lie, in device pixels, so that every edge is sharp at every scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle; right and bottom are exclusive."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column that is not in the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row that is not in the box."""
        return self.y + self.height

    def contains(self, x: float, y: float) -> bool:
        """Return whether a point is in the box."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def clipped(self, other: Box) -> Box:
        """Return what the two boxes share, with no width or height if they are apart."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Box(x, y, max(min(self.right, other.right) - x, 0), max(min(self.bottom, other.bottom) - y, 0))


class Place(NamedTuple):
    """A tile: the cell of the grid and which side of it (0 is the first run, 1 the second)."""

    cell: int
    side: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TileGrid:
    """Square tiles in rows; a cell holds one tile, or two side by side when runs are compared.

    Attributes
    ----------
    n_cells, columns
        At least 0 and 1.
    tile, gap, seam
        Side of a tile, space between cells, space between the two tiles of a cell.
    left, top
        Where the first cell begins.
    sides
        1, or 2 for pairs.
    """

    n_cells: int
    columns: int
    tile: int
    gap: int
    seam: int
    left: int
    top: int
    sides: int = 1

    @property
    def cell_width(self) -> int:
        """Width of a cell."""
        return self.tile * self.sides + self.seam * (self.sides - 1)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return -(-self.n_cells // self.columns)

    @property
    def content_height(self) -> int:
        """Height of all rows with the space above and below."""
        return 2 * self.top + self.n_rows * (self.tile + self.gap) - self.gap if self.n_cells else 0

    def cell_box(self, cell: int) -> Box:
        """Return where a cell lies in the whole content."""
        row, column = divmod(cell, self.columns)
        x = self.left + column * (self.cell_width + self.gap)
        return Box(x, self.top + row * (self.tile + self.gap), self.cell_width, self.tile)

    def tile_box(self, place: Place) -> Box:
        """Return where a tile lies in the whole content."""
        cell = self.cell_box(place.cell)
        return Box(cell.x + place.side * (self.tile + self.seam), cell.y, self.tile, self.tile)

    def place_at(self, x: float, y: float) -> Place | None:
        """Return the tile that holds a point of the content, None between tiles."""
        row = int((y - self.top) // (self.tile + self.gap))
        column = int((x - self.left) // (self.cell_width + self.gap))
        cell = row * self.columns + column
        if row < 0 or not 0 <= column < self.columns or cell >= self.n_cells:
            return None
        places = (Place(cell, side) for side in range(self.sides))
        return next((place for place in places if self.tile_box(place).contains(x, y)), None)

    def visible(self, top: int, height: int) -> range:
        """Return the cells of which at least one row of pixels is between ``top`` and ``top + height``."""
        pitch = self.tile + self.gap
        first = max((top - self.top + self.gap) // pitch, 0)
        last = max(-(-(top + height - self.top) // pitch), 0)
        return range(min(first * self.columns, self.n_cells), min(last * self.columns, self.n_cells))

    def neighbour(self, cell: int, dx: int, dy: int) -> int:
        """Return the cell that lies ``dx`` to the right and ``dy`` rows down, as far as there is one."""
        moved = cell + dx
        if dy and 0 <= cell + dy * self.columns < self.n_cells:
            moved += dy * self.columns
        return min(max(moved, 0), max(self.n_cells - 1, 0))


def fit_grid(
    n_cells: int, width: int, *, tile: int, gap: int, seam: int, margin: int, sides: int = 1
) -> TileGrid:
    """Fill the width with as many columns as bring the tiles nearest to the wanted size.

    Parameters
    ----------
    n_cells
        How many cells there are.
    width
        Of the viewport.
    tile
        Wanted side of a tile; tiles become a little larger or smaller so that the rows are full.
    gap, seam, margin, sides
        As in :class:`TileGrid`; ``margin`` is kept free around all cells.
    """
    free = max(width - 2 * margin, 1)
    wanted = tile * sides + seam * (sides - 1)
    columns = max(round((free + gap) / (wanted + gap)), 1)
    grid = TileGrid(
        n_cells=n_cells, columns=columns, tile=1, gap=gap, seam=seam, left=margin, top=margin, sides=sides
    )
    cell = (free - gap * (columns - 1)) // columns
    side = max((cell - seam * (sides - 1)) // sides, 1)
    grid = replace(grid, tile=side)
    rest = free - columns * grid.cell_width - gap * (columns - 1)
    return replace(grid, left=margin + max(rest // 2, 0))


def fit_single(width: int, height: int, *, seam: int, margin: int, sides: int = 1) -> TileGrid:
    """Return one cell, as large as the viewport allows, in its middle."""
    side = max(min((width - 2 * margin - seam * (sides - 1)) // sides, height - 2 * margin), 1)
    used = side * sides + seam * (sides - 1)
    return TileGrid(
        n_cells=1,
        columns=1,
        tile=side,
        gap=0,
        seam=seam,
        left=max((width - used) // 2, 0),
        top=max((height - side) // 2, 0),
        sides=sides,
    )
