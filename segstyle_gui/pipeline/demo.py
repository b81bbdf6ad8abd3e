"""The demo: the bundled near-eye sample, from a folder of images to verified exports and a measured mIoU."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstyle_gui.core.near_eye import CLASS_NAMES
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import ProjectReadError
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.pipeline.region_actions import assign_points, read_points
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

PROJECT_NAME = "Near eye"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """How much work the demo does.

    ``settings`` are config values by stage name, over the defaults; ``train`` trains a generator on the
    sample's images instead of taking the bundled one.
    """

    settings: dict[str, dict[str, Any]]
    train: bool = False


# The recorded clicks name single clusters, hence as many regions as clusters.
_REGIONS = {"n_clusters": 36, "n_regions": 36}
FULL = DemoPlan(  # for two CPU cores: the stages' defaults take about a quarter of an hour
    settings={
        "find_regions": {**_REGIONS, "n_samples": 120, "n_init": 4, "n_refits": 1},
        "synthesize": {"n_images": 1200},
        "train_student": {"steps": 400},
    }
)
QUICK = DemoPlan(
    settings={
        "find_regions": {**_REGIONS, "n_samples": 60, "n_init": 2, "n_refits": 0},
        "synthesize": {"n_images": 256, "size": 64},
        "train_student": {"steps": 120, "width": 16, "validate_every": 60},
    }
)


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The project, what each stage made, and the evaluation's run."""

    project: Path
    runs: tuple[RunRecord, ...]

    @property
    def evaluation(self) -> RunRecord:
        """The last run: IoU of every class against the exact masks."""
        return self.runs[-1]


def run_demo(
    sample: Path, folder: Path, plan: DemoPlan, progress_of: Callable[[str], Progress]
) -> DemoResult:
    """Make a fresh project of a sample folder and run every stage on it.

    Parameters
    ----------
    sample
        Holds ``images/``, ``masks/`` (values index :data:`CLASS_NAMES`), ``generator.safetensors`` and
        ``clicks.json``.
    folder
        Where the project goes, with a copy of the images and the exports; earlier demos there are kept.
    plan
        Settings of the stages.
    progress_of
        Returns the progress for the step of a title.

    Raises
    ------
    ProjectReadError
        If the sample is not complete.
    """
    _check_sample(sample, plan)
    home = _new_folder(folder)
    shutil.copytree(sample / "images", home / "images")
    path = home / f"{PROJECT_NAME}.segstyle"
    runs: list[RunRecord] = []
    with Project.create(path) as project:

        def stage(name: str, **values: Any) -> None:
            found = stage_named(name)
            config = found.config(**{**values, **plan.settings.get(name, {})})
            runs.append(found.run(project, config, progress_of(found.title)))

        stage("import_images", folder=str(home / "images"))
        if plan.train:
            stage("train_generator")
        else:
            stage("import_generator", source=str(sample / "generator.safetensors"))
        stage("find_regions")
        clicks = read_points(sample / "clicks.json")
        assign_points(project, clicks, progress=progress_of("Assign classes"))
        for name in ("synthesize", "train_student", "predict_masks"):
            stage(name)
        stage("export_coco", folder=str(home / "coco"))
        stage("export_png", folder=str(home / "png"))
        stage("evaluate", folder=str(sample / "masks"), map=_class_map(project))
    return DemoResult(path, tuple(runs))


def _check_sample(sample: Path, plan: DemoPlan) -> None:
    wanted = ["images", "masks", "clicks.json", *([] if plan.train else ["generator.safetensors"])]
    missing = [name for name in wanted if not (sample / name).exists()]
    if missing:
        raise ProjectReadError(
            f"The sample {sample} lacks {', '.join(missing)}.",
            hint="Reinstall SegStyle.",
        )


def _new_folder(folder: Path) -> Path:
    """Return a folder that does not exist yet: ``Near eye``, ``Near eye 2`` and so on."""
    number, home = 1, folder / PROJECT_NAME
    while home.exists():
        number += 1
        home = folder / f"{PROJECT_NAME} {number}"
    home.mkdir(parents=True)
    return home


def _class_map(project: Project) -> tuple[str, ...]:
    """Return NAME=VALUE for the project's classes; a class that the masks do not know is background."""
    values = {name: number for number, name in enumerate(CLASS_NAMES)}
    state = project.region_state
    classes = state.classes if state is not None else ()
    return tuple(f"{c.name}={values.get(c.name, 0)}" for c in classes)
