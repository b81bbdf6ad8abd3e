"""What the tests of the project floor share: a project with images and regions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from segstyle_gui.core.classes import initial_state
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project


def image_record(number: int) -> ImageRecord:
    return ImageRecord(
        id=number,
        path=f"images/Äuge {number}.png",
        sha256=f"{number:064x}",
        width=640,
        height=480,
        mode="L",
        fit={"scale": 0.1, "pad": [0, 8]},
    )


def _add_images(project: Project) -> RunRecord:
    rng = np.random.default_rng(0)
    arrays = {"pixels": rng.integers(0, 256, (3, 16, 16, 1), dtype=np.uint8)}
    images = [image_record(number) for number in (1, 2, 3)]
    config = {"size": 16, "deep": {"list": [1, 2.5, None, "ü"]}}
    return project.add_run("import_images", "images", config, {}, {"n": 3}, arrays, 1.5, images=images)


def _add_regions(project: Project, n_clusters: int = 6) -> RunRecord:
    arrays = {"clustering/centroids": np.random.default_rng(1).random((n_clusters, 4), dtype=np.float32)}
    return project.add_run(
        "find_regions",
        "regions",
        {"n_clusters": n_clusters},
        {"generator": "1"},
        {},
        arrays,
        region_state=initial_state(np.arange(n_clusters)),
    )


@pytest.fixture
def add_images() -> Callable[[Project], RunRecord]:
    return _add_images


@pytest.fixture
def add_regions() -> Callable[..., RunRecord]:
    return _add_regions


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Path of a project that is not there yet; blanks and letters beyond ASCII are part of it."""
    return tmp_path / "Fälle [1]" / "Augen Ω 眼.segstyle"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "a.segstyle"
    with Project.create(file) as project:
        _add_images(project)
        _add_regions(project)
    return file


@pytest.fixture
def stored(path: Path, template: Path) -> Path:
    """Path of a closed project with images and regions."""
    path.parent.mkdir()
    shutil.copy(template, path)
    return path
