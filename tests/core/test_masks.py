"""Corrections of label maps on small pictures drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from segstyle_gui.core.masks import (
    CleanConfig,
    clean_label_map,
    disc,
    drop_small_components,
    fill_holes,
    flood_fill,
    keep_largest_component,
    outline,
    paint,
)
from segstyle_gui.errors import ConfigError


def drawn(text: str, dtype: type = np.uint8) -> np.ndarray:
    return np.array([[int(character) for character in line] for line in text.split()], dtype)


def test_specks_take_the_label_around_them() -> None:
    label_map = drawn("11111 12111 11122 11122 00000")
    wanted = drawn("11111 11111 11122 11122 00000")
    np.testing.assert_array_equal(drop_small_components(label_map, 2), wanted)
    np.testing.assert_array_equal(drop_small_components(label_map, 1), label_map)


def test_background_specks_go_too_and_the_argument_is_left_alone() -> None:
    label_map = drawn("1111 1011 1111", np.uint16)
    cleaned = drop_small_components(label_map, 3)
    assert cleaned.dtype == np.uint16
    assert (cleaned == 1).all()
    assert label_map[1, 1] == 0


def test_a_slanted_line_is_one_component() -> None:
    label_map = np.zeros((9, 9), np.uint8)
    np.fill_diagonal(label_map, 3)
    np.testing.assert_array_equal(drop_small_components(label_map, 9), label_map)
    assert not drop_small_components(label_map, 10).any()


def test_keep_largest_saves_a_small_class() -> None:
    label_map = drawn("000000 010110 000000 002000 000000")
    assert not drop_small_components(label_map, 3).any()
    saved = drop_small_components(label_map, 3, keep_largest=(1,))
    np.testing.assert_array_equal(saved, drawn("000000 000110 000000 000000 000000"))


def test_a_map_of_nothing_but_specks_is_left_alone() -> None:
    label_map = drawn("01 23")
    np.testing.assert_array_equal(drop_small_components(label_map, 5), label_map)


def test_no_component_below_the_size_is_left_of_kept_pixels() -> None:
    noisy = np.random.default_rng(5).integers(0, 4, (64, 64)).astype(np.uint8)
    label_map = ndimage.median_filter(noisy, 5)
    cleaned = drop_small_components(label_map, 30)
    kept = cleaned == label_map
    for class_id in range(4):
        components, _ = ndimage.label(label_map == class_id, np.ones((3, 3)))
        sizes = np.bincount(components.ravel())
        big = (sizes[components] >= 30) & (label_map == class_id)
        assert kept[big].all()
        remaining, n = ndimage.label(cleaned == class_id, np.ones((3, 3)))
        assert all((remaining == k).sum() >= 30 for k in range(1, n + 1))


def test_largest_component_of_the_given_classes_only() -> None:
    label_map = drawn("0000000 0110010 0110000 0000020 0200000")
    cleaned = keep_largest_component(label_map, [1])
    np.testing.assert_array_equal(cleaned, drawn("0000000 0110000 0110000 0000020 0200000"))
    assert (keep_largest_component(drawn("11 11"), [1]) == 1).all()
    np.testing.assert_array_equal(keep_largest_component(label_map, [9]), label_map)


def test_holes_are_filled_but_bays_are_not() -> None:
    label_map = drawn("0000000 0111110 0101110 0112111 0111100 0000000")
    filled = fill_holes(label_map, 1)
    np.testing.assert_array_equal(filled, drawn("0000000 0111110 0111110 0111111 0111100 0000000"))


def test_a_hole_with_another_class_is_kept_when_only_background_is_replaced() -> None:
    iris = drawn("1111111 1000001 1022201 1020201 1022201 1000001 1111111")
    np.testing.assert_array_equal(fill_holes(iris, 1, replace=(0,)), iris)
    pupil = fill_holes(iris, 2, replace=(0,))
    assert pupil[3, 3] == 2
    assert (pupil == iris).sum() == iris.size - 1
    assert (fill_holes(iris, 1) == 1).all()


def test_disc() -> None:
    np.testing.assert_array_equal(disc(0), [[True]])
    np.testing.assert_array_equal(disc(1), drawn("010 111 010").astype(bool))
    assert disc(20).sum() == pytest.approx(np.pi * 400, rel=0.02)
    assert disc(2.5).shape == (5, 5)
    with pytest.raises(ValueError, match="radius"):
        disc(-1)


def test_paint_respects_locks() -> None:
    label_map = drawn("0123 0123")
    mask = drawn("1111 0000").astype(bool)
    np.testing.assert_array_equal(paint(label_map, mask, 7, locked={1, 3}), drawn("7173 0123"))
    np.testing.assert_array_equal(paint(label_map, mask, 7, ()), drawn("7777 0123"))
    assert paint(label_map, mask, 7, ()).dtype == np.uint8
    assert label_map[0, 0] == 0
    with pytest.raises(ValueError, match="256"):
        paint(label_map, mask, 256, ())


def test_flood_fill_stops_at_sides_and_corners() -> None:
    label_map = drawn("1101 1110 0001")
    np.testing.assert_array_equal(flood_fill(label_map, (0, 0)), drawn("1100 1110 0000").astype(bool))
    np.testing.assert_array_equal(flood_fill(label_map, (2, 3)), drawn("0000 0000 0001").astype(bool))
    for outside in [(-1, 0), (3, 0), (0, 4)]:
        with pytest.raises(ValueError, match="point"):
            flood_fill(label_map, outside)


def test_outline() -> None:
    mask = np.zeros((7, 7), bool)
    mask[1:6, 1:6] = True
    wanted = mask.copy()
    wanted[2:5, 2:5] = False
    np.testing.assert_array_equal(outline(mask), wanted)
    everything = outline(np.ones((4, 4), bool))
    assert everything.sum() == 12


def test_clean_follows_the_config() -> None:
    label_map = np.zeros((40, 50), np.uint8)
    label_map[5:25, 5:25] = 1
    label_map[10:13, 10:13] = 0  # a hole of 9 pixels
    label_map[15:20, 15:20] = 2  # another class inside: no hole
    label_map[30:34, 30:34] = 1  # a second area of 16 pixels
    label_map[38, 2] = 2  # a speck
    nothing = clean_label_map(label_map, CleanConfig(min_region=0.0))
    np.testing.assert_array_equal(nothing, label_map)
    assert nothing is not label_map

    specks = clean_label_map(label_map, CleanConfig(min_region=0.001))  # 2 pixels
    assert specks[38, 2] == 0
    assert (specks != label_map).sum() == 1

    holes = clean_label_map(label_map, CleanConfig(min_region=0.0, fill_holes=True))
    assert (holes[10:13, 10:13] == 1).all()
    assert (holes != label_map).sum() == 9

    largest = clean_label_map(label_map, CleanConfig(min_region=0.0, largest_only=True))
    assert (largest != label_map).sum() == 17
    assert (largest[15:20, 15:20] == 2).all()


def test_clean_config_is_checked() -> None:
    with pytest.raises(ConfigError, match="min_region"):
        CleanConfig(min_region=1.5)


def test_flood_fill_stops_where_the_gray_changes() -> None:
    label_map = drawn("11111 11110 11111")
    gray = np.array([[10, 12, 14, 90, 14], [10, 12, 255, 255, 14], [10, 12, 200, 0, 12]], np.uint8)
    np.testing.assert_array_equal(
        flood_fill(label_map, (0, 0), gray, tolerance=4), drawn("11100 11000 11000").astype(bool)
    )
    np.testing.assert_array_equal(
        flood_fill(label_map, (1, 2), gray, tolerance=0), drawn("00000 00110 00000").astype(bool)
    )
    assert flood_fill(label_map, (0, 0), gray, tolerance=255).sum() == 14
