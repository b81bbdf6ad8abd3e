"""What runs hold, as core's objects: generator, clustering, and the regions with both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.found_direction import DIRECTION_ARRAYS, Direction
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.import_generator import DISCRIMINATOR_PREFIX
from segstyle_gui.pipeline.stage import MADE_BY, current_run
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    import torch

    from segstyle_gui.core.clustering import Clustering
    from segstyle_gui.core.generator.network import Generator

CLUSTERING_PREFIX = "clustering/"
TRAINING_PREFIX = "training/"  # what a training showed: nothing that a generator is made of


@dataclass(frozen=True, slots=True)
class LoadedRegions:
    """The regions of a run with the clusters they are made of and the generator these were found in."""

    run: RunRecord
    generator: Generator
    clustering: Clustering
    state: RegionState


def load_generator(project: Project, run: RunRecord | None = None) -> Generator:
    """Return the generator of ``run``, by default the current one, on the best device.

    Raises
    ------
    StageError
        If the project has no generator yet.
    """
    from segstyle_gui.core.generator.checkpoint import generator_from_arrays

    chosen = run or current_run(project, "generator")
    besides = (TRAINING_PREFIX, DISCRIMINATOR_PREFIX)
    names = [name for name in project.array_names(chosen) if not name.startswith(besides)]
    generator = generator_from_arrays(project.arrays(chosen, names))
    return generator.to(best_device()).eval()


def best_device() -> torch.device:
    """Return the best device, with the CPU set up to be fast."""
    from segstyle_gui.core.device import choose_device, tune_cpu

    device = choose_device()
    if device.type == "cpu":
        tune_cpu()
    return device


def load_clustering(project: Project, run: RunRecord) -> Clustering:
    """Return the clustering of a run of regions."""
    from segstyle_gui.core.clustering import Clustering

    names = [name for name in project.array_names(run) if name.startswith(CLUSTERING_PREFIX)]
    arrays = project.arrays(run, names)
    return Clustering.from_arrays({name.removeprefix(CLUSTERING_PREFIX): arrays[name] for name in names})


def load_direction(project: Project, generator_token: str | None) -> Direction:
    """Return the current direction.

    Parameters
    ----------
    project
        Where it is.
    generator_token
        Input token of the generator whose samples are to be moved.

    Raises
    ------
    StageError
        If there is no direction, or it was found in another generator: latents of two have nothing in common.
    """
    run = current_run(project, "direction")
    if run.inputs["generator"] != generator_token:
        raise StageError(
            "The direction was found in another generator than the one that is used here.",
            hint=f"First: {MADE_BY['direction']}.",
        )
    return Direction.from_arrays(project.arrays(run, DIRECTION_ARRAYS))


def load_regions(project: Project) -> LoadedRegions:
    """Return the current regions, with the generator they were found in even if another is current now.

    Raises
    ------
    StageError
        If there are no regions yet.
    """
    run = current_run(project, "regions")
    state = project.region_state
    assert state is not None  # a run of regions always has one
    generator = load_generator(project, run_of_token(project, run.inputs["generator"]))
    return LoadedRegions(run, generator, load_clustering(project, run), state)


def run_of_token(project: Project, token: str) -> RunRecord:
    """Return the run that an input token names (``"3"``, or ``"4:digest"`` for regions).

    Raises
    ------
    StageError
        If the project does not have it any more.
    """
    number = int(token.partition(":")[0])
    for run in project.runs():
        if run.id == number:
            return run
    raise StageError(f"{project.name} has no run {number} any more.", hint="Run the stage before again.")
