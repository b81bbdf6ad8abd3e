"""Wheel and keys in the gallery."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.views.gallery import RegionGallery
from segstyle_gui.ui.views.gallery_layout import Place

N = 60
NONE, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def gallery(qtbot: QtBot) -> RegionGallery:
    made = RegionGallery()
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.set_tile_size(100)
    clusters = np.zeros((N, 8, 8), np.int16)
    made.set_samples(range(N), np.full((N, 8, 8, 3), 100, np.uint8), clusters)
    made.set_table(np.array([1]), {1: (240, 0, 0)})
    made.show()
    return made


def turn(gallery: RegionGallery, delta: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
    spot = QPointF(60, 150)
    event = QWheelEvent(
        spot,
        gallery.viewport().mapToGlobal(spot),
        QPoint(0, 0),
        delta,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(gallery.viewport(), event)


def is_in_view(gallery: RegionGallery, number: int) -> bool:
    box = gallery.box_of(number)
    return box is not None and box.y >= 0 and box.bottom <= gallery.viewport().height()


def test_the_wheel_scrolls_smoothly_and_notches_add_up(gallery: RegionGallery, qtbot: QtBot) -> None:
    turn(gallery, QPoint(0, -120))
    turn(gallery, QPoint(0, -120))
    bar = gallery.verticalScrollBar()
    assert bar.value() < 240
    qtbot.waitUntil(lambda: bar.value() == 240, timeout=2000)
    assert gallery.scene().top == 240


def test_ctrl_and_the_wheel_change_the_columns_around_the_pointer(gallery: RegionGallery) -> None:
    gallery.verticalScrollBar().setValue(500)
    columns = gallery.scene().grid.columns
    hit = gallery.hit(QPointF(60, 150))
    assert hit
    turn(gallery, QPoint(0, 120), CTRL)
    assert gallery.scene().grid.columns == columns - 1
    turn(gallery, QPoint(0, -120), CTRL)
    assert gallery.scene().grid.columns == columns
    turn(gallery, QPoint(0, -120), CTRL)
    assert gallery.scene().grid.columns == columns + 1
    rows = gallery.scene().grid.visible(gallery.scene().top, gallery.scene().height)
    assert hit.place.cell in range(rows.start - 2 * columns, rows.stop + 2 * columns)


def test_tiles_stay_between_64_and_512_px(gallery: RegionGallery, qtbot: QtBot) -> None:
    with qtbot.waitSignal(gallery.tile_size_changed) as changed:
        gallery.set_tile_size(9999)
    assert changed.args == [512]
    gallery.set_tile_size(1)
    assert gallery.tile_size == 64


@pytest.mark.parametrize("delta", [QPoint(0, 120), QPoint(120, 0)])  # Qt turns it sideways with Alt
def test_alt_and_the_wheel_zoom_inside_all_tiles(gallery: RegionGallery, delta: QPoint) -> None:
    hit = gallery.hit(QPointF(60, 150))
    turn(gallery, delta, ALT)
    after = gallery.hit(QPointF(60, 150))
    assert gallery.lens.zoom > 1
    assert hit
    assert after
    assert (after.x, after.y) == pytest.approx((hit.x, hit.y), abs=1e-6)


def test_z_toggles_the_lens(gallery: RegionGallery) -> None:
    QTest.keyClick(gallery, Qt.Key.Key_Z)
    assert gallery.lens.zoom > 1
    QTest.keyClick(gallery, Qt.Key.Key_Z)
    assert gallery.lens.zoom == 1


def test_arrows_move_the_focus_and_keep_it_in_view(gallery: RegionGallery, qtbot: QtBot) -> None:
    columns = gallery.scene().grid.columns
    QTest.keyClick(gallery, Qt.Key.Key_Right)
    QTest.keyClick(gallery, Qt.Key.Key_Down)
    assert gallery.focused == columns + 1
    QTest.keyClick(gallery, Qt.Key.Key_End)
    assert gallery.focused == N - 1
    assert str(N - 1) in gallery.accessibleDescription()
    qtbot.waitUntil(lambda: is_in_view(gallery, N - 1), timeout=2000)
    QTest.keyClick(gallery, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: is_in_view(gallery, 0), timeout=2000)


def test_the_ring_is_for_the_keyboard(gallery: RegionGallery, qtbot: QtBot) -> None:
    gallery.activateWindow()
    gallery.setFocus()
    qtbot.waitUntil(gallery.hasFocus)
    before = gallery.viewport().grab().toImage()
    QTest.keyClick(gallery, Qt.Key.Key_Right)
    assert gallery.viewport().grab().toImage() != before


def test_enter_opens_arrows_go_on_and_escape_returns_to_the_place(gallery: RegionGallery) -> None:
    gallery.verticalScrollBar().setValue(400)
    gallery.focus_sample(next(i for i in range(N) if is_in_view(gallery, i)))
    first = gallery.focused
    QTest.keyClick(gallery, Qt.Key.Key_Return)
    assert gallery.opened == first
    assert gallery.verticalScrollBar().maximum() == 0
    QTest.keyClick(gallery, Qt.Key.Key_Right)
    assert gallery.opened == first + 1
    QTest.keyClick(gallery, Qt.Key.Key_Escape)
    assert gallery.opened is None
    assert gallery.verticalScrollBar().value() == 400
    QTest.keyClick(gallery, Qt.Key.Key_Escape)


def test_plus_and_minus_zoom_the_tiles(gallery: RegionGallery) -> None:
    size = gallery.tile_size
    QTest.keyClick(gallery, Qt.Key.Key_Plus)
    assert gallery.tile_size > size
    QTest.keyClick(gallery, Qt.Key.Key_Minus)
    QTest.keyClick(gallery, Qt.Key.Key_Minus)
    assert gallery.tile_size < size


def test_the_same_samples_again_stay_where_they_are(gallery: RegionGallery) -> None:
    clusters, images = np.zeros((N, 8, 8), np.int16), np.full((N, 8, 8, 3), 100, np.uint8)
    gallery.verticalScrollBar().setValue(333)
    gallery.set_samples(range(N), images, clusters)
    assert gallery.verticalScrollBar().value() == 333
    gallery.set_samples(range(100, 100 + N), images, clusters)
    assert gallery.verticalScrollBar().value() == 0


def test_resizing_keeps_the_rows_in_view(gallery: RegionGallery) -> None:
    gallery.verticalScrollBar().setValue(600)
    first = gallery.hit(QPointF(20, 20)) or gallery.hit(QPointF(20, 40))
    assert first
    gallery.resize(800, 300)
    scene = gallery.scene()
    rows = scene.grid.visible(scene.top, scene.height)
    assert first.place.cell in range(rows.start - scene.grid.columns, rows.stop)


def test_few_samples_need_no_scroll_bar(gallery: RegionGallery) -> None:
    gallery.set_samples([1], np.full((1, 8, 8, 3), 100, np.uint8), np.zeros((1, 8, 8), np.int16))
    assert not gallery.verticalScrollBar().isVisible()
    assert gallery.viewport().width() == 500
    gallery.open_sample(1)
    assert gallery.scene().on_screen(Place(0, 0)).height == 300 - 16
    with pytest.raises(ValueError, match="not in"):
        gallery.open_sample(2)
