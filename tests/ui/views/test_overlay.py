from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from segstyle_gui.ui.views.gallery_layout import Box
from segstyle_gui.ui.views.index_canvas import IndexCanvas
from segstyle_gui.ui.views.overlay import draw_overlay, regions_in_box
from segstyle_gui.ui.views.region_colors import Look, RegionTable, color_table, filmed, selection_after

COLORS = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200]], np.uint8)
TABLE = RegionTable.of(np.array([1, 2, 3]), COLORS)
BRIGHT = 0xFFFFFFFF


def stripes(thickness: int = 1) -> IndexCanvas:
    """Three regions of 10 columns each, one pixel of background at the right."""
    codes = np.zeros((12, 31), np.uint16)
    codes[:, :30] = np.repeat([1, 2, 3], 10)
    return IndexCanvas(codes, thickness=thickness)


def drawn(look: Look, table: RegionTable = TABLE, thickness: int = 1) -> NDArray[np.uint32]:
    out = np.full((12, 31), 7, np.uint32)
    draw_overlay(stripes(thickness), color_table(table, look), out)
    return out


def alpha(argb: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return argb >> 24


def test_fill_has_the_colours_at_the_opacity_and_nothing_between_tiles() -> None:
    out = drawn(Look(opacity=0.5))
    assert (out[5, [0, 10, 20]] == [0x80640000, 0x80006400, 0x80000064]).all()
    assert (out[:, 30] == 0).all()
    assert len(np.unique(out[:, :30])) == 3


def test_merging_recolours_all_clusters_of_the_new_region() -> None:
    merged = RegionTable.of(np.array([2, 2, 3]), {2: (9, 8, 7), 3: (0, 0, 200)})
    out = drawn(Look(opacity=1.0), merged)
    assert (out[:, :20] == 0xFF090807).all()


def test_a_hidden_region_has_no_colour() -> None:
    out = drawn(Look(hidden=frozenset({2})))
    assert (out[:, 10:20] == 0).all()
    assert (out[:, :10] != 0).all()


def test_hover_lights_one_region_and_dims_all_others() -> None:
    out, before = drawn(Look(opacity=0.4, hover=2)), drawn(Look(opacity=0.4))
    assert (out[:, [0, 20]] & 0xFFFFFF != before[:, [0, 20]] & 0xFFFFFF).all()
    assert (alpha(out)[:, [0, 20]] > 0.5 * 255).all()  # mostly film
    assert (out[:, 15] >> 8 & 0xFF > before[:, 15] >> 8 & 0xFF).all()
    assert (out[:, [10, 19]] == BRIGHT).all()


def test_a_hidden_region_shows_while_it_is_hovered_in_a_list() -> None:
    assert (alpha(drawn(Look(hidden=frozenset({2}), hover=2)))[:, 15] > 0).all()


def test_solo_leaves_the_others_without_colour() -> None:
    out = drawn(Look(solo=frozenset({1})))
    assert (out[:, 10:30] & 0xFFFFFF == 0).all()
    assert (alpha(out)[:, 10:30] > 0).all()
    assert (out[:, :10] == drawn(Look())[:, :10]).all()


def test_selection_has_a_bright_rim_inside_and_a_dark_one_outside() -> None:
    out = drawn(Look(selection=frozenset({2})))
    assert (out[:, [10, 11, 18, 19]] == BRIGHT).all()
    assert (out[:, [9, 20]] & 0xFFFFFF == 0).all()
    assert (alpha(out)[:, 15] > alpha(drawn(Look()))[:, 15]).all()
    assert (out[:, 30] == 0).all()


def test_the_rim_does_not_run_along_the_edge_of_the_tile() -> None:
    out = drawn(Look(selection=frozenset({1})))
    assert (out[:, 9] == BRIGHT).all()
    assert (out[:, 0] != BRIGHT).all()
    assert (out[0, :8] != BRIGHT).all()


def test_rims_keep_to_their_region_on_fine_screens() -> None:
    narrow = np.zeros((12, 31), np.uint16)
    narrow[:, :30] = np.repeat([1, 2, 3], (14, 2, 14))
    out = np.zeros((12, 31), np.uint32)
    draw_overlay(IndexCanvas(narrow, thickness=3), color_table(TABLE, Look(selection=frozenset({2}))), out)
    assert set(np.flatnonzero(out[5] == BRIGHT)) == {14, 15}


@pytest.mark.parametrize(("thickness", "width"), [(1, 1), (2, 2)])
def test_outline_draws_lines_and_no_fill(thickness: int, width: int) -> None:
    out = drawn(Look(mode="outline"), thickness=thickness)
    assert (out[:, 9] == 0xFFC80000).all()
    assert (out[:, 19] == 0xFF00C800).all()
    assert np.count_nonzero(out[5]) == 2 * width


def test_outline_is_drawn_beside_a_hidden_region() -> None:
    out = drawn(Look(mode="outline", hidden=frozenset({1})))
    assert (out[:, 10] == 0xFF00C800).all()
    assert (out[:, :10] == 0).all()


def test_both_has_lines_on_the_fill() -> None:
    out = drawn(Look(mode="both", opacity=0.5))
    assert (out[:, 9] == 0xFFC80000).all()
    assert (out[:, 0] == 0x80640000).all()


def test_a_locked_region_is_hatched_only_where_it_may_be_changed() -> None:
    locked = Look(locked=frozenset({2}))
    assert (drawn(locked) == drawn(Look())).all()
    chosen = drawn(Look(locked=frozenset({2}), selection=frozenset({2})))
    assert len(np.unique(chosen[:, 13:17])) == 2


def test_unknown_clusters_and_region_zero_have_no_colour() -> None:
    table = RegionTable.of(np.array([0, 2]), COLORS[:2]).padded(3)
    out = drawn(Look(), table)
    assert (out[:, :10] == 0).all()
    assert (out[:, 20:] == 0).all()
    assert (out[:, 10:20] != 0).all()


def test_a_film_is_what_painting_black_above_the_colour_gives() -> None:
    argb = int(filmed(np.array([[200, 100, 0]], np.uint8), np.array([0.5]), np.array([0.4]))[0])
    under = np.array([250.0, 250.0, 250.0])
    wanted = (under * 0.5 + np.array([200, 100, 0]) * 0.5) * 0.6
    channels = np.array([argb >> 16 & 255, argb >> 8 & 255, argb & 255])
    assert channels + under * (1 - (argb >> 24) / 255) == pytest.approx(wanted, abs=1.5)


def test_the_codes_of_a_second_run_follow() -> None:
    first, second = color_table(TABLE, Look()), color_table(TABLE, Look(opacity=1.0))
    joined = first.joined(second)
    assert len(joined.fill) == 7
    assert (joined.fill[4:] == second.fill[1:]).all()
    assert not set(joined.visible[1:4]) & set(joined.visible[4:])


def test_colours_must_match_the_clusters() -> None:
    with pytest.raises(ValueError, match="2 colours for 3"):
        RegionTable.of(np.array([1, 2, 3]), COLORS[:2])


TILES = [Box(0, 0, 30, 12)]
VISIBLE = np.array([0, 1, 2, 3], np.int32)


@pytest.mark.parametrize(
    ("box", "regions"),
    [
        (Box(9, 0, 13, 12), {2}),  # drawn around the middle one, slivers at both sides
        (Box(2, 2, 3, 3), {1}),  # drawn within
        (Box(0, 0, 30, 12), {1, 2, 3}),
        (Box(5, 2, 10, 5), {1, 2}),  # half of the box each
        (Box(30, 0, 1, 12), set()),
        (Box(-50, -50, 20, 20), set()),
    ],
)
def test_what_a_box_means(box: Box, regions: set[int]) -> None:
    assert regions_in_box(stripes(), VISIBLE, box, TILES) == regions


def test_a_box_does_not_mean_hidden_regions() -> None:
    assert regions_in_box(stripes(), np.array([0, 1, 0, 3], np.int32), Box(9, 0, 13, 12), TILES) == set()


def test_selection_after() -> None:
    assert selection_after({1, 2}, [3]) == {3}
    assert selection_after({1, 2}, [3], add=True) == {1, 2, 3}
    assert selection_after({1, 2}, [2, 3], toggle=True) == {1, 3}
    assert selection_after({1, 2}, []) == frozenset()
