from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from segstyle_gui.core.progress import SILENT
from segstyle_gui.errors import ProjectReadError
from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline import sample_building, sample_project
from segstyle_gui.pipeline.catalog import status
from segstyle_gui.pipeline.demo import DemoPlan
from segstyle_gui.pipeline.sample_building import build_sample_project
from segstyle_gui.pipeline.sample_project import SAMPLE_FILE, open_sample
from segstyle_gui.project.store import Project

SMALL: dict[str, dict[str, Any]] = {
    "import_images": {"size": 16},
    "find_regions": {"n_clusters": 9, "n_regions": 9, "n_samples": 4, "n_init": 1, "n_refits": 0, "grid": 16},
    "synthesize": {"n_images": 8, "size": 16, "stream": True},
    "train_student": {"steps": 2, "width": 8, "batch_size": 4},
    "predict_masks": {"flip": False},
}
STAGES = ("import_images", "import_generator", "find_regions", "synthesize", "train_student", "predict_masks")
BUNDLED = resources_dir() / "near_eye" / SAMPLE_FILE


@pytest.fixture
def sample(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sample"
    shutil.copytree(bench.images, folder / "images")
    shutil.copytree(bench.masks, folder / "masks")
    shutil.copy(bench.generator_file, folder)
    points = [{"seed": 1, "y": y, "x": 0.5, "class": name} for y, name in ((0.5, "pupil"), (0.1, "iris"))]
    (folder / "clicks.json").write_text(json.dumps(points), encoding="utf-8")
    monkeypatch.setattr(sample_project, "N_IMAGES", 6)
    monkeypatch.setattr(sample_building, "bundled_clip", lambda: None)
    home = tmp_path / "building"
    home.mkdir()
    made = build_sample_project(folder, home, lambda title: SILENT, plan=DemoPlan(settings=SMALL))
    shutil.copy(made, folder)
    shutil.rmtree(home)
    return folder


def test_a_built_sample_opens_anywhere_with_every_stage_done(sample: Path, tmp_path: Path) -> None:
    path = open_sample(tmp_path / "mine", sample=sample)
    assert path == tmp_path / "mine" / "Near eye sample" / "Near eye sample.segstyle"
    with Project.open(path) as project:
        states = {one.stage.name: one.state for one in status(project)}
        assert {states[name] for name in (*STAGES, "evaluate")} == {"done"}
        assert len(project.images()) == 6
        assert all(project.image_path(record).is_file() for record in project.images())
        masks = path.parent / "masks"
        assert sorted(p.name for p in masks.iterdir()) == sorted(Path(r.path).name for r in project.images())
        assert len(project.array(project.current("synthetic_set"), "images")) == 0
        assert [run.config["folder"] for run in project.runs("images")] == ["images"]


def test_its_regions_are_named_after_their_classes(sample: Path) -> None:
    with Project.open(sample / SAMPLE_FILE, readonly=True) as project:
        state = project.region_state
        assert state is not None
        classes = {c.id: c.name for c in state.classes}
        assert set(classes.values()) <= {"pupil", "iris", "skin"}
        for region in state.regions:
            assert region.name.casefold().startswith(classes[region.class_id or 0])
        names = [region.name for region in state.regions]
        assert len(set(names)) == len(names)
        assert 4 <= sum(name.startswith("Skin") for name in names) <= 7
        assert [name for name in names if not name.startswith("Skin")] in (
            ["Pupil", "Iris"],
            ["Iris", "Pupil"],
        )


def test_a_second_copy_keeps_the_first(sample: Path, tmp_path: Path) -> None:
    first, second = open_sample(tmp_path, sample=sample), open_sample(tmp_path, sample=sample)
    assert second == tmp_path / "Near eye sample 2" / "Near eye sample 2.segstyle"
    assert first.is_file()


def test_an_installation_without_the_sample_says_so(bench: Any, tmp_path: Path) -> None:
    with pytest.raises(ProjectReadError, match=r"lacks sample\.segstyle, images"):
        open_sample(tmp_path, sample=bench.images.parent / "images")


@pytest.mark.skipif(not BUNDLED.is_file(), reason="the sample project has not been built")
def test_the_bundled_sample_opens_at_once_with_nothing_stale(tmp_path: Path) -> None:
    started = time.perf_counter()
    path = open_sample(tmp_path)
    seconds = time.perf_counter() - started
    with Project.open(path) as project:
        states = {one.stage.name: one.state for one in status(project)}
        assert {states[name] for name in (*STAGES, "evaluate")} == {"done"}
        assert "stale" not in states.values()
        evaluation = project.current("evaluation")
        assert evaluation is not None
        assert evaluation.summary["iou"]["iris"] > 0.6
        assert all(region.class_id for region in project.region_state.regions)  # type: ignore[union-attr]
    assert seconds < 2.0  # 0.2 s on an idle machine
    assert BUNDLED.stat().st_size < 12e6
