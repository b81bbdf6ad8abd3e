"""Train a student: resumable, stoppable, watched."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.checkpoint_file import UNREADABLE, write_checkpoint
from segstyle_gui.core.device import choose_device, tune_cpu
from segstyle_gui.core.progress import SILENT, Cancelled, Progress, StopHere
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.data import TrainingData
from segstyle_gui.core.student.network import Student
from segstyle_gui.core.student.trainer import StudentPoint, Trainer
from segstyle_gui.errors import ModelFileError

_POINT_EVERY = 10  # steps between points of the loss curve
_PREVIEW_IMAGES = 8


@dataclass(frozen=True, slots=True)
class StudentPreview:
    """What the student makes of some images now.

    Attributes
    ----------
    step
        Steps done.
    images
        (k, S, S, C) uint8, as the student gets them: S is the training size.
    label_maps
        (k, S, S) uint8 class ids.
    real
        Whether they are real images or synthetic ones that are held back.
    """

    step: int
    images: NDArray[np.uint8]
    label_maps: NDArray[np.uint8]
    real: bool


@dataclass(frozen=True, slots=True)
class StudentResult:
    """The best student by mIoU on the pairs held back, and the curve of its training."""

    student: Student
    history: list[StudentPoint]
    best_miou: float


def train_student(
    data: TrainingData,
    config: StudentConfig,
    *,
    progress: Progress = SILENT,
    checkpoint: Path | None = None,
    device: str | torch.device | None = None,
    unlabelled: NDArray[np.uint8] | None = None,
) -> StudentResult:
    """Train a student on pairs.

    Parameters
    ----------
    data
        Where the pairs come from.
    config
        All settings. With ``validation_share`` 0 the last weights are kept instead of the best.
    progress
        Is told of every step; gets :class:`StudentPoint` and :class:`StudentPreview`.
    checkpoint
        File for the state of an unfinished training, written when the training is stopped and at every
        measurement. If it holds a state of the same config and data, training continues from there;
        another one is replaced.
    device
        Where to compute; the best one by default.
    unlabelled
        (M, H, W, C) uint8 real images for the previews and for ``self_train_steps``.

    Returns
    -------
    StudentResult
        The student is on the CPU and in evaluation mode. After self-training, and where there are corrected
        pairs, the last weights are taken unless they lost more than 0.05 mIoU on the synthetic pairs.

    Raises
    ------
    Cancelled
        On a stop request, once the state is saved; on :class:`StopHere` the best student so far is returned.
    ModelFileError
        If the checkpoint is damaged.
    ProjectWriteError
        If the checkpoint cannot be written, as on a full disk; the one before is kept.
    StageError
        If the loss is no longer a finite number.
    """
    device = choose_device(str(device or "auto"))
    if device.type == "cpu":
        tune_cpu()
    trainer = Trainer(data, config, device, unlabelled)
    token = _training_token(data, config, unlabelled)
    if checkpoint is not None and checkpoint.exists():
        _resume(trainer, checkpoint, token)
    try:
        _run(trainer, progress, checkpoint, token)
    except StopHere:
        trainer.measure()
    except Cancelled:
        _save(trainer, checkpoint, token)
        raise
    return _result(trainer)


def _run(trainer: Trainer, progress: Progress, checkpoint: Path | None, token: str) -> None:
    trainer.start_batches()
    every, n_steps = trainer.config.validate_every, trainer.n_steps
    while trainer.step < n_steps:
        progress.report(trainer.step, n_steps, f"Step {trainer.step + 1} of {n_steps}")
        started = time.perf_counter()
        trainer.train_step()
        measured = trainer.step % every == 0 or trainer.step in (trainer.config.steps, n_steps)
        point = trainer.measure() if measured else None
        trainer.seconds += time.perf_counter() - started
        if point is not None:
            _save(trainer, checkpoint, token)
            progress.preview(point)
            progress.preview(_preview(trainer))
        elif trainer.step % _POINT_EVERY == 0:
            mean_loss = trainer.loss_sum / max(trainer.loss_count, 1)
            progress.preview(StudentPoint(trainer.step, mean_loss, float("nan"), trainer.seconds))
    progress.report(n_steps, n_steps, "Trained")


def _preview(trainer: Trainer) -> StudentPreview:
    real = trainer.unlabelled is not None
    source = trainer.unlabelled if trainer.unlabelled is not None else trainer.data.validation()[0]
    images = source[:_PREVIEW_IMAGES]
    ids = np.array(trainer.spec.class_ids, np.uint8)
    return StudentPreview(trainer.step, trainer.resize(images), ids[trainer.predict(images)], real)


def _result(trainer: Trainer) -> StudentResult:
    student = trainer.average.cpu()
    student.load_state_dict(trainer.best)
    return StudentResult(student.eval(), trainer.history, trainer.best_miou)


def _training_token(data: TrainingData, config: StudentConfig, unlabelled: NDArray[np.uint8] | None) -> str:
    """Return a digest that differs for another config, other pairs, corrections or real images."""
    digest = hashlib.sha256(json.dumps([dataclasses.asdict(config), data.class_ids]).encode())
    real = data.corrected() or ()
    for array in (*data.validation(), *real, *([] if unlabelled is None else [unlabelled[:64]])):
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _save(trainer: Trainer, checkpoint: Path | None, token: str) -> None:
    if checkpoint is not None:
        write_checkpoint(checkpoint, {"token": token, **trainer.state()})


def _resume(trainer: Trainer, checkpoint: Path, token: str) -> None:
    try:
        state: Any = torch.load(checkpoint, map_location=trainer.device, weights_only=True)
        if state["token"] == token:
            trainer.load_state(state)
    except UNREADABLE as error:
        raise ModelFileError(
            f"The unfinished training {checkpoint.name} cannot be read.",
            hint=f"Delete {checkpoint} to train from the start.",
        ) from error
