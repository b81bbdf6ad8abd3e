"""The model of a wall of thumbnails: order and filter by one index array, marks and scores by image."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from segstyle_gui.ui.models.image_list import ImageListModel, ImageRole, Mark


@pytest.fixture
def model(qapp):
    model = ImageListModel()
    thumbnails = np.arange(5, dtype=np.uint8)[:, None, None].repeat(4, 1).repeat(6, 2) * 10
    model.set_images(list("abcde"), thumbnails, ids=[10, 11, 12, 13, 14])
    return model


def names(model):
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_qts_own_checks_of_a_model_pass(model):
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_order([3, 1])
    model.set_marks({11: Mark.REVIEWED})
    model.set_images(["z"], np.zeros((1, 2, 2), np.uint8))
    tester.deleteLater()


def test_rows_show_items_in_the_order_given(model):
    model.set_order([4, 0, 2])
    assert names(model) == ["e", "a", "c"]
    assert model.ids() == [14, 10, 12]
    assert model.index_of(12).row() == 2
    assert not model.index_of(11).isValid()
    model.set_order(None)
    assert names(model) == list("abcde")


def test_marks_and_scores_follow_their_image_through_an_order(model):
    model.set_marks({13: Mark.SKIPPED})
    model.set_scores([0.1, 0.2, 0.3, np.nan, 0.5])
    model.set_order([3, 1])
    first, second = model.index(0, 0), model.index(1, 0)
    assert (first.data(ImageRole.MARK), second.data(ImageRole.MARK)) == (Mark.SKIPPED, Mark.NONE)
    assert np.isnan(first.data(ImageRole.SCORE))
    assert second.data(ImageRole.SCORE) == pytest.approx(0.2)


def test_a_thumbnail_is_the_pixels_of_its_item(model):
    model.set_order([2])
    image = model.index(0, 0).data(ImageRole.THUMBNAIL)
    assert (image.width(), image.height(), image.pixelColor(0, 0).red()) == (6, 4, 20)


def test_a_provider_is_asked_for_the_item_and_may_have_nothing_yet(qapp):
    asked = []

    def provide(item):
        asked.append(item)
        return None if item == 1 else np.full((2, 2, 3), 7, np.uint8)

    model = ImageListModel()
    model.set_images(["a", "b"], provide, ids=[5, 6])
    assert model.thumbnail(0).pixelColor(0, 0).blue() == 7
    assert model.thumbnail(1).isNull()
    assert asked == [0, 1]


def test_the_tooltip_says_name_mark_score_and_reason(model):
    model.set_marks({11: Mark.SKIPPED})
    model.set_scores([np.nan, 0.25, 0, 0, 0])
    model.set_details({11: "too small: 4 × 4 px"})
    tip = model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines() == ["b", "skipped", "doubt 0.25", "too small: 4 × 4 px"]


def test_only_changed_thumbnails_are_told_of(model, qtbot):
    with qtbot.waitSignal(model.dataChanged) as told:
        model.thumbnails_changed([12])
    first, last, roles = told.args
    assert (first.row(), last.row(), roles) == (2, 2, [ImageRole.THUMBNAIL])
    with qtbot.waitSignal(model.dataChanged) as told:
        model.set_marks({})
    assert told.args[2] == [ImageRole.MARK]


def test_scores_of_another_number_are_refused(model):
    with pytest.raises(ValueError, match="for 5 images"):
        model.set_scores([1, 2])


def test_an_index_that_is_not_there_has_no_data(model):
    assert model.data(QModelIndex()) is None
    assert model.rowCount(model.index(0, 0)) == 0
