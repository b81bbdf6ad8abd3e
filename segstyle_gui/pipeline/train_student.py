"""Stage: distil the labelled generator into a student that reads real images; it resumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from segstyle_gui.core.classes import state_from_json
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.student.config import PRESETS, StudentConfig
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.artifacts import load_clustering, load_generator, run_of_token
from segstyle_gui.pipeline.stage import Stage, begin, current_run
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.student.data import TrainingData

CHECKPOINT_FILE = "training.pt"
_PREVIEWED = 64  # real images that are only looked at, not learnt from


def run(project: Project, config: StudentConfig, progress: Progress) -> RunRecord:
    """Train on the current synthetic set and store the best student and the curve.

    Raises
    ------
    StageError
        If self-training is asked for and the images have another size or other channels than the set.
    Cancelled
        On a stop request; the next run with the same settings goes on from the checkpoint.
    """
    from segstyle_gui.core.student.checkpoint import student_to_arrays
    from segstyle_gui.core.student.train import train_student
    from segstyle_gui.core.student.trainer import StudentPoint

    draft = begin(project, STAGE, config)
    synthetic = current_run(project, "synthetic_set")
    data = training_data(project, synthetic, config)
    checkpoint = project.checkpoint_dir(STAGE.name) / CHECKPOINT_FILE
    real = _real_images(project, config, project.array(synthetic, "images", slice(0, 0)).shape[1:])
    result = train_student(data, config, progress=progress, checkpoint=checkpoint, unlabelled=real)
    columns = [field.name for field in fields(StudentPoint)]
    curve = np.array([astuple(point) for point in result.history], np.float64).reshape(-1, len(columns))
    summary = {
        "best_miou": result.best_miou,
        "classes": synthetic.summary["classes"],
        "images": synthetic.summary["images"],
        "architecture": config.architecture,
        "curve": columns,
    }
    record = draft.commit(summary, {**student_to_arrays(result.student), "curve": curve})
    checkpoint.unlink(missing_ok=True)
    return record


def training_data(project: Project, synthetic: RunRecord, config: StudentConfig) -> TrainingData:
    """Return the pairs of a synthetic set: as stored, or drawn again from their seeds if it is streamed."""
    from segstyle_gui.core.student.data import StoredSet, StreamedSet
    from segstyle_gui.core.synthetic import SyntheticConfig, Thresholds, seed_renderer

    class_ids = [number for number, _, _ in synthetic.summary["classes"]]
    share = config.validation_share
    if not synthetic.summary["streamed"]:
        pairs = project.arrays(synthetic, ["images", "labels"])
        return StoredSet(pairs["images"], pairs["labels"], class_ids=class_ids, validation_share=share)
    stored = project.arrays(synthetic, ["kept_seeds", "thresholds", "region_state"])
    regions = run_of_token(project, synthetic.inputs["regions"])
    render = seed_renderer(
        load_generator(project, run_of_token(project, regions.inputs["generator"])),
        load_clustering(project, regions),
        state_from_json(stored["region_state"].tobytes().decode()),
        SyntheticConfig(**synthetic.config),
        Thresholds(*stored["thresholds"].tolist()),
    )
    return StreamedSet(render, stored["kept_seeds"].tolist(), class_ids, validation_share=share)


def _real_images(project: Project, config: StudentConfig, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return real images of the set's size: all for self-training, else a few to look at, else None."""
    images = project.current("images")
    if images is None:
        return None
    wanted = None if config.self_train_steps else slice(0, _PREVIEWED)
    pixels = project.array(images, "pixels", wanted)
    if pixels.shape[1:] == shape:
        return pixels
    if config.self_train_steps:
        raise StageError(
            f"The images are {pixels.shape[1:]} and the synthetic set {shape} (height, width, channels).",
            hint=f"Import the images again with --size {shape[0]}, or set self-train-steps to 0.",
        )
    return None


def _needs_more(config: StudentConfig) -> tuple[str, ...]:
    return ("images",) if config.self_train_steps else ()


def _load_config() -> type[Any]:
    return StudentConfig


def _load_presets() -> Mapping[str, Any]:
    return PRESETS


STAGE = Stage(
    name="train_student",
    title="Train the student",
    help="Train a small network on the synthetic set; Ctrl-C keeps what was learnt.",
    needs=("synthetic_set",),
    makes="student",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
    needs_more=_needs_more,
    resumes=True,
)
