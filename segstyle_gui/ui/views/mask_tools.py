"""What brush, eraser, fill and polygon do to a label map: one undo step at a time, without any Qt."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.strokes import Box, Pixel, polygon_mask, segment_mask, union_box

ToolName = Literal["brush", "eraser", "fill", "polygon", "pick", "pan"]
TOOLS: tuple[ToolName, ...] = get_args(ToolName)

MAX_RADIUS = 256
_NOTHING: Box = (slice(0, 0), slice(0, 0))


class PaintStep:
    """One undo step under way: changes a label map in place and remembers what it was.

    Parameters
    ----------
    label_map
        (H, W) uint8 or uint16, changed in place.
    source
        What is painted: one id for all pixels, or an (H, W) map that shows through.
    locked
        Ids whose pixels stay as they are.

    Attributes
    ----------
    before
        (H, W) the map as it was.
    touched
        Box around everything painted so far.
    """

    def __init__(
        self,
        label_map: NDArray[np.integer],
        source: int | NDArray[np.integer],
        locked: Collection[int] = (),
    ) -> None:
        self.before = label_map.copy()
        self.touched = _NOTHING
        self._map = label_map
        self._source = np.broadcast_to(np.asarray(source).astype(label_map.dtype), label_map.shape)
        self._is_locked = np.zeros(np.iinfo(label_map.dtype).max + 1, bool)
        self._is_locked[list(locked)] = True
        self._met_lock = False

    def paint(self, box: Box, mask: NDArray[np.bool_]) -> None:
        """Paint the pixels of a box where its (h, w) mask is True, except locked ones."""
        is_locked = self._is_locked[self.before[box]]
        self._met_lock = self._met_lock or bool((is_locked & mask).any())
        np.copyto(self._map[box], self._source[box], where=mask & ~is_locked)
        self.touched = union_box(self.touched, box)

    def take_back(self) -> Box:
        """Undo all of it; return the box that changed."""
        box, self.touched = self.touched, _NOTHING
        self._map[box] = self.before[box]
        return box

    @property
    def has_changed(self) -> bool:
        """Whether any pixel has another id than before."""
        return not np.array_equal(self._map[self.touched], self.before[self.touched])

    @property
    def was_refused(self) -> bool:
        """Whether locked pixels are the reason that nothing changed."""
        return self._met_lock and not self.has_changed


class BrushStroke:
    """A round brush drawn over a label map.

    Parameters
    ----------
    step
        What it paints.
    radius
        In image pixels, at least 0.
    anchor
        Pixel from which a straight line is pulled to wherever the brush goes; None draws freely.
    """

    def __init__(self, step: PaintStep, radius: float, anchor: Pixel | None = None) -> None:
        self.step = step
        self._radius = radius
        self._anchor = anchor
        self._last: Pixel | None = None

    def move_to(self, pixel: Pixel) -> Box:
        """Paint from where the brush was to ``pixel``; return the box that changed."""
        if self._anchor is not None:
            former = self.step.take_back()
            return union_box(former, self._draw(self._anchor, pixel))
        start = pixel if self._last is None else self._last
        self._last = pixel
        return self._draw(start, pixel)

    def _draw(self, start: Pixel, end: Pixel) -> Box:
        height, width = self.step.before.shape
        box, mask = segment_mask(start, end, self._radius, (height, width))
        self.step.paint(box, mask)
        return box


class PolygonDraft:
    """The corners clicked so far.

    Attributes
    ----------
    vertices
        (y, x) image positions, pixel (r, c) reaching to (r + 1, c + 1).
    """

    def __init__(self) -> None:
        self.vertices: list[tuple[float, float]] = []

    def add(self, position: tuple[float, float]) -> None:
        """Add a corner."""
        self.vertices.append(position)

    def remove_last(self) -> None:
        """Take the last corner back, if there is one."""
        if self.vertices:
            self.vertices.pop()

    def closes_at(self, position: tuple[float, float], reach: float) -> bool:
        """Return whether a click here, ``reach`` image pixels wide, would join the first of three corners."""
        if len(self.vertices) < 3:
            return False
        (y, x), (first_y, first_x) = position, self.vertices[0]
        return (y - first_y) ** 2 + (x - first_x) ** 2 <= reach**2

    def paint(self, step: PaintStep) -> Box:
        """Paint what the corners enclose; return the box that changed."""
        height, width = step.before.shape
        box, mask = polygon_mask(self.vertices, (height, width))
        step.paint(box, mask)
        return box


def fill_area(
    step: PaintStep, pixel: Pixel, gray: NDArray[np.float32] | None = None, tolerance: float | None = None
) -> Box:
    """Paint the connected area of one id around a pixel; return the box that changed.

    Parameters
    ----------
    step
        What is painted.
    pixel
        Row and column on the map.
    gray, tolerance
        (H, W) values and how far they may be from the pixel's; with either None only ids count.
    """
    from segstyle_gui.core.masks import flood_fill  # SciPy takes long to load and few fill

    limits = (None, 0.0) if gray is None or tolerance is None else (gray, tolerance)
    mask = flood_fill(step.before, pixel, *limits)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    step.paint(box, mask[box])
    return box


def larger_radius(radius: int) -> int:
    """Return the next brush radius up: a pixel more, or a fifth."""
    return min(max(radius + 1, round(radius * 1.2)), MAX_RADIUS)


def smaller_radius(radius: int) -> int:
    """Return the next brush radius down: a pixel less, or a sixth."""
    return max(min(radius - 1, round(radius / 1.2)), 0)
