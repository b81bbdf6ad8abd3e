"""The masks page on a real project: painting, review by keys, order, training again, references."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.predict_masks import MaskPreview
from segstyle_gui.project.store import Project
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.masks.page import MasksPage
from segstyle_gui.ui.session import Session

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(
    qtbot: QtBot, open_session: Session, actions: Actions, idle: Callable[[], None]
) -> Iterator[MasksPage]:
    """The page with its sidebar, shown, its first image on the canvas."""
    made = _show(qtbot, open_session, actions)
    idle()
    qtbot.waitUntil(lambda: made.desk.image_id is not None, timeout=10_000)
    idle()
    yield made
    made.deactivate()


def _show(qtbot: QtBot, session: Session, actions: Actions) -> MasksPage:
    session.set_edit_context("masks")
    made = MasksPage(session, actions)
    qtbot.addWidget(made)
    qtbot.addWidget(made.sidebar())
    made.resize(900, 700)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow, timeout=5_000)
    made.activate()
    return made


def place(page: MasksPage, row: float, column: float) -> QPoint:
    return page.canvas.widget_position(row + 0.5, column + 0.5).toPoint()


def drag(qtbot: QtBot, page: MasksPage, start: tuple[int, int], end: tuple[int, int]) -> None:
    canvas = page.canvas
    qtbot.mouseMove(canvas, place(page, *start))
    qtbot.mousePress(canvas, LEFT, pos=place(page, *start))
    qtbot.mouseMove(canvas, place(page, *end))
    qtbot.mouseRelease(canvas, LEFT, pos=place(page, *end))


def project_map(page: MasksPage) -> np.ndarray:
    assert page.session.project is not None
    assert page.desk.image_id is not None
    return page.session.project.label_map(page.desk.image_id)


def press(qtbot: QtBot, page: MasksPage, key: Any, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(page.canvas, key, modifiers)


def settle(qtbot: QtBot, page: MasksPage, idle: Callable[[], None]) -> None:
    qtbot.waitUntil(lambda: page.desk.image_id == page.flow.wanted, timeout=5_000)
    idle()


# Painting


def test_a_stroke_is_stored_in_the_project_and_undo_restores_it(qtbot: QtBot, page: MasksPage) -> None:
    before = project_map(page)
    target = 2 if (before[16] == 1).mean() > 0.5 else 1
    page.choices.choose_class(target)
    page.canvas.set_brush_radius(2)
    drag(qtbot, page, (16, 4), (16, 28))
    after = project_map(page)
    assert (after[16, 4:29] == target).all()
    assert np.array_equal(after, page.canvas.label_map)
    assert np.array_equal(after[22:], before[22:])
    page.session.undo()
    assert np.array_equal(project_map(page), before)
    assert np.array_equal(page.canvas.label_map, before)
    page.session.redo()
    assert np.array_equal(page.canvas.label_map, after)


def test_pixels_of_a_locked_class_stay(qtbot: QtBot, page: MasksPage) -> None:
    before = project_map(page)
    locked = int(np.bincount(before.ravel()).argmax())
    other = next(one.id for one in page.canvas.classes if one.id != locked)
    page.choices.choose_class(locked)
    press(qtbot, page, Qt.Key.Key_L)
    page.choices.choose_class(other)
    drag(qtbot, page, (2, 2), (30, 30))
    assert ((before == locked) <= (project_map(page) == locked)).all()


def test_keys_choose_tools_classes_and_the_brush(qtbot: QtBot, page: MasksPage) -> None:
    first, second = (one.id for one in page.canvas.classes[:2])
    press(qtbot, page, Qt.Key.Key_2)
    assert page.canvas.active_class == second == page.panel.classes.active
    press(qtbot, page, Qt.Key.Key_1)
    assert page.canvas.active_class == first
    press(qtbot, page, Qt.Key.Key_0)
    assert page.canvas.active_class == 0
    press(qtbot, page, Qt.Key.Key_9)
    assert page.canvas.active_class == 0  # there is no ninth class
    for key, tool in (
        (Qt.Key.Key_E, "eraser"),
        (Qt.Key.Key_G, "fill"),
        (Qt.Key.Key_V, "pan"),
        (Qt.Key.Key_B, "brush"),
    ):
        press(qtbot, page, key)
        assert page.canvas.tool == tool
    radius = page.canvas.brush_radius
    press(qtbot, page, Qt.Key.Key_BracketRight)
    assert page.canvas.brush_radius > radius
    assert round(page.tools.brush.value) == 2 * page.canvas.brush_radius + 1


def test_a_held_key_shows_the_image_alone(qtbot: QtBot, page: MasksPage) -> None:
    page.canvas.set_opacity(1.0)
    page.canvas.set_mode("fill")
    covered = page.canvas.grab().toImage()
    qtbot.keyPress(page.canvas, Qt.Key.Key_X)
    assert page.registry.action("masks.peek").isChecked()
    assert page.canvas.grab().toImage() != covered
    qtbot.keyRelease(page.canvas, Qt.Key.Key_X)
    assert not page.registry.action("masks.peek").isChecked()
    assert page.canvas.grab().toImage() == covered


def test_a_half_stroke_is_stored_when_the_image_changes(qtbot: QtBot, page: MasksPage) -> None:
    first = page.desk.image_id
    assert first is not None
    before = project_map(page)
    target = next(one.id for one in page.canvas.classes if (before[8] != one.id).any())
    page.choices.choose_class(target)
    qtbot.mousePress(page.canvas, LEFT, pos=place(page, 8, 8))
    qtbot.mouseMove(page.canvas, place(page, 8, 24))
    page.step(1)
    assert page.session.project is not None
    assert (page.session.project.label_map(first)[8, 8:25] == target).all()


# The way through the review


def test_images_come_by_doubt_and_can_be_sorted_by_name(page: MasksPage) -> None:
    table = page.feed.table
    assert table is not None
    doubt = dict(zip(table.ids.tolist(), table.doubt.tolist(), strict=True))
    shown = [doubt[number] for number in page.images.ids]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == 16
    page.images.sort.setCurrentIndex(page.images.sort.findData("name"))
    assert page.images.ids == sorted(page.images.ids)  # ids were given in the order of names


def test_review_keys_mark_and_move_on(qtbot: QtBot, page: MasksPage, idle: Callable[[], None]) -> None:
    assert page.session.project is not None
    order = page.images.ids
    assert page.desk.image_id == order[0]
    press(qtbot, page, Qt.Key.Key_Return)
    settle(qtbot, page, idle)
    assert page.session.project.reviewed == {order[0]}
    assert page.desk.image_id == order[1]
    press(qtbot, page, Qt.Key.Key_Space)  # a tap does the same
    settle(qtbot, page, idle)
    assert page.session.project.reviewed == set(order[:2])
    press(qtbot, page, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, page, idle)
    assert page.desk.image_id == order[1]
    assert page.panel.reviewed.isChecked()
    press(qtbot, page, Qt.Key.Key_Right)
    settle(qtbot, page, idle)
    assert page.desk.image_id == order[2]
    press(qtbot, page, Qt.Key.Key_Left)
    press(qtbot, page, Qt.Key.Key_U)
    settle(qtbot, page, idle)
    assert page.desk.image_id == order[2]  # the next one that is not reviewed


def test_arrows_pan_an_enlarged_image(qtbot: QtBot, page: MasksPage) -> None:
    shown = page.desk.image_id
    page.canvas.zoom_to(page.canvas.zoom * 4)
    before = page.canvas.widget_position(0, 0)
    press(qtbot, page, Qt.Key.Key_Right)
    assert page.flow.wanted == shown
    assert page.canvas.widget_position(0, 0) != before


def test_undo_goes_back_to_the_image_it_changes(
    qtbot: QtBot, page: MasksPage, idle: Callable[[], None]
) -> None:
    first = page.desk.image_id
    page.review_next()
    settle(qtbot, page, idle)
    assert page.desk.image_id != first
    page.session.undo()
    settle(qtbot, page, idle)
    assert page.desk.image_id == first
    assert not page.panel.reviewed.isChecked()


def test_the_filter_lists_open_and_corrected_images(qtbot: QtBot, page: MasksPage) -> None:
    first = page.desk.image_id
    before = project_map(page)
    page.choices.choose_class(next(one.id for one in page.canvas.classes if (before[5] != one.id).any()))
    drag(qtbot, page, (5, 2), (5, 29))
    page.flow.set_reviewed(True)
    page.images.filter.setCurrentIndex(page.images.filter.findData("open"))
    assert len(page.images.ids) == 15
    assert first not in page.images.ids
    page.images.filter.setCurrentIndex(page.images.filter.findData("corrected"))
    assert page.images.ids == [first]
    assert "1 of 16" in page.images.counts.text()


def test_a_late_image_is_dropped(qtbot: QtBot, page: MasksPage, idle: Callable[[], None]) -> None:
    shown: list[int] = []
    page.desk.shown.connect(lambda found: shown.append(found.record.id))
    wanted = page.images.ids[9:13]
    for number in wanted:
        page.flow.open(number)
    settle(qtbot, page, idle)
    assert shown == [wanted[-1]]


def test_the_next_image_is_there_before_it_is_wanted(page: MasksPage) -> None:
    page.step(1)
    assert page.desk.image_id == page.images.ids[1]  # at once: no job was needed


def test_a_click_in_the_list_opens_an_image(qtbot: QtBot, page: MasksPage, idle: Callable[[], None]) -> None:
    view = page.images.view
    index = page.images.model.index(1, 0)
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(index).center())
    settle(qtbot, page, idle)
    assert page.desk.image_id == page.images.ids[1]


def test_shares_of_the_image_are_counted_again_after_a_stroke(
    qtbot: QtBot, page: MasksPage, idle: Callable[[], None]
) -> None:
    page.choices.choose_class(1)
    page.canvas.set_brush_radius(200)
    drag(qtbot, page, (16, 16), (16, 17))
    idle()
    assert page.panel.classes.rows[1].share == "100.0 %"


# Work


def test_train_again_uses_the_corrections_and_predicts(
    qtbot: QtBot, page: MasksPage, idle: Callable[[], None]
) -> None:
    assert not page.panel.train.isEnabled()
    page.flow.set_reviewed(True)
    assert page.panel.train.isEnabled()
    runs = [page.session.run(makes) for makes in ("student", "masks")]
    page.panel.train.click()
    assert not page.panel.train.isEnabled()  # it runs
    qtbot.waitUntil(lambda: page.session.run("masks") != runs[1], timeout=60_000)
    idle()
    student = page.session.run("student")
    assert student is not None
    assert student != runs[0]
    assert student.config["corrections_share"] > 0
    assert student.config["steps"] == 2  # the other settings are those of the training before
    assert student.summary["corrections"]["images"] == 1
    assert page.feed.is_current
    assert page.desk.current is not None
    assert page.desk.current.run_id == page.session.run("masks").id  # type: ignore[union-attr]


def test_reference_masks_bring_ious(
    qtbot: QtBot, page: MasksPage, idle: Callable[[], None], project_file: Path
) -> None:
    compare = page.registry.action("masks.compare")
    assert not compare.isEnabled()
    page.compare_with(project_file.parent / "masks")
    qtbot.waitUntil(lambda: page.session.run("evaluation") is not None, timeout=30_000)
    idle()
    assert float(page.references.rows["Mean IoU"]) >= 0
    assert len(page.references.rows) > 2
    assert compare.isEnabled()
    assert page.panel.classes.rows[1].shows_iou
    plain = page.canvas.grab().toImage()
    compare.setChecked(True)
    idle()
    assert page.canvas.grab().toImage() != plain


def test_a_missing_original_is_told_and_stood_in_for(
    qtbot: QtBot, open_session: Session, actions: Actions, idle: Callable[[], None]
) -> None:
    project = open_session.project
    assert project is not None
    shutil.rmtree(project.image_path(project.images()[0]).parent)
    page = _show(qtbot, open_session, actions)
    qtbot.waitUntil(lambda: page.desk.image_id is not None, timeout=10_000)
    idle()
    assert "does not exist" in page.notes.banner.text()
    assert not page.notes.banner.isHidden()
    with qtbot.waitSignal(page.page_requested) as asked:
        page.notes.banner.clicked.emit()
    assert asked.args == ["images"]


def test_a_read_only_project_can_only_be_looked_at(
    qtbot: QtBot, session: Session, actions: Actions, project_file: Path, idle: Callable[[], None]
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.open(project_file, readonly=True)
    page = _show(qtbot, session, actions)
    qtbot.waitUntil(lambda: page.desk.image_id is not None, timeout=10_000)
    idle()
    assert not actions.action("masks.brush").isEnabled()
    before = project_map(page)
    drag(qtbot, page, (4, 4), (28, 28))
    assert np.array_equal(project_map(page), before)
    assert "read-only" in page.notes.banner.text()
    assert not page.panel.train.isEnabled()


@pytest.fixture
def bare_session(qtbot: QtBot, session: Session, project_file: Path, idle: Callable[[], None]) -> Session:
    """A session on a project that has images and a student, and no masks yet."""
    with (
        Project.open(project_file, readonly=True) as source,
        Project.create(project_file.parent / "Bare") as bare,
    ):
        for makes in ("images", "student"):
            run = source.current(makes)
            assert run is not None
            bare.add_run(
                run.stage,
                makes,
                run.config,
                run.inputs,
                run.summary,
                source.arrays(run),
                seconds=1.0,
                images=source.images() if makes == "images" else None,
            )
        path = bare.path
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.open(path)
    idle()
    return session


def test_without_masks_the_page_offers_to_predict(
    qtbot: QtBot, bare_session: Session, actions: Actions, idle: Callable[[], None]
) -> None:
    page = _show(qtbot, bare_session, actions)
    idle()
    assert page.views.currentWidget() is page.notes.empty
    page.notes.empty.clicked.emit()
    idle()
    qtbot.waitUntil(lambda: page.desk.image_id is not None, timeout=10_000)
    assert bare_session.run("masks") is not None
    assert len(page.images.ids) == 16
    assert page.canvas.tool == "brush"


def test_the_first_masks_are_shown_as_they_are_made(
    qtbot: QtBot, bare_session: Session, actions: Actions, idle: Callable[[], None]
) -> None:
    page = _show(qtbot, bare_session, actions)
    go_on = threading.Event()

    def work(progress: Progress) -> None:
        progress.preview(MaskPreview(3, np.full((32, 32), 2, np.uint8)))
        assert go_on.wait(20)

    bare_session.submit_change("Predict", work, makes="masks")
    try:
        qtbot.waitUntil(lambda: page.canvas.has_image, timeout=10_000)
        assert (page.canvas.label_map == 2).all()
        assert len(page.images.ids) == 16
        assert page.views.currentWidget() is page.split
        assert not page.panel.reviewed.isEnabled()
        assert page.canvas.tool == "pan"  # what is not stored yet cannot be painted
    finally:
        go_on.set()
    idle()
    assert page.views.currentWidget() is page.notes.empty  # nothing was stored


def test_an_empty_project_leads_to_the_images(
    qtbot: QtBot, session: Session, actions: Actions, tmp_path: Path
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.create(tmp_path / "Empty")
    page = _show(qtbot, session, actions)
    with qtbot.waitSignal(page.page_requested) as asked:
        page.notes.empty.clicked.emit()
    assert asked.args == ["images"]


def test_masks_appear_in_the_list_while_they_are_predicted(
    qtbot: QtBot, page: MasksPage, idle: Callable[[], None]
) -> None:
    seen: list[int] = []
    page.feed.previewed.connect(lambda preview: seen.append(preview.image_id))
    changed: list[Any] = []
    page.thumbnails.changed.connect(changed.append)
    page.panel.run_panel.form.set_config(page.panel.run_panel.config(flip=True))  # type: ignore[union-attr]
    assert page.predict() is not None
    idle()
    assert seen
    assert any(set(seen) & set(ids) for ids in changed)
