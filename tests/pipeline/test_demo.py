from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from segstyle_gui.core.progress import SILENT
from segstyle_gui.errors import ProjectReadError
from segstyle_gui.pipeline.demo import DemoPlan, run_demo

SMALL: dict[str, dict[str, Any]] = {
    "import_images": {"size": 16},
    "train_generator": {"kimg": 0.016, "batch_size": 4, "channel_base": 64, "channel_max": 8},
    "find_regions": {"n_clusters": 5, "n_regions": 3, "n_samples": 4, "n_init": 1, "n_refits": 0, "grid": 16},
    "synthesize": {"n_images": 8, "size": 16},
    "train_student": {"steps": 2, "width": 8, "batch_size": 4},
    "predict_masks": {"flip": False},
}


@pytest.fixture
def sample(bench: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    shutil.copytree(bench.images, folder / "images")
    shutil.copytree(bench.masks, folder / "masks")
    shutil.copy(bench.generator_file, folder)
    points = [{"seed": s, "y": 0.5, "x": 0.5, "class": name} for s, name in ((1, "pupil"), (2, "unheard of"))]
    (folder / "clicks.json").write_text(json.dumps(points), encoding="utf-8")
    return folder


def test_the_demo_ends_with_a_measured_iou(sample: Path, tmp_path: Path) -> None:
    result = run_demo(sample, tmp_path / "out", DemoPlan(settings=SMALL), lambda title: SILENT)
    assert result.project == tmp_path / "out" / "Near eye" / "Near eye.segstyle"
    assert result.evaluation.stage == "evaluate"
    assert result.evaluation.summary["images"] == 16
    assert 0 <= result.evaluation.summary["mean_iou"] <= 1
    assert (result.project.parent / "coco" / "annotations" / "instances_default.json").is_file()


def test_a_second_demo_keeps_the_first_and_may_train(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "Near eye").mkdir(parents=True)
    plan = DemoPlan(settings=SMALL, train=True)
    result = run_demo(sample, tmp_path / "out", plan, lambda title: SILENT)
    assert result.project.parent.name == "Near eye 2"
    assert result.runs[1].stage == "train_generator"


def test_an_incomplete_sample_is_named(sample: Path, tmp_path: Path) -> None:
    (sample / "clicks.json").unlink()
    with pytest.raises(ProjectReadError, match=r"lacks clicks\.json"):
        run_demo(sample, tmp_path / "out", DemoPlan(settings=SMALL), lambda title: SILENT)
    assert not (tmp_path / "out").exists()
