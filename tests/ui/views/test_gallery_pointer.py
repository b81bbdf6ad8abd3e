"""The gallery under real mouse and key events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.views import gallery as gallery_module
from segstyle_gui.ui.views.gallery import RegionGallery
from segstyle_gui.ui.views.gallery_layout import Place
from segstyle_gui.ui.views.gallery_lens import Lens

N = 6
TOP, LEFT, RIGHT = (0.5, 0.25), (0.25, 0.75), (0.75, 0.75)  # x, y in a tile, of regions 1, 2, 3
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
LEFT_BUTTON, RIGHT_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Heard:
    """Everything that a gallery says."""

    def __init__(self, gallery: RegionGallery) -> None:
        self.hovered: list[tuple[object, object]] = []
        self.clicked: list[int] = []
        self.boxed: list[frozenset[int]] = []
        self.wanted: list[frozenset[int]] = []
        gallery.region_hovered.connect(self._hover)
        gallery.region_clicked.connect(self._click)
        gallery.regions_boxed.connect(self._box)
        gallery.selection_wanted.connect(self.wanted.append)

    def _hover(self, region: object, seed: object) -> None:
        self.hovered.append((region, seed))

    def _click(self, region: int, modifiers: object) -> None:
        self.clicked.append(region)

    def _box(self, regions: frozenset[int], modifiers: object) -> None:
        self.boxed.append(regions)


@pytest.fixture
def gallery(qtbot: QtBot) -> RegionGallery:
    made = RegionGallery()
    qtbot.addWidget(made)
    clusters = np.zeros((N, 8, 8), np.int16)
    clusters[:, 4:, :4] = 1
    clusters[:, 4:, 4:] = 2
    made.resize(400, 280)
    made.set_tile_size(100)
    made.set_samples(range(10, 10 + N), np.full((N, 16, 16, 3), 100, np.uint8), clusters)
    made.set_table(np.array([1, 2, 3]), {1: (240, 0, 0), 2: (0, 240, 0), 3: (0, 0, 240)})
    made.show()
    return made


@pytest.fixture
def heard(gallery: RegionGallery) -> Heard:
    return Heard(gallery)


def move(widget: QWidget, position: QPoint) -> None:
    """Send a move of the mouse; ``QTest`` would send none where the cursor happens to be there already."""
    spot, no_button = QPointF(position), Qt.MouseButton.NoButton
    whole = widget.mapToGlobal(spot)
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, spot, whole, no_button, no_button, NONE)
    )


def at(gallery: RegionGallery, cell: int, spot: tuple[float, float], side: int = 0) -> QPoint:
    box, scale = gallery.scene().on_screen(Place(cell, side)), gallery.devicePixelRatioF()
    return QPoint(int((box.x + spot[0] * box.width) / scale), int((box.y + spot[1] * box.height) / scale))


def drag(gallery: RegionGallery, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(gallery.viewport(), LEFT_BUTTON, modifiers, start)
    for share in (0.3, 0.7, 1.0):
        move(gallery.viewport(), start + (end - start) * share)
    QTest.mouseRelease(gallery.viewport(), LEFT_BUTTON, modifiers, end)


def test_pointing_lights_a_region_up_and_tells_its_sample(gallery: RegionGallery, heard: Heard) -> None:
    move(gallery.viewport(), at(gallery, 0, TOP))
    move(gallery.viewport(), at(gallery, 0, (0.5, 0.3)))
    move(gallery.viewport(), at(gallery, 1, RIGHT))
    assert heard.hovered == [(1, 10), (3, 11)]
    assert gallery._regions.look.hover == 3
    QApplication.sendEvent(gallery.viewport(), QEvent(QEvent.Type.Leave))
    assert heard.hovered[-1] == (None, None)
    assert gallery._regions.look.hover is None


def test_hidden_regions_are_not_pointed_at(gallery: RegionGallery, heard: Heard) -> None:
    gallery.set_hidden({1})
    move(gallery.viewport(), at(gallery, 0, TOP))
    QTest.mouseClick(gallery.viewport(), LEFT_BUTTON, NONE, at(gallery, 0, TOP))
    assert (heard.hovered, heard.clicked) == ([], [])


def test_the_card_says_name_and_number(gallery: RegionGallery, qtbot: QtBot) -> None:
    gallery.set_names({2: "iris", 3: "Region 3"})
    move(gallery.viewport(), at(gallery, 0, LEFT))
    qtbot.waitUntil(gallery._tip.isVisible, timeout=2000)
    assert gallery._tip.title == "iris"
    assert gallery.viewport().rect().contains(gallery._tip.geometry())
    move(gallery.viewport(), at(gallery, 0, RIGHT))
    assert gallery._tip.title == "Region 3"
    QTest.mousePress(gallery.viewport(), LEFT_BUTTON, NONE, at(gallery, 0, RIGHT))
    assert not gallery._tip.isVisible()
    QTest.mouseRelease(gallery.viewport(), LEFT_BUTTON, NONE, at(gallery, 0, RIGHT))


def test_clicks_select_add_toggle_and_clear(gallery: RegionGallery, heard: Heard) -> None:
    gallery.selection_wanted.connect(gallery.set_selection)
    QTest.mouseClick(gallery.viewport(), LEFT_BUTTON, NONE, at(gallery, 0, TOP))
    QTest.mouseClick(gallery.viewport(), LEFT_BUTTON, SHIFT, at(gallery, 1, LEFT))
    QTest.mouseClick(gallery.viewport(), LEFT_BUTTON, CTRL, at(gallery, 2, TOP))
    gap = at(gallery, 0, (1.03, 0.5))
    QTest.mouseClick(gallery.viewport(), LEFT_BUTTON, SHIFT, gap)
    QTest.mouseClick(gallery.viewport(), LEFT_BUTTON, NONE, gap)
    assert heard.wanted == [{1}, {1, 2}, {2}, frozenset()]
    assert heard.clicked == [1, 2, 1]


def test_a_click_may_stray_a_little(gallery: RegionGallery, heard: Heard) -> None:
    spot = at(gallery, 0, TOP)
    drag(gallery, spot, spot + QPoint(4, 3))
    assert heard.clicked == [1]
    assert heard.boxed == []


def test_a_box_takes_what_it_encloses(gallery: RegionGallery, heard: Heard) -> None:
    drag(gallery, at(gallery, 0, (0.1, 0.55)), at(gallery, 0, (0.9, 0.97)))
    assert heard.boxed == [{2, 3}]
    assert heard.wanted == [{2, 3}]
    assert heard.clicked == []
    gallery.set_selection({1})
    drag(gallery, at(gallery, 0, (0.1, 0.55)), at(gallery, 0, (0.4, 0.9)), SHIFT)
    assert heard.wanted[-1] == {1, 2}


def test_the_box_is_shown_while_it_is_drawn(gallery: RegionGallery, heard: Heard) -> None:
    before = gallery.viewport().grab().toImage()
    start, end = at(gallery, 0, (0.1, 0.55)), at(gallery, 0, (0.9, 0.97))
    QTest.mousePress(gallery.viewport(), LEFT_BUTTON, NONE, start)
    move(gallery.viewport(), end)
    assert gallery._regions.preview == {2, 3}
    assert gallery.viewport().grab().toImage() != before
    QTest.keyClick(gallery, Qt.Key.Key_Escape)
    QTest.mouseRelease(gallery.viewport(), LEFT_BUTTON, NONE, end)
    assert gallery.viewport().grab().toImage() == before
    assert heard.boxed == []


def test_a_selected_region_is_dragged_and_not_boxed(
    gallery: RegionGallery, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[tuple[frozenset[int], str]] = []
    monkeypatch.setattr(
        gallery_module,
        "drag_regions",
        lambda source, regions, colors, text: dragged.append((regions, text)),
    )
    gallery.set_selection({1, 2})
    drag(gallery, at(gallery, 0, TOP), at(gallery, 1, TOP))
    assert [regions for regions, _ in dragged] == [{1, 2}]
    drag(gallery, at(gallery, 0, TOP), at(gallery, 1, TOP), Qt.KeyboardModifier.AltModifier)
    assert len(dragged) == len(heard.boxed) == 1
    assert heard.clicked == []


def test_a_double_click_opens_a_sample_and_escape_goes_back(gallery: RegionGallery, qtbot: QtBot) -> None:
    with qtbot.waitSignal(gallery.sample_opened) as opened:
        QTest.mouseDClick(gallery.viewport(), LEFT_BUTTON, NONE, at(gallery, 2, TOP))
    assert opened.args == [12]
    assert gallery.opened == 12
    assert gallery.tile_side > 200
    hit = gallery.hit(gallery.viewport().rect().center().toPointF())
    assert hit is not None
    assert (hit.seed, hit.y, hit.x) == (12, pytest.approx(0.5, abs=0.02), pytest.approx(0.5, abs=0.02))
    with qtbot.waitSignal(gallery.sample_closed):
        QTest.keyClick(gallery, Qt.Key.Key_Escape)
    assert gallery.opened is None


def test_the_right_button_asks_for_a_menu(gallery: RegionGallery, qtbot: QtBot) -> None:
    spot = at(gallery, 0, LEFT)
    with qtbot.waitSignal(gallery.menu_wanted) as wanted:
        reason = QContextMenuEvent.Reason.Mouse
        QApplication.sendEvent(gallery.viewport(), QContextMenuEvent(reason, spot, QPoint(3, 4)))
    assert wanted.args == [2, QPoint(3, 4)]


def test_the_second_run_is_only_looked_at(gallery: RegionGallery, heard: Heard) -> None:
    clusters = np.zeros((N, 4, 4), np.int16)
    gallery.set_second(clusters, np.array([5]), {5: (1, 2, 3)})
    spot = at(gallery, 0, TOP, side=1)
    before = gallery.viewport().grab().toImage()
    move(gallery.viewport(), spot)
    assert gallery.viewport().grab().toImage() != before
    QTest.mouseClick(gallery.viewport(), LEFT_BUTTON, NONE, spot)
    assert heard.hovered == []
    assert heard.clicked == []


def test_the_middle_button_pans_under_the_lens(gallery: RegionGallery) -> None:
    gallery.set_lens(Lens(zoom=4, x=0.5, y=0.5))
    start = at(gallery, 0, (0.5, 0.5))
    QTest.mousePress(gallery.viewport(), Qt.MouseButton.MiddleButton, NONE, start)
    move(gallery.viewport(), start + QPoint(int(gallery.tile_side * 0.4), 0))
    QTest.mouseRelease(gallery.viewport(), Qt.MouseButton.MiddleButton, NONE, start)
    assert gallery.lens.x == pytest.approx(0.4, abs=0.01)
    assert gallery.lens.y == 0.5


# scribbles


def stroke(
    gallery: RegionGallery, cell: int, spots: list[tuple[float, float]], button: Qt.MouseButton = LEFT_BUTTON
) -> None:
    points = [at(gallery, cell, spot) for spot in spots]
    QTest.mousePress(gallery.viewport(), button, NONE, points[0])
    for point in points[1:]:
        move(gallery.viewport(), point)
    QTest.mouseRelease(gallery.viewport(), button, NONE, points[-1])


def test_buttons_and_digits_choose_the_group(gallery: RegionGallery, heard: Heard, qtbot: QtBot) -> None:
    gallery.start_scribble(3)
    with qtbot.waitSignal(gallery.scribble_changed):
        stroke(gallery, 0, [(0.2, 0.6), (0.4, 0.8)])
    stroke(gallery, 1, [(0.6, 0.6)], RIGHT_BUTTON)
    QTest.keyClick(gallery, Qt.Key.Key_3)
    stroke(gallery, 2, [(0.5, 0.2), (0.5, 0.4)])
    first, second, third = gallery.scribbles()
    assert {seed for seed, _, _ in first} == {10}
    assert first[0][1:] == pytest.approx((0.6, 0.2), abs=0.02)
    assert first[-1][1:] == pytest.approx((0.8, 0.4), abs=0.02)
    assert [seed for seed, _, _ in second] == [11]
    assert {seed for seed, _, _ in third} == {12}
    assert heard.clicked == []


def test_strokes_are_seen_taken_back_and_cleared(gallery: RegionGallery) -> None:
    gallery.start_scribble(2)
    before = gallery.viewport().grab().toImage()
    stroke(gallery, 0, [(0.2, 0.2), (0.8, 0.2)])
    assert gallery.viewport().grab().toImage() != before
    QTest.keyClick(gallery, Qt.Key.Key_Backspace)
    assert gallery.viewport().grab().toImage() == before
    stroke(gallery, 0, [(0.2, 0.2), (0.8, 0.2)])
    gallery.clear_scribble()
    assert gallery.scribbles() == [[], []]


def test_strokes_follow_the_lens(gallery: RegionGallery) -> None:
    gallery.set_lens(Lens(zoom=2, x=0.5, y=0.5))
    gallery.start_scribble(2)
    stroke(gallery, 0, [(0.5, 0.5)])
    assert gallery.scribbles()[0][0] == pytest.approx((10, 0.75, 0.75), abs=0.01)


def test_enter_accepts_and_escape_cancels(gallery: RegionGallery, qtbot: QtBot) -> None:
    gallery.start_scribble(2)
    with qtbot.waitSignal(gallery.scribble_accepted):
        QTest.keyClick(gallery, Qt.Key.Key_Return)
    with qtbot.waitSignal(gallery.scribble_cancelled):
        QTest.keyClick(gallery, Qt.Key.Key_Escape)
    gallery.end_scribble()
    assert not gallery.is_scribbling
    assert gallery.scribbles() == []


def test_digits_are_no_shortcuts_while_scribbling(gallery: RegionGallery, qtbot: QtBot) -> None:
    fired: list[str] = []
    shortcut = QShortcut(QKeySequence("2"), gallery)
    shortcut.activated.connect(lambda: fired.append("2"))
    gallery.activateWindow()
    gallery.setFocus()
    qtbot.waitUntil(gallery.hasFocus)
    QTest.keyClick(gallery, Qt.Key.Key_2)
    gallery.start_scribble(2)
    QTest.keyClick(gallery, Qt.Key.Key_2)
    assert fired == ["2"]
    stroke(gallery, 0, [(0.5, 0.5)])
    assert [len(group) for group in gallery.scribbles()] == [0, 1]
