"""Projects: what is stored comes back, through closing, moving, and other threads."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from segstyle_gui.core.classes import initial_state
from segstyle_gui.errors import ProjectError, ProjectReadError, ProjectWriteError, StageError
from segstyle_gui.project.edits import CutTree, MergeRegions, NameRegions, RenameRegion
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project

Add = Callable[..., RunRecord]


def test_an_empty_project_is_one_file_when_closed(path: Path) -> None:
    with Project.create(path) as project:
        assert (project.path, project.name, project.readonly) == (path, "Augen Ω 眼", False)
        assert len(project.uuid) == 32
        assert (project.runs(), project.images(), project.history()) == ((), (), ())
        assert (project.region_state, project.current("images"), project.input_token("images")) == (None,) * 3
        assert project.work_dir == path.with_name(path.name + "-work")
    assert list(path.parent.iterdir()) == [path]


def test_the_ending_is_added(tmp_path: Path) -> None:
    with Project.create(tmp_path / "a.b") as project:
        assert project.path == tmp_path / "a.b.segstyle"


def test_the_root_says_what_the_file_is(stored: Path) -> None:
    with h5py.File(stored) as file:
        assert file.attrs["format"] == b"segstyle"
        assert file.attrs["schema_version"] == 1
        assert len(file.attrs["uuid"]) == 32
        assert file.attrs["created"].startswith(b"20")
        assert file.attrs["app_version"]
        assert bool(file["runs/000001"].attrs["complete"])


def test_a_run_comes_back_as_it_was(path: Path, add_images: Add) -> None:
    with Project.create(path) as project:
        made = add_images(project)
        pixels = project.array(made, "pixels")
    with Project.open(path) as project:
        (run,) = project.runs()
        assert run == made
        assert (run.id, run.stage, run.makes, run.seconds, run.complete) == (
            1,
            "import_images",
            "images",
            1.5,
            True,
        )
        assert run.config == {"size": 16, "deep": {"list": [1, 2.5, None, "ü"]}}
        assert np.array_equal(project.array(1, "pixels"), pixels)
        assert [image.id for image in project.images()] == [1, 2, 3]
        assert project.images(run)[0].fit == {"scale": 0.1, "pad": [0, 8]}
        assert project.input_token("images") == "1"


@pytest.mark.parametrize(
    "values",
    [
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.array([[1.5, np.nan]], dtype=np.float16),
        np.float64(2.5),
        np.array([], dtype=np.int64),
        np.zeros((0, 4, 4), dtype=np.uint8),
        np.array([True, False]),
        np.array(["ein", "zwei ü", ""]),
        np.asfortranarray(np.arange(12, dtype=np.int16).reshape(3, 4)),
        np.arange(24)[::3],
    ],
    ids=lambda v: f"{v.dtype}{v.shape}",
)
def test_any_plain_array_comes_back(path: Path, values: np.ndarray) -> None:
    with Project.create(path) as project:
        project.add_run("s", "masks", {}, {}, {}, {"a/labels": values})
        found = project.array(1, "a/labels")
        assert found.shape == values.shape
        assert found.dtype.kind == values.dtype.kind
        assert np.array_equal(found, values, equal_nan=values.dtype.kind == "f")


def test_text_comes_back(path: Path) -> None:
    with Project.create(path) as project:
        project.add_run("s", "names", {}, {}, {}, {"header": '{"ü": 1}'})
        assert str(project.array(1, "header")) == '{"ü": 1}'


def test_objects_are_refused_and_nothing_is_stored(path: Path) -> None:
    with Project.create(path) as project:
        with pytest.raises(ValueError, match="dtype object"):
            project.add_run("s", "names", {}, {}, {}, [("a", np.ones(2)), ("b", np.array([{}]))])
        assert project.runs() == ()
    assert list(path.parent.iterdir()) == [path]


def test_part_of_an_array_can_be_read(stored: Path) -> None:
    with Project.open(stored, readonly=True) as project:
        pixels = project.array(1, "pixels")
        assert np.array_equal(project.array(1, "pixels", slice(1, 3)), pixels[1:3])
        assert np.array_equal(project.array(1, "pixels", 2), pixels[2])
        assert project.array_names(2) == ("clustering/centroids",)
        assert set(project.arrays(2)) == {"clustering/centroids"}
        assert set(project.arrays(1, ["pixels"])) == {"pixels"}


def test_unknown_runs_and_arrays_are_named(stored: Path) -> None:
    with Project.open(stored, readonly=True) as project:
        with pytest.raises(ProjectReadError, match="no run 9"):
            project.array(9, "pixels")
        with pytest.raises(ProjectReadError, match="no array “masks”; it has pixels"):
            project.array(1, "masks")
        with pytest.raises(ProjectReadError, match="no array “clustering”"):
            project.array(2, "clustering")


def test_label_maps_are_compressed_one_image_a_chunk_and_pixels_are_not(path: Path) -> None:
    arrays = {
        "labels": np.zeros((3, 8, 8), dtype=np.uint8),
        "label_maps/7": np.zeros((2000, 1000), dtype=np.uint16),
        "pixels": np.zeros((3, 8, 8, 3), dtype=np.uint8),
        "tensors/w": np.zeros((8, 8), dtype=np.float32),
    }
    with Project.create(path) as project:
        project.add_run("s", "masks", {}, {}, {}, arrays)
    with h5py.File(path) as file:
        group = file["runs/000001/arrays"]
        assert (group["labels"].compression, group["labels"].compression_opts) == ("gzip", 4)
        assert group["labels"].chunks == (1, 8, 8)
        assert np.prod(group["label_maps/7"].chunks) * 2 <= 1 << 20
        assert group["label_maps/7"].id.get_storage_size() < 20_000
        assert group["pixels"].compression is None
        assert group["tensors/w"].compression is None


def test_arrays_are_streamed_while_others_read_and_edit(path: Path, add_regions: Add) -> None:
    with Project.create(path) as project:
        add_regions(project)
        seen: list[int] = []

        def stream() -> Iterator[tuple[str, np.ndarray]]:
            for number in range(3):
                other = threading.Thread(target=project.apply, args=(RenameRegion(1, f"name {number}"),))
                other.start()
                other.join(timeout=10)
                seen.append(len(project.runs()))
                yield f"confidence/{number}", np.full((4, 4), number, dtype=np.uint8)

        project.add_run("predict", "masks", {}, {}, {}, stream())
        assert seen == [1, 1, 1]
        assert project.array(2, "confidence/2").tolist() == [[2] * 4] * 4
    with h5py.File(path) as file:
        assert bytes(file["runs/000001/edits"][:]).count(b"\n") == 3


def test_a_failing_stream_leaves_the_project_as_it_was(stored: Path) -> None:
    before = stored.read_bytes()

    def stream() -> Iterator[tuple[str, np.ndarray]]:
        yield "a", np.zeros(1000)
        raise RuntimeError("out of memory")

    with Project.open(stored) as project:
        with pytest.raises(RuntimeError, match="out of memory"):
            project.add_run("s", "masks", {}, {}, {}, stream())
        assert len(project.runs()) == 2
    assert stored.read_bytes() == before
    assert list(stored.parent.iterdir()) == [stored]


def test_a_stream_cannot_store_another_run(path: Path) -> None:
    def stream() -> Iterator[tuple[str, np.ndarray]]:
        project.add_run("s", "masks", {}, {}, {}, {})
        yield "a", np.zeros(1)

    with Project.create(path) as project, pytest.raises(ValueError, match="must not store another"):
        project.add_run("s", "masks", {}, {}, {}, stream())


def test_an_incomplete_run_is_ignored(stored: Path, add_regions: Add) -> None:
    with h5py.File(stored, "r+") as file:
        del file["runs/000002"].attrs["complete"]
    with Project.open(stored) as project:
        assert [run.id for run in project.runs()] == [1]
        assert project.current("regions") is None
        assert add_regions(project).id == 2
        assert len(project.region_state.regions) == 6


def test_the_last_run_of_a_kind_is_current_until_another_is_selected(path: Path, add_images: Add) -> None:
    with Project.create(path) as project:
        add_images(project)
        add_images(project)
        assert project.current("images").id == 2
        project.select_run(1)
        assert project.input_token("images") == "1"
    with Project.open(path) as project:
        assert project.current("images").id == 1
        assert [run.id for run in project.runs("images")] == [1, 2]
        assert project.runs("masks") == ()
        with pytest.raises(ProjectReadError, match="no run 3"):
            project.select_run(3)


def test_region_state_goes_with_runs_of_regions_only(path: Path) -> None:
    with Project.create(path) as project:
        with pytest.raises(ValueError, match="region_state"):
            project.add_run("s", "regions", {}, {}, {}, {})
        with pytest.raises(ValueError, match="region_state"):
            project.add_run("s", "masks", {}, {}, {}, {}, region_state=initial_state(np.arange(2)))


def test_edits_want_regions(path: Path, add_images: Add) -> None:
    with Project.create(path) as project:
        add_images(project)
        for change in (lambda: project.apply(MergeRegions((1, 2))), project.undo, project.redo):
            with pytest.raises(StageError, match="no regions yet"):
                change()


def test_undo_and_history_outlive_a_restart_and_a_move(stored: Path, tmp_path: Path) -> None:
    with Project.open(stored) as project:
        first = project.region_state
        project.apply(MergeRegions((1, 2)))
        project.apply(NameRegions((1,), "lid"))
        last = project.region_state
        project.apply(RenameRegion(3, "iris"))
        assert project.undo() == "Rename “Region 3” to “iris”"
    moved = tmp_path / "elsewhere.segstyle"
    shutil.move(stored, moved)
    with Project.open(moved) as project:
        assert project.notices == ()
        assert project.region_state == last
        assert [(e.index, e.text, e.undone) for e in project.history()] == [
            (0, "Merge “Region 1” and “Region 2”", False),
            (1, "Name “Region 1” “lid”", False),
            (2, "Rename “Region 3” to “iris”", True),
        ]
        assert project.redo() == "Rename “Region 3” to “iris”"
        assert project.redo() is None
        for _ in range(3):
            assert project.undo()
        assert project.undo() is None
        assert project.region_state == first
    with Project.open(moved) as project:
        assert project.region_state == first
        assert [entry.undone for entry in project.history()] == [True] * 3
        project.apply(RenameRegion(1, "new"))
        assert [entry.text for entry in project.history()] == ["Rename “Region 1” to “new”"]


def test_a_refused_edit_leaves_no_trace(stored: Path) -> None:
    with Project.open(stored) as project:
        before = project.region_state
        with pytest.raises(ProjectError, match="two or more"):
            project.apply(MergeRegions((1,)))
        assert project.region_state is before
        assert project.history() == ()


def test_each_run_of_regions_has_its_own_state_and_history(stored: Path, add_regions: Add) -> None:
    with Project.open(stored) as project:
        project.apply(MergeRegions((1, 2)))
        token = project.input_token("regions")
        project.apply(NameRegions((1,), "lid"))
        assert project.input_token("regions") != token
        add_regions(project, 3)
        project.apply(RenameRegion(1, "other"))
        assert len(project.region_state.regions) == 3
        project.select_run(2)
        assert len(project.region_state.regions) == 5
        assert len(project.history()) == 2
        project.apply(CutTree((0, 0, 0, 1, 1, 1)))
    with Project.open(stored) as project:
        assert len(project.history()) == 3
        project.select_run(3)
        assert [entry.text for entry in project.history()] == ["Rename “Region 1” to “other”"]


def test_settings_are_kept(stored: Path) -> None:
    with Project.open(stored) as project:
        project.set_setting("view", {"opacity": 0.5, "hidden": ["ü"]})
        project.settings()["view"]["opacity"] = 9
        with pytest.raises(TypeError):
            project.set_setting("bad", object())
    with Project.open(stored, readonly=True) as project:
        assert project.settings() == {"view": {"opacity": 0.5, "hidden": ["ü"]}}


def test_a_checkpoint_brings_the_file_up_to_date(stored: Path) -> None:
    with Project.open(stored) as project:
        project.apply(MergeRegions((1, 2)))
        assert project.checkpoint()
        copied = stored.with_name("copy.segstyle")
        shutil.copy(stored, copied)
        with Project.open(copied, readonly=True) as other:
            assert other.region_state == project.region_state
            assert len(other.history()) == 1


def test_image_paths_are_relative_to_the_project(stored: Path, tmp_path: Path) -> None:
    image = stored.parent / "images" / "Äuge 1.png"
    with Project.open(stored, readonly=True) as project:
        assert project.image_path(project.images()[0]) == image
        assert project.relative_path(image) == "images/Äuge 1.png"
        assert project.relative_path(tmp_path / "other.png") == "../other.png"
        far = ImageRecord(id=1, path=str(image), sha256="", width=1, height=1, mode="L")
        assert project.image_path(far) == image


def test_nothing_is_overwritten_unasked(stored: Path, add_images: Add) -> None:
    with pytest.raises(ProjectWriteError, match="exists already"):
        Project.create(stored)
    with Project.open(stored) as project:
        old = project.uuid
        (project.checkpoint_dir("train") / "last").write_text("x")
    with Project.create(stored, overwrite=True) as project:
        assert project.uuid != old
        assert project.runs() == ()
        assert list(project.checkpoint_dir("train").iterdir()) == []


def test_checkpoints_of_a_training_stay_until_they_are_emptied(stored: Path) -> None:
    with Project.open(stored) as project:
        file = project.checkpoint_dir("train_generator") / "last.bin"
        file.write_bytes(b"x")
    assert file.exists()
    with Project.open(stored) as project:
        assert project.checkpoint_dir("train_generator") == file.parent
        file.unlink()
    assert list(stored.parent.iterdir()) == [stored]


def test_a_readonly_project_changes_nothing(stored: Path, add_images: Add) -> None:
    with Project.open(stored, readonly=True) as project:
        assert project.readonly
        for change in (
            lambda: project.apply(MergeRegions((1, 2))),
            lambda: add_images(project),
            lambda: project.set_setting("a", 1),
            lambda: project.select_run(1),
            lambda: project.checkpoint_dir("train"),
            project.undo,
            project.checkpoint,
        ):
            with pytest.raises(ProjectWriteError, match="read-only"):
                change()
        assert len(project.region_state.regions) == 6
    assert list(stored.parent.iterdir()) == [stored]


def test_a_closed_project_refuses_changes(stored: Path) -> None:
    project = Project.open(stored)
    project.close()
    project.close()
    with pytest.raises(ProjectWriteError, match="closed"):
        project.apply(MergeRegions((1, 2)))


def test_threads_read_edit_and_store_at_once(stored: Path) -> None:
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                for _ in range(25):
                    work()
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                errors.append(error)

        return run

    with Project.open(stored) as project:
        masks = {"labels": np.ones((2, 32, 32), dtype=np.uint8)}
        works = [
            lambda: project.array(1, "pixels"),
            lambda: project.arrays(2),
            lambda: project.apply(RenameRegion(1, "x")),
            lambda: project.images(project.current("images")),
        ]
        threads = [threading.Thread(target=guarded(work)) for work in works]
        for thread in threads:
            thread.start()
        for _ in range(3):
            project.add_run("predict", "masks", {}, {}, {}, masks)
        for thread in threads:
            thread.join(timeout=60)
        assert errors == []
        assert len(project.history()) == 25
    with Project.open(stored) as project:
        assert len(project.history()) == 25
        assert len(project.runs("masks")) == 3


def test_the_project_floor_starts_without_torch() -> None:
    code = (
        "import sys, segstyle_gui.project.store; sys.exit('torch' in sys.modules or 'PySide6' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_a_deleted_run_frees_its_space_and_its_id_is_not_given_again(stored: Path, add_regions: Add) -> None:
    with Project.open(stored) as project:
        big = {"tensors/w": np.random.default_rng(0).random(200_000)}
        project.add_run("train", "student", {}, {}, {}, big)
        project.add_run("train", "student", {}, {}, {}, {})
        project.apply(MergeRegions((1, 2)))
        project.set_setting("a", 1)
        size, images = stored.stat().st_size, project.array(1, "pixels")
        project.delete_run(3)
        assert stored.stat().st_size < size - 1_500_000
        assert [run.id for run in project.runs()] == [1, 2, 4]
        project.select_run(4)
        project.add_run("train", "student", {}, {}, {}, {})
        project.delete_run(4)
    with Project.open(stored) as project:
        assert [run.id for run in project.runs()] == [1, 2, 5]
        assert np.array_equal(project.array(1, "pixels"), images)
        assert len(project.region_state.regions) == 5
        assert len(project.history()) == 1
        assert project.settings() == {"a": 1}
        project.add_run("predict", "masks", {}, {}, {}, {})
        project.select_run(add_regions(project).id)
        project.delete_run(2)
        assert project.add_run("predict", "masks", {}, {}, {}, {}).id == 8


def test_a_deleted_last_run_keeps_its_id(stored: Path) -> None:
    with Project.open(stored) as project:
        project.add_run("train", "student", {}, {}, {}, {})
        project.add_run("train", "student", {}, {}, {}, {})
        project.select_run(3)
        project.delete_run(4)
    with Project.open(stored) as project:
        assert project.add_run("train", "student", {}, {}, {}, {}).id == 5


def test_what_current_runs_depend_on_cannot_be_deleted(stored: Path) -> None:
    with Project.open(stored) as project:
        project.add_run("s", "synthetic_set", {}, {"regions": "2:abc"}, {}, {})
        project.add_run("t", "student", {}, {"synthetic_set": "3", "folder": "1"}, {}, {})
        project.add_run("s", "synthetic_set", {}, {}, {}, {})
        before = stored.read_bytes()
        for run_id, words in ((5, "current one"), (3, "what run 4 \\(student\\) was made from")):
            with pytest.raises(ProjectError, match=words):
                project.delete_run(run_id)
        with pytest.raises(ProjectReadError, match="no run 9"):
            project.delete_run(9)
        assert stored.read_bytes() == before
