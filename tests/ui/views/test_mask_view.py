"""Zoom and pan as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from segstyle_gui.ui.views.mask_view import MAX_ZOOM, MIN_ZOOM, ImageView


def test_fit_shows_the_whole_image_in_the_middle() -> None:
    view = ImageView((100, 200), (400, 440)).fitted(margin=20)
    assert view.zoom == 2.0
    assert (view.top, view.left) == (100, 20)
    assert view.visible() == (slice(100, 300), slice(20, 420))


@pytest.mark.parametrize("zoom", [0.6, 1.0, 2.7, 11.0])
def test_what_is_under_the_pointer_stays_there(zoom: float) -> None:
    view = ImageView((300, 300), (500, 500)).fitted()
    fixed = view.to_image(190.0, 260.0)
    moved = view.zoomed(zoom, (190.0, 260.0))
    assert moved.zoom == zoom
    np.testing.assert_allclose(moved.to_window(*fixed), (190.0, 260.0), atol=0.51)


def test_zoom_has_ends() -> None:
    view = ImageView((300, 300), (500, 500))
    assert view.zoomed(1e6).zoom == MAX_ZOOM
    assert view.zoomed(0.0).zoom == MIN_ZOOM
    assert ImageView((9000, 9000), (90, 90)).fitted().zoom == MIN_ZOOM


def test_the_middle_never_leaves_the_image() -> None:
    view = ImageView((100, 100), (400, 400)).fitted().panned(1e5, -1e5)
    assert view.to_image(200, 200) == (0.0, 100.0)


@pytest.mark.parametrize(
    ("zoom", "top", "left"), [(0.37, 5, -3), (1.0, -20, 9), (2.6, -31, -70), (17.0, 3, 2)]
)
def test_every_window_pixel_shows_the_image_pixel_at_its_centre(zoom: float, top: int, left: int) -> None:
    view = ImageView((50, 60), (90, 80), zoom, top, left)
    rows, columns = view.visible()
    assert list(view.rows()) == [int((d + 0.5 - top) // zoom) for d in range(rows.start, rows.stop)]
    assert list(view.columns()) == [int((d + 0.5 - left) // zoom) for d in range(columns.start, columns.stop)]
    beside = [d for d in range(90) if not 0 <= (d + 0.5 - top) / zoom < 50]
    assert sorted({*range(90)} - {*range(rows.start, rows.stop)}) == beside


def test_a_box_covers_its_own_window_pixels_and_no_others() -> None:
    view = ImageView((50, 60), (90, 80), 2.6, -31, 7)
    rows, _ = view.window_box((slice(20, 23), slice(0, 5)))
    first = view.visible()[0].start
    shown = [first + i for i, row in enumerate(view.rows()) if 20 <= row < 23]
    assert [*range(rows.start, rows.stop)] == shown


def test_a_larger_window_keeps_the_middle() -> None:
    view = ImageView((200, 200), (300, 300)).zoomed(4.0, (40.0, 90.0))
    middle = view.to_image(150, 150)
    np.testing.assert_allclose(view.resized((500, 420)).to_image(250, 210), middle, atol=0.2)
