"""Stage: train a generator on the imported images; stopped, it goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segstyle_gui.core.progress import Progress
from segstyle_gui.core.ranks import joined
from segstyle_gui.pipeline.import_generator import generator_path
from segstyle_gui.pipeline.stage import Stage, begin, current_run, path_token
from segstyle_gui.pipeline.starting_generator import PROJECT, starting_generator
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.generator.config import TrainConfig

CHECKPOINT_FILE = "training.pt"


def run(project: Project, config: TrainConfig, progress: Progress) -> RunRecord:
    """Train on the current images and store the averaged generator that is kept, and what was seen.

    Raises
    ------
    ConfigError
        If there are too few images, or they do not fit the generator to start from.
    StageError, ModelFileError
        If the generator to start from is not there.
    Cancelled
        On a stop request; the next run with the same settings goes on from the checkpoint.
    """
    from segstyle_gui.core.generator.checkpoint import generator_to_arrays
    from segstyle_gui.core.generator.train import train_generator
    from segstyle_gui.pipeline.training_runs import record_arrays, record_summary

    draft = begin(project, STAGE, config)
    pixels = project.array(current_run(project, "images"), "pixels")
    checkpoint = project.checkpoint_dir(STAGE.name) / CHECKPOINT_FILE
    start, start_summary = starting_generator(project, config, checkpoint)
    with joined() as ranks:
        result = train_generator(
            pixels, config, progress=progress, checkpoint=checkpoint, start=start, ranks=ranks
        )
    summary = {
        "kimg": result.kimg,
        "resolution": result.generator.resolution,
        "channels": result.generator.img_channels,
        "images": len(pixels),
        **start_summary,
        **record_summary(result.record, result.kept_kimg),
    }
    return draft.commit(summary, {**generator_to_arrays(result.generator), **record_arrays(result.record)})


def follow() -> None:
    """Take part in the training that another process runs (see ``core.generator.teamwork``)."""
    from segstyle_gui.core.generator.teamwork import follow_training

    with joined() as ranks:
        follow_training(ranks)


def _reads(config: TrainConfig) -> dict[str, str]:
    if config.start_from in ("", PROJECT):
        return {}
    return {"start_from": path_token(generator_path(config.start_from))}


def _load_config() -> type[Any]:
    from segstyle_gui.core.generator.config import TrainConfig

    return TrainConfig


def _load_presets() -> Mapping[str, Any]:
    from segstyle_gui.core.generator.config import PRESETS

    return PRESETS


STAGE = Stage(
    name="train_generator",
    title="Train the generator",
    help="Train a StyleGAN2 on the imported images; stopped, it goes on from there.",
    needs=("images",),
    makes="generator",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
    follow=follow,
    reads=_reads,
    resumes=True,
)
