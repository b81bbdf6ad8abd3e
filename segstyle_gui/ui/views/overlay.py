"""Draw colours and lines of regions over the index canvas, and tell which regions a box means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.ui.views.gallery_layout import Box
from segstyle_gui.ui.views.index_canvas import IndexCanvas
from segstyle_gui.ui.views.region_colors import ColorTable

Positions = NDArray[np.intp]

_ROWS = 64  # looked up at a time: their indices stay in the cache, which halves the time
_LEAVING, _ENTERING, _MEETING = 1, 2, 3  # of two neighbouring pixels: the first, the second, both are marked
_MOSTLY = 0.5  # share of a region that lies in a box which means it
_QUARTER = 0.25  # share of a box that belongs to a region which it means


def draw_overlay(canvas: IndexCanvas, table: ColorTable, out: NDArray[np.uint32]) -> None:
    """Fill ``out`` with the overlay of the whole canvas.

    The cost is one look-up per pixel, and a few per pixel where clusters meet.

    Parameters
    ----------
    canvas
        All its codes are below the table's length.
    table
        The colours.
    out
        (H, W) uint32, contiguous: premultiplied ARGB.
    """
    for top in range(0, len(out), _ROWS):
        rows = slice(top, top + _ROWS)
        np.take(table.fill, canvas.codes[rows], out=out[rows], mode="clip")
    flat = out.reshape(-1)
    if table.line.any():
        _draw_lines(canvas, table, flat)
    if table.hatch.any():
        colors = table.hatch.take(canvas.codes.reshape(-1).take(canvas.hatch))
        flat[canvas.hatch[colors != 0]] = colors[colors != 0]
    if table.lit.any():
        _draw_thin_contour(canvas, table, flat)
    if table.marked.any():
        _draw_contour(canvas, table, flat)


def _draw_lines(canvas: IndexCanvas, table: ColorTable, flat: NDArray[np.uint32]) -> None:
    """Draw lines on the first of two pixels, or on the second where the first shows no region."""
    seams = canvas.seams
    one, other = canvas.pairs(table.visible)
    color = np.where(one != 0, *canvas.pairs(table.line)).ravel()
    differs, is_late = (one != other).ravel(), ((one == 0) & (other != 0)).ravel()
    for seam in seams:
        at = np.flatnonzero(differs.take(seam.pair))
        pair = seam.pair.take(at)
        place = seam.first.take(at)
        if is_late.any():
            place += seam.step * is_late.take(pair)
        paint = color.take(pair)
        flat[place] = paint
        if canvas.thickness > 1:  # two pixels: both sides of the seam; more would hide narrow regions
            flat[seam.first.take(at) + seam.step * ~is_late.take(pair)] = paint


@dataclass(frozen=True, slots=True, eq=False)
class _Rim:
    """Pixels of marked regions that touch others, and the step that leads further inside."""

    inner: Positions
    inwards: int


def _rims(canvas: IndexCanvas, marks: NDArray[np.int32]) -> tuple[list[_Rim], Positions]:
    """Return the rims of the marked regions, and the pixels at which two of them meet."""
    seams = canvas.seams
    one, other = canvas.pairs(marks)
    kinds = np.where(other == 0, np.where(one == 0, 0, _LEAVING), np.where(one == 0, _ENTERING, _MEETING))
    kinds = np.where(one == other, 0, kinds).astype(np.uint8).ravel()
    rims, meeting = [], []
    for seam in seams:
        kind = kinds.take(seam.pair)
        at = np.flatnonzero(kind)
        kind, first = kind.take(at), seam.first.take(at)
        rims.append(_Rim(first[kind == _LEAVING], -seam.step))
        rims.append(_Rim(first[kind == _ENTERING] + seam.step, seam.step))
        meeting.append(first[kind == _MEETING])
    return rims, np.concatenate(meeting)


def _draw_thin_contour(canvas: IndexCanvas, table: ColorTable, flat: NDArray[np.uint32]) -> None:
    """Draw a bright line along the inside of the region that is lit up."""
    for rim in _rims(canvas, table.lit)[0]:
        _draw_band(canvas, flat, rim.inner, rim.inwards, canvas.thickness, table.lit != 0, table.bright)


def _draw_contour(canvas: IndexCanvas, table: ColorTable, flat: NDArray[np.uint32]) -> None:
    """Draw a bright line inside the marked regions, a dark one around them, thin ones between them."""
    rims, meeting = _rims(canvas, table.marked)
    width, is_marked = canvas.thickness, table.marked != 0
    for rim in rims:
        _draw_band(canvas, flat, rim.inner - rim.inwards, -rim.inwards, width, ~is_marked, table.halo)
    for rim in rims:
        _draw_band(canvas, flat, rim.inner, rim.inwards, 2 * width, is_marked, table.bright)
    flat[meeting] = table.bright


def _draw_band(
    canvas: IndexCanvas,
    flat: NDArray[np.uint32],
    rim: Positions,
    step: int,
    width: int,
    allowed: NDArray[np.bool_],
    color: int,
) -> None:
    """Colour a rim, and further pixels in the direction of ``step`` where their codes are allowed."""
    codes = canvas.codes.reshape(-1)
    flat[rim] = color
    for distance in range(1, width):
        target = np.clip(rim + distance * step, 0, len(flat) - 1)
        code = codes.take(target)
        flat[target[allowed.take(code) & (code != 0)]] = color


def regions_in_box(
    canvas: IndexCanvas, visible: NDArray[np.int32], box: Box, tiles: list[Box]
) -> frozenset[int]:
    """Return the visible regions that a box means.

    A box means a region if at least half of what the tiles that it touches show of the region lies
    inside (drawn around it), or if at least a quarter of the box belongs to the region (drawn within it).
    A sliver at its rim does not count.

    Parameters
    ----------
    canvas
        What is on the screen.
    visible
        (n_codes,) int32, as in :class:`ColorTable`; codes above are of no region.
    box
        In pixels of the canvas.
    tiles
        The tiles on the screen.
    """
    box = box.clipped(Box(0, 0, canvas.codes.shape[1], canvas.codes.shape[0]))
    n_regions = int(visible.max(initial=0)) + 1
    inside = _counts(canvas, visible, box, n_regions)
    touched = [tile for tile in tiles if min(tile.clipped(box)[2:]) > 0]
    around = sum((_counts(canvas, visible, tile, n_regions) for tile in touched), np.zeros(n_regions, int))
    total = max(sum(tile.clipped(box).width * tile.clipped(box).height for tile in touched), 1)
    meant = (inside > 0) & ((inside >= _MOSTLY * around) | (inside >= _QUARTER * total))
    meant[0] = False
    return frozenset(np.flatnonzero(meant).tolist())


def _counts(canvas: IndexCanvas, visible: NDArray[np.int32], box: Box, n_regions: int) -> NDArray[np.intp]:
    """Return (n_regions,): pixels of each region in a box; background counts as region 0."""
    x, y = max(box.x, 0), max(box.y, 0)
    codes = canvas.codes[y : max(box.bottom, 0), x : max(box.right, 0)]
    by_code = np.bincount(codes.reshape(-1), minlength=len(visible))[: len(visible)]
    return np.bincount(visible, by_code, minlength=n_regions).astype(np.intp)
