"""The student page: a training as it goes, stopped and kept, cancelled and gone on with, and former runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstyle_gui.errors import StageError
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.student.gallery import predicted_pictures
from segstyle_gui.ui.pages.student.live import LOSS, MIOU
from segstyle_gui.ui.pages.student.page import StudentPage
from segstyle_gui.ui.session import Session

LEFT = Qt.MouseButton.LeftButton
LONG: dict[str, Any] = {"steps": 100_000, "validate_every": 4}


@pytest.fixture
def page(open_session: Session, actions: Actions, qtbot: QtBot, idle: Callable[[], None]) -> StudentPage:
    made = StudentPage(open_session, actions)
    qtbot.addWidget(made)
    qtbot.addWidget(made.sidebar())
    made.resize(900, 700)
    made.show()
    made.sidebar().show()
    made.activate()
    idle()
    qtbot.waitUntil(lambda: made.panel.form is not None, timeout=20_000)
    return made


def curve(page: StudentPage, name: str = MIOU) -> list[float]:
    plot = page.view.miou if name == MIOU else page.view.loss
    return [float(x) for x in plot.drawn(name)[0]]


def train(page: StudentPage, qtbot: QtBot, **values: Any) -> None:
    """Begin a training and wait for its first measurement."""
    page.panel.run(**values)
    qtbot.waitUntil(lambda: page.view.header._detail.text().startswith("step "), timeout=30_000)


def test_the_curve_and_the_predictions_of_the_current_run_are_shown(page: StudentPage, qtbot: QtBot) -> None:
    run = page.session.run("student")
    assert run is not None
    qtbot.waitUntil(lambda: curve(page) == [2], timeout=20_000)
    qtbot.waitUntil(lambda: len(page.view.grid._images) == 8, timeout=20_000)
    assert f"{run.summary['best_miou']:.3f}" in page.says.text()
    assert "iris" in page.says.text()
    assert not page.keep.isVisible()


def test_a_training_shows_points_predictions_and_where_it_is(
    page: StudentPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    told = []
    page.panel.run(steps=40, validate_every=10)
    assert page.keep.isVisible()
    assert not page.next.isVisible()
    assert page.panel.job is not None
    page.panel.job.previewed.connect(lambda value: told.append(type(value).__name__))
    page.panel.job.progressed.connect(lambda update: told.append(page.says.text()))
    idle()
    assert {"StudentPoint", "StudentPreview"} <= set(told)
    assert any(text.startswith("Step ") and " of 40" in text for text in told)
    assert curve(page) == curve(page, LOSS) == [10, 20, 30, 40]
    assert len(page.view.grid._images) == 8
    assert page.next.isVisible()
    assert page.panel.button.text() == "Train the student"


def test_stop_and_keep_makes_a_run(page: StudentPage, qtbot: QtBot, idle: Callable[[], None]) -> None:
    before = page.session.run("student")
    train(page, qtbot, **LONG)
    qtbot.mouseClick(page.keep, LEFT)
    idle()
    run = page.session.run("student")
    assert run != before
    assert run is not None
    assert run.config["steps"] == LONG["steps"]
    assert page.panel.button.text() == "Train the student", "nothing is left unfinished"


def test_cancel_leaves_a_checkpoint_that_the_next_training_goes_on_from(
    page: StudentPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    before = page.session.run("student")
    train(page, qtbot, **LONG)
    seen = curve(page)
    qtbot.mouseClick(page.panel.button, LEFT)
    idle()
    assert page.session.run("student") == before
    assert page.aid.unfinished is not None
    done = page.aid.unfinished.done
    assert done >= 4
    assert page.panel.button.text() == "Go on with the training"
    assert f"Stopped at {done:g} steps" in page.panel.note.text()
    page.panel.run(**LONG)
    assert curve(page)[: len(seen)] == seen, "its points stay"
    qtbot.waitUntil(lambda: curve(page)[-1] > done, timeout=30_000)
    assert curve(page) == sorted(curve(page))
    page.panel.job.cancel()  # type: ignore[union-attr]
    idle()


def test_other_settings_begin_anew_and_clear_the_curve(
    page: StudentPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    train(page, qtbot, **LONG)
    qtbot.waitUntil(lambda: curve(page)[-1] >= 8, timeout=30_000)
    page.panel.job.cancel()  # type: ignore[union-attr]
    idle()
    page.panel.run(steps=4, validate_every=2)
    idle()
    assert curve(page) == [2, 4]


def test_switching_runs_switches_the_curve(page: StudentPage, qtbot: QtBot, idle: Callable[[], None]) -> None:
    first = page.session.run("student")
    assert first is not None
    page.panel.run(steps=6, validate_every=3)
    idle()
    assert curve(page) == [3, 6]
    page.session.select_run(first)
    idle()
    assert curve(page) == [2]
    second = max(page.session.project.runs("student"), key=lambda run: run.id)  # type: ignore[union-attr]
    page.session.select_run(second)
    idle()
    assert curve(page) == [3, 6]


def test_a_training_that_was_started_elsewhere_is_shown(
    page: StudentPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    page.deactivate()
    job = page.session.run_stage("train_student", page.panel.config(**LONG))
    qtbot.waitUntil(lambda: page.session.jobs.active("stage") is job, timeout=5000)
    page.activate()
    assert page.panel.job is job
    assert page.keep.isVisible()
    qtbot.waitUntil(lambda: len(curve(page)) > 0, timeout=30_000)
    job.cancel()
    idle()


def test_the_time_is_measured_before_a_training(
    page: StudentPage, qtbot: QtBot, idle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from segstyle_gui.core import training_speed

    monkeypatch.setattr(training_speed, "_STEPS", 2)
    before = page.session.run("student")
    page.aid.estimate()
    assert "Measuring" in page.panel.note.text()
    idle()
    assert "for 2 steps" in page.panel.note.text()
    assert page.session.run("student") == before
    assert page.panel.form is not None
    page.panel.form.set_value("steps", 50)
    assert page.panel.note.text() == "", "it was of other settings"


def test_a_failing_training_is_told_and_the_former_student_stays(
    page: StudentPage, idle: Callable[[], None], notices: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from segstyle_gui.core.student import train

    def diverge(*args: Any, **values: Any) -> None:
        raise StageError("The training diverged at step 3.", hint="Lower the learning rate.")

    before = page.session.run("student")
    monkeypatch.setattr(train, "train_student", diverge)
    page.panel.run()
    idle()
    assert [(notice.kind, notice.title) for notice in notices] == [
        ("error", "The training diverged at step 3.")
    ]
    assert page.session.run("student") == before
    assert page.says.text().startswith("Best mIoU")
    assert page.panel.button.isEnabled()


def test_without_a_training_set_the_page_leads_to_it(
    session: Session, actions: Actions, qtbot: QtBot, tmp_path: Any, idle: Callable[[], None]
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.create(tmp_path / "New")
    page = StudentPage(session, actions)
    qtbot.addWidget(page)
    qtbot.addWidget(page.sidebar())
    page.show()
    page.activate()
    idle()
    assert page.empty.isVisible()
    assert not page.panel.button.isEnabled()
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.mouseClick(page.empty.button(), LEFT)
    assert asked.args == ["training_set"]


def test_predictions_are_colours_over_the_image() -> None:
    images = np.full((1, 4, 4, 1), 100, np.uint8)
    label_maps = np.array([[[0, 0], [3, 3]]], np.uint8)  # half the size
    made = predicted_pictures(images, label_maps, [(3, "iris", (200, 0, 100))])
    assert made.shape == (1, 4, 4, 3)
    assert (made[0, :2] == 100).all()
    assert (made[0, 2:] == (150, 50, 100)).all()
