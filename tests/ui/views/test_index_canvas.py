from __future__ import annotations

import numpy as np
import pytest

from segstyle_gui.ui.views.gallery_layout import Box
from segstyle_gui.ui.views.gallery_lens import Lens
from segstyle_gui.ui.views.index_canvas import IndexCanvas, encode, fill_canvas, nearest, round_corners

MAP = np.arange(16, dtype=np.int16).reshape(4, 4)


def test_every_pixel_shows_the_cluster_that_lies_under_its_centre() -> None:
    canvas = fill_canvas(10, 10, [(Box(1, 1, 8, 8), encode(MAP, 1))], Lens())
    assert np.array_equal(canvas[1:9, 1:9], np.kron(MAP + 1, np.ones((2, 2), int)))
    assert canvas[0].max() == canvas[:, 9].max() == 0


def test_a_tile_that_is_partly_out_of_view_is_cut_and_not_squeezed() -> None:
    whole = fill_canvas(8, 8, [(Box(0, 0, 8, 8), encode(MAP, 1))], Lens())
    cut = fill_canvas(5, 6, [(Box(-3, -2, 8, 8), encode(MAP, 1))], Lens())
    assert np.array_equal(cut[:, :5], whole[2:7, 3:])
    assert fill_canvas(5, 5, [(Box(0, 9, 8, 8), encode(MAP, 1))], Lens()).max() == 0


def test_the_lens_shows_a_part() -> None:
    canvas = fill_canvas(4, 4, [(Box(0, 0, 4, 4), encode(MAP, 1))], Lens(zoom=2, x=0.5, y=0.25))
    assert np.array_equal(canvas, np.kron(MAP[1:3, 2:4] + 1, np.ones((2, 2), int)))


def test_nearest_never_leaves_the_source() -> None:
    assert nearest(3, 7, 0.0, 1.0).tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert nearest(128, 1000, 0.9375, 0.0625).max() == 127


def test_rounded_corners_are_background() -> None:
    assert np.count_nonzero(~round_corners(20, 4)) == 4 * np.count_nonzero(~round_corners(20, 4)[:4, :4])
    canvas = fill_canvas(20, 20, [(Box(0, 0, 20, 20), encode(MAP, 1))], Lens(), radius=4)
    assert canvas[0, 0] == canvas[19, 19] == 0
    assert canvas[0, 10] > 0


def test_negative_ids_are_background() -> None:
    assert encode(np.array([-1, 0, 5]), 3).tolist() == [0, 3, 8]


def test_seams_are_all_pairs_of_unequal_neighbours() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (9, 11)).astype(np.uint16)
    codes[:, -1] = 0
    canvas = IndexCanvas(codes)
    found = set()
    for seam in canvas.seams:
        one, other = canvas.pairs(np.arange(4))
        for place, pair in zip(seam.first, seam.pair, strict=True):
            codes_of_pair = (
                np.broadcast_to(one, (one.size, other.size)).flat[pair],
                np.broadcast_to(other, (one.size, other.size)).flat[pair],
            )
            assert codes_of_pair == (codes.flat[place], codes.flat[place + seam.step])
            found.add((int(place), seam.step))
    wanted = {
        (y * 11 + x, step)
        for y in range(9)
        for x in range(11)
        for step, (v, u) in ((1, (y, x + 1)), (11, (y + 1, x)))
        if v < 9 and u < 11 and codes[y, x] and codes[v, u] and codes[y, x] != codes[v, u]
    }
    assert found == wanted


@pytest.mark.parametrize(("x", "y", "code"), [(0, 0, 5), (1, 0, 6), (2, 0, 0), (-1, 0, 0), (0, 1, 0)])
def test_code_at(x: int, y: int, code: int) -> None:
    assert IndexCanvas(np.array([[5, 6]], np.uint16)).code_at(x, y) == code
