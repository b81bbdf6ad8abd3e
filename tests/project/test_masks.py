"""Corrections and reviewed marks: journaled, undone and redone, each run of masks with its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from segstyle_gui.core.classes import initial_state
from segstyle_gui.errors import ProjectError, ProjectReadError, ProjectWriteError, StageError
from segstyle_gui.project import mask_history
from segstyle_gui.project.edits import AddClass
from segstyle_gui.project.mask_patch import Box, changed_box, make_patch, map_digest
from segstyle_gui.project.mask_state import MaskEdit, Overlay
from segstyle_gui.project.records import MaskStep, RunRecord
from segstyle_gui.project.store import Project

CLASSES = [[1, "iris", [1, 2, 3]], [2, "pupil", [4, 5, 6]]]


def predicted(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 3, (20, 30), dtype=np.uint8)


def add_masks(project: Project, first: int = 1, **arrays: np.ndarray) -> RunRecord:
    maps = {f"label_maps/{n}": predicted(n + first - 1) for n in (1, 2, 3)}
    sure = {f"confidence/{n}": np.full((20, 30), n, np.uint8) for n in (1, 2, 3)}
    return project.add_run("predict_masks", "masks", {}, {}, {"classes": CLASSES}, {**maps, **sure, **arrays})


@pytest.fixture
def masked(path: Path) -> Path:
    """Path of a closed project with the masks of three images."""
    with Project.create(path) as project:
        add_masks(project)
    return path


def stroke(project: Project, image_id: int, top: int, value: int, text: str = "Paint") -> np.ndarray:
    """Paint a bar and return the mask that is wanted now."""
    before = project.label_map(image_id)
    after = before.copy()
    after[top : top + 3, 5:25] = value
    project.paint(image_id, before, after, text)
    return after


def crash(project: Project, path: Path, target: Path) -> None:
    """Copy file and journal as a crash at this moment would leave them."""
    target.mkdir()
    shutil.copy(path, target / path.name)
    shutil.copytree(project.work_dir, target / project.work_dir.name)
    (target / project.work_dir.name / "lock").unlink(missing_ok=True)


def test_without_corrections_a_mask_is_what_was_predicted(masked: Path) -> None:
    with Project.open(masked, readonly=True) as project:
        assert np.array_equal(project.label_map(2), predicted(2))
        assert project.confidence(2).tolist() == [[2] * 30] * 20
        assert (project.corrected, project.reviewed, project.mask_history()) == (frozenset(), frozenset(), ())
        project.label_map(2)[:] = 9
        assert np.array_equal(project.label_map(2), predicted(2))


def test_a_correction_is_seen_at_once_and_after_a_restart(masked: Path) -> None:
    with Project.open(masked) as project:
        wanted = stroke(project, 1, 4, 2, "Paint pupil")
        assert np.array_equal(project.label_map(1), wanted)
        assert np.array_equal(project.array(1, "label_maps/1"), predicted(1))
    with Project.open(masked) as project:
        assert project.notices == ()
        assert np.array_equal(project.label_map(1), wanted)
        assert np.array_equal(project.label_map(2), predicted(2))
        assert project.corrected == {1}
        assert [(e.index, e.text, e.undone) for e in project.mask_history()] == [(0, "Paint pupil", False)]


def test_a_correction_survives_a_crash(masked: Path, tmp_path: Path) -> None:
    with Project.open(masked) as project:
        stroke(project, 1, 4, 2)
        wanted = stroke(project, 1, 9, 1)
        stroke(project, 1, 5, 0)
        project.undo_mask()
        project.set_reviewed([2, 3], True)
        crash(project, masked, tmp_path / "crash")
    for readonly in (True, False):
        with Project.open(tmp_path / "crash" / masked.name, readonly=readonly) as project:
            assert np.array_equal(project.label_map(1), wanted)
            assert (project.corrected, project.reviewed) == ({1}, {2, 3})
            assert [entry.undone for entry in project.mask_history()] == [False] * 3


def test_undo_and_redo_outlive_a_restart(masked: Path) -> None:
    steps = [predicted(1)]
    with Project.open(masked) as project:
        steps += [stroke(project, 1, top, value, f"bar {top}") for top, value in ((2, 1), (3, 2), (4, 0))]
        project.set_reviewed([1], True)
        assert project.undo_mask() == MaskStep("Mark 1 image as reviewed", (1,))
        assert project.undo_mask() == MaskStep("bar 4", (1,))
        assert np.array_equal(project.label_map(1), steps[2])
    with Project.open(masked) as project:
        assert [entry.undone for entry in project.mask_history()] == [False, False, True, True]
        for wanted in (steps[1], steps[0]):
            assert project.undo_mask() is not None
            assert np.array_equal(project.label_map(1), wanted)
        assert project.undo_mask() is None
        assert project.corrected == frozenset()
        for wanted in steps[1:]:
            assert project.redo_mask() is not None
            assert np.array_equal(project.label_map(1), wanted)
        assert project.redo_mask() == MaskStep("Mark 1 image as reviewed", (1,))
        assert project.reviewed == {1}
        assert project.redo_mask() is None
        project.undo_mask()
        stroke(project, 2, 1, 1, "new")
        assert [entry.text for entry in project.mask_history()] == ["bar 2", "bar 3", "bar 4", "new"]


def test_nothing_happens_where_nothing_changes(masked: Path) -> None:
    with Project.open(masked) as project:
        same = project.label_map(1)
        project.paint(1, same, same.copy(), "nothing")
        project.set_reviewed([1, 2], False)
        assert project.mask_history() == ()
        project.set_reviewed([1], True)
        project.set_reviewed([1, 2], True)
        assert project.reviewed == {1, 2}
        project.undo_mask()
        assert project.reviewed == {1}
        assert [entry.text for entry in project.mask_history()] == ["Mark 1 image as reviewed"] * 2


def test_only_the_changed_box_is_stored(masked: Path) -> None:
    with Project.open(masked) as project:
        stroke(project, 1, 4, 2)
        (edit,) = project._contents.masks(1)._applied
        (patch,) = edit.patches
        different = np.argwhere(project.label_map(1) != predicted(1))
        (top, left), (bottom, right) = different.min(0), different.max(0) + 1
        assert patch.box == Box(top, left, bottom - top, right - left)
        assert patch.n_bytes < 200


def wrong_paints() -> dict[str, tuple[Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], str]]:
    def unknown(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        after = ids.copy()
        after[3, 3] = 7
        return ids, after

    return {
        "size": (lambda ids: (ids[:-1], ids[:-1]), "is \\(20, 30\\) uint8; the correction is \\(19, 30\\)"),
        "float": (lambda ids: (ids, ids.astype(np.float32)), "float32"),
        "class": (unknown, "7 is the id of no class"),
        "range": (lambda ids: (ids, ids.astype(np.int64) + 1000), "do not fit uint8"),
        "before": (lambda ids: (np.zeros_like(ids), ids), "has changed since"),
    }


@pytest.mark.parametrize("name", list(wrong_paints()))
def test_what_does_not_fit_is_refused_and_leaves_no_trace(masked: Path, name: str) -> None:
    make, words = wrong_paints()[name]
    with Project.open(masked) as project:
        with pytest.raises(ProjectError, match=words):
            project.paint(1, *make(project.label_map(1)), "wrong")
        with pytest.raises(ProjectError, match="no mask of image 9"):
            project.set_reviewed([1, 9], True)
        assert (project.mask_history(), project.reviewed) == ((), frozenset())
        assert np.array_equal(project.label_map(1), predicted(1))


def test_wider_integers_and_new_classes_fit(masked: Path) -> None:
    with Project.open(masked) as project:
        state = initial_state(np.arange(4))
        project.add_run("find_regions", "regions", {}, {}, {}, {}, region_state=state)
        for _ in range(3):
            project.apply(AddClass(f"class {project.region_state.next_class_id}"))
        before = project.label_map(1).astype(np.int64)
        after = before.copy()
        after[0, 0] = 3  # a class that came after the masks
        project.paint(1, before, after, "new class")
        assert project.label_map(1).dtype == np.uint8
        assert project.label_map(1)[0, 0] == 3


def test_without_masks_there_is_nothing_to_edit(path: Path) -> None:
    with Project.create(path) as project:
        assert (project.mask_history(), project.reviewed, project.corrected) == ((), frozenset(), frozenset())
        assert (project.undo_mask(), project.redo_mask()) == (None, None)
        assert (project.input_token("corrections"), project.input_token("reviewed")) == (None, None)
        for ask in (lambda: project.label_map(1), lambda: project.set_reviewed([1], True)):
            with pytest.raises(StageError, match="no masks yet"):
                ask()
        add_masks(project)
        with pytest.raises(ProjectReadError, match="no mask of image 7"):
            project.confidence(7)


def test_a_readonly_project_keeps_its_masks(masked: Path) -> None:
    with Project.open(masked, readonly=True) as project:
        before = project.label_map(1)
        for change in (
            lambda: project.paint(1, before, np.zeros_like(before), "x"),
            lambda: project.set_reviewed([1], True),
            project.undo_mask,
            project.redo_mask,
        ):
            with pytest.raises(ProjectWriteError, match="read-only"):
                change()


def test_each_run_of_masks_has_its_own_corrections(masked: Path) -> None:
    with Project.open(masked) as project:
        first = stroke(project, 1, 2, 1)
        add_masks(project, first=10)
        assert (project.corrected, project.mask_history()) == (frozenset(), ())
        assert np.array_equal(project.label_map(1), predicted(10))
        stroke(project, 2, 2, 1)
        project.select_run(1)
        assert np.array_equal(project.label_map(1), first)
        assert project.mask_state(2).corrected == {2}
    with Project.open(masked) as project:
        assert project.corrected == {1}
        project.select_run(2)
        assert project.corrected == {2}


def test_a_run_can_begin_with_an_edit(masked: Path) -> None:
    with Project.open(masked) as project:
        wanted = stroke(project, 1, 2, 1)
        base = predicted(10)

        def keep() -> MaskEdit:
            patch = make_patch(1, base, project.label_map(1))
            return MaskEdit("2024-01-01", "Kept", patches=(patch,), marked=(2,))

        maps = {"label_maps/1": base, "label_maps/2": base}
        project.add_run("p", "masks", {}, {}, {"classes": CLASSES}, maps, first_edit=keep)
        assert np.array_equal(project.label_map(1), wanted)
        assert (project.corrected, project.reviewed) == ({1}, {2})
    with Project.open(masked) as project:
        assert np.array_equal(project.label_map(1), wanted)
        assert project.undo_mask() == MaskStep("Kept", (1, 2))
        assert np.array_equal(project.label_map(1), base)
        with pytest.raises(ValueError, match="first_edit"):
            project.add_run("p", "names", {}, {}, {}, {}, first_edit=keep)


def test_tokens_follow_corrections_and_marks(masked: Path) -> None:
    with Project.open(masked) as project:
        assert project.input_token("masks") == "1"
        assert project.input_token("corrections") is None
        marks = project.input_token("reviewed")
        stroke(project, 1, 2, 1)
        painted = project.input_token("masks")
        assert painted.startswith("1:")
        corrections = project.input_token("corrections")
        project.set_reviewed([2], True)
        assert project.input_token("masks") == painted
        assert project.input_token("reviewed") != marks
        assert project.input_token("corrections") != corrections
        project.undo_mask()
        assert project.input_token("corrections") == corrections
        stroke(project, 1, 5, 2)
        assert project.input_token("masks") not in ("1", painted)
        project.undo_mask()
        project.undo_mask()
        assert project.input_token("masks") == "1"


def test_the_token_of_corrections_outlives_a_run_that_takes_them_over(path: Path) -> None:
    def digests(first: int) -> dict[str, np.ndarray]:
        texts = np.array([map_digest(predicted(first + n)) for n in range(3)])
        return {"image_ids": np.arange(1, 4), "digests": texts}

    with Project.create(path) as project:
        add_masks(project, 1, **digests(1))
        stroke(project, 1, 2, 1)
        project.set_reviewed([3], True)
        token, one, three = project.input_token("corrections"), project.label_map(1), project.label_map(3)
        patches = (make_patch(1, predicted(10), one), make_patch(3, predicted(12), three))
        kept = MaskEdit("2024-01-01", "Kept", patches=patches, marked=(3,))
        maps = {f"label_maps/{n}": predicted(n + 9) for n in (1, 2, 3)}
        project.add_run("p", "masks", {}, {}, {}, maps | digests(10), first_edit=lambda: kept)
        assert project.input_token("corrections") == token


def test_the_oldest_steps_leave_the_history_and_their_pixels_stay(
    masked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mask_history, "MAX_STEPS", 4)
    rng = np.random.default_rng(0)
    with Project.open(masked) as project:
        project.set_reviewed([2], True)
        for _ in range(30):  # enough for settled corrections to be merged
            before = project.label_map(1)
            after, (top, left) = before.copy(), rng.integers(0, 15, 2)
            after[top : top + 5, left : left + 7] = rng.integers(0, 3)
            project.paint(1, before, after, "stroke")
        wanted, token = project.label_map(1), project.input_token("masks")
        assert len(project.mask_history()) == 4
        assert len(project._contents.masks(1).state.corrections[1].settled) <= 16
    for _ in range(2):
        with Project.open(masked) as project:
            assert np.array_equal(project.label_map(1), wanted)
            assert (project.reviewed, project.input_token("masks")) == ({2}, token)
            for _ in range(4):
                assert project.undo_mask() is not None
            assert project.undo_mask() is None
            assert project.corrected == {1}
            settled = project.label_map(1)
            assert not np.array_equal(settled, wanted)
            for _ in range(4):
                project.redo_mask()
            assert np.array_equal(project.label_map(1), wanted)


def test_many_pixels_leave_the_history_too(masked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Project.open(masked) as project:
        stroke(project, 1, 2, 1)
        monkeypatch.setattr(mask_history, "MAX_BYTES", 1)
        wanted = stroke(project, 1, 6, 2)
        assert len(project.mask_history()) == 1
        assert np.array_equal(project.label_map(1), wanted)


def test_saving_corrections_again_does_not_grow_the_file(masked: Path) -> None:
    with Project.open(masked) as project:
        stroke(project, 1, 2, 1)
        project.checkpoint()
        before = masked.stat().st_size
        for _ in range(4):
            project.undo_mask()
            project.redo_mask()
            project.checkpoint()
        assert masked.stat().st_size < before + 2000


def test_damaged_corrections_are_an_error(masked: Path) -> None:
    with Project.open(masked) as project:
        stroke(project, 1, 2, 1)
    with h5py.File(masked, "r+") as file:
        file["runs/000001/mask_edits"][5] ^= 1
    with Project.open(masked, readonly=True) as project:
        with pytest.raises(ProjectReadError, match="checksum"):
            project.label_map(1)
        assert len(project.runs()) == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_patches_go_there_and_back(dtype: type) -> None:
    before = np.random.default_rng(0).integers(0, 200, (9, 7)).astype(dtype)
    after = before.copy()
    after[2:5, 6] += 1
    patch = make_patch(3, before, after)
    assert patch == type(patch).from_data(patch.to_data())
    assert patch.box == changed_box(before, after) == Box(2, 6, 3, 1)
    work = before.copy()
    patch.put_after(work)
    assert np.array_equal(work, after)
    patch.put_before(work)
    assert np.array_equal(work, before)
    assert map_digest(before.astype(np.uint16)) == patch.digest_before != patch.digest_after
    assert changed_box(before, before) == Box(0, 0, 0, 0)


def test_merged_overlays_are_what_one_after_the_other_is() -> None:
    rng = np.random.default_rng(1)
    layers, work = [], np.full((20, 20), 9, np.uint8)
    for _ in range(5):
        after = work.copy()
        top, left = rng.integers(0, 14, 2)
        after[top : top + 4, left : left + 6] = rng.integers(0, 4)
        patch = make_patch(1, work, after)
        layers.append(Overlay(patch.box, patch.dtype, patch.after))
        work = after
    base = np.full((20, 20), 9, np.uint8)
    Overlay.merged(layers).put(base)
    assert np.array_equal(base, work)
