"""Train a StyleGAN2 on a folder's worth of images: one loop that can be stopped, watched and resumed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from segstyle_gui.core.device import choose_device, tune_cpu
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.generator.teamwork import dismiss, lead_training
from segstyle_gui.core.generator.trainer import GeneratorTrainer
from segstyle_gui.core.generator.training_record import TrainingRecord
from segstyle_gui.core.generator.training_state import load_state
from segstyle_gui.core.generator.transfer import Start
from segstyle_gui.core.generator.watch import Watch
from segstyle_gui.core.progress import SILENT, Cancelled, Progress, StopHere
from segstyle_gui.core.ranks import ALONE, Ranks
from segstyle_gui.errors import ConfigError

MIN_IMAGES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainResult:
    """What a finished training returns.

    ``generator`` has the averaged weights as they were after ``kept_kimg``, of ``kimg`` in all; ``record`` is
    everything that was seen on the way.
    """

    generator: Generator
    kimg: float
    kept_kimg: float
    record: TrainingRecord


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
        Told the images seen, asked to stop between steps; its previews are the types of
        :mod:`segstyle_gui.core.generator.training_record`, of a resumed training a whole
        :class:`TrainingRecord` first.
    checkpoint
        File to resume from if it belongs to this training, written now and then, on a stop, and at the end;
        what was seen lies in a second one beside it.
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
    watch = Watch(trainer, config, progress, checkpoint)
    try:
        watch.resume()
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
    generator, kept_kimg = watch.finish()
    return TrainResult(
        generator=generator, kimg=trainer.images_seen / 1000, kept_kimg=kept_kimg, record=watch.record()
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
