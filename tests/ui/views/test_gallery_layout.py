from __future__ import annotations

import pytest

from segstyle_gui.ui.views.gallery_layout import Box, Place, fit_grid, fit_single
from segstyle_gui.ui.views.gallery_lens import MAX_ZOOM, Lens


@pytest.mark.parametrize("width", [200, 333, 1000, 1601])
@pytest.mark.parametrize("sides", [1, 2])
def test_rows_are_full_and_tiles_do_not_overlap(width: int, sides: int) -> None:
    grid = fit_grid(20, width, tile=70, gap=8, seam=2, margin=8, sides=sides)
    boxes = [grid.tile_box(Place(cell, side)) for cell in range(20) for side in range(sides)]
    assert min(box.x for box in boxes) >= 8
    assert max(box.right for box in boxes) <= width - 8
    rest = width - 16 - grid.columns * grid.cell_width - (grid.columns - 1) * 8
    assert rest < 2 * grid.columns
    for number, box in enumerate(boxes):
        assert all(min(box.clipped(other)[2:]) == 0 for other in boxes[number + 1 :])


def test_the_tiles_are_as_near_to_the_wanted_size_as_full_rows_allow() -> None:
    widths = {tile: fit_grid(64, 1096, tile=tile, gap=8, seam=2, margin=8).tile for tile in (64, 128, 250)}
    assert widths[128] == 128
    assert abs(widths[64] - 64) < 8
    assert abs(widths[250] - 250) < 30


def test_a_place_is_found_at_every_pixel_of_its_tile_and_nowhere_else() -> None:
    grid = fit_grid(5, 260, tile=50, gap=8, seam=2, margin=8, sides=2)
    boxes = {Place(cell, side): grid.tile_box(Place(cell, side)) for cell in range(5) for side in (0, 1)}
    for y in range(grid.content_height + 20):
        for x in range(260):
            inside = [place for place, box in boxes.items() if box.contains(x, y)]
            assert grid.place_at(x, y) == (inside[0] if inside else None)


def test_visible_cells_are_those_that_touch_the_viewport() -> None:
    grid = fit_grid(40, 300, tile=64, gap=8, seam=2, margin=8)
    for top in range(0, grid.content_height, 7):
        touched = [c for c in range(40) if grid.cell_box(c).bottom > top and grid.cell_box(c).y < top + 100]
        seen = grid.visible(top, 100)
        assert set(touched) <= set(seen)
        assert len(seen) - len(touched) <= 2 * grid.columns


def test_neighbours_stay_in_the_grid() -> None:
    grid = fit_grid(7, 300, tile=64, gap=8, seam=2, margin=8)
    assert grid.columns == 4
    assert [grid.neighbour(1, *step) for step in ((1, 0), (-1, 0), (0, 1), (0, -1))] == [2, 0, 5, 1]
    assert grid.neighbour(6, 1, 0) == 6
    assert grid.neighbour(3, 0, 1) == 3


def test_a_single_cell_fills_the_view() -> None:
    grid = fit_single(500, 300, seam=2, margin=8)
    assert grid.cell_box(0) == Box(108, 8, 284, 284)


def test_zoom_keeps_the_point_under_the_pointer() -> None:
    lens = Lens().zoomed(4, 0.3, 0.7)
    assert lens.to_sample(0.3, 0.7) == pytest.approx((0.3, 0.7))
    closer = lens.zoomed(8, 0.5, 0.1)
    assert closer.to_sample(0.5, 0.1) == pytest.approx(lens.to_sample(0.5, 0.1))
    assert closer.to_tile(*closer.to_sample(0.2, 0.9)) == pytest.approx((0.2, 0.9))


def test_the_lens_stays_on_the_sample() -> None:
    lens = Lens().zoomed(2, 0, 0)
    assert lens.panned(5, 5) == Lens(zoom=2)
    assert lens.panned(-5, -5) == Lens(zoom=2, x=0.5, y=0.5)
    assert lens.panned(-0.5, 0).x == 0.25
    assert lens.zoomed(0.1, 0.5, 0.5) == Lens()
    assert lens.zoomed(1000, 0.5, 0.5).zoom == MAX_ZOOM
