"""One way of seeing an image as a grid of embeddings, and how to walk it within a memory budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

_FEWEST_GRAINS = 4  # along a tile, so that half of it remains when a quarter at each side is context


@dataclass(frozen=True, slots=True, kw_only=True)
class DensePass:
    """What :func:`run_pass` needs to know of a network.

    Attributes
    ----------
    side
        Pixels a side that images are resized to.
    cell
        Pixels of the resized image that a cell of the grid covers.
    grain
        Pixels that the sides of a tile must be a multiple of; 0 where an image cannot be seen in tiles.
    native
        Pixels a side that the network was trained on; tiles are not smaller.
    n_bytes
        Side of an image -> bytes of the activations that live at once, about.
    run
        (N,3,s,s) float -> (N,D,s/cell,s/cell).
    """

    side: int
    cell: int
    grain: int
    native: int
    n_bytes: Callable[[int], int]
    run: Callable[[Tensor], Tensor]

    def tile(self, budget: int) -> int:
        """Return the largest side of a tile that fits into ``budget`` bytes, the whole image's if it does."""
        if not self.grain or self.n_bytes(self.side) <= budget:
            return self.side
        least = max(_FEWEST_GRAINS * self.grain, self.native // self.grain * self.grain)
        fitting = (side for side in range(self.side, least, -self.grain) if self.n_bytes(side) <= budget)
        return min(self.side, next(fitting, least))

    def batch(self, budget: int, most: int) -> int:
        """Return how many images (or tiles of one place) may be seen at once."""
        return max(1, min(most, budget // max(self.n_bytes(self.tile(budget)), 1)))


def run_pass(dense: DensePass, images: Tensor, budget: int) -> Tensor:
    """Return the embeddings of a batch.

    Parameters
    ----------
    dense
        The network's pass.
    images
        (N,3,side,side) float, normalised as the network wants.
    budget
        Bytes. An image that would take more is seen in tiles; each keeps what is a quarter of a tile away
        from its inner borders, so only context beyond that is lost.

    Returns
    -------
    (N,D,h,w) with h = w = side/cell.
    """
    tile = dense.tile(budget)
    if tile == dense.side:
        return dense.run(images)
    halo = max(1, tile // (4 * dense.grain)) * dense.grain
    starts = list(_starts(dense.side, tile, tile - 2 * halo))
    whole: Tensor | None = None
    for top in starts:
        for left in starts:
            cells = dense.run(images[..., top : top + tile, left : left + tile])
            if whole is None:
                n_cells = dense.side // dense.cell
                whole = cells.new_empty(*cells.shape[:2], n_cells, n_cells)
            rows, columns = (_kept(start, tile, halo, dense) for start in (top, left))
            whole[..., rows[0], columns[0]] = cells[..., rows[1], columns[1]]
    assert whole is not None  # there is always a tile
    return whole


def _starts(side: int, tile: int, step: int) -> Iterator[int]:
    yield from range(0, side - tile, step)
    yield side - tile


def _kept(start: int, tile: int, halo: int, dense: DensePass) -> tuple[slice, slice]:
    """Return which cells of a tile are kept, in the whole image and in the tile; outer borders are kept."""
    first = 0 if start == 0 else halo
    last = tile if start + tile == dense.side else tile - halo
    inside = slice(first // dense.cell, last // dense.cell)
    offset = start // dense.cell
    return slice(offset + inside.start, offset + inside.stop), inside


def bytes_of_floats(n: float) -> int:
    """Return the bytes of ``n`` float32 numbers."""
    return int(n) * torch.finfo(torch.float32).bits // 8
