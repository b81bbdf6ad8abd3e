import numpy as np
import pytest
from pycocotools import mask as coco_mask
from scipy import ndimage

from segstyle_gui.export.polygons import connected_parts, mask_polygons

# pycocotools 2.0 hands its arrays over by NumPy 1's protocol
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def rasterised(polygons, shape):
    flat = [polygon.ravel().tolist() for polygon in polygons]
    return coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(flat, *shape))).astype(bool)


def shoelace(polygon):
    x, y = polygon.T
    return 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def mask_of(*rows):
    return np.array([[character == "#" for character in row] for row in rows])


HAND_MADE = {
    "single pixel": mask_of("...", ".#.", "..."),
    "whole": mask_of("####", "####"),
    "one row": mask_of("######"),
    "one column": mask_of("#", "#", "#"),
    "hole": mask_of("#####", "#...#", "#.#.#", "#...#", "#####"),
    "holes stacked": mask_of("###", "#.#", "###", "#.#", "###", "#.#", "###"),
    "hole touches corner": mask_of("####", "#.##", "##.#", "####"),
    "hole open at a corner": mask_of(".###", "#.##", "####"),
    "two pixels by a corner": mask_of("#.", ".#"),
    "lines": mask_of("#######", ".......", "#######", ".......", "#######"),
    "diagonal": np.eye(9, dtype=bool),
    "checkers": np.indices((8, 11)).sum(axis=0) % 2 == 0,
    "inverse checkers with a frame": np.pad(np.indices((6, 6)).sum(axis=0) % 2 == 0, 1, constant_values=True),
}


@pytest.mark.parametrize("name", HAND_MADE)
def test_hand_made_masks_fill_back_exactly(name):
    mask = HAND_MADE[name]
    assert np.array_equal(rasterised(mask_polygons(mask), mask.shape), mask)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.6, 0.75, 0.95])
def test_random_masks_fill_back_exactly(share):
    generator = np.random.default_rng(int(share * 100))
    for _ in range(40):
        mask = generator.random((generator.integers(1, 30), generator.integers(1, 30))) < share
        if mask.any():
            assert np.array_equal(rasterised(mask_polygons(mask), mask.shape), mask)


def test_smooth_blobs_with_holes_fill_back_exactly():
    noise = np.random.default_rng(3).normal(size=(120, 90))
    mask = np.abs(ndimage.gaussian_filter(noise, 3)) < 0.08
    polygons = mask_polygons(mask)
    assert np.array_equal(rasterised(polygons, mask.shape), mask)


def test_each_polygon_encloses_the_area_of_its_part():
    mask = np.random.default_rng(1).random((40, 25)) < 0.7
    polygons = mask_polygons(mask)
    parts = connected_parts(mask)
    assert len(polygons) == len(parts) == ndimage.label(mask)[1]
    for polygon, (_, _, crop) in zip(polygons, parts, strict=True):
        assert shoelace(polygon) == np.count_nonzero(crop)


def test_a_rectangle_has_four_corners():
    mask = np.zeros((9, 12), dtype=bool)
    mask[2:5, 3:10] = True
    assert mask_polygons(mask)[0].tolist() == [[3, 2], [10, 2], [10, 5], [3, 5]]


def test_nothing_gives_nothing():
    assert mask_polygons(np.zeros((4, 5), dtype=bool)) == []


def winding_numbers(polygon, shape):
    """Sum the signed crossings of a ray from each pixel's centre to the right."""
    numbers = np.zeros(shape, dtype=int)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if x0 == x1:
            numbers[min(y0, y1) : max(y0, y1), :x0] += np.sign(y1 - y0)
    return numbers


@pytest.mark.parametrize("name", ["hole", "holes stacked", "inverse checkers with a frame"])
def test_the_non_zero_rule_gives_the_same_filling(name):
    mask = HAND_MADE[name]
    total = sum(winding_numbers(polygon, mask.shape) for polygon in mask_polygons(mask))
    assert np.array_equal(total, mask.astype(int))


def test_a_hole_that_meets_the_outside_by_a_corner_needs_no_cut():
    assert mask_polygons(HAND_MADE["hole open at a corner"])[0].tolist() == [
        *([1, 0], [4, 0], [4, 3], [0, 3], [0, 1], [1, 1]),
        *([1, 2], [2, 2], [2, 1], [1, 1]),
    ]
