"""What a training starts from: the project's generator, the bundled one, a file, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstyle_gui.pipeline.import_generator import DISCRIMINATOR_PREFIX, generator_path
from segstyle_gui.pipeline.stage import config_to_dict, current_run
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.generator.config import TrainConfig
    from segstyle_gui.core.generator.transfer import Start

PROJECT = "project"
_RUN = "start_run"


def starting_generator(
    project: Project, config: TrainConfig, checkpoint: Path
) -> tuple[Start | None, dict[str, Any]]:
    """Return what ``config.start_from`` names, and what the run's summary says of it.

    Parameters
    ----------
    project, config
        Of the training.
    checkpoint
        Where the training keeps its state: the discriminator of the project's generator may be there.

    Raises
    ------
    StageError
        If the project's generator is wanted and there is none.
    ModelFileError
        If the file is missing or is no generator.
    """
    if not config.start_from:
        return None, {}
    if config.start_from == PROJECT:
        run = _run_to_start_from(project, config)
        start = _start_of_run(project, run, checkpoint)
        return start, {"start": _words(start), _RUN: run.id}
    start = read_start(generator_path(config.start_from))
    return start, {"start": _words(start)}


def read_start(path: Path) -> Start:
    """Read a generator of any known format or a checkpoint, with the discriminator if it is there."""
    from segstyle_gui.core.generator.foreign.read import read_generator
    from segstyle_gui.core.generator.training_state import start_of_checkpoint
    from segstyle_gui.core.generator.transfer import Start

    found = start_of_checkpoint(path)
    if found is not None:
        return found
    read = read_generator(path, with_discriminator=True)
    return Start(read.generator, read.discriminator)


def _run_to_start_from(project: Project, config: TrainConfig) -> RunRecord:
    """Return the current generator's run, or the one that it was itself trained from with the same settings.

    The second case is the same command given again, to train longer: that goes on, it does not start anew.
    """
    run = current_run(project, "generator")
    earlier = run.summary.get(_RUN)
    if earlier is None or not _same_training(run.config, config_to_dict(config)):
        return run
    return next((one for one in project.runs() if one.id == earlier), run)


def _same_training(before: dict[str, Any], now: dict[str, Any]) -> bool:
    from segstyle_gui.core.generator.trainer import FREE_FIELDS

    return all(before.get(name) == value for name, value in now.items() if name not in FREE_FIELDS)


def _start_of_run(project: Project, run: RunRecord, checkpoint: Path) -> Start:
    """Return a run's generator, with its discriminator if that was kept or its training's state is there."""
    import torch

    from segstyle_gui.core.generator.checkpoint import generator_from_arrays
    from segstyle_gui.core.generator.training_state import start_of_checkpoint
    from segstyle_gui.core.generator.transfer import Start

    arrays = project.arrays(run)
    generator = generator_from_arrays(arrays)
    kept = {
        name.removeprefix(DISCRIMINATOR_PREFIX): torch.from_numpy(array)
        for name, array in arrays.items()
        if name.startswith(DISCRIMINATOR_PREFIX)
    }
    if kept:
        return Start(generator, kept)
    wanted = generator.state_dict()
    for path in (checkpoint, checkpoint.with_name(checkpoint.name + ".old")):
        found = start_of_checkpoint(path)
        if found is None or found.generator.spec != generator.spec:
            continue
        if all(torch.equal(tensor, wanted[name]) for name, tensor in found.generator.state_dict().items()):
            return found
    return Start(generator)


def _words(start: Start) -> str:
    judge = "without" if start.discriminator is None else "with"
    return f"a generator of {start.generator.resolution} px, {judge} its discriminator"
