"""The session: a project as signals, edits with undo in two contexts, late answers, failing jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.project.edits import MergeRegions, NameRegions, RenameRegion
from segstyle_gui.project.store import Project
from segstyle_gui.ui.session import Session


def ids(session: Session) -> list[int]:
    assert session.state is not None
    return [region.id for region in session.state.regions]


def test_opening_tells_once_and_closing_gives_the_file_back(
    session: Session, qtbot: QtBot, project_file: Path
) -> None:
    with qtbot.waitSignals([session.project_opened, session.status_changed, session.edits_changed]):
        session.open(project_file)
    assert session.project is not None
    assert session.status()["predict_masks"].state == "done"
    with qtbot.waitSignal(session.project_closed, timeout=5000):
        session.close()
    assert session.project is None
    assert session.state is None
    assert session.status() == {}
    with Project.open(project_file) as again:
        assert again.region_state is not None


def test_what_cannot_be_opened_is_told_and_nothing_is_open(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(session.open_failed, timeout=5000) as told:
        session.open(tmp_path / "missing.segstyle")
    assert told.args is not None
    path, failure = told.args
    assert path.endswith("missing.segstyle")
    assert failure.message
    assert session.project is None


def test_opening_another_project_closes_the_one_before(
    open_session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    before = open_session.project
    assert before is not None
    with qtbot.waitSignal(open_session.project_opened, timeout=5000):
        open_session.create(tmp_path / "New")
    assert open_session.project is not before
    Project.open(before.path).close()  # its lock is free


def test_an_edit_is_told_journaled_and_undone(open_session: Session, qtbot: QtBot) -> None:
    session, before = open_session, ids(open_session)
    with qtbot.waitSignals([session.regions_changed, session.edits_changed, session.status_changed]):
        assert session.apply(MergeRegions((before[0], before[1])))
    assert len(ids(session)) == len(before) - 1
    assert session.can_undo
    session.undo()
    assert ids(session) == before
    assert session.can_redo
    session.redo()
    assert len(ids(session)) == len(before) - 1


def test_a_refused_edit_changes_nothing_and_says_why(open_session: Session, notices: list[Any]) -> None:
    before = open_session.history()
    assert not open_session.apply(RenameRegion(999, "nobody"))
    assert open_session.history() == before
    assert notices[-1].kind == "warning"
    assert "999" in notices[-1].title


def test_a_selection_keeps_only_regions_that_are_still_there(open_session: Session) -> None:
    first, second, third, *_ = ids(open_session)
    open_session.select({first, second, third})
    open_session.apply(MergeRegions((first, second)))
    assert open_session.selection == {first, third}


def test_undo_survives_a_restart(open_session: Session, qtbot: QtBot, project_file: Path) -> None:
    before = ids(open_session)
    open_session.apply(MergeRegions((before[0], before[1])))
    with qtbot.waitSignal(open_session.project_closed, timeout=5000):
        open_session.close()
    with qtbot.waitSignal(open_session.project_opened, timeout=5000):
        open_session.open(project_file)
    open_session.undo()
    assert ids(open_session) == before


def test_masks_and_regions_have_histories_of_their_own(open_session: Session) -> None:
    session, project = open_session, open_session.project
    assert project is not None
    image_id = project.images()[0].id
    before = project.label_map(image_id)
    after = before.copy()
    after[:4, :4] = 2 if before[0, 0] != 2 else 1
    regions = session.history()
    session.set_edit_context("masks")
    assert not session.can_undo
    assert session.paint(image_id, before, after, "Brush")
    assert [entry.text for entry in session.history()][-1] == "Brush"
    session.undo()
    np.testing.assert_array_equal(project.label_map(image_id), before)
    session.set_edit_context("regions")
    assert session.history() == regions


def test_going_to_a_moment_of_the_history(open_session: Session) -> None:
    session, start = open_session, len(open_session.history())
    for name in ("a", "b", "c"):
        session.apply(NameRegions((ids(session)[0],), name))
    session.go_to(start + 1)
    assert [entry.undone for entry in session.history()[start:]] == [False, True, True]
    session.go_to(start + 3)
    assert not session.can_redo


def test_a_stage_makes_a_new_current_run(
    open_session: Session, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    before = open_session.run("synthetic_set")
    config = stage_named("synthesize").config(n_images=12, size=16, seed=7)
    told: list[str] = []
    open_session.runs_changed.connect(told.append)
    open_session.run_stage("synthesize", config)
    idle()
    after = open_session.run("synthetic_set")
    assert before is not None
    assert after is not None
    assert after.id > before.id
    assert after.config["seed"] == 7
    assert told == ["synthetic_set"]
    assert open_session.status()["train_student"].state == "stale"
    open_session.select_run(before)
    assert open_session.status()["train_student"].state == "done"


def test_a_failing_stage_is_told_and_the_project_is_as_before(
    open_session: Session, idle: Callable[[], None], notices: list[Any], tmp_path: Path
) -> None:
    before = open_session.run("generator")
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"no weights")
    open_session.run_stage("import_generator", stage_named("import_generator").config(source=str(bad)))
    idle()
    assert open_session.run("generator") == before
    assert notices[-1].kind == "error"
    assert "bad.safetensors" in notices[-1].title
    assert notices[-1].text, "a failure says what to do next"


def test_an_answer_for_another_project_is_dropped(
    open_session: Session, qtbot: QtBot, tmp_path: Path, idle: Callable[[], None]
) -> None:
    go, answers = threading.Event(), []

    def slow(progress: Progress) -> str:
        go.wait(5)
        return "of the first project"

    open_session.fetch("slow", slow, answers.append)
    with qtbot.waitSignal(open_session.project_opened, timeout=5000):
        open_session.create(tmp_path / "Other")
        go.set()
    idle()
    assert answers == []


def test_opening_a_locked_project_says_so(session: Session, qtbot: QtBot, project_file: Path) -> None:
    with Project.open(project_file), qtbot.waitSignal(session.open_failed, timeout=5000) as told:
        session.open(project_file)
    assert told.args is not None
    assert "open" in told.args[1].message


@pytest.mark.parametrize("change", ["apply", "paint"])
def test_a_project_opened_read_only_refuses_changes(
    session: Session, qtbot: QtBot, project_file: Path, notices: list[Any], change: str
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=5000):
        session.open(project_file, readonly=True)
    if change == "apply":
        assert not session.apply(RenameRegion(1, "x"))
    else:
        assert session.project is not None
        image_id = session.project.images()[0].id
        before = session.project.label_map(image_id)
        assert not session.paint(image_id, before, 1 - np.minimum(before, 1), "Brush")
    assert "read-only" in notices[-1].title
