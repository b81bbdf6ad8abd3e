"""Shapes that a hand draws on a label map: thick segments and polygons as masks of the box they lie in.

Pixels are (row, column). A shape comes as a box (two slices inside the map) and a (h, w) bool mask of that
box, so that its cost follows its size and not the map's. A shape off the map has an empty box.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice]
Pixel = tuple[int, int]

_ROUNDING = 1e-9  # keeps pixels that lie exactly on the rim


def segment_mask(
    start: Pixel, end: Pixel, radius: float, shape: tuple[int, int]
) -> tuple[Box, NDArray[np.bool_]]:
    """Return what a round brush covers on its straight way from one pixel to another.

    Parameters
    ----------
    start, end
        Row and column of the first and the last centre; they may lie off the map.
    radius
        In pixels, at least 0. A single spot (``start == end``) is :func:`segstyle_gui.core.masks.disc`.
    shape
        Height and width of the map.

    Returns
    -------
    tuple
        The box, and the (h, w) mask of its pixels at most ``max(radius, 0.5)`` from the segment: one piece
        without gaps, touching at corners at least.
    """
    reach = max(float(radius), 0.5)
    grow = int(reach)
    box = _clipped(
        (min(start[0], end[0]) - grow, max(start[0], end[0]) + grow + 1),
        (min(start[1], end[1]) - grow, max(start[1], end[1]) + grow + 1),
        shape,
    )
    rows = np.arange(box[0].start, box[0].stop, dtype=np.float64)
    columns = np.arange(box[1].start, box[1].stop)
    first, last = _row_spans(rows, start, end, reach)
    return box, (columns >= first[:, None]) & (columns <= last[:, None])


def polygon_mask(
    vertices: Sequence[tuple[float, float]], shape: tuple[int, int]
) -> tuple[Box, NDArray[np.bool_]]:
    """Return the pixels whose centres lie inside a closed polygon (even-odd rule).

    Parameters
    ----------
    vertices
        (y, x) of the corners, where pixel (r, c) reaches from (r, c) to (r + 1, c + 1).
    shape
        Height and width of the map.

    Returns
    -------
    tuple
        The box and the (h, w) mask; empty for fewer than three corners.
    """
    points = np.asarray(vertices, dtype=np.float64).reshape(-1, 2)
    if len(points) < 3:
        return (slice(0, 0), slice(0, 0)), np.zeros((0, 0), bool)
    (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
    box = _clipped(
        (math.floor(top), math.ceil(bottom)),
        (math.floor(left), math.ceil(right)),
        shape,
    )
    height, width = box[0].stop - box[0].start, box[1].stop - box[1].start
    crossings = np.zeros((height, width + 1), np.int32)
    for (y0, x0), (y1, x1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        rows, crossed = _crossings(y0, x0, y1, x1, box[0])
        columns = np.clip(np.ceil(crossed - 0.5) - box[1].start, 0, width).astype(np.intp)
        np.add.at(crossings, (rows - box[0].start, columns), 1)
    return box, (np.cumsum(crossings, axis=1)[:, :-1] & 1).astype(bool)


def union_box(first: Box, second: Box) -> Box:
    """Return the smallest box around two boxes; an empty one does not count."""
    if is_empty(first):
        return second
    if is_empty(second):
        return first
    return (
        slice(min(first[0].start, second[0].start), max(first[0].stop, second[0].stop)),
        slice(min(first[1].start, second[1].start), max(first[1].stop, second[1].stop)),
    )


def is_empty(box: Box) -> bool:
    """Return whether a box has no pixels."""
    return bool(box[0].stop <= box[0].start or box[1].stop <= box[1].start)


def _clipped(rows: tuple[int, int], columns: tuple[int, int], shape: tuple[int, int]) -> Box:
    """Return the part of a range of rows and columns that lies on the map."""
    return _clipped_range(*rows, shape[0]), _clipped_range(*columns, shape[1])


def _clipped_range(start: int, stop: int, size: int) -> slice:
    first = min(max(start, 0), size)
    return slice(first, max(min(stop, size), first))


def _row_spans(
    rows: NDArray[np.float64], start: Pixel, end: Pixel, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first and last column of each row within ``reach`` of a segment; first > last for none.

    The shape is convex, so a row's pixels are one run: from the leftmost to the rightmost of the two end
    discs and the band between them.
    """
    spans = [_disc_span(rows, start, reach), _disc_span(rows, end, reach)]
    if start != end:
        spans.append(_band_span(rows, start, end, reach))
    first = np.minimum.reduce([np.ceil(low - _ROUNDING) for low, _ in spans])
    last = np.maximum.reduce([np.floor(high + _ROUNDING) for _, high in spans])
    return first, last


def _disc_span(
    rows: NDArray[np.float64], center: Pixel, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    inside = reach**2 - (rows - center[0]) ** 2
    half = np.sqrt(np.maximum(inside, 0.0))
    low = np.where(inside >= 0, center[1] - half, np.inf)
    high = np.where(inside >= 0, center[1] + half, -np.inf)
    return low, high


def _band_span(
    rows: NDArray[np.float64], start: Pixel, end: Pixel, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Columns beside the segment: at most ``reach`` across it, and between its ends along it."""
    dy, dx = float(end[0] - start[0]), float(end[1] - start[1])
    length = math.hypot(dy, dx)
    y = rows - start[0]
    across = _interval(dy, -y * dx, -reach * length, reach * length)
    along = _interval(dx, y * dy, 0.0, length**2)
    low, high = np.maximum(across[0], along[0]), np.minimum(across[1], along[1])
    is_empty_row = low > high + _ROUNDING
    return np.where(is_empty_row, np.inf, low + start[1]), np.where(is_empty_row, -np.inf, high + start[1])


def _interval(
    slope: float, offset: NDArray[np.float64], low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each offset, the range of x with ``low <= slope * x + offset <= high``."""
    if slope == 0:
        holds = (offset >= low - _ROUNDING) & (offset <= high + _ROUNDING)
        return np.where(holds, -np.inf, np.inf), np.where(holds, np.inf, -np.inf)
    ends = (low - offset) / slope, (high - offset) / slope
    return np.minimum(*ends), np.maximum(*ends)


def _crossings(
    y0: float, x0: float, y1: float, x1: float, rows: slice
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the rows whose centre line an edge crosses, and the x where it does.

    An edge includes its upper end and not its lower one, so that a corner counts once.
    """
    top, bottom = min(y0, y1), max(y0, y1)
    first = max(math.ceil(top - 0.5), rows.start)
    last = min(math.ceil(bottom - 0.5), rows.stop)
    crossed = np.arange(first, max(last, first), dtype=np.intp)
    if not len(crossed):
        return crossed, np.zeros(0)
    return crossed, x0 + (crossed + 0.5 - y0) * (x1 - x0) / (y1 - y0)
