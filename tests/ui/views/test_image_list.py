"""A wall of thumbnails: quick with thousands, and the selection outlives sorting."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from segstyle_gui.ui.models.image_list import ImageListModel, Mark
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.views.image_list import TILE_SIZES, ImageListView


def shown(qtbot, n=30, tile=64, size=(400, 300)):
    model = ImageListModel()
    thumbnails = np.full((n, 16, 16), 200, np.uint8)
    model.set_images([f"image {i}" for i in range(n)], thumbnails, ids=range(100, 100 + n))
    view = ImageListView(model, tile=tile)
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    QApplication.processEvents()
    return view


def test_only_the_visible_of_ten_thousand_images_are_looked_at(qtbot):
    asked = []
    model = ImageListModel()

    def provide(item):
        asked.append(item)
        return np.zeros((8, 8), np.uint8)

    model.set_images([str(i) for i in range(10_000)], provide)
    view = ImageListView(model)
    qtbot.addWidget(view)
    view.resize(800, 600)
    start = time.perf_counter()
    view.show()
    view.grab()
    assert time.perf_counter() - start < 1.0  # 0.05 s on a machine that does nothing else
    assert 0 < len(set(asked)) < 100
    view.scrollToBottom()
    view.grab()
    assert max(asked) == 9_999


def test_a_drawn_tile_is_not_made_again_until_its_thumbnail_changes(qtbot):
    view = shown(qtbot)
    asked = []
    original = view.images().thumbnail
    view.images().thumbnail = lambda item: asked.append(item) or original(item)  # type: ignore[method-assign]
    view.images().set_marks({100: Mark.REVIEWED})
    view.grab()
    assert asked == []
    view.images().thumbnails_changed([101])
    view.grab()
    assert asked == [1]


def test_tiles_fill_the_width(qtbot):
    view = shown(qtbot, tile=64, size=(400, 300))
    columns = view.viewport().width() // view.gridSize().width()
    assert columns >= 5
    assert view.viewport().width() - columns * view.gridSize().width() < columns + 2


def test_a_click_selects_and_control_extends(qtbot):
    view = shown(qtbot)
    with qtbot.waitSignal(view.selection_changed):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=center(view, 2))
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, center(view, 4)
    )
    assert view.selected_ids() == [102, 104]


def test_the_selection_outlives_sorting_and_loses_what_is_filtered_away(qtbot):
    view = shown(qtbot)
    view.select_ids([103, 107])
    told = []
    view.selection_changed.connect(lambda: told.append(True))
    view.set_order(np.arange(30)[::-1])
    assert sorted(view.selected_ids()) == [103, 107]
    assert view.images().item_at(0) == 29
    told.clear()
    view.set_order([7, 8])
    assert view.selected_ids() == [107]
    assert told == [True]


def test_enter_and_double_click_open(qtbot):
    view = shown(qtbot)
    view.select_ids([105])
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [105]
    opened_ids = []
    view.opened.connect(opened_ids.append)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=center(view, 3))
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=center(view, 3))
    assert opened_ids == [103]


def test_control_with_wheel_or_keys_changes_the_tiles_within_bounds(qtbot):
    view = shown(qtbot)
    with qtbot.waitSignal(view.tile_changed) as changed:
        wheel(view, 120)
    assert changed.args == [view.tile] == [80]
    qtbot.keyClick(view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert view.tile == 64
    view.set_tile(5000)
    assert view.tile == TILE_SIZES[1]


def test_the_slider_and_the_view_follow_each_other(qtbot):
    view = shown(qtbot)
    slider = view.tile_slider()
    qtbot.addWidget(slider)
    assert slider.value == 64
    wheel(view, 120)
    assert slider.value == 80
    slider.value_changed.emit(128.0)
    assert view.tile == 128
    assert view.gridSize().height() > 128


def test_a_reviewed_image_bears_a_badge_and_a_doubtful_one_a_bar(qtbot):
    view = shown(qtbot, n=2)
    plain = view.grab().toImage()
    view.images().set_marks({100: Mark.REVIEWED})
    view.images().set_scores([np.nan, 1.0])
    marked = view.grab().toImage()
    assert plain != marked
    first, second = view.visualRect(view.images().index(0, 0)), view.visualRect(view.images().index(1, 0))
    badge = QPoint(first.center().x() + 32 - 13, first.top() + 8 + 7)
    assert plain.pixelColor(badge) != marked.pixelColor(badge)
    bar = QPoint(second.center().x(), second.top() + 8 + 64 - 6)
    assert marked.pixelColor(bar).red() > marked.pixelColor(bar).blue() + 60


def test_without_images_it_says_what_to_do(qtbot):
    view = shown(qtbot, n=0)
    empty = view.grab().toImage()
    view.set_empty_text("No images yet", "Drop a folder here.")
    assert view.grab().toImage() != empty


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_tiles_lie_on_the_ground_of_the_theme(qtbot, mode):
    from segstyle_gui.ui.theme.theme import apply_theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, mode)
    view = shown(qtbot)
    corner = view.visualRect(view.images().index(0, 0))
    seen = view.grab().toImage().pixelColor(corner.center().x() - 32 + 1, corner.top() + 8 + 1)
    assert seen.name() == tokens().canvas


def center(view, row):
    return view.visualRect(view.images().index(row, 0)).center()


def wheel(view, delta):
    place = QPointF(50, 50)
    event = QWheelEvent(
        place,
        view.viewport().mapToGlobal(place),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)
