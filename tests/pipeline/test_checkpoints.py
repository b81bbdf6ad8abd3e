from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from segstyle_gui.core.progress import Cancelled
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.pipeline.checkpoints import checkpoint_state
from segstyle_gui.project.store import Project

SMALL = {"batch_size": 4, "channel_base": 64, "channel_max": 8, "z_dim": 8, "w_dim": 8, "augment": "none"}


class StopAfter:
    """Stops at the report number ``n``."""

    def __init__(self, n: int) -> None:
        self.left = n

    def report(self, done: float, total: float, message: str = "") -> None:
        self.left -= 1
        if self.left <= 0:
            raise Cancelled

    def preview(self, value: object) -> None: ...


def _stopped(bench: Any, name: str, n: int, **values: Any) -> None:
    with pytest.raises(Cancelled):
        stage_named(name).run(bench.project, bench.config(name, **values), StopAfter(n))


def test_a_stopped_generator_training_is_seen_until_it_is_finished(bench: Any) -> None:
    bench.run("import_images")
    assert checkpoint_state(bench.project, "train_generator") is None
    _stopped(bench, "train_generator", 2, kimg=0.016, **SMALL)
    state = checkpoint_state(bench.project, "train_generator")
    assert state is not None
    assert (state.done, state.unit) == (0.008, "kimg")
    assert abs((datetime.now(UTC) - state.time).total_seconds()) < 60
    bench.run("train_generator", kimg=0.016, **SMALL)
    assert checkpoint_state(bench.project, "train_generator") is None
    _stopped(bench, "train_generator", 1, kimg=0.032, **SMALL)  # a longer one goes on from the finished one
    longer = checkpoint_state(bench.project, "train_generator")
    assert longer is not None
    assert longer.done == 0.02


def test_a_stopped_student_and_stopped_masks(bench: Any) -> None:
    bench.run_to("synthesize")
    _stopped(bench, "train_student", 2)
    student = checkpoint_state(bench.project, "train_student")
    assert student is not None
    assert (student.done, student.unit) == (1, "steps")
    bench.run("train_student")
    assert checkpoint_state(bench.project, "train_student") is None
    _stopped(bench, "predict_masks", 4)
    masks = checkpoint_state(bench.project, "predict_masks")
    assert masks is not None
    assert (masks.done, masks.unit) == (3, "images")
    bench.run("predict_masks")
    assert checkpoint_state(bench.project, "predict_masks") is None


def test_damaged_files_other_stages_and_read_only_projects_have_none(bench: Any) -> None:
    folder = bench.project.checkpoint_dir("train_student")
    (folder / "training.pt").write_bytes(b"not a checkpoint")
    assert checkpoint_state(bench.project, "train_student") is None
    assert checkpoint_state(bench.project, "find_regions") is None
    path = bench.project.path
    bench.project.close()
    with Project.open(path, readonly=True) as readonly:
        assert checkpoint_state(readonly, "train_generator") is None
