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
from segstyle_gui.pipeline.sample_project import new_folder
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
_REGIONS = {"n_clusters": 40, "n_regions": 40}
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
        "train_student": {"steps": 240, "width": 16, "validate_every": 60},
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
    check_sample(sample, plan)
    home = new_folder(folder, PROJECT_NAME)
    shutil.copytree(sample / "images", home / "images")
    path = home / f"{PROJECT_NAME}.segstyle"
    with Project.create(path) as project:
        runner = PlanRunner(project, plan, progress_of)
        runner.find_classes(sample, str(home / "images"))
        for name in ("synthesize", "train_student", "predict_masks"):
            runner.stage(name)
        runner.stage("export_coco", folder=str(home / "coco"))
        runner.stage("export_png", folder=str(home / "png"))
        runner.evaluate(str(sample / "masks"))
    return DemoResult(path, tuple(runner.runs))


class PlanRunner:
    """Runs stages of a project with a plan's settings.

    Parameters
    ----------
    project, plan, progress_of
        As :func:`run_demo` has them.

    Attributes
    ----------
    runs
        What was made so far.
    """

    def __init__(self, project: Project, plan: DemoPlan, progress_of: Callable[[str], Progress]) -> None:
        self.runs: list[RunRecord] = []
        self._project, self._plan, self._progress_of = project, plan, progress_of

    def stage(self, name: str, **values: Any) -> None:
        """Run a stage with ``values``, over which the plan's settings go."""
        found = stage_named(name)
        config = found.config(**{**values, **self._plan.settings.get(name, {})})
        self.runs.append(found.run(self._project, config, self._progress_of(found.title)))

    def find_classes(self, sample: Path, images: str) -> None:
        """Import the images, find regions in a generator, and give them classes by the sample's clicks."""
        self.stage("import_images", folder=images)
        if self._plan.train:
            self.stage("train_generator")
        else:
            self.stage("import_generator", source=str(sample / "generator.safetensors"))
        self.stage("find_regions")
        clicks = read_points(sample / "clicks.json")
        assign_points(self._project, clicks, progress=self._progress_of("Assign classes"))

    def evaluate(self, masks: str) -> None:
        """Compare the masks with the exact ones in a folder."""
        self.stage("evaluate", folder=masks, map=_class_map(self._project))


def check_sample(sample: Path, plan: DemoPlan) -> None:
    """Raise ``ProjectReadError`` unless a sample folder holds what the plan needs."""
    wanted = ["images", "masks", "clicks.json", *([] if plan.train else ["generator.safetensors"])]
    missing = [name for name in wanted if not (sample / name).exists()]
    if missing:
        raise ProjectReadError(
            f"The sample {sample} lacks {', '.join(missing)}.",
            hint="Reinstall SegStyle.",
        )


def _class_map(project: Project) -> tuple[str, ...]:
    """Return NAME=VALUE for the project's classes; a class that the masks do not know is background."""
    values = {name: number for number, name in enumerate(CLASS_NAMES)}
    state = project.region_state
    classes = state.classes if state is not None else ()
    return tuple(f"{c.name}={values.get(c.name, 0)}" for c in classes)
