"""Files that are no projects, damaged, or too new; disks that are full; folders that cannot be written."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from segstyle_gui.errors import ProjectReadError, ProjectVersionError, ProjectWriteError
from segstyle_gui.project import commit, container, payload, workspace
from segstyle_gui.project.edits import MergeRegions, RenameRegion
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

Add = Callable[..., RunRecord]
BOTH_WAYS = pytest.mark.parametrize("readonly", [False, True])


def assert_refused(path: Path, kind: type[Exception], words: str, readonly: bool, *, hint: str = "") -> None:
    before = sorted(path.parent.iterdir())
    with pytest.raises(kind, match=words) as caught:
        Project.open(path, readonly=readonly)
    assert "\n" not in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.hint
    assert sorted(path.parent.iterdir()) == before


@BOTH_WAYS
def test_a_missing_file(tmp_path: Path, readonly: bool) -> None:
    assert_refused(tmp_path / "no.segstyle", ProjectReadError, "no project file", readonly)


@BOTH_WAYS
def test_a_folder(tmp_path: Path, readonly: bool) -> None:
    (tmp_path / "a.segstyle").mkdir()
    assert_refused(tmp_path / "a.segstyle", ProjectReadError, "not a file", readonly)


@BOTH_WAYS
@pytest.mark.parametrize("content", [b"", b"hello\n" * 100, os.urandom(5000)], ids=["empty", "text", "noise"])
def test_another_file(tmp_path: Path, content: bytes, readonly: bool) -> None:
    path = tmp_path / "a.segstyle"
    path.write_bytes(content)
    assert_refused(path, ProjectReadError, "not a SegStyle project", readonly)


@BOTH_WAYS
def test_another_hdf5_file(tmp_path: Path, readonly: bool) -> None:
    with h5py.File(tmp_path / "a.segstyle", "w") as file:
        file["data"] = np.zeros(3)
    assert_refused(
        tmp_path / "a.segstyle", ProjectReadError, "HDF5 file but not a SegStyle project", readonly
    )


@BOTH_WAYS
def test_a_newer_format(stored: Path, readonly: bool) -> None:
    with h5py.File(stored, "r+") as file:
        file.attrs["schema_version"] = 7
    assert_refused(
        stored, ProjectVersionError, "format 7; this SegStyle reads up to 1", readonly, hint="Update"
    )


@BOTH_WAYS
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.99])
def test_a_file_cut_short(stored: Path, share: float, readonly: bool) -> None:
    content = stored.read_bytes()
    stored.write_bytes(content[: int(len(content) * share)])
    assert_refused(stored, ProjectReadError, "Augen", readonly, hint="")


@pytest.mark.parametrize("name", ["selection", "settings", "runs", "runs/000001/config"])
def test_a_file_with_a_part_missing(stored: Path, name: str) -> None:
    with h5py.File(stored, "r+") as file:
        del file[name]
    assert_refused(stored, ProjectReadError, "damaged", readonly=True, hint="backup")


def test_changed_bytes_are_noticed(stored: Path) -> None:
    with h5py.File(stored, "r+") as file:
        file["runs/000001/arrays/pixels"][0, 0, 0, 0] ^= 1
        text = file["runs/000002/region_state"]
        text[()] = text[()].replace(b"Region 1", b"Region 9")
    with Project.open(stored) as project:
        with pytest.raises(ProjectReadError, match="checksum"):
            project.array(1, "pixels")
        with pytest.raises(ProjectReadError, match="checksum"):
            project.apply(MergeRegions((1, 2)))


def test_random_damage_never_crashes(stored: Path) -> None:
    with Project.open(stored, readonly=True) as project:
        whole = project.arrays(1)["pixels"]
    content, rng, n_refused = stored.read_bytes(), np.random.default_rng(0), 0
    for _ in range(100):
        damaged = np.frombuffer(content, np.uint8).copy()
        places = rng.integers(0, len(damaged), 4)
        damaged[places] = rng.integers(0, 256, 4)
        stored.write_bytes(damaged.tobytes())
        try:
            with Project.open(stored, readonly=True) as project:
                assert [run.stage for run in project.runs()] == ["import_images", "find_regions"]
                assert np.array_equal(project.arrays(1)["pixels"], whole)
                assert (len(project.images()), project.history()) == (3, ())
        except ProjectReadError:
            n_refused += 1
    assert 25 < n_refused < 100


def few_bytes_free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=1, used=1, free=free))


def test_a_disk_known_to_be_too_small(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored.read_bytes()
    with Project.open(stored) as project:
        few_bytes_free(monkeypatch, 4 << 20)
        with pytest.raises(ProjectWriteError, match=r"4 MiB free; saving .* wants 9 MiB") as caught:
            project.add_run("s", "masks", {}, {}, {}, {"a": np.zeros(1 << 20)})
        assert "Free at least 5 MiB" in caught.value.hint
        with pytest.raises(ProjectWriteError, match="MiB free"):
            project.add_run("s", "masks", {}, {}, {}, iter([("a", np.zeros(1 << 20))]))
    assert stored.read_bytes() == before
    assert list(stored.parent.iterdir()) == [stored]


def test_a_disk_that_fills_up_midway(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, real = stored.read_bytes(), payload.write_array

    def full(group: h5py.Group, name: str, values: object) -> None:
        if name == "arrays/second":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(group, name, values)

    with Project.open(stored) as project:
        with monkeypatch.context() as patch:
            patch.setattr(payload, "write_array", full)
            with pytest.raises(ProjectWriteError, match=r"the disk is full.*the file on disk is unchanged"):
                project.add_run("s", "masks", {}, {}, {}, {"first": np.zeros(9), "second": np.zeros(9)})
        assert len(project.runs()) == 2
        assert stored.read_bytes() == before
        assert not list(stored.parent.glob(".*"))
        project.add_run("s", "masks", {}, {}, {}, {"first": np.zeros(9), "second": np.zeros(9)})
        assert len(project.runs()) == 3


def test_edits_survive_a_close_that_cannot_save(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.open(stored)
    project.apply(RenameRegion(1, "lid"))
    with monkeypatch.context() as patch:
        few_bytes_free(patch, 100)
        with pytest.raises(ProjectWriteError, match="free"):
            project.close()
    with Project.open(stored) as project:
        assert project.region_state.region(1).name == "lid"
        assert project.notices == ("1 change was recovered from the journal.",)


def test_a_copy_that_does_not_verify_is_not_used(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, real = stored.read_bytes(), payload.write_array

    def careless(group: h5py.Group, name: str, values: object) -> None:
        real(group, name, values)
        if name == "arrays/a":
            group[name][0] = 1.0

    with Project.open(stored) as project:
        monkeypatch.setattr(payload, "write_array", careless)
        with pytest.raises(ProjectWriteError, match=r"does not verify.*checksum"):
            project.add_run("s", "masks", {}, {}, {}, {"a": np.zeros(9)})
    assert stored.read_bytes() == before


def test_a_lost_run_is_noticed_before_the_old_file_goes(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = container.finish

    def lossy(temp: Path, path: Path, fold: container.Fold, run_id: int | None) -> None:
        with h5py.File(temp, "r+") as file:
            del file["runs/000001/arrays/pixels"]
        real(temp, path, fold, run_id)

    with Project.open(stored) as project:
        project.apply(RenameRegion(1, "lid"))
        with monkeypatch.context() as patch:
            patch.setattr(container, "finish", lossy)
            with pytest.raises(ProjectWriteError, match="arrays of run 1 are missing"):
                project.checkpoint()
        assert project.array(1, "pixels").shape == (3, 16, 16, 1)


def test_leftovers_of_a_crash_are_removed_and_other_files_are_not(stored: Path) -> None:
    leftover = stored.with_name(f".{stored.name}.0badcafe.tmp")
    others = [stored.with_name("A.tmp"), stored.with_name(".Augen.segstyle.0badcafe.tmp")]
    for file in (leftover, *others):
        file.write_bytes(b"x")
    Project.open(stored, readonly=True).close()
    assert leftover.exists()
    Project.open(stored).close()
    assert not leftover.exists()
    assert all(file.exists() for file in others)


def test_a_folder_that_cannot_be_written(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(workspace.Path, "mkdir", refuse)
    with pytest.raises(ProjectWriteError, match="cannot be written") as caught:
        Project.open(stored)
    assert "read-only" in caught.value.hint
    with pytest.raises(ProjectWriteError, match="Permission denied"):
        Project.create(stored.with_name("new.segstyle"))
    with Project.open(stored, readonly=True) as project:
        assert len(project.runs()) == 2


def test_a_file_held_by_another_program_is_replaced_a_little_later(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = Path.replace, []

    def busy(self: Path, target: Path) -> Path:
        if target == stored and len(tries) < 3:
            tries.append(self)
            raise PermissionError(errno.EACCES, "The file is in use")
        return real(self, target)

    monkeypatch.setattr(commit, "_REPLACE_WAIT", 0.001)
    monkeypatch.setattr(Path, "replace", busy)
    with Project.open(stored) as project:
        project.add_run("s", "masks", {}, {}, {}, {})
        assert len(tries) == 3
    with Project.open(stored, readonly=True) as project:
        assert len(project.runs()) == 3
