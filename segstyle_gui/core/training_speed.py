"""How long a training will take here: a few real steps, timed and thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.device import choose_device, tune_cpu
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.trainer import GeneratorTrainer
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.data import TrainingData
from segstyle_gui.core.student.trainer import Trainer

_STEPS = 20
_FEWEST_STEPS = 3
_SECONDS = 8.0  # after which no more steps are timed
_LATER_P = 0.2  # strength of adaptive augmentation to which a training rises; at the start it costs nothing


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds a step with its share of what happens now and then; where it was measured."""

    seconds_per_step: float
    device: torch.device


def generator_speed(images: NDArray[np.uint8], config: TrainConfig, *, progress: Progress = SILENT) -> Speed:
    """Time steps of a generator's training on ``images`` (n, R, R, C) uint8; nothing of it is kept.

    Steps with a penalty are timed on their own and shared out over their interval. ``progress`` is told of
    every step.
    """
    device = _ready_device()
    with torch.random.fork_rng(devices=[]):
        trainer = GeneratorTrainer(images, config, device)

    def step(number: int) -> None:
        trainer.steps = number  # decides which penalties are due
        if config.augment == "ada":
            trainer.strength.p = max(_LATER_P, config.augment_p)
        trainer.step()

    step(0)  # the first of a process is slow
    with_penalties = _seconds_of(lambda: step(0), device)
    plain = _typical_seconds(lambda: step(1), device, progress)
    path_length = 0.0
    if config.path_length_weight > 0 and config.path_length_interval > 1:
        path_length = max(0.0, _seconds_of(lambda: step(config.path_length_interval), device) - plain)
    r1 = max(0.0, with_penalties - plain - path_length)
    return Speed(plain + r1 / config.r1_interval + path_length / config.path_length_interval, device)


def student_speed(
    data: TrainingData,
    config: StudentConfig,
    unlabelled: NDArray[np.uint8] | None = None,
    *,
    progress: Progress = SILENT,
) -> Speed:
    """Time steps of a student's training as :func:`train_student` would do them; nothing of it is kept.

    A measurement on the pairs held back is timed once and shared out over the steps between two.
    """
    device = _ready_device()
    trainer = Trainer(data, config, device, unlabelled)
    trainer.start_batches()
    trainer.train_step()  # the first of a process is slow
    plain = _typical_seconds(trainer.train_step, device, progress)
    measuring = _seconds_of(trainer.measure, device)
    return Speed(plain + measuring / min(config.validate_every, config.steps), device)


def _ready_device() -> torch.device:
    device = choose_device()
    if device.type == "cpu":
        tune_cpu()
    return device


def _typical_seconds(step: Callable[[], object], device: torch.device, progress: Progress) -> float:
    """Return the median of up to 20 steps, of fewer if they are slow."""
    times: list[float] = []
    while len(times) < _FEWEST_STEPS or (len(times) < _STEPS and sum(times) < _SECONDS):
        progress.report(len(times), _STEPS, "Measuring the speed")
        times.append(_seconds_of(step, device))
    progress.report(1, 1)
    return float(np.median(times))


def _seconds_of(step: Callable[[], object], device: torch.device) -> float:
    started = time.perf_counter()
    step()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started
