"""Painting with a real mouse and real keys, compared with what should have been painted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from scipy import ndimage

from segstyle_gui.core.classes import LabelClass, default_color
from segstyle_gui.core.masks import disc, flood_fill
from segstyle_gui.core.strokes import polygon_mask, segment_mask
from segstyle_gui.ui.views.mask_canvas import MaskCanvas

LEFT, NONE, SHIFT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
SIZE = 64


class Seen:
    """What a canvas said."""

    def __init__(self, canvas: MaskCanvas) -> None:
        self.strokes: list[tuple[np.ndarray, np.ndarray, str]] = []
        self.picked: list[int] = []
        self.refused: list[str] = []
        canvas.stroked.connect(self._on_stroke)
        canvas.class_picked.connect(self.picked.append)
        canvas.refused.connect(self.refused.append)

    def _on_stroke(self, before: np.ndarray, after: np.ndarray, text: str) -> None:
        self.strokes.append((before, after, text))


def rings() -> np.ndarray:
    """A pupil (1) in an iris (2) on background."""
    distance = np.hypot(*(np.mgrid[:SIZE, :SIZE] - 32))
    return np.select([distance < 8, distance < 20], [1, 2]).astype(np.uint8)


@pytest.fixture
def canvas(qtbot) -> MaskCanvas:
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(420, 360)
    names = ["pupil", "iris", "sclera"]
    canvas.set_classes([LabelClass(i + 1, name, default_color(i + 1)) for i, name in enumerate(names)])
    image = np.tile(np.arange(SIZE, dtype=np.uint8) * 3, (SIZE, 1))
    canvas.set_image(image, rings())
    canvas.set_active_class(3)
    canvas.set_brush_radius(4)
    canvas.show()
    return canvas


@pytest.fixture
def seen(canvas: MaskCanvas) -> Seen:
    return Seen(canvas)


def at(canvas: MaskCanvas, row: int, column: int) -> QPoint:
    return canvas.widget_position(row + 0.5, column + 0.5).toPoint()


def click(canvas: MaskCanvas, row: int, column: int, modifier=NONE) -> None:
    QTest.mouseClick(canvas, LEFT, modifier, at(canvas, row, column))


def drag(canvas: MaskCanvas, pixels: Sequence[tuple[int, int]], modifier=NONE) -> None:
    QTest.mousePress(canvas, LEFT, modifier, at(canvas, *pixels[0]))
    for pixel in pixels[1:]:
        QTest.mouseMove(canvas, at(canvas, *pixel))
    QTest.mouseRelease(canvas, LEFT, modifier, at(canvas, *pixels[-1]))


def spot(row: int, column: int, radius: int) -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), bool)
    mask[row - radius : row + radius + 1, column - radius : column + radius + 1] = disc(radius)
    return mask


def way(pixels: Sequence[tuple[int, int]], radius: int) -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), bool)
    for start, end in pairwise(pixels):
        box, part = segment_mask(start, end, radius, mask.shape)
        mask[box] |= part
    return mask


@pytest.mark.parametrize("radius", [0, 1, 4, 9])
def test_a_click_paints_the_disc_and_is_one_step(canvas: MaskCanvas, seen: Seen, radius: int) -> None:
    canvas.set_brush_radius(radius)
    click(canvas, 20, 30)
    wanted = np.where(spot(20, 30, radius), 3, rings())
    np.testing.assert_array_equal(canvas.label_map, wanted)
    [(before, after, text)] = seen.strokes
    np.testing.assert_array_equal(before, rings())
    np.testing.assert_array_equal(after, wanted)
    assert text == "Paint sclera"
    assert after.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        after[0, 0] = 1


def test_a_drag_paints_the_way_between_events(canvas: MaskCanvas, seen: Seen) -> None:
    pixels = [(8, 8), (50, 20), (12, 58), (12, 59)]
    drag(canvas, pixels)
    np.testing.assert_array_equal(canvas.label_map, np.where(way(pixels, 4), 3, rings()))
    assert len(seen.strokes) == 1


def test_the_fastest_thin_stroke_has_no_gap(canvas: MaskCanvas) -> None:
    canvas.set_brush_radius(0)
    drag(canvas, [(2, 3), (61, 40), (5, 62)])
    _, n_pieces = ndimage.label(canvas.label_map == 3, np.ones((3, 3)))
    assert n_pieces == 1


def test_painting_shows_while_the_button_is_down(canvas: MaskCanvas, seen: Seen) -> None:
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 20, 20))
    assert canvas.label_map[20, 20] == 3
    assert not seen.strokes


def test_locked_classes_stay(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_locked_classes(frozenset({1}))
    drag(canvas, [(32, 10), (32, 50)])
    wanted = np.where(way([(32, 10), (32, 50)], 4) & (rings() != 1), 3, rings())
    np.testing.assert_array_equal(canvas.label_map, wanted)
    click(canvas, 32, 32)
    assert len(seen.strokes) == 1
    assert len(seen.refused) == 1


def test_a_stroke_that_changes_nothing_is_no_step(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_active_class(1)
    click(canvas, 32, 32)
    assert not seen.strokes
    assert not seen.refused


def test_eraser_paints_background_and_restores_with_shift(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_tool("eraser")
    drag(canvas, [(32, 20), (32, 44)])
    erased = np.where(way([(32, 20), (32, 44)], 4), 0, rings())
    np.testing.assert_array_equal(canvas.label_map, erased)
    click(canvas, 32, 32, SHIFT)
    np.testing.assert_array_equal(canvas.label_map, np.where(spot(32, 32, 4), rings(), erased))
    assert [text for *_, text in seen.strokes] == ["Erase", "Restore the prediction"]


def test_eraser_restores_the_given_prediction(canvas: MaskCanvas) -> None:
    canvas.set_image(np.zeros((SIZE, SIZE), np.uint8), rings(), prediction=np.full((SIZE, SIZE), 7, np.uint8))
    canvas.set_tool("eraser")
    click(canvas, 10, 10, SHIFT)
    np.testing.assert_array_equal(canvas.label_map, np.where(spot(10, 10, 4), 7, rings()))


def test_fill_paints_the_clicked_area(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_tool("fill")
    click(canvas, 32, 20)
    np.testing.assert_array_equal(canvas.label_map, np.where(rings() == 2, 3, rings()))
    assert seen.strokes[0][2] == "Fill with sclera"
    canvas.set_locked_classes(frozenset({1}))
    click(canvas, 32, 32)
    assert len(seen.strokes) == 1
    assert len(seen.refused) == 1


def test_fill_stops_at_gray_when_a_tolerance_is_set(canvas: MaskCanvas) -> None:
    canvas.set_tool("fill")
    canvas.set_fill_tolerance(15)
    click(canvas, 2, 30)
    columns = np.abs(np.arange(SIZE) - 30) * 3 <= 15
    wanted = flood_fill(np.where(columns, rings(), 99).astype(np.uint8), (2, 30))
    np.testing.assert_array_equal(canvas.label_map == 3, wanted)


CORNERS = [(6, 8), (10, 55), (50, 40), (30, 30), (55, 10)]


def enclosed(canvas: MaskCanvas, corners: Sequence[tuple[int, int]]) -> np.ndarray:
    box, part = polygon_mask(
        [canvas.image_position(at(canvas, *corner).toPointF()) for corner in corners], (SIZE, SIZE)
    )
    mask = np.zeros((SIZE, SIZE), bool)
    mask[box] = part
    assert mask.sum() > 200
    return mask


@pytest.mark.parametrize("close", ["enter", "double click", "first corner"])
def test_polygon(canvas: MaskCanvas, seen: Seen, close: str) -> None:
    canvas.set_tool("polygon")
    for corner in CORNERS:
        click(canvas, *corner)
    assert not seen.strokes
    if close == "enter":
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    elif close == "double click":
        QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, *CORNERS[-1]))
    else:
        click(canvas, *CORNERS[0])
    np.testing.assert_array_equal(canvas.label_map, np.where(enclosed(canvas, CORNERS), 3, rings()))
    assert [text for *_, text in seen.strokes] == ["Polygon of sclera"]


def test_polygon_corners_are_taken_back_and_dropped(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_tool("polygon")
    for corner in [*CORNERS[:4], (40, 60)]:
        click(canvas, *corner)
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    QTest.keyClick(canvas, Qt.Key.Key_Enter)
    np.testing.assert_array_equal(canvas.label_map, np.where(enclosed(canvas, CORNERS[:4]), 3, rings()))
    for corner in CORNERS[:3]:
        click(canvas, *corner)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.keyClick(canvas, Qt.Key.Key_Enter)
    assert len(seen.strokes) == 1


def test_two_corners_do_not_close(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_tool("polygon")
    click(canvas, 5, 5)
    click(canvas, 5, 50)
    QTest.keyClick(canvas, Qt.Key.Key_Enter)
    click(canvas, 50, 50)
    QTest.keyClick(canvas, Qt.Key.Key_Enter)
    assert len(seen.strokes) == 1


def test_shift_draws_straight_from_the_last_stroke(canvas: MaskCanvas, seen: Seen) -> None:
    click(canvas, 6, 6)
    click(canvas, 6, 50, SHIFT)
    wanted = np.where(way([(6, 6), (6, 50)], 4), 3, rings())
    np.testing.assert_array_equal(canvas.label_map, wanted)
    drag(canvas, [(40, 60), (60, 60), (56, 50)], SHIFT)
    wanted = np.where(way([(6, 50), (56, 50)], 4), 3, wanted)
    np.testing.assert_array_equal(canvas.label_map, wanted)
    assert len(seen.strokes) == 3


def test_escape_takes_a_stroke_back(canvas: MaskCanvas, seen: Seen) -> None:
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 20, 20))
    QTest.mouseMove(canvas, at(canvas, 50, 50))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 50, 50))
    np.testing.assert_array_equal(canvas.label_map, rings())
    assert not seen.strokes


def test_strokes_may_begin_and_end_beside_the_image(canvas: MaskCanvas) -> None:
    drag(canvas, [(20, -6), (20, 80)])
    np.testing.assert_array_equal(canvas.label_map, np.where(way([(20, -6), (20, 80)], 4), 3, rings()))


def test_undo_hands_the_map_back_and_keeps_the_view(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.zoom_to(9.0)
    canvas.pan_by(31, -12)
    place = at(canvas, 30, 30)
    click(canvas, 30, 30)
    canvas.set_label_map(seen.strokes[0][0])
    np.testing.assert_array_equal(canvas.label_map, rings())
    assert canvas.zoom == 9.0
    assert at(canvas, 30, 30) == place
    click(canvas, 30, 30)
    np.testing.assert_array_equal(seen.strokes[1][1], seen.strokes[0][1])
    with pytest.raises(ValueError, match="label map"):
        canvas.set_label_map(np.zeros((3, 3), np.uint8))


def test_pick_and_number_keys_say_which_class(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_tool("pick")
    click(canvas, 32, 32)
    click(canvas, 32, 20)
    click(canvas, 1, 1)
    click(canvas, 1, -8)
    QTest.keyClick(canvas, Qt.Key.Key_3)
    QTest.keyClick(canvas, Qt.Key.Key_4)
    assert seen.picked == [1, 2, 0, 3]
    np.testing.assert_array_equal(canvas.label_map, rings())


def test_a_hidden_class_is_not_painted_unseen(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_hidden_classes(frozenset({3}))
    for tool in ("brush", "fill", "polygon"):
        canvas.set_tool(tool)
        click(canvas, 32, 32)
    assert len(seen.refused) == 3
    assert "sclera" in seen.refused[0]
    np.testing.assert_array_equal(canvas.label_map, rings())


def test_sixteen_bit_maps_are_painted_as_such(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_image(np.zeros((SIZE, SIZE, 3), np.uint8), rings().astype(np.uint16) * 300)
    canvas.set_active_class(700)
    click(canvas, 20, 30)
    assert canvas.label_map[20, 30] == 700
    assert seen.strokes[0][1].dtype == np.uint16


def test_another_tool_drops_the_polygon(canvas: MaskCanvas, seen: Seen) -> None:
    canvas.set_tool("polygon")
    for corner in CORNERS:
        click(canvas, *corner)
    canvas.set_tool("fill")
    canvas.set_tool("polygon")
    QTest.keyClick(canvas, Qt.Key.Key_Enter)
    assert not seen.strokes
    with pytest.raises(ValueError, match="hammer"):
        canvas.set_tool("hammer")


def test_maps_that_do_not_belong_together_are_refused(canvas: MaskCanvas) -> None:
    image = np.zeros((SIZE, SIZE), np.uint8)
    for wrong in (np.zeros((SIZE, 3), np.uint8), np.zeros((SIZE, SIZE), np.int64)):
        with pytest.raises(ValueError, match="label map"):
            canvas.set_image(image, wrong)
    with pytest.raises(ValueError, match="reference"):
        canvas.set_reference(np.zeros((1, 1), np.uint8))
