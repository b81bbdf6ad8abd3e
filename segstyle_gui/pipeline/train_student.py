"""Stage: distil the labelled generator into a student that reads real images; it resumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from segstyle_gui.core.classes import state_from_json
from segstyle_gui.core.latent_shift import SHIFT_ARRAYS, LatentShift
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.student.config import PRESETS, StudentConfig
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.artifacts import load_clustering, load_generator, run_of_token
from segstyle_gui.pipeline.corrections import CorrectedPairs, corrected_pairs
from segstyle_gui.pipeline.stage import Stage, begin, current_run
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.student.data import TrainingData
    from segstyle_gui.core.student.network import Student

CHECKPOINT_FILE = "training.pt"
_PREVIEWED = 64  # real images that are only looked at, not learnt from
_COMPARED = 64  # corrected images on which the old and the new student are compared


def run(project: Project, config: StudentConfig, progress: Progress) -> RunRecord:
    """Train on the current synthetic set, and on corrected masks if there are any; store student and curve.

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
    pairs = _wanted_pairs(project, synthetic, config)
    data = _with_corrections(_synthetic_data(project, synthetic, config), pairs, config)
    checkpoint = project.checkpoint_dir(STAGE.name) / CHECKPOINT_FILE
    real = real_images(project, config, synthetic)
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
    if pairs is not None:
        summary["corrections"] = _agreement(result.student, pairs)
    record = draft.commit(summary, {**student_to_arrays(result.student), "curve": curve})
    checkpoint.unlink(missing_ok=True)
    return record


def training_data(project: Project, synthetic: RunRecord, config: StudentConfig) -> TrainingData:
    """Return the pairs of a synthetic set with the corrected real ones, if there are any and they count."""
    pairs = _wanted_pairs(project, synthetic, config)
    return _with_corrections(_synthetic_data(project, synthetic, config), pairs, config)


def _wanted_pairs(project: Project, synthetic: RunRecord, config: StudentConfig) -> CorrectedPairs | None:
    return corrected_pairs(project, synthetic) if config.corrections_share > 0 else None


def _with_corrections(
    data: TrainingData, pairs: CorrectedPairs | None, config: StudentConfig
) -> TrainingData:
    from segstyle_gui.core.student.data import CorrectedSet

    if pairs is None:
        return data
    return CorrectedSet(data, pairs.images, pairs.label_maps, share=config.corrections_share)


def _agreement(student: Student, pairs: CorrectedPairs) -> dict[str, Any]:
    """Return how well old and new predictions agree with corrected masks, learnt from as they are."""
    from segstyle_gui.core.metrics import confusion_matrix, iou_per_class
    from segstyle_gui.core.student.predict import predict_image

    before = after = np.zeros((), np.int64)
    ids = np.array(student.spec.class_ids)
    n_ids = int(ids.max()) + 1
    for image, truth, predicted in zip(
        pairs.images[:_COMPARED], pairs.label_maps, pairs.predicted, strict=False
    ):
        view = image[..., 0] if image.shape[-1] == 1 else image
        now = ids[predict_image(student, view).argmax(axis=0)]
        after = after + confusion_matrix(truth, now, n_ids)
        before = before + confusion_matrix(truth, np.where(predicted < n_ids, predicted, 0), n_ids)
    shown = after.sum(axis=1) > 0  # classes that the corrected masks have
    old, new = (float(iou_per_class(counts)[shown].mean()) for counts in (before, after))
    return {"images": len(pairs.images), "miou_before": old, "miou": new}


def _synthetic_data(project: Project, synthetic: RunRecord, config: StudentConfig) -> TrainingData:
    """Return the pairs of a synthetic set: as stored, or drawn again from their seeds if it is streamed."""
    from segstyle_gui.core.student.data import StoredSet, StreamedSet
    from segstyle_gui.core.synthetic import SyntheticConfig, Thresholds, seed_renderer

    class_ids = [number for number, _, _ in synthetic.summary["classes"]]
    share = config.validation_share
    if not synthetic.summary["streamed"]:
        pairs = project.arrays(synthetic, ["images", "labels"])
        return StoredSet(pairs["images"], pairs["labels"], class_ids=class_ids, validation_share=share)
    known = set(project.array_names(synthetic))
    wanted = ["kept_seeds", "thresholds", "region_state", *SHIFT_ARRAYS]
    stored = project.arrays(synthetic, [name for name in wanted if name in known])
    regions = run_of_token(project, synthetic.inputs["regions"])
    render = seed_renderer(
        load_generator(project, run_of_token(project, regions.inputs["generator"])),
        load_clustering(project, regions),
        state_from_json(stored["region_state"].tobytes().decode()),
        SyntheticConfig(**synthetic.config),
        Thresholds(*stored["thresholds"].tolist()),
        shift=LatentShift.from_arrays(stored),
    )
    return StreamedSet(render, stored["kept_seeds"].tolist(), class_ids, validation_share=share)


def real_images(project: Project, config: StudentConfig, synthetic: RunRecord) -> np.ndarray | None:
    """Return real images: all for self-training, of the set's size; else a few of any size to look at.

    None if there are none, or none with the channels of the set.

    Raises
    ------
    StageError
        If self-training is asked for and the images have another size or other channels than the set.
    """
    images = project.current("images")
    if images is None:
        return None
    shape = project.array(synthetic, "images", slice(0, 0)).shape[1:]
    wanted = None if config.self_train_steps else slice(0, _PREVIEWED)
    pixels = project.array(images, "pixels", wanted)
    if pixels.shape[1:] == shape or (wanted and pixels.shape[3:] == shape[2:]):
        return pixels
    if config.self_train_steps:
        raise StageError(
            f"The images are {pixels.shape[1:]} and the synthetic set {shape} (height, width, channels).",
            hint=f"Import the images again at a size of {shape[0]} px, or set the self-training steps to 0.",
        )
    return None


def _needs_more(config: StudentConfig) -> tuple[str, ...]:
    return ("images",) if config.self_train_steps else ()


def _may_use(config: StudentConfig) -> tuple[str, ...]:
    return ("corrections",) if config.corrections_share > 0 else ()


def _load_config() -> type[Any]:
    return StudentConfig


def _load_presets() -> Mapping[str, Any]:
    return PRESETS


STAGE = Stage(
    name="train_student",
    title="Train the student",
    help="Train a small network on the synthetic set; stopped, it goes on from there.",
    needs=("synthetic_set",),
    makes="student",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
    needs_more=_needs_more,
    may_use=_may_use,
    resumes=True,
)
