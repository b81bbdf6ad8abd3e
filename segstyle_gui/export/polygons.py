"""Polygons along pixel borders that fill back to exactly the mask they came from.

Coordinates count pixel borders: pixel (row r, column c) spans x = c..c+1 and y = r..r+1. Rasterisers that
test pixel centres, as pycocotools does with whole-numbered corners, give back every pixel. COCO polygons
cannot hold holes, so each hole is tied to the ring above it by a vertical cut walked down and back up; the
even-odd and the non-zero rule both leave the hole empty.
"""

from __future__ import annotations

import numpy as np
import scipy  # its parts are imported on first use: half a second

Part = tuple[slice, slice, np.ndarray]  # rows and columns of a bounding box, and the bool mask inside it
Point = tuple[int, int]
Ring = list[tuple[int, int, int]]  # (x, y, direction of the step that leaves this corner)

_RIGHT, _DOWN, _LEFT, _UP = range(4)
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def mask_polygons(mask: np.ndarray) -> list[np.ndarray]:
    """Return one closed polygon for each 4-connected part of a mask, holes cut in.

    Parameters
    ----------
    mask
        (H,W) bool.

    Returns
    -------
    list of (n, 2) int64 arrays of x, y in pixels (0..W, 0..H), n >= 4, the first corner not repeated, in
    the order of each part's first pixel by rows.
    """
    return [_polygon(part) for part in connected_parts(mask)]


def part_polygons(part: Part) -> list[np.ndarray]:
    """Return :func:`mask_polygons` of a cropped part, in the coordinates of the whole image."""
    rows, columns, mask = part
    return [polygon + np.array([columns.start, rows.start]) for polygon in mask_polygons(mask)]


def connected_parts(mask: np.ndarray) -> list[Part]:
    """Return the 4-connected parts of an (H,W) bool mask, each with its bounding box."""
    labels, _ = scipy.ndimage.label(mask)
    boxes = scipy.ndimage.find_objects(labels)
    return [(rows, columns, labels[rows, columns] == i + 1) for i, (rows, columns) in enumerate(boxes)]


def whole_part(mask: np.ndarray) -> Part:
    """Return an (H,W) bool mask that is not empty with its bounding box."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return (*box, mask[box])


def _polygon(part: Part) -> np.ndarray:
    rows, columns, mask = part
    corners = np.asarray(_drop_straight(_join_holes(mask, _trace_rings(mask))), dtype=np.int64)
    return corners + np.array([columns.start, rows.start])


def _trace_rings(mask: np.ndarray) -> list[Ring]:
    """Walk all pixel borders of a 4-connected mask, the mask on the right hand; corner by corner."""
    leaving = _border_steps(mask)
    rings = []
    for start in sorted(leaving, key=lambda corner: (corner[1], corner[0])):
        while leaving[start]:
            rings.append(_walk(leaving, start))
    return rings


def _border_steps(mask: np.ndarray) -> dict[Point, list[int]]:
    """Return for each corner (x, y) the directions in which a border leaves it."""
    padded = np.pad(mask, 1)
    inner = padded[1:-1, 1:-1]
    # direction, the neighbour that must be empty, offset of the step's first corner from the pixel's
    sides = (
        (_RIGHT, padded[:-2, 1:-1], (0, 0)),
        (_DOWN, padded[1:-1, 2:], (1, 0)),
        (_LEFT, padded[2:, 1:-1], (1, 1)),
        (_UP, padded[1:-1, :-2], (0, 1)),
    )
    leaving: dict[Point, list[int]] = {}
    for direction, neighbour, (dx, dy) in sides:
        for y, x in np.argwhere(inner & ~neighbour).tolist():
            leaving.setdefault((x + dx, y + dy), []).append(direction)
    return leaving


def _walk(leaving: dict[Point, list[int]], start: Point) -> Ring:
    """Consume one ring of border steps; where two pixels touch by a corner, stay with the same pixel."""
    ring: Ring = []
    corner, direction = start, min(leaving[start])
    while True:
        leaving[corner].remove(direction)
        ring.append((*corner, direction))
        corner = (corner[0] + _STEPS[direction][0], corner[1] + _STEPS[direction][1])
        if corner == start and _closes(leaving[corner], direction, ring[0][2]):
            return ring
        direction = next(d for d in _by_right_turn(direction) if d in leaving[corner])


def _closes(open_directions: list[int], arriving: int, first: int) -> bool:
    """Return whether the step that was walked first comes before every open one when turning right."""
    turns = _by_right_turn(arriving)
    return all(turns.index(first) < turns.index(direction) for direction in open_directions)


def _by_right_turn(direction: int) -> tuple[int, int, int]:
    return (direction + 1) % 4, direction, (direction + 3) % 4


def _join_holes(mask: np.ndarray, rings: list[Ring]) -> list[Point]:
    """Tie every hole to the ring above it and return one path of corners.

    The lowest holes come first, so that what hangs below a ring is known when the ring itself is tied.
    """
    tops = [min(range(len(ring)), key=lambda i: (ring[i][1], ring[i][0])) for ring in rings]
    order = sorted(range(len(rings)), key=lambda r: (rings[r][tops[r]][1], rings[r][tops[r]][0]))
    hanging: dict[Point, list[list[Point]]] = {}
    for r in reversed(order[1:]):
        path = _path(rings[r][tops[r] :] + rings[r][: tops[r]], hanging)
        x, y = path[0]
        empty_above = np.flatnonzero(~mask[:y, x])
        border = int(empty_above[-1]) + 1 if empty_above.size else 0
        hanging.setdefault((x, border), []).append([*path, (x, y)])
    return _path(rings[order[0]], hanging)


def _path(ring: Ring, hanging: dict[Point, list[list[Point]]]) -> list[Point]:
    """Return the ring's corners with the holes that hang on its steps to the right put in."""
    path: list[Point] = []
    for x, y, direction in ring:
        path.append((x, y))
        if direction == _RIGHT:
            for hole in hanging.pop((x, y), ()):
                path.extend([*hole, (x, y)])
    return path


def _drop_straight(path: list[Point]) -> list[Point]:
    """Drop corners in the middle of a straight run (turning back is no straight run)."""
    kept = []
    for i, (x, y) in enumerate(path):
        (x0, y0), (x1, y1) = path[i - 1], path[(i + 1) % len(path)]
        ahead = (x - x0) * (x1 - x) + (y - y0) * (y1 - y)
        turned = (x - x0) * (y1 - y) - (y - y0) * (x1 - x)
        if turned or ahead <= 0:
            kept.append((x, y))
    return kept
