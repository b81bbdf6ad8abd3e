"""The colours over an image, pixel by pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segstyle_gui.core.palette import default_color
from segstyle_gui.ui.views.mask_overlay import MaskOverlay, OverlayStyle, heat_table
from segstyle_gui.ui.views.mask_view import ImageView

RED, BLUE = (250, 0, 0), (0, 0, 250)
STYLE = OverlayStyle(colors={1: RED, 2: BLUE}, opacity=0.4, mode="fill")
MAP = np.array([[0, 0, 1, 1], [0, 2, 1, 1], [2, 2, 2, 9]], np.uint8)


def argb(color: tuple[int, int, int], alpha: float) -> int:
    red, green, blue = (round(c * alpha) for c in color)
    return round(alpha * 255) << 24 | red << 16 | green << 8 | blue


def drawn(
    style: OverlayStyle, view: ImageView, label_map: np.ndarray = MAP, **sources: np.ndarray
) -> MaskOverlay:
    overlay = MaskOverlay()
    overlay.set_style(style)
    overlay.set_sources(label_map, sources.get("confidence"), sources.get("reference"))
    overlay.set_view(view)
    return overlay


def test_fill_at_every_place_of_the_window() -> None:
    overlay = drawn(STYLE, ImageView((3, 4), (10, 12), 2.0, 1, 3))
    wanted = np.zeros((10, 12), np.uint32)
    table = {0: 0, 1: argb(RED, 0.4), 2: argb(BLUE, 0.4), 9: argb(default_color(9), 0.4)}
    for y in range(3):
        for x in range(4):
            wanted[1 + 2 * y : 3 + 2 * y, 3 + 2 * x : 5 + 2 * x] = table[int(MAP[y, x])]
    np.testing.assert_array_equal(overlay.pixels, wanted)


def test_hidden_classes_are_not_drawn_in_any_mode() -> None:
    view = ImageView((3, 4), (24, 32), 8.0)
    for mode in ("fill", "outline", "both"):
        style = replace(STYLE, mode=mode, hidden=frozenset({2}))
        pixels = drawn(style, view).pixels
        is_hidden = np.kron(MAP == 2, np.ones((8, 8))).astype(bool)
        assert not pixels[is_hidden].any()
        assert pixels[~is_hidden].any()


def test_outlines_are_as_wide_as_asked_at_any_zoom() -> None:
    label_map = np.zeros((6, 6), np.uint8)
    label_map[2:4, 2:4] = 1
    for width in (1, 3):
        style = replace(STYLE, mode="outline", line=width)
        pixels = drawn(style, ImageView((6, 6), (60, 60), 10.0), label_map).pixels
        wanted = np.zeros((60, 60), bool)
        wanted[20:40, 20:40] = True
        wanted[20 + width : 40 - width, 20 + width : 40 - width] = False
        np.testing.assert_array_equal(pixels != 0, wanted)


@pytest.mark.parametrize("mode", ["fill", "outline", "both"])
@pytest.mark.parametrize("zoom", [0.4, 1.0, 3.3, 9.0])
def test_a_changed_box_looks_as_if_all_had_been_drawn(mode: str, zoom: float) -> None:
    rng = np.random.default_rng(2)
    label_map = rng.integers(0, 4, (40, 50)).astype(np.uint16)
    sources = {"reference": rng.integers(0, 4, (40, 50)).astype(np.uint8)} if mode == "fill" else {}
    view = ImageView((40, 50), (60, 70), zoom, 4, -11)
    style = replace(STYLE, mode=mode, line=2)
    overlay = drawn(style, view, label_map, **sources)
    for _ in range(6):
        y, x = int(rng.integers(0, 35)), int(rng.integers(0, 45))
        label_map[y : y + 5, x : x + 4] = rng.integers(0, 4)
        overlay.look_again((slice(y, y + 5), slice(x, x + 4)))
    np.testing.assert_array_equal(overlay.pixels, drawn(style, view, label_map, **sources).pixels)


def test_doubt_replaces_the_fill() -> None:
    confidence = np.array([[255, 0, 100, 255]] * 3, np.uint8)
    pixels = drawn(replace(STYLE, heat=True), ImageView((3, 4), (3, 4)), confidence=confidence).pixels
    np.testing.assert_array_equal(pixels, heat_table()[255 - confidence])
    assert heat_table()[0] == 0
    assert (np.diff(heat_table() >> 24) >= 0).all()


def test_stripes_only_where_the_reference_disagrees_and_knows() -> None:
    label_map = np.ones((16, 32), np.uint8)
    reference = np.ones((16, 32), np.uint8)
    reference[:, 8:16], reference[:, 16:24] = 2, 255
    pixels = drawn(STYLE, ImageView((16, 32), (16, 32)), label_map, reference=reference).pixels
    assert len(np.unique(pixels[:, :8])) == 1
    assert len(np.unique(pixels[:, 8:16])) == 2
    assert pixels[0, 0] == pixels[5, 20]  # unknown counts as agreed
    assert pixels[0, 0] not in pixels[:, 8:16]
