"""How long a training will take on this computer, measured before it begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline import train_generator, train_student
from segstyle_gui.pipeline.configs import nearest
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    import torch

    from segstyle_gui.core.generator.config import TrainConfig
    from segstyle_gui.core.student.config import StudentConfig

# Measured at 64 × 64 pixels, see docs/results: a generator of rendered eyes gave regions that a student
# could learn after 41 thousand images (demo.md), that of real eyes after 76 thousand (real-eyes.md).
USABLE_KIMG, GOOD_KIMG = 40.0, 75.0
MEASURED_SIDE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The time that a training takes from its start.

    Attributes
    ----------
    unit, units
        What is counted, ``"kimg"`` or ``"steps"``, and how much of it the config asks for.
    seconds_per_unit
        Measured on this computer, with nothing else running at that moment.
    total_seconds
        For all of it.
    usable_seconds, good_seconds
        To a first usable result and to a good one, None where nobody can say or the training is shorter.
    side
        Pixels a side of what a generator learns to draw, 0 for other trainings. The times to a usable and a
        good one come from images of 64 (:data:`MEASURED_SIDE`); larger ones take more, nobody measured how
        much.
    device
        Where it was measured, in words for people.
    """

    unit: str
    units: float
    seconds_per_unit: float
    total_seconds: float
    usable_seconds: float | None
    device: str
    good_seconds: float | None = None
    side: int = 0


def time_estimate(project: Project, stage_name: str, config: Any, *, progress: Progress = SILENT) -> Estimate:
    """Do a few real steps of a training, throw them away, and say how long all will take.

    Checkpoints and runs are not touched. It takes some seconds; ``progress`` may stop it.

    Raises
    ------
    ConfigError
        If the stage is no training.
    StageError
        If what it needs is missing.
    """
    if stage_name == train_generator.STAGE.name:
        return _of_generator(project, config, progress)
    if stage_name == train_student.STAGE.name:
        return _of_student(project, config, progress)
    known = [train_generator.STAGE.name, train_student.STAGE.name]
    raise ConfigError(f"There is no estimate for {stage_name!r}.", hint=nearest(stage_name, known))


def _of_generator(project: Project, config: TrainConfig, progress: Progress) -> Estimate:
    from segstyle_gui.core.training_speed import generator_speed

    pixels = project.array(current_run(project, "images"), "pixels")
    speed = generator_speed(pixels, config, progress=progress)
    per_kimg = speed.seconds_per_step * 1000 / config.batch_size
    whole = Estimate(
        unit="kimg",
        units=config.kimg,
        seconds_per_unit=per_kimg,
        total_seconds=per_kimg * config.kimg,
        usable_seconds=None,
        device=device_text(speed.device),
        side=pixels.shape[1],
    )
    return at_length(whole, config.kimg)


def at_length(estimate: Estimate, kimg: float) -> Estimate:
    """Return the estimate of a generator's training of another length, all else equal."""
    each = estimate.seconds_per_unit
    return replace(
        estimate,
        units=kimg,
        total_seconds=each * kimg,
        usable_seconds=each * USABLE_KIMG if kimg >= USABLE_KIMG else None,
        good_seconds=each * GOOD_KIMG if kimg >= GOOD_KIMG else None,
    )


def _of_student(project: Project, config: StudentConfig, progress: Progress) -> Estimate:
    from segstyle_gui.core.training_speed import student_speed

    synthetic = current_run(project, "synthetic_set")
    data = train_student.training_data(project, synthetic, config)
    real = train_student.real_images(project, config, synthetic)
    speed = student_speed(data, config, real, progress=progress)
    steps = config.steps + config.self_train_steps
    return Estimate(
        unit="steps",
        units=steps,
        seconds_per_unit=speed.seconds_per_step,
        total_seconds=speed.seconds_per_step * steps,
        usable_seconds=None,
        device=device_text(speed.device),
    )


def device_text(device: torch.device) -> str:
    """Return a device in words: ``"processor, 2 threads"``, or the GPU's name."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    threads = torch.get_num_threads()
    return f"processor, {threads} thread{'' if threads == 1 else 's'}"
