"""A small project that has come through every stage, for every floor that reads projects."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

N_IMAGES = 16
SMALL: dict[str, dict[str, Any]] = {
    "import_images": {"size": 16},
    "find_regions": {"n_clusters": 6, "n_regions": 4, "n_samples": 6, "n_init": 1, "n_refits": 0, "grid": 16},
    "synthesize": {"n_images": 12, "size": 16},
    "train_student": {"steps": 2, "width": 8, "batch_size": 4, "validate_every": 2},
    "predict_masks": {"flip": False},
}


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory, tiny_weights: bytes) -> Path:
    """The folder of a project with every stage run, made once; tests work on copies of it."""
    from segstyle_gui.core.near_eye import NearEyeConfig, render_near_eye
    from segstyle_gui.project.edits import NameRegions
    from segstyle_gui.project.store import Project

    folder = tmp_path_factory.mktemp("finished")
    images, masks = folder / "images", folder / "masks"
    images.mkdir()
    masks.mkdir()
    for seed in range(N_IMAGES):
        image, label_map, _ = render_near_eye(seed, NearEyeConfig(size=32, supersample=1))
        Image.fromarray(image).save(images / f"eye_{seed:02d}.png")
        Image.fromarray(label_map).save(masks / f"eye_{seed:02d}.png")
    (folder / "generator.safetensors").write_bytes(tiny_weights)
    with Project.create(folder / "Eyes") as project:
        _run(project, "import_images", folder=str(images))
        _run(project, "import_generator", source=str(folder / "generator.safetensors"))
        _run(project, "find_regions")
        project.apply(NameRegions((1,), "iris"))
        project.apply(NameRegions((2,), "pupil"))
        for name in ("synthesize", "train_student", "predict_masks"):
            _run(project, name)
    return folder


def _run(project: Any, name: str, **values: Any) -> None:
    from segstyle_gui.core.progress import SILENT
    from segstyle_gui.pipeline.catalog import stage_named

    stage = stage_named(name)
    stage.run(project, stage.config(**{**SMALL.get(name, {}), **values}), SILENT)


@pytest.fixture
def project_file(finished_project: Path, tmp_path: Path) -> Path:
    """A copy of the finished project (images, masks, generator file beside it) that a test may change."""
    folder = tmp_path / "project"
    shutil.copytree(finished_project, folder, ignore=shutil.ignore_patterns("*-work"))
    return folder / "Eyes.segstyle"
