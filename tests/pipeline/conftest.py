"""A folder of small rendered eyes, and projects that have come to each station of the flow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.core.generator.checkpoint import save_generator
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.near_eye import NearEyeConfig, render_near_eye
from segstyle_gui.core.progress import SILENT
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.project.edits import NameRegions
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

N_IMAGES = 16

SETTINGS: dict[str, dict[str, Any]] = {
    "import_images": {"size": 16},
    "find_regions": {
        "n_clusters": 6,
        "n_regions": 4,
        "n_samples": 6,
        "n_init": 1,
        "n_refits": 0,
        "grid": 16,
    },
    "synthesize": {"n_images": 12, "size": 16},
    "train_student": {"steps": 2, "width": 8, "batch_size": 4, "validate_every": 2},
    "predict_masks": {"flip": False},
}


class Workbench:
    """A project and the shortest way to run its stages with small settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images = folder / "images"
        self.masks = folder / "masks"
        self.generator_file = folder / "generator.safetensors"
        self.project = Project.create(folder / "Eyes")

    def config(self, name: str, **values: Any) -> Any:
        """Return the small settings of a stage with ``values`` put in."""
        places = {
            "import_images": {"folder": str(self.images)},
            "import_generator": {"source": str(self.generator_file)},
        }
        return stage_named(name).config(**{**SETTINGS.get(name, {}), **places.get(name, {}), **values})

    def run(self, name: str, **values: Any) -> RunRecord:
        """Run a stage."""
        return stage_named(name).run(self.project, self.config(name, **values), SILENT)

    def run_to(self, last: str) -> RunRecord:
        """Run all stages up to ``last``; two regions get the classes iris and pupil."""
        flow = [
            "import_images",
            "import_generator",
            "find_regions",
            "synthesize",
            "train_student",
            "predict_masks",
        ]
        record = None
        for name in flow[: flow.index(last) + 1]:
            record = self.run(name)
            if name == "find_regions":
                self.project.apply(NameRegions((1,), "iris"))
                self.project.apply(NameRegions((2,), "pupil"))
        assert record is not None
        return record


@pytest.fixture
def bench(tmp_path: Path, tiny_generator: Generator) -> Iterator[Workbench]:
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    for seed in range(N_IMAGES):
        image, label_map, _ = render_near_eye(seed, NearEyeConfig(size=24, supersample=1))
        Image.fromarray(image).save(tmp_path / "images" / f"eye{seed}.png")
        Image.fromarray(label_map).save(tmp_path / "masks" / f"eye{seed}.png")
    (tmp_path / "generator.safetensors").write_bytes(save_generator(tiny_generator))
    made = Workbench(tmp_path)
    yield made
    made.project.close()


def add_masks(bench: Workbench, label_maps: list[np.ndarray], classes: list[list[Any]]) -> RunRecord:
    """Store label maps as if a student had made them."""
    project = bench.project
    arrays = {f"label_maps/{number}": one for number, one in enumerate(label_maps, start=1)}
    inputs = {"student": "99", "images": project.input_token("images") or ""}
    summary = {"images": len(label_maps), "classes": classes, "skipped": []}
    return project.add_run("predict_masks", "masks", {}, inputs, summary, arrays)


@pytest.fixture
def store_masks(bench: Workbench) -> Any:
    """Return ``store(label_maps, classes)``."""
    return lambda label_maps, classes: add_masks(bench, label_maps, classes)
