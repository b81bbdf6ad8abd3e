"""The index canvas: which cluster every visible device pixel shows. Colours come later, from a table.

A pixel holds a *code*: 0 is background (between tiles), ``cluster + offset`` anything else, where ``offset``
is 1 for the first run and goes on behind its ids for the second. It is rebuilt when tiles move; nothing that
changes only colours touches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.ui.views.gallery_layout import Box
from segstyle_gui.ui.views.gallery_lens import Lens

Codes = NDArray[np.uint16]
_Number = TypeVar("_Number", bound=np.generic)
_HATCH = 6  # pixels between two lines of the hatching, at scale 1


@dataclass(frozen=True, slots=True, eq=False)
class Seams:
    """Where clusters meet, in one direction.

    Attributes
    ----------
    step
        From a pixel to its neighbour in the flattened canvas: 1 to the right, the width downwards.
    first
        (E,) intp, positions of pixels whose neighbour shows another cluster of the same tile.
    pair
        (E,) intp, which clusters meet: an index into what :meth:`IndexCanvas.pairs` gives, flattened.
    """

    step: int
    first: NDArray[np.intp]
    pair: NDArray[np.intp]


class IndexCanvas:
    """Codes of the visible pixels, and where clusters meet.

    Parameters
    ----------
    codes
        (H, W) uint16; the last column is background.
    thickness
        Device pixels that a line of one logical pixel takes, at least 1.
    """

    def __init__(self, codes: Codes, *, thickness: int = 1) -> None:
        self.codes = codes
        self.thickness = thickness
        self._present = np.zeros(0, np.intp)
        self._seams: tuple[Seams, ...] | None = None
        self._hatch: NDArray[np.intp] | None = None

    @property
    def seams(self) -> tuple[Seams, ...]:
        """Where clusters meet, to the right and downwards; found when first asked for."""
        if self._seams is None:
            flat = self.codes.reshape(-1)
            found = [(step, _unequal(flat, step)) for step in (1, self.codes.shape[1])]
            ends = [(flat.take(first), flat.take(first + step)) for step, first in found]
            counts = sum(np.bincount(codes, minlength=1 << 16) for pair in ends for codes in pair)
            self._present = np.flatnonzero(counts)
            rank = np.zeros(1 << 16, np.intp)
            rank[self._present] = np.arange(len(self._present))
            self._seams = tuple(
                Seams(step, first, rank.take(one) * len(self._present) + rank.take(other))
                for (step, first), (one, other) in zip(found, ends, strict=True)
            )
        return self._seams

    def pairs(self, values: NDArray[_Number]) -> tuple[NDArray[_Number], NDArray[_Number]]:
        """Return what two meeting clusters have: (P, 1) of the first and (1, P) of the second, to combine.

        Parameters
        ----------
        values
            (n_codes,).
        """
        assert self._seams is not None, "ask for the seams first"
        present = values.take(self._present)
        return present[:, None], present[None, :]

    @property
    def hatch(self) -> NDArray[np.intp]:
        """Positions of the pixels on slanting lines, as hatching takes them."""
        if self._hatch is None:
            height, width = self.codes.shape
            period = _HATCH * self.thickness
            rows = np.arange(height)[:, None] % period
            lines = (np.arange(width)[None, :] + rows) % period < self.thickness
            self._hatch = np.flatnonzero(lines & (self.codes != 0))
        return self._hatch

    def code_at(self, x: int, y: int) -> int:
        """Return the code of a pixel, 0 outside the canvas."""
        height, width = self.codes.shape
        return int(self.codes[y, x]) if 0 <= x < width and 0 <= y < height else 0


def encode(clusters: NDArray[np.integer], offset: int) -> Codes:
    """Return the codes of cluster maps; ids below 0 become background."""
    codes: Codes = np.where(clusters < 0, 0, clusters.astype(np.int64) + offset).astype(np.uint16)
    return codes


def nearest(n_source: int, n_target: int, start: float, side: float) -> NDArray[np.intp]:
    """Return (n_target,) intp: the source pixel nearest to the centre of each target pixel.

    Parameters
    ----------
    n_source
        Pixels of the whole source.
    n_target
        Pixels to fill.
    start, side
        The part of the source that is shown, as shares of it.
    """
    centres = start + (np.arange(n_target) + 0.5) * (side / n_target)
    return np.clip((centres * n_source).astype(np.intp), 0, n_source - 1)


def round_corners(tile: int, radius: int) -> NDArray[np.bool_]:
    """Return (tile, tile) bool: False where a pixel's centre is outside the rounded corners."""
    away = np.maximum(radius - 0.5 - np.minimum(np.arange(tile), np.arange(tile)[::-1]), 0.0)
    inside: NDArray[np.bool_] = away[:, None] ** 2 + away[None, :] ** 2 <= radius**2
    return inside


def fill_canvas(
    height: int,
    width: int,
    tiles: Iterable[tuple[Box, Codes]],
    lens: Lens,
    *,
    radius: int = 0,
) -> Codes:
    """Lay tiles out on a canvas.

    Parameters
    ----------
    height, width
        Of the canvas in device pixels.
    tiles
        Where each tile (a square) lies on the canvas, partly outside or not, and its codes (M, M) uint16.
    lens
        The part of every tile that is shown.
    radius
        Of the tiles' rounded corners; what is outside them is background.

    Returns
    -------
    numpy.ndarray
        (height, width) uint16.
    """
    canvas = np.zeros((height, width), dtype=np.uint16)
    whole = Box(0, 0, width, height)
    shape: NDArray[np.bool_] | None = None
    sources: dict[tuple[int, int], tuple[NDArray[np.intp], ...]] = {}
    for box, codes in tiles:
        seen = box.clipped(whole)
        if not (seen.width and seen.height):
            continue
        if shape is None or len(shape) != box.width:
            shape = round_corners(box.width, radius)
        rows = slice(seen.y - box.y, seen.bottom - box.y)
        columns = slice(seen.x - box.x, seen.right - box.x)
        size = codes.shape[0], box.width
        if size not in sources:
            sources[size] = tuple(nearest(*size, start, lens.side) for start in (lens.y, lens.x))
        y, x = sources[size]
        shown = codes.take(y[rows], axis=0).take(x[columns], axis=1)
        np.multiply(shown, shape[rows, columns], out=canvas[seen.y : seen.bottom, seen.x : seen.right])
    return canvas


def _unequal(flat: Codes, step: int) -> NDArray[np.intp]:
    """Return the pixels whose neighbour has another code; background is no neighbour, nor is the next row."""
    one, other = flat[:-step], flat[step:]
    return np.flatnonzero((one != other) & (one != 0) & (other != 0))
