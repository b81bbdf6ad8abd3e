from __future__ import annotations

import numpy as np
import pytest

from segstyle_gui.pipeline.region_preview import DIMMED, as_rgb, crop_regions


def _sample(top: int, left: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    mask = np.zeros((64, 64), bool)
    mask[top : top + height, left : left + width] = True
    return np.full((64, 64, 3), 200, np.uint8), mask


def test_a_crop_is_a_square_around_the_region_with_the_rest_dimmed() -> None:
    image, mask = _sample(20, 30, 10, 20)
    (crop,) = crop_regions(image[None], mask[None], 26)  # 20 px and 15 % on both sides: 26 px, one to one
    bright = (crop[..., 0] > 198).nonzero()
    assert (crop[0, 0] == round(200 * DIMMED)).all()
    assert (bright[0].min(), bright[0].max()) == (8, 17)
    assert (bright[1].min(), bright[1].max()) == (3, 22)


@pytest.mark.parametrize(("top", "left"), [(0, 0), (54, 44), (0, 44)])
def test_a_crop_stays_inside_the_image(top: int, left: int) -> None:
    image, mask = _sample(top, left, 10, 20)
    image[mask] = 250
    (crop,) = crop_regions(image[None], mask[None], 52)
    assert set(np.unique(crop[::8, ::8])) <= set(range(70, 252))
    assert (crop[..., 0] > 245).mean() == pytest.approx(200 / 26**2, rel=0.15)


def test_the_largest_piece_counts_and_empty_samples_are_left_out() -> None:
    image, mask = _sample(4, 4, 3, 3)
    mask[30:50, 30:50] = True
    image[30:50, 30:50] = 100
    crops = crop_regions(np.stack([image, image]), np.stack([np.zeros_like(mask), mask]), 26)
    assert crops.shape == (1, 26, 26, 3)
    assert crops[0, 13, 13, 0] == 100
    assert crops.max() <= 100
    assert crop_regions(image[None], np.zeros((1, 64, 64), bool), 8).shape == (0, 8, 8, 3)


def test_a_region_that_fills_the_image_is_shown_whole() -> None:
    image, mask = _sample(0, 0, 64, 64)
    assert (crop_regions(image[None], mask[None], 32) == 200).all()


def test_gray_becomes_rgb_and_rgb_stays() -> None:
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    assert (as_rgb(gray) == gray).all()
    assert as_rgb(gray).shape == (3, 4, 3)
    colored = np.zeros((3, 4, 3), np.uint8)
    assert as_rgb(colored) is colored
