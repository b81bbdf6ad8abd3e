"""Where the tiles of a grid lie: plain numbers, so that drawing, clicking and scrolling agree."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect

from segstyle_gui.ui.theme.tokens import GRID

_WIDEST = 1.6  # of the wanted width: few tiles do not grow beyond it


@dataclass(frozen=True, slots=True)
class GridLayout:
    """Tiles of equal size with a gap of :data:`GRID`, row by row, all lengths in px.

    ``below`` is the height under each tile that belongs to its caption.
    """

    columns: int = 1
    width: int = 1
    tall: int = 1
    below: int = 0
    left: int = 0

    @property
    def row_height(self) -> int:
        """Distance from one row to the next."""
        return self.tall + self.below + GRID

    def height(self, n: int) -> int:
        """Return the height that ``n`` tiles take."""
        return max(0, -(-n // self.columns) * self.row_height - GRID)

    def rect(self, number: int) -> QRect:
        """Return where a tile is, without its caption."""
        row, column = divmod(number, self.columns)
        x = self.left + column * (self.width + GRID)
        return QRect(x, row * self.row_height, self.width, self.tall)

    def number_at(self, x: float, y: float, n: int) -> int:
        """Return which of ``n`` tiles (with its caption) is at a position, -1 for none."""
        column, beside = divmod(x - self.left, self.width + GRID)
        row, under = divmod(y, self.row_height)
        number = int(row) * self.columns + int(column)
        inside = beside < self.width and under < self.tall + self.below
        known = 0 <= column < self.columns and 0 <= number < n
        return number if inside and known else -1

    def between(self, top: int, bottom: int, n: int) -> range:
        """Return the numbers of the tiles in rows that touch the heights ``top`` to ``bottom``."""
        first = max(0, top // self.row_height) * self.columns
        last = (max(0, bottom) // self.row_height + 1) * self.columns
        return range(min(first, n), min(last, n))


def flowing(n: int, width: int, tile: int, aspect: float, below: int) -> GridLayout:
    """Return the layout in which ``n`` tiles of about ``tile`` px fill rows of ``width``.

    Parameters
    ----------
    aspect
        Height of an image over its width.
    """
    columns = max(1, (width + GRID) // (tile + GRID))
    side = (width + GRID) // columns - GRID
    side = max(1, min(side, int(tile * _WIDEST)))
    return GridLayout(columns, side, max(1, round(side * aspect)), below)


def filled(n: int, width: int, height: int, aspect: float, below: int) -> GridLayout:
    """Return the layout with the largest tiles of which ``n`` need no scrolling, in the middle."""
    best = GridLayout()
    for columns in range(1, max(n, 1) + 1):
        rows = -(-max(n, 1) // columns)
        wide = (width + GRID) // columns - GRID
        tall = (height + GRID) // rows - GRID - below
        side = int(min(wide, tall / aspect))
        if side > best.width:
            left = (width - columns * (side + GRID) + GRID) // 2
            best = GridLayout(columns, side, max(1, int(side * aspect)), below, max(left, 0))
    return best
