"""The journal: what was acknowledged is there after a crash, and never in the wrong project."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from segstyle_gui.core.classes import state_to_json
from segstyle_gui.errors import ProjectReadError, ProjectWriteError
from segstyle_gui.project.edits import AddClass, MergeRegions, NameRegions, RenameRegion
from segstyle_gui.project.journal import Event, Journal, read_journal
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

Add = Callable[..., RunRecord]


def crashed(project: Project, to: Path) -> Path:
    """Return a copy of a project as a crash would leave it now: file and work folder without a lock."""
    to.mkdir()
    shutil.copy(project.path, to)
    work = shutil.copytree(project.work_dir, to / project.work_dir.name)
    (work / "lock").unlink()
    return to / project.path.name


def test_events_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite")
    journal.rebase("u", "c", 0)
    events = [Event("setting", 0, {"key": "ü", "value": number}) for number in range(3)]
    assert [journal.append(event) for event in events] == [1, 2, 3]
    content = read_journal(tmp_path / "j.sqlite")
    assert content is not None
    assert (content.uuid, content.commit_id, content.journal_id) == ("u", "c", journal.id)
    assert [(event.data["value"], event.seq) for event in content.events] == [(0, 1), (1, 2), (2, 3)]
    journal.rebase("u", "d", 2)
    assert journal.append(events[0]) == 4
    content = read_journal(tmp_path / "j.sqlite")
    assert content is not None
    assert (content.commit_id, [event.seq for event in content.events]) == ("d", [3, 4])
    journal.close()


def test_the_journal_is_synchronised_in_full(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite")
    assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    journal.close()


@pytest.mark.parametrize("readonly", [False, True])
def test_all_kinds_of_changes_survive_a_crash(
    stored: Path, tmp_path: Path, add_images: Add, readonly: bool
) -> None:
    with Project.open(stored) as project:
        add_images(project)
        project.apply(MergeRegions((1, 2)))
        project.checkpoint()
        project.apply(RenameRegion(3, "iris"))
        project.undo()
        project.undo()
        project.redo()
        project.select_run(1)
        project.set_setting("k", [1])
        copied = crashed(project, tmp_path / "after")
        wanted = state_to_json(project.region_state), project.history()
    for _ in range(2):
        with Project.open(copied, readonly=readonly) as project:
            assert (state_to_json(project.region_state), project.history()) == wanted
            assert project.current("images").id == 1
            assert project.settings() == {"k": [1]}


def test_a_crash_between_a_commit_and_its_journal(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.open(stored) as project:
        project.apply(AddClass("one"))
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "rebase", _refuse)
            project.checkpoint()
            copied = crashed(project, tmp_path / "after")
        with Project.open(copied, readonly=True) as other:
            assert len(other.history()) == 1
        project.apply(AddClass("two"))
        copied = crashed(project, tmp_path / "later")
    with Project.open(copied) as other:
        assert [c.name for c in other.region_state.classes] == ["one", "two"]


def _refuse(*_: object, **__: object) -> None:
    raise ProjectWriteError("The disk is full.")


def test_a_change_that_cannot_be_noted_is_not_made(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Project.open(stored) as project:
        before = project.region_state
        project._writer._journal._connection.execute("PRAGMA query_only=ON")
        with pytest.raises(ProjectWriteError, match="could not be noted"):
            project.apply(AddClass("lid"))
        with pytest.raises(ProjectWriteError, match="could not be noted"):
            project.set_setting("a", 1)
        assert (project.region_state, project.settings(), project.history()) == (before, {}, ())


def test_the_journal_of_another_project_is_set_aside(stored: Path, tmp_path: Path) -> None:
    with Project.open(stored) as project:
        project.apply(AddClass("lid"))
        copied = crashed(project, tmp_path / "after")
    journal = copied.with_name(copied.name + "-work") / "journal.sqlite"
    with Project.create(tmp_path / "new.segstyle") as project:
        uuid = project.uuid
    (tmp_path / "new.segstyle").replace(copied)
    with Project.open(copied) as project:
        assert project.uuid == uuid
        assert project.region_state is None
        assert "set aside (it belongs to another project)" in project.notices[0]
    (kept,) = journal.parent.glob("journal-set-aside-*.sqlite")
    content = read_journal(kept)
    assert content is not None
    assert len(content.events) == 1


def test_the_journal_of_another_version_of_the_project_is_set_aside(stored: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.segstyle"
    shutil.copy(stored, elsewhere)
    with Project.open(stored) as project:
        project.apply(AddClass("here"))
        copied = crashed(project, tmp_path / "after")
    with Project.open(elsewhere) as project:
        project.apply(AddClass("there"))
    elsewhere.replace(copied)
    with Project.open(copied) as project:
        assert [c.name for c in project.region_state.classes] == ["there"]
        assert "changed elsewhere" in project.notices[0]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""], ids=["noise", "empty"])
def test_an_unreadable_journal_does_not_block_the_project(stored: Path, content: bytes) -> None:
    work = stored.with_name(stored.name + "-work")
    work.mkdir()
    (work / "journal.sqlite").write_bytes(content)
    with Project.open(stored) as project:
        assert len(project.notices) == (1 if content else 0)
        project.apply(AddClass("lid"))
    with Project.open(stored, readonly=True) as project:
        assert [c.name for c in project.region_state.classes] == ["lid"]
    assert len(list(stored.parent.glob("*-work/journal-set-aside-*"))) == (1 if content else 0)


def test_a_journal_that_does_not_fit_is_an_error_that_says_how_to_go_on(stored: Path, tmp_path: Path) -> None:
    with Project.open(stored) as project:
        project.apply(NameRegions((1,), "lid"))
        copied = crashed(project, tmp_path / "after")
    journal = copied.with_name(copied.name + "-work") / "journal.sqlite"
    connection = sqlite3.connect(journal)
    data = json.loads(connection.execute("SELECT data FROM event").fetchone()[0])
    data["edit"]["ids"] = [99]
    with connection:
        connection.execute("UPDATE event SET data = ?", (json.dumps(data),))
    connection.close()
    for readonly in (True, False):
        with pytest.raises(ProjectReadError, match=r"Change 1 of 1 .* no region 99") as caught:
            Project.open(copied, readonly=readonly)
        assert str(journal) in caught.value.hint
    assert not (journal.parent / "lock").exists()
    journal.rename(journal.with_suffix(".old"))
    Project.open(copied).close()


def test_a_clean_close_leaves_no_journal(stored: Path) -> None:
    with Project.open(stored) as project:
        project.apply(AddClass("lid"))
        assert (project.work_dir / "journal.sqlite").exists()
    assert list(stored.parent.iterdir()) == [stored]
