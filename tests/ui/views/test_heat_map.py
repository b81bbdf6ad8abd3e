"""Scores in colours: the best of a row is marked, unknown is told apart, names stay, keys walk."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics

from segstyle_gui.core.palette import oklab
from segstyle_gui.ui.theme.theme import apply_theme, tokens
from segstyle_gui.ui.theme.tokens import DARK, LIGHT, contrast
from segstyle_gui.ui.views.color_scale import color_scale, scaled
from segstyle_gui.ui.views.heat_map import HeatMap, HeatRow
from segstyle_gui.ui.views.heat_painter import HEADER, NAMES, ink_on, wrapped

NAN = float("nan")
SCORES = np.array([[0.2, 0.3, 0.1], [0.25, 0.24, 0.1], [NAN, NAN, NAN]])
ROWS = (
    HeatRow(name="iris", color=(0, 158, 115), margin=0.1),
    HeatRow(
        name="a very long name of a region that cannot fit", color=(230, 159, 0), margin=0.01, unknown=True
    ),
    HeatRow(name="unseen", color=(0, 0, 0)),
)


@pytest.fixture
def heat_map(qtbot):
    heat_map = HeatMap()
    qtbot.addWidget(heat_map)
    heat_map.resize(600, 240)
    heat_map.set_scores(SCORES, ROWS, ("pupil", "iris", "white of the eye"))
    heat_map.show()
    return heat_map


def test_the_best_of_every_row_is_known_and_unseen_rows_have_none(heat_map):
    assert heat_map.best() == [1, 0, -1]


def test_higher_scores_are_nearer_to_the_accent(heat_map):
    picture = heat_map.grab().toImage()
    inside = QPoint(8, 6)
    least, most = (picture.pixelColor(heat_map.cell_rect(0, c).topLeft() + inside) for c in (2, 1))
    assert least.name() == DARK.raised or least.name() == LIGHT.raised
    assert most.name() in (DARK.accent, LIGHT.accent)


def test_a_row_of_its_own_scale_uses_all_colours(heat_map):
    place = heat_map.cell_rect(1, 0).topLeft() + QPoint(8, 6)
    before = heat_map.grab().toImage().pixelColor(place)
    heat_map.set_scale_by_row(True)
    after = heat_map.grab().toImage().pixelColor(place)
    assert before != after
    assert heat_map.best() == [1, 0, -1]


def test_clicks_tell_cells_and_rows(heat_map, qtbot):
    cells, rows = [], []
    heat_map.cell_clicked.connect(lambda row, column: cells.append((row, column)))
    heat_map.row_clicked.connect(rows.append)
    qtbot.mouseClick(heat_map.viewport(), Qt.MouseButton.LeftButton, pos=heat_map.cell_rect(1, 2).center())
    qtbot.mouseClick(heat_map.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, HEADER + 10))
    qtbot.mouseClick(heat_map.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(NAMES + 10, 5))  # a prompt
    qtbot.mouseClick(
        heat_map.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(595, HEADER + 10)
    )  # beside all
    assert (cells, rows) == ([(1, 2)], [0])


def test_keys_walk_through_cells_and_choose(heat_map, qtbot):
    cells, rows = [], []
    heat_map.cell_clicked.connect(lambda row, column: cells.append((row, column)))
    heat_map.row_clicked.connect(rows.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Left):
        qtbot.keyClick(heat_map, key)
    assert heat_map.current == (1, 1)
    qtbot.keyClick(heat_map, Qt.Key.Key_Return)
    qtbot.keyClick(heat_map, Qt.Key.Key_Space)
    assert (cells, rows) == ([(1, 1)], [1])
    assert "very long name" in heat_map.accessibleDescription()


def test_the_first_key_marks_the_first_cell(heat_map, qtbot):
    qtbot.keyClick(heat_map, Qt.Key.Key_Right)
    assert heat_map.current == (0, 0)


def test_a_marked_cell_comes_into_view_beside_names_and_prompts(qtbot):
    heat_map = HeatMap()
    qtbot.addWidget(heat_map)
    heat_map.resize(420, 200)
    rows = [HeatRow(name=str(i), color=(1, 2, 3)) for i in range(40)]
    heat_map.set_scores(np.random.default_rng(0).random((40, 30)), rows, [f"prompt {i}" for i in range(30)])
    heat_map.set_current(35, 25)
    assert heat_map.viewport().rect().contains(heat_map.cell_rect(35, 25))
    heat_map.set_current(0, 0)
    assert heat_map.cell_rect(0, 0).topLeft() == QPoint(NAMES, HEADER)


def test_what_is_said_of_a_cell_a_row_and_a_prompt(heat_map):
    table = heat_map._table
    assert table.describe(0, 1).splitlines() == ["iris × iris: 0.300", "iris: best is iris, ahead by 0.100"]
    assert table.describe(0, 0) == "iris × pupil: 0.200"
    assert table.describe(1, -1).endswith("unknown")
    assert "not seen" in table.describe(2, 0)
    assert table.describe(-1, 2) == "white of the eye"
    assert table.describe(-1, -1) == ""


def test_an_unknown_row_looks_different_from_a_known_one(heat_map):
    before = heat_map.grab(heat_map.cell_rect(1, 0)).toImage()
    known = HeatRow(name=ROWS[1].name, color=ROWS[1].color, margin=0.01)
    heat_map.set_scores(SCORES, (ROWS[0], known, ROWS[2]), ("pupil", "iris", "white of the eye"))
    assert heat_map.grab(heat_map.cell_rect(1, 0)).toImage() != before


def test_hovering_lights_the_row_up_and_leaves_no_trace(heat_map, qtbot):
    beside = QPoint(NAMES - 4, HEADER + 4)
    grab_before = heat_map.grab().toImage()
    qtbot.mouseMove(heat_map.viewport(), heat_map.cell_rect(0, 1).center())
    assert heat_map.grab().toImage().pixelColor(beside).name() == tokens().hover
    qtbot.mouseMove(heat_map.viewport(), heat_map.cell_rect(1, 1).center())
    assert heat_map.grab().toImage().pixelColor(beside) == grab_before.pixelColor(beside)


def test_numbers_that_do_not_fit_are_refused(heat_map):
    with pytest.raises(ValueError, match="2 rows"):
        heat_map.set_scores(SCORES, ROWS[:2], ("a", "b", "c"))


def test_nothing_at_all_is_drawn_with_its_text(heat_map):
    heat_map.set_scores(np.zeros((0, 0)), (), ())
    bare = heat_map.grab().toImage()
    heat_map.set_empty_text("No scores yet", "Run the naming.")
    assert heat_map.grab().toImage() != bare


@pytest.mark.parametrize("colors", [DARK, LIGHT])
def test_the_scale_is_even_to_the_eye_and_carries_readable_text(qapp, colors):
    apply_theme(qapp, colors.name)
    scale = color_scale(colors.raised, colors.accent)
    ends = ["#{:02x}{:02x}{:02x}".format(*scale[i]) for i in (0, 255)]
    assert ends == [colors.raised, colors.accent]
    steps = np.linalg.norm(np.diff(oklab(scale[::15].astype(float)), axis=0), axis=1)
    assert steps.max() / steps.min() < 1.3
    for part in scale:
        ground = "#{:02x}{:02x}{:02x}".format(*part)
        assert contrast(ground, ink_on(ground)) >= 4.5


def test_values_lie_on_the_scale_in_proportion():
    assert scaled([0.0, 0.5, 1.0, NAN, 7.0], 0.0, 1.0).tolist() == [0, 128, 255, 0, 255]
    assert scaled([3.0, 3.0], 3.0, 3.0).tolist() == [0, 0]


def test_long_prompts_wrap_and_elide(qapp):
    metrics = QFontMetrics(QFont())
    width = metrics.horizontalAdvance("white of x")
    lines = wrapped("white of the eye between the lids and more of it", metrics, width)
    assert len(lines) == 3
    assert all(metrics.horizontalAdvance(line) <= width for line in lines)
    assert lines[-1].endswith("…")
    assert wrapped("iris", metrics, width) == ["iris"]
