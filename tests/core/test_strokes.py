"""Shapes drawn by hand, each against a slow definition of the same thing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from segstyle_gui.core.masks import disc
from segstyle_gui.core.strokes import is_empty, polygon_mask, segment_mask, union_box

SHAPE = (40, 50)


def placed(box: tuple[slice, slice], mask: np.ndarray, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    whole = np.zeros(shape, bool)
    whole[box] = mask
    return whole


def near_segment(start: tuple[int, int], end: tuple[int, int], radius: float) -> np.ndarray:
    """Measure every pixel's distance from the segment."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float64)
    dy, dx = end[0] - start[0], end[1] - start[1]
    length = max(dy * dy + dx * dx, 1)
    along = np.clip(((rows - start[0]) * dy + (columns - start[1]) * dx) / length, 0, 1)
    distance = np.hypot(rows - start[0] - along * dy, columns - start[1] - along * dx)
    return distance <= radius + 1e-9


@pytest.mark.parametrize("radius", [0, 1, 2.5, 6])
def test_a_spot_is_the_disc(radius: float) -> None:
    box, mask = segment_mask((20, 25), (20, 25), radius, SHAPE)
    np.testing.assert_array_equal(mask, disc(radius))
    assert (box[0].start, box[1].start) == (20 - int(radius), 25 - int(radius))


def test_segments_are_all_pixels_near_them() -> None:
    rng = np.random.default_rng(3)
    for radius in (0.5, 1, 2, 4.7, 9):
        for _ in range(40):
            start, end = (tuple(int(v) for v in rng.integers(-8, 56, 2)) for _ in range(2))
            box, mask = segment_mask(start, end, radius, SHAPE)
            np.testing.assert_array_equal(placed(box, mask), near_segment(start, end, radius))


@pytest.mark.parametrize("end", [(5, 44), (35, 5), (31, 44), (6, 40), (38, 8), (20, 20)])
def test_the_thinnest_line_has_no_gap(end: tuple[int, int]) -> None:
    line = placed(*segment_mask((5, 5), end, 0, SHAPE))
    _, n_pieces = ndimage.label(line, np.ones((3, 3)))
    assert n_pieces == 1
    assert line[5, 5]
    assert line[end]


def test_a_segment_off_the_map_has_an_empty_box() -> None:
    box, mask = segment_mask((-30, 4), (-20, 9), 3, SHAPE)
    assert is_empty(box)
    assert mask.size == 0


def inside(point: tuple[float, float], vertices: list[tuple[float, float]]) -> bool:
    """Count the edges that a ray to the right crosses."""
    y, x = point
    odd = False
    for (y0, x0), (y1, x1) in zip(vertices, vertices[1:] + vertices[:1], strict=True):
        if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


def test_polygons_against_the_ray_of_every_pixel() -> None:
    rng = np.random.default_rng(5)
    for n_corners in (3, 4, 7, 12):
        vertices = [(float(y), float(x)) for y, x in rng.uniform(-10, 60, (n_corners, 2))]
        wanted = [[inside((r + 0.5, c + 0.5), vertices) for c in range(SHAPE[1])] for r in range(SHAPE[0])]
        np.testing.assert_array_equal(placed(*polygon_mask(vertices, SHAPE)), wanted)


def test_neighbouring_polygons_share_no_pixel() -> None:
    left = placed(*polygon_mask([(2.5, 3.5), (2.5, 20.5), (30.5, 20.5), (30.5, 3.5)], SHAPE))
    right = placed(*polygon_mask([(2.5, 20.5), (2.5, 40.5), (30.5, 40.5), (30.5, 20.5)], SHAPE))
    assert not (left & right).any()
    assert left.sum() == 28 * 17
    assert (left | right).sum() == 28 * 37


def test_two_corners_are_no_polygon() -> None:
    box, mask = polygon_mask([(1, 1), (9, 9)], SHAPE)
    assert is_empty(box)
    assert mask.size == 0
    assert is_empty(polygon_mask([(-9, 1), (-9, 9), (-3, 4)], SHAPE)[0])


def test_union_box() -> None:
    first, second = (slice(2, 5), slice(8, 9)), (slice(4, 7), slice(1, 3))
    assert union_box(first, second) == (slice(2, 7), slice(1, 9))
    assert union_box(first, (slice(0, 0), slice(0, 0))) == first
    assert union_box((slice(3, 3), slice(0, 9)), second) == second
