"""Tiles of an array: as many columns as fit, live replacement, clicks and keys."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from segstyle_gui.ui.views.grid_layout import filled, flowing
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.views.loupe import Loupe


@pytest.fixture
def grid(qtbot):
    grid = ImageGrid(tile=64)
    qtbot.addWidget(grid)
    grid.resize(300, 200)
    grid.set_images(np.arange(12, dtype=np.uint8)[:, None, None].repeat(8, 1).repeat(16, 2) * 20)
    grid.show()
    QApplication.processEvents()
    return grid


def gray_at(grid, number):
    """Return the gray in the middle of a tile; reads the picture, not the layout."""
    return grid.grab().toImage().pixelColor(grid.tile_rect(number).center()).red()


def test_columns_follow_the_width_and_tiles_keep_their_proportions(grid):
    assert grid.columns == 4
    rect = grid.tile_rect(0)
    assert rect.width() == pytest.approx(2 * rect.height(), abs=1)
    grid.resize(150, 200)
    assert grid.columns == 2


def test_every_tile_shows_its_image(grid):
    assert [gray_at(grid, number) for number in (0, 5, 10)] == [0, 100, 200]


def test_replaced_images_are_shown_and_cost_little(grid):
    grid.set_images(np.full((12, 8, 16), 77, np.uint8))
    assert gray_at(grid, 5) == 77
    images = np.zeros((64, 64, 64, 3), np.uint8)
    grid.set_images(images)
    start = time.perf_counter()
    for _ in range(10):
        grid.set_images(images)
        grid.viewport().repaint()
    assert (
        time.perf_counter() - start
    ) / 10 < 0.3  # ten a second; 0.01 s on a machine that does nothing else


def test_a_fitting_grid_never_scrolls(qtbot):
    grid = ImageGrid(fit=True)
    qtbot.addWidget(grid)
    grid.resize(400, 300)
    for n in (1, 7, 64):
        grid.set_images(np.zeros((n, 16, 16), np.uint8))
        assert grid.verticalScrollBar().maximum() == 0
        assert grid.viewport().rect().contains(grid.tile_rect(n - 1))
    grid.set_images(np.zeros((6, 16, 16), np.uint8))
    assert grid.columns == 3


def test_a_click_tells_the_number_and_frames_the_tile(grid, qtbot):
    before = grid.grab().toImage()
    with qtbot.waitSignal(grid.clicked) as clicked:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.tile_rect(2).center())
    assert clicked.args == [2]
    assert grid.grab().toImage() != before


def test_a_gap_is_no_tile(grid):
    right = grid.tile_rect(0).right()
    assert grid.number_at(QPointF(right, 4)) == 0
    assert grid.number_at(QPointF(right + 4, 4)) == -1
    assert grid.number_at(QPointF(4, 190)) == -1


def test_arrows_walk_and_scroll_and_enter_clicks(grid, qtbot):
    grid.resize(150, 80)
    grid.set_current(0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(grid, key)
    assert grid.viewport().rect().contains(grid.tile_rect(9))
    with qtbot.waitSignal(grid.clicked) as clicked:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert clicked.args == [9]
    qtbot.keyClick(grid, Qt.Key.Key_Up)
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    with qtbot.waitSignal(grid.clicked) as clicked:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert clicked.args == [6]


def test_resting_on_a_tile_enlarges_it_and_leaving_ends_that(grid, qtbot):
    loupe = grid.findChild(Loupe)
    numbers = []
    grid.hovered.connect(numbers.append)
    qtbot.mouseMove(grid.viewport(), grid.tile_rect(1).center())
    qtbot.waitUntil(loupe.isVisible, timeout=2000)
    assert loupe.width() > 1.4 * grid.tile_rect(1).width()
    assert grid.viewport().rect().contains(loupe.geometry())
    QApplication.sendEvent(grid.viewport(), leave())
    assert not loupe.isVisible()
    assert numbers == [1, -1]


def test_captions_are_drawn_below_and_belong_to_their_tile(grid):
    plain = grid.tile_rect(4).top()
    grid.set_images(np.zeros((12, 8, 16), np.uint8), [f"seed {i}" for i in range(12)])
    assert grid.tile_rect(4).top() == plain + 20
    assert grid.number_at(QPointF(10, grid.tile_rect(0).bottom() + 10)) == 0


def test_layouts_share_a_row_evenly():
    layout = flowing(100, 1000, 100, 1.0, 0)
    assert layout.columns * (layout.width + 8) - 8 <= 1000 < (layout.columns + 1) * 108
    assert layout.rect(layout.columns).top() == layout.row_height
    assert list(layout.between(layout.row_height, 2 * layout.row_height - 1, 100)) == list(
        range(layout.columns, 2 * layout.columns)
    )
    assert filled(9, 308, 308, 1.0, 0).columns == 3


def leave():
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.Leave)
