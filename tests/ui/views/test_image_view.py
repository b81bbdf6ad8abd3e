"""One image: fits, zooms to the pointer, shows its overlay, and moves with the views it is linked to."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from segstyle_gui.ui.views.image_view import ImageView, link

LUT = np.array([[0, 0, 0, 0], [255, 0, 0, 255], [0, 0, 255, 255]], np.uint8)


def shown(qtbot, image=None, size=(200, 200)):
    view = ImageView()
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    if image is not None:
        view.set_image(image)
    return view


@pytest.fixture
def view(qtbot):
    return shown(qtbot, (np.arange(100, dtype=np.uint8) * 2).reshape(10, 10))


def pixel(view, y, x):
    rect = view.image_rect()
    height, width = 10, 10
    place = QPointF(
        rect.left() + (x + 0.5) / width * rect.width(), rect.top() + (y + 0.5) / height * rect.height()
    )
    return view.grab().toImage().pixelColor(place.toPoint())


def test_an_image_fits_at_first_and_after_a_resize(view):
    assert view.image_rect().width() == pytest.approx(200, abs=1)
    view.resize(100, 200)
    assert view.image_rect().width() == pytest.approx(100, abs=1)
    assert pixel(view, 3, 4).red() == 68


def test_the_wheel_zooms_to_the_pointer(view):
    place = QPointF(150, 65)
    before = view.pixel_at(place)
    wheel(view, place, 360)
    assert view.zoom == pytest.approx(20 * 1.25**3)
    assert view.pixel_at(place) == before
    view.resize(220, 220)
    assert view.zoom == pytest.approx(20 * 1.25**3)  # no longer fitted


def test_keys_zoom_fit_and_show_one_to_one(view, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoom == pytest.approx(25)
    qtbot.keyClick(view, Qt.Key.Key_1)
    assert view.zoom == 1.0
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.zoom == 20


def test_dragging_pans_and_is_no_click(view, qtbot):
    clicks = []
    view.clicked.connect(lambda y, x: clicks.append((y, x)))
    wheel(view, QPointF(100, 100), 360)
    before = view.pixel_at(QPointF(100, 100))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(60, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(60, 100))
    assert clicks == []
    assert view.pixel_at(QPointF(60, 100)) == before
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(60, 100))
    assert view.zoom == 20


def test_a_click_tells_its_pixel(view, qtbot):
    with qtbot.waitSignal(view.clicked) as clicked:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(50, 90))
    assert clicked.args == [4, 2]


def test_hovering_tells_the_pixel_and_leaving_none(view, qtbot):
    found = []
    view.hovered.connect(found.append)
    qtbot.mouseMove(view, QPoint(199, 1))
    view.resize(400, 200)
    assert view.pixel_at(QPointF(10, 100)) is None
    assert found[-1] == (0, 9)


def test_an_overlay_takes_table_opacity_and_any_size(view):
    labels = np.zeros((20, 20), np.uint8)
    labels[:10] = 1
    view.set_overlay(labels, LUT)
    view.set_overlay_opacity(1.0)
    assert pixel(view, 2, 2).getRgb()[:3] == (255, 0, 0)
    assert pixel(view, 7, 2).red() == 144
    view.set_lut(LUT[[0, 2]])
    assert pixel(view, 2, 2).getRgb()[:3] == (0, 0, 255)
    view.set_overlay_opacity(0.0)
    assert pixel(view, 2, 2).red() == 44
    view.set_overlay_opacity(1.0)
    view.set_overlay(None)
    assert pixel(view, 2, 2).red() == 44


def test_much_enlarged_pixels_are_squares_and_a_shrunk_image_is_averaged(qtbot):
    board = (np.indices((4, 4)).sum(0) % 2 * 255).astype(np.uint8)
    squares = shown(qtbot, board)
    assert {squares.grab().toImage().pixelColor(x, 25).red() for x in range(2, 198)} == {0, 255}
    fine = (np.indices((800, 800)).sum(0) % 2 * 255).astype(np.uint8)
    average = shown(qtbot, fine)
    assert average.grab().toImage().pixelColor(100, 100).red() == pytest.approx(127, abs=12)


def test_linked_views_show_the_same_part_whatever_their_sizes(qtbot, view):
    other = shown(qtbot, np.zeros((40, 40), np.uint8), (300, 300))
    link([view, other])
    wheel(view, QPointF(150, 60), 360)
    assert other.framing() == pytest.approx(view.framing(), abs=0.02)
    other.fit()
    assert view.framing() == pytest.approx((1.0, 0.5, 0.5), abs=0.01)
    link([view])
    view.zoom_to(100)
    assert other.framing()[0] == pytest.approx(1.0)


def test_another_image_of_the_same_size_keeps_the_place(view):
    view.zoom_to(50, QPointF(0, 0))
    framing = view.framing()
    view.set_image(np.zeros((10, 10, 3), np.uint8))
    assert view.framing() == framing
    view.set_image(np.zeros((30, 10, 1), np.uint8))
    assert view.framing()[0] == 1.0


def test_without_an_image_nothing_breaks(qtbot):
    view = shown(qtbot)
    bare = view.grab().toImage()
    view.set_empty_text("No image", "Choose one on the left.")
    assert view.grab().toImage() != bare
    wheel(view, QPointF(10, 10), 120)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.pixel_at(QPointF(10, 10)) is None


def wheel(view, place, delta):
    event = QWheelEvent(
        place,
        view.mapToGlobal(place),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
