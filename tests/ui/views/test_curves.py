"""Curves: what is drawn is what arrived, thinned without losing peaks, smoothed without delay."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from segstyle_gui.ui.theme.theme import apply_theme, tokens
from segstyle_gui.ui.views.curve_data import CurveData, even_ticks, log_ticks, nearest, smoothed, thinned
from segstyle_gui.ui.views.curve_legend import number
from segstyle_gui.ui.views.curves import CurvePlot


@pytest.fixture
def plot(qtbot):
    plot = CurvePlot("Loss", "cross-entropy", ["training", "validation"], x_label="steps")
    qtbot.addWidget(plot)
    plot.resize(500, 260)
    plot.show()
    return plot


def test_importing_the_view_does_not_import_pyqtgraph():
    code = "import sys, segstyle_gui.ui.views.curves; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_points_arrive_in_the_curve_of_their_name(plot, qtbot):
    plot.add_point(1, {"training": 0.5})
    plot.add_point(2, {"training": 0.25, "validation": 0.75})
    qtbot.waitUntil(lambda: np.size(plot._curves["training"].getData()[0]) == 2, timeout=1000)
    assert plot.drawn("training")[1].tolist() == [0.5, 0.25]
    assert plot.values_at(None) == {"training": 0.25, "validation": 0.75}
    assert plot.values_at(1) == {"training": 0.5, "validation": 0.75}


def test_a_point_that_is_no_number_is_left_out(plot):
    plot.add_point(1, {"training": float("nan")})
    plot.add_point(2, {"training": float("inf")})
    plot.set_curve([0, 1, 2], {"validation": [1.0, np.nan, 3.0]})
    assert len(plot.drawn("training")[0]) == 0
    assert plot.drawn("validation")[0].tolist() == [0, 2]


def test_a_hidden_plot_draws_when_it_is_shown(plot, qtbot):
    plot.hide()
    plot.add_point(1, {"training": 0.5})
    plot.show()
    assert list(plot._curves["training"].getData()[1]) == [0.5]


def test_a_long_curve_is_drawn_from_few_points_quickly(plot):
    x = np.arange(200_000.0)
    y = np.random.default_rng(0).random(200_000)
    y[123_456] = 50.0
    plot.set_curve(x, {"training": y})
    assert len(plot.drawn("training")[0]) < 1500
    assert plot.drawn("training")[1].max() == 50.0
    start = time.perf_counter()
    for step in range(5):
        plot.add_point(200_000.0 + step, {"training": 0.5})
        plot.refresh()
        plot.grab()
    assert (time.perf_counter() - start) / 5 < 0.3  # 0.03 s on a machine that does nothing else


def test_smoothing_is_shown_over_the_values(plot):
    y = np.tile([0.0, 1.0], 100)
    plot.set_curve(np.arange(200), {"training": y})
    plot.set_smooth(True)
    assert plot.drawn("training")[1][20:-20] == pytest.approx(0.5, abs=0.1)
    assert len(plot._raw_curves["training"].getData()[0]) == 200


def test_a_logarithmic_scale_leaves_out_what_has_no_logarithm(plot):
    plot.set_curve([1, 2, 3, 4], {"training": [0.0, -1.0, 0.01, 100.0]})
    plot.set_log(True)
    plot.grab()
    assert plot.drawn("training")[1].tolist() == [0.01, 100.0]
    low, high = plot._plot.getPlotItem().viewRange()[1]
    assert -3 < low <= -2 < 2 <= high < 3


def test_the_pointer_reads_values_off(plot):
    plot.set_curve([0, 10, 20], {"training": [3.0, 2.0, 1.0], "validation": [5.0, 4.0, 3.5]})
    QApplication.processEvents()
    item = plot._plot.getPlotItem()
    plot._plot.scene().sigMouseMoved.emit(item.vb.mapViewToScene(QPointF(9.0, 2.0)))
    assert plot._legend.toolTip() == "at 10 steps"
    assert plot._legend.accessibleDescription() == "training 2, validation 4"
    plot._plot.scene().sigMouseMoved.emit(QPointF(-50, -50))
    assert plot._legend.accessibleDescription() == "training 1, validation 3.5"


def test_clearing_brings_the_empty_text_back(plot):
    plot.set_empty_text("No training yet", "Start one.")
    assert plot._empty.isVisible()
    plot.add_point(1, {"training": 1.0})
    plot.refresh()
    assert not plot._empty.isVisible()
    plot.clear()
    assert plot._empty.isVisible()


def test_colours_follow_the_theme(plot, qapp):
    plot.set_curve([0, 1], {"training": [1.0, 2.0]})
    for mode in ("light", "dark"):
        apply_theme(qapp, mode)
        assert plot._curves["training"].opts["pen"].color().name() == tokens().accent
        assert plot._plot.getPlotItem().getAxis("left").textPen().color().name() == tokens().muted


def test_data_grow_beyond_the_first_room():
    data = CurveData()
    for step in range(1000):
        data.append(step, -step)
    assert len(data) == 1000
    assert data.points[1][-1] == -999
    data.append(5, float("nan"))
    assert len(data) == 1000


def test_thinning_keeps_both_extremes_of_every_stretch_and_the_ends():
    x = np.arange(10_007.0)
    y = np.sin(x / 50)
    y[5_000], y[10_006] = 9, -9
    few_x, few_y = thinned(x, y, 400)
    assert len(few_x) <= 404
    assert (few_y.max(), few_y.min()) == (9, -9)
    assert (few_x[0], few_x[-1]) == (0, 10_006)
    assert (np.diff(few_x) > 0).all()


def test_smoothing_keeps_a_straight_line_and_its_ends():
    line = np.linspace(0, 1, 77)
    assert smoothed(line) == pytest.approx(line)
    assert smoothed(np.array([4.0])) == pytest.approx([4.0])
    assert smoothed(np.zeros(0)).shape == (0,)


def test_the_nearest_point_is_on_either_side():
    points = np.array([0.0, 10.0]), np.array([1.0, 2.0])
    assert [nearest(points, x) for x in (-5, 4, 6, np.inf)] == [(0, 1), (0, 1), (10, 2), (10, 2)]
    assert nearest((np.zeros(0), np.zeros(0)), 1) is None


def test_logarithmic_ticks_are_round():
    assert log_ticks(0.08, 1.1) == pytest.approx([0.05, 0.1, 0.2, 0.5, 1, 2])
    assert log_ticks(1e-5, 10) == pytest.approx([1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10])


def test_even_ticks_are_few_and_round():
    assert even_ticks(0.06, 1.13) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert even_ticks(-3, 3) == pytest.approx([-3, -2, -1, 0, 1, 2, 3])
    assert even_ticks(0, 997) == pytest.approx([0, 200, 400, 600, 800])
    assert even_ticks(2.0, 2.0) == [2.0]


def test_numbers_are_short():
    assert [number(v) for v in (0.031249, 12.44, 1240, -0.5, 0)] == ["0.0312", "12.4", "1,240", "−0.5", "0"]
