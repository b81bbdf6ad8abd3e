"""Looking at a mask: zoom, pan, keys, what the pointer says, and that every repaint is right."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from segstyle_gui.core.classes import LabelClass, default_color
from segstyle_gui.core.masks import disc
from segstyle_gui.ui.views.mask_canvas import MaskCanvas

LEFT, NONE, SHIFT, CONTROL = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
SIZE = 64


def make_canvas(parent: QWidget | None = None) -> MaskCanvas:
    canvas = MaskCanvas(parent)
    canvas.resize(420, 360)
    canvas.set_classes([LabelClass(i, f"class {i}", default_color(i)) for i in (1, 2, 3)])
    rng = np.random.default_rng(1)
    confidence = rng.integers(0, 255, (SIZE, SIZE)).astype(np.uint8)
    image = rng.integers(0, 255, (SIZE, SIZE, 3)).astype(np.uint8)
    label_map = np.kron(rng.integers(0, 4, (8, 8)), np.ones((8, 8))).astype(np.uint8)
    canvas.set_image(image, label_map, confidence)
    canvas.set_active_class(2)
    canvas.set_brush_radius(4)
    canvas.show()
    return canvas


@pytest.fixture
def canvas(qtbot) -> MaskCanvas:
    canvas = make_canvas()
    qtbot.addWidget(canvas)
    assert QTest.qWaitForWindowExposed(canvas)
    return canvas


def at(canvas: MaskCanvas, row: float, column: float) -> QPoint:
    return canvas.widget_position(row + 0.5, column + 0.5).toPoint()


def turn(canvas: MaskCanvas, place: QPoint, angle: int, modifier=NONE) -> None:
    event = QWheelEvent(
        QPointF(place),
        QPointF(canvas.mapToGlobal(place)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def picture(canvas: MaskCanvas) -> np.ndarray:
    """Return (h, w) uint32 of the whole canvas without the brush."""
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def test_an_image_is_fitted_and_stays_so(canvas: MaskCanvas) -> None:
    assert canvas.zoom == (360 - 32) / SIZE
    canvas.resize(220, 300)
    assert canvas.zoom == (220 - 32) / SIZE
    canvas.actual_size()
    canvas.resize(400, 400)
    assert canvas.zoom == 1.0
    canvas.fit()
    assert canvas.zoom == (400 - 32) / SIZE


def test_wheel_zooms_under_the_pointer(canvas: MaskCanvas) -> None:
    zooms: list[float] = []
    canvas.view_changed.connect(zooms.append)
    place = at(canvas, 20, 44)
    for angle in (120, 120, 240, -360):
        turn(canvas, place, angle)
        y, x = canvas.image_position(QPointF(place))
        assert (int(y), int(x)) == (20, 44)
    assert zooms[0] == pytest.approx(5.125 * 2 ** (1 / 3))
    assert zooms[2] > zooms[1] > zooms[0]
    assert len(zooms) == 4


@pytest.mark.parametrize(("zoom", "dx", "dy"), [(0.6, 3, 9), (1.0, -7, 2), (2.9, 50, 11), (13.0, -83, 40)])
def test_painting_hits_the_pixel_at_any_zoom(canvas: MaskCanvas, zoom: float, dx: int, dy: int) -> None:
    canvas.zoom_to(zoom)
    canvas.pan_by(dx, dy)
    before = canvas.label_map
    place = canvas.rect().center()
    QTest.mouseClick(canvas, LEFT, NONE, place)
    row, column = (int(v) for v in canvas.image_position(QPointF(place)))
    wanted = before.copy()
    rows, columns = np.nonzero(disc(4))
    rows, columns = rows + row - 4, columns + column - 4
    inside = (rows >= 0) & (rows < SIZE) & (columns >= 0) & (columns < SIZE)
    wanted[rows[inside], columns[inside]] = 2
    np.testing.assert_array_equal(canvas.label_map, wanted)


@pytest.mark.parametrize("how", ["middle", "space", "tool"])
def test_dragging_moves_the_image_and_paints_nothing(canvas: MaskCanvas, how: str) -> None:
    canvas.zoom_to(8.0)
    before, corner = canvas.label_map, canvas.widget_position(0, 0)
    button = Qt.MouseButton.MiddleButton if how == "middle" else LEFT
    if how == "space":
        QTest.keyPress(canvas, Qt.Key.Key_Space)
    if how == "tool":
        canvas.set_tool("pan")
    QTest.mousePress(canvas, button, NONE, QPoint(200, 200))
    QTest.mouseMove(canvas, QPoint(230, 185))
    QTest.mouseRelease(canvas, button, NONE, QPoint(230, 185))
    assert canvas.widget_position(0, 0) - corner == QPointF(30, -15)
    np.testing.assert_array_equal(canvas.label_map, before)
    if how == "space":
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
        QTest.mouseClick(canvas, LEFT, NONE, QPoint(200, 200))
        assert (canvas.label_map != before).any()


def test_keys_move_zoom_and_size_the_brush(canvas: MaskCanvas) -> None:
    canvas.zoom_to(8.0)
    corner = canvas.widget_position(0, 0)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.widget_position(0, 0).x() < corner.x()
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.widget_position(0, 0) == corner
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom == 10.0
    sizes: list[int] = []
    canvas.brush_radius_changed.connect(sizes.append)
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
    turn(canvas, QPoint(9, 9), 60, CONTROL)
    turn(canvas, QPoint(9, 9), 60, CONTROL)
    turn(canvas, QPoint(9, 9), -240, Qt.KeyboardModifier.AltModifier)
    assert sizes == [5, 4, 5, 4, 3]
    canvas.set_brush_radius(-5)
    assert canvas.brush_radius == 0
    assert canvas.zoom == 10.0


def test_the_pointer_says_what_is_under_it(canvas: MaskCanvas, qtbot) -> None:
    told: list[tuple[int, int, int, int]] = []
    left: list[bool] = []
    canvas.cursor_moved.connect(lambda *values: told.append(values))
    canvas.cursor_left.connect(lambda: left.append(True))
    QTest.mouseMove(canvas, at(canvas, 17, 41))
    confidence = int(np.random.default_rng(1).integers(0, 255, (SIZE, SIZE))[17, 41])
    wanted = (17, 41, int(canvas.label_map[17, 41]), confidence)
    qtbot.waitUntil(lambda: told[-1:] == [wanted])
    QTest.mouseMove(canvas, QPoint(2, 2))
    qtbot.waitUntil(lambda: left[-1:] == [True])
    canvas.set_image(np.zeros((9, 9), np.uint8), np.ones((9, 9), np.uint8))
    QTest.mouseMove(canvas, at(canvas, 4, 4))
    qtbot.waitUntil(lambda: told[-1] == (4, 4, 1, -1))


def test_keys_of_a_polygon_do_not_reach_the_window(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    canvas = make_canvas(window)
    fired: list[str] = []
    for key in ("Escape", "Backspace"):
        QShortcut(QKeySequence(key), window).activated.connect(partial(fired.append, key))
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    canvas.set_tool("polygon")
    for row, column in [(5, 5), (9, 50), (50, 9)]:
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, row, column))
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert fired == []
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert fired == ["Escape"]


@pytest.mark.parametrize("zoom", [0.7, 2.5, 5.125, 18.0])
@pytest.mark.parametrize("mode", ["both", "outline"])
def test_live_painting_looks_like_a_whole_repaint(canvas: MaskCanvas, zoom: float, mode: str) -> None:
    canvas.set_mode(mode)
    canvas.zoom_to(zoom)
    picture(canvas)
    middle = canvas.rect().center()
    QTest.mousePress(canvas, LEFT, NONE, middle)
    for step in (QPoint(40, 9), QPoint(-60, 30), QPoint(3, -70)):
        QTest.mouseMove(canvas, middle + step)
        QApplication.processEvents()
    QTest.mouseRelease(canvas, LEFT, NONE, middle + step)
    live = picture(canvas)
    canvas.set_label_map(canvas.label_map)
    np.testing.assert_array_equal(live, picture(canvas))


def test_hidden_overlay_shows_the_image_alone(canvas: MaskCanvas) -> None:
    with_overlay = picture(canvas)
    canvas.set_show_original(True)
    original = picture(canvas)
    assert (original != with_overlay).any()
    canvas.set_show_original(False)
    np.testing.assert_array_equal(picture(canvas), with_overlay)
    canvas.set_opacity(0.0)
    canvas.set_mode("fill")
    np.testing.assert_array_equal(picture(canvas), original)


def test_doubt_and_reference_are_shown_with_a_legend(canvas: MaskCanvas) -> None:
    plain = picture(canvas)
    canvas.set_confidence_view(True)
    heat = picture(canvas)
    assert (heat != plain).mean() > 0.2
    canvas.set_confidence_view(False)
    canvas.set_reference(np.zeros((SIZE, SIZE), np.uint8))
    assert (picture(canvas)[-30:, :60] != plain[-30:, :60]).any()
    canvas.set_reference(None)
    np.testing.assert_array_equal(picture(canvas), plain)


def test_the_brush_is_drawn_at_its_size(canvas: MaskCanvas) -> None:
    canvas.set_show_original(True)
    plain = picture(canvas)
    QTest.mouseMove(canvas, at(canvas, 30, 30))
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    marked = np.frombuffer(image.constBits(), np.uint32).reshape(plain.shape)
    rows, columns = np.nonzero(marked != plain)
    top_left, bottom_right = canvas.widget_position(26, 26), canvas.widget_position(35, 35)
    assert abs(rows.min() - top_left.y()) <= 3
    assert abs(rows.max() - bottom_right.y()) <= 3
    assert abs(columns.min() - top_left.x()) <= 3
    assert abs(columns.max() - bottom_right.x()) <= 3


def test_without_an_image_nothing_happens(qtbot) -> None:
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    canvas.show()
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(20, 20))
    QTest.mouseMove(canvas, QPoint(30, 30))
    turn(canvas, QPoint(5, 5), 120)
    empty = picture(canvas)
    assert len(np.unique(empty)) > 1
    canvas.set_image(np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8))
    assert (picture(canvas) != empty).any()
    canvas.clear()
    np.testing.assert_array_equal(picture(canvas), empty)


def test_a_new_image_is_fitted_unless_the_view_is_kept(canvas: MaskCanvas) -> None:
    image, label_map = np.zeros((SIZE, SIZE), np.uint8), np.zeros((SIZE, SIZE), np.uint8)
    canvas.zoom_to(9.0)
    canvas.set_image(image, label_map, keep_view=True)
    assert canvas.zoom == 9.0
    canvas.set_image(image, label_map)
    assert canvas.zoom == (360 - 32) / SIZE


def test_it_says_what_it_is(canvas: MaskCanvas) -> None:
    assert canvas.accessibleName()
    assert "brush" in canvas.accessibleDescription()
    assert canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus


_SCALED = """
import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from segstyle_gui.ui.views.mask_canvas import MaskCanvas

