"""What a finished student makes of real images, and which images a training shows on its way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.student_preview import student_preview
from segstyle_gui.pipeline.train_student import real_images
from segstyle_gui.project.edits import NameRegions


@pytest.fixture
def with_student(bench: Any) -> Any:
    bench.run("import_images", size=32)
    bench.run("import_generator")
    bench.run("find_regions")
    bench.project.apply(NameRegions((1,), "iris"))
    bench.run("synthesize")
    bench.run("train_student")
    return bench


def test_real_images_of_another_size_are_labelled_at_the_students(with_student: Any) -> None:
    project = with_student.project
    run = project.current("student")
    preview = student_preview(project, run, n_images=3)
    assert preview is not None
    assert preview.real
    assert preview.step == 2
    assert preview.images.shape == (3, 16, 16, 1)
    assert preview.label_maps.shape == (3, 16, 16)
    assert set(np.unique(preview.label_maps)) <= {number for number, _, _ in run.summary["classes"]} | {0}


def test_previews_of_a_training_show_real_images_of_any_size_but_never_learn_from_them(
    with_student: Any,
) -> None:
    project = with_student.project
    synthetic = project.current("synthetic_set")
    shown = real_images(project, with_student.config("train_student"), synthetic)
    assert shown is not None
    assert shown.shape[1:] == (32, 32, 1)
    with pytest.raises(StageError, match="synthetic set"):
        real_images(project, with_student.config("train_student", self_train_steps=2), synthetic)


def test_without_images_there_is_no_preview(with_student: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project = with_student.project
    run = project.current("student")
    current = project.current
    monkeypatch.setattr(project, "current", lambda makes: None if makes == "images" else current(makes))
    assert student_preview(project, run) is None
