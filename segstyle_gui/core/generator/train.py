"""Train a StyleGAN2 on a folder's worth of images: one loop that can be stopped, watched and resumed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from segstyle_gui.core.device import choose_device, tune_cpu
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.network import Generator, images_to_uint8
from segstyle_gui.core.generator.teamwork import dismiss, lead_training
from segstyle_gui.core.generator.trainer import GeneratorTrainer, StepLosses
from segstyle_gui.core.generator.training_state import load_state, save_state
from segstyle_gui.core.generator.transfer import Start
from segstyle_gui.core.progress import SILENT, Cancelled, Progress, StopHere
from segstyle_gui.core.ranks import ALONE, Ranks
from segstyle_gui.errors import ConfigError

MIN_IMAGES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorPoint:
    """One point of the training's curve."""

    keep_all: ClassVar[bool] = True  # a curve wants every point

    kimg: float
    generator_loss: float
    discriminator_loss: float
    augment_p: float
    kimg_per_hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleGrid:
    """Samples of the averaged generator at fixed latents: ``images`` (N, R, R, C) uint8."""

    kimg: float
    images: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainResult:
    """What a finished training returns; ``generator`` has the averaged weights."""

    generator: Generator
    history: tuple[GeneratorPoint, ...]
    kimg: float


def train_generator(
    images: np.ndarray,
    config: TrainConfig,
    *,
    progress: Progress = SILENT,
    checkpoint: Path | None = None,
    device: torch.device | None = None,
    start: Start | None = None,
    ranks: Ranks = ALONE,
) -> TrainResult:
    """Train a generator on square images.

    Parameters
    ----------
    images
        (n, R, R, C) uint8 with R a power of two from 16 to 1024 and C = 1 or 3.
    config
        See :class:`TrainConfig`.
    progress
        Told the images seen, asked to stop between steps; given :class:`GeneratorPoint` and
        :class:`SampleGrid` previews.
    checkpoint
        File to resume from if it belongs to this training, written now and then, on a stop, and at the end.
        One that belongs to another training is put aside as ``<name>.old``.
    device
        Where to train; chosen automatically by default.
    start
        A generator to start from, of the images' size or half or a quarter of it (transfer learning).
    ranks
        The processes that train together, of which this is the first; the others call
        :func:`~segstyle_gui.core.generator.teamwork.follow_training`.

    Raises
    ------
    ConfigError
        If there are too few images or their shape does not fit.
    Cancelled
        On a stop request, after the checkpoint was written; on :class:`StopHere` the generator as it is then
        is returned.
    """
    _check_images(images)
    tune_cpu()
    trainer = GeneratorTrainer(images, config, device or choose_device(), start, ranks)
    if checkpoint is not None:
        load_state(trainer, checkpoint)
    lead_training(trainer)
    watch = _Watch(trainer, config, progress, checkpoint)
    try:
        while trainer.images_seen < config.kimg * 1000:
            watch.after_step(trainer.step())
    except StopHere:  # what was learnt so far is the result
        pass
    except Cancelled:
        watch.save()
        raise
    finally:
        dismiss(ranks)
    watch.save()
    return TrainResult(
        generator=trainer.averaged.eval().requires_grad_(False),
        history=tuple(watch.history),
        kimg=trainer.images_seen / 1000,
    )


def _check_images(images: np.ndarray) -> None:
    shape = images.shape
    if images.dtype != np.uint8 or images.ndim != 4 or shape[1] != shape[2] or shape[3] not in (1, 3):
        raise ConfigError(f"The images are {images.dtype} of shape {shape}; wanted uint8 (n, R, R, 1 or 3).")
    if len(images) < MIN_IMAGES:
        raise ConfigError(
            f"There are {len(images)} images to train on; wanted at least {MIN_IMAGES}.",
            hint="Import more images (a few hundred give a usable generator), or import a trained generator.",
        )


class _Watch:
    """Everything around a step: the report, the curve, the samples and the checkpoint."""

    def __init__(
        self, trainer: GeneratorTrainer, config: TrainConfig, progress: Progress, checkpoint: Path | None
    ) -> None:
        self.trainer, self.config, self.progress, self.checkpoint = trainer, config, progress, checkpoint
        self.history: list[GeneratorPoint] = []
        self.started = self.saved = time.monotonic()
        self.first_image = trainer.images_seen
        self.next_preview = trainer.images_seen

    def after_step(self, losses: StepLosses) -> None:
        seen = self.trainer.images_seen
        if seen >= self.next_preview:
            self.next_preview = seen + int(self.config.preview_kimg * 1000)
            self._preview(losses)
        if time.monotonic() - self.saved > self.config.checkpoint_minutes * 60:
            self.save()
        message = (
            f"{seen / 1000:.1f} kimg, {self._speed():.0f} kimg/h, augment p {self.trainer.strength.p:.2f}"
        )
        self.progress.report(seen, self.config.kimg * 1000, message)

    def save(self) -> None:
        if self.checkpoint is not None:
            save_state(self.trainer, self.checkpoint)
        self.saved = time.monotonic()

    def _speed(self) -> float:
        hours = (time.monotonic() - self.started) / 3600
        return (self.trainer.images_seen - self.first_image) / 1000 / max(hours, 1e-9)

    def _preview(self, losses: StepLosses) -> None:
        kimg = self.trainer.images_seen / 1000
        point = GeneratorPoint(
            kimg=kimg,
            generator_loss=float(losses.generator),
            discriminator_loss=float(losses.discriminator),
            augment_p=self.trainer.strength.p,
            kimg_per_hour=self._speed(),
        )
        self.history.append(point)
        self.progress.preview(point)
        self.progress.preview(SampleGrid(kimg=kimg, images=images_to_uint8(self.trainer.samples())))