app = QApplication([])
canvas = MaskCanvas()
canvas.resize(301, 257)
canvas.set_image(np.zeros((64, 64), np.uint8), np.zeros((64, 64), np.uint8))
canvas.set_active_class(1)
canvas.set_brush_radius(3)
canvas.show()
wanted = np.zeros((64, 64), np.uint8)

def place(row, column):
    return canvas.widget_position(row + 0.5, column + 0.5).toPoint()

for zoom in (canvas.zoom, 7.0):
    canvas.zoom_to(zoom)
    app.processEvents()
    for row, column in [(30, 30), (25, 40)]:
        QTest.mouseClick(canvas, Qt.LeftButton, Qt.NoModifier, place(row, column))
        app.processEvents()
        y, x = np.mgrid[:64, :64]
        wanted[(y - row) ** 2 + (x - column) ** 2 <= 9] = 1
        assert np.array_equal(canvas.label_map, wanted), (zoom, row, column)
    app.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    live = canvas.grab().toImage()
    canvas.set_label_map(canvas.label_map)
    assert live == canvas.grab().toImage(), zoom
    assert abs(live.width() - 301 * canvas.devicePixelRatioF()) < 1, live.width()
print(canvas.devicePixelRatioF())
"""


@pytest.mark.parametrize("scale", ["1.25", "1.5", "2"])
def test_screens_of_other_scales(scale: str) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SCALED],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert (result.returncode, result.stdout.strip()) == (0, str(float(scale))), result.stderr[-800:]
