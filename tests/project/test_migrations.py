"""Older formats: brought up to date on a copy, or refused."""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from segstyle_gui.errors import ProjectVersionError, ProjectWriteError
from segstyle_gui.project.migrations import MIGRATIONS
from segstyle_gui.project.store import Project


@pytest.fixture
def old(stored: Path) -> Path:
    """A project of an invented format 0, which kept its settings elsewhere."""
    with h5py.File(stored, "r+") as file:
        file.attrs["schema_version"] = 0
        file.move("settings", "options")
    return stored


def to_one(file: h5py.File) -> None:
    file.move("options", "settings")


def test_an_older_project_is_updated(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MIGRATIONS, 0, to_one)
    with Project.open(old) as project:
        assert project.settings() == {}
        assert len(project.runs()) == 2
    with h5py.File(old) as file:
        assert file.attrs["schema_version"] == 1
        assert "options" not in file


def test_a_failing_update_leaves_the_file(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: h5py.File) -> None:
        to_one(file)
        raise OSError(28, "No space left on device")

    before = old.read_bytes()
    monkeypatch.setitem(MIGRATIONS, 0, fail)
    with pytest.raises(ProjectWriteError, match="the disk is full"):
        Project.open(old)
    assert old.read_bytes() == before
    assert list(old.parent.iterdir()) == [old]


def test_an_update_is_not_made_in_passing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MIGRATIONS, 0, to_one)
    before = old.read_bytes()
    with pytest.raises(ProjectVersionError, match="Open it for writing once"):
        Project.open(old, readonly=True)
    assert old.read_bytes() == before


def test_a_format_without_a_way_up_is_refused(old: Path) -> None:
    with pytest.raises(ProjectVersionError, match="format 0; this SegStyle cannot update it to 1"):
        Project.open(old)
