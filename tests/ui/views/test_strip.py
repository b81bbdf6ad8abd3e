"""Samples along α: the marker stands where α is, a column gives its α back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.views.strip import SampleStrip

ALPHAS = (-6.0, -3.0, 0.0, 3.0, 6.0)


@pytest.fixture
def strip(qtbot):
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(520, 300)
    images = (np.arange(15, dtype=np.uint8) * 15 + 20).reshape(3, 5, 1, 1).repeat(8, 2).repeat(8, 3)
    strip.set_images(images, ALPHAS, (4, 8, 15))
    strip.show()
    return strip


def test_rows_are_seeds_and_columns_strengths(strip):
    picture = strip.grab().toImage()
    for row, column in ((0, 0), (1, 3), (2, 4)):
        middle = strip.tile_rect(row, column).center()
        assert picture.pixelColor(middle).red() == (row * 5 + column) * 15 + 20


def test_the_nearest_column_is_framed(strip):
    strip.set_alpha(3.9)
    assert strip.column() == 3
    edge = strip.tile_rect(1, 3)
    seen = strip.grab().toImage().pixelColor(QPoint(edge.left() - 1, edge.center().y()))
    assert seen.name() == tokens().accent


def test_a_click_picks_the_alpha_of_its_column_and_setting_tells_nothing(strip, qtbot):
    picked = []
    strip.alpha_picked.connect(picked.append)
    strip.set_alpha(6.0)
    assert picked == []
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.tile_rect(2, 1).center())
    assert picked == [-3.0]
    assert strip.column() == 1


def test_arrows_go_from_column_to_column_and_stop_at_the_ends(strip, qtbot):
    picked = []
    strip.alpha_picked.connect(picked.append)
    strip.set_alpha(3.0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(strip, key)
    assert picked == [6.0, 3.0]


def test_a_narrow_strip_scrolls_to_the_column_of_alpha(strip):
    strip.resize(260, 300)
    assert strip.horizontalScrollBar().maximum() > 0
    strip.set_alpha(6.0)
    assert strip.viewport().rect().contains(strip.tile_rect(0, 4))
    strip.set_alpha(-6.0)
    assert strip.tile_rect(0, 0).left() >= 80


def test_numbers_that_do_not_fit_are_refused(strip):
    with pytest.raises(ValueError, match="2 strengths"):
        strip.set_images(np.zeros((1, 5, 4, 4), np.uint8), (0.0, 1.0))


def test_it_says_what_to_do_while_there_is_nothing(qtbot):
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(300, 200)
    bare = strip.grab().toImage()
    strip.set_empty_text("No direction yet", "Write a sentence and press Find.")
    assert strip.grab().toImage() != bare
    assert strip.column() == -1
    strip.set_alpha(2.0)
