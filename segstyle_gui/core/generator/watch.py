"""Everything around a training's steps: reports, curves, samples, quality, the best state, the checkpoint."""

from __future__ import annotations

import copy
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.generator.augment import P_MAX
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.network import Generator, images_to_uint8, latents_from_seeds
from segstyle_gui.core.generator.quality import N_SAMPLES, Comparison, QualityMeter
from segstyle_gui.core.generator.trainer import GeneratorTrainer, StepLosses
from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    NearestImages,
    QualityPoint,
    SampleGrid,
    TrainingRecord,
    TrainingWarnings,
)
from segstyle_gui.core.generator.training_state import save_state
from segstyle_gui.core.generator.training_warnings import TrainingState, find_warnings
from segstyle_gui.core.generator.watch_state import BestState, WatchState, load_watch, save_watch
from segstyle_gui.core.progress import SILENT, Progress

_QUALITY_PSI = 1.0  # the whole variety: truncation hides what was not learnt
_SMOOTHED_OVER = 3  # measurements
_FIRST_SHARES = (0.25, 0.5)  # of the interval: a new training is measured early, too
_PIXELS_AT_ONCE = 2**17


class Watch:
    """Looks after a training between its steps.

    Nothing here draws from the trainer's random numbers, so a training is the same however often it is looked
    at. What was seen is kept beside the checkpoint; a resumed training goes on with its curve and its best
    state.
    """

    def __init__(
        self, trainer: GeneratorTrainer, config: TrainConfig, progress: Progress, checkpoint: Path | None
    ) -> None:
        self.trainer, self.config, self.progress, self.checkpoint = trainer, config, progress, checkpoint
        self._started = self._saved = time.monotonic()
        self._first_image = trainer.images_seen
        self._meter: QualityMeter | None = None
        self._losses = LossMeans(trainer.device)
        self._state = WatchState(next_preview=trainer.images_seen, next_quality=self._quality_after(0))

    def resume(self) -> None:
        """Take over what was seen before a stop, show it, and measure what is overdue."""
        found = load_watch(self.checkpoint, self.trainer.fingerprint) if self.checkpoint else None
        if found is None:
            self._state.next_quality = self._quality_after(self.trainer.images_seen)
            return
        self._state = found.until(self.trainer.images_seen)
        self.progress.preview(self.record())
        self.progress.preview(self._grid())
        if self.config.quality_kimg and self.trainer.images_seen >= self._state.next_quality:
            self._measure(self.progress)

    def after_step(self, losses: StepLosses) -> None:
        """Do what is due; raises ``Cancelled`` on a stop request."""
        seen, state = self.trainer.images_seen, self._state
        self._losses.add(losses)
        if seen >= state.next_preview:
            state.next_preview = seen + int(self.config.preview_kimg * 1000)
            self._preview(losses)
        if self.config.quality_kimg and seen >= state.next_quality:
            self._measure(self.progress)
        if time.monotonic() - self._saved > self.config.checkpoint_minutes * 60:
            self.save()
        self._report(f"{seen / 1000:.1f} kimg, {self._speed():.0f} kimg/h, p {self.trainer.strength.p:.2f}")

    def save(self) -> None:
        """Write the checkpoint, first what was seen: a crash in between costs nothing."""
        if self.checkpoint is not None:
            save_watch(self._state, self.checkpoint, self.trainer.fingerprint)
            save_state(self.trainer, self.checkpoint)
        self._saved = time.monotonic()

    def finish(self) -> tuple[Generator, float]:
        """Return the generator that is kept, for good, and after how many kimg it was what it is."""
        state, kimg = self._state, self.trainer.images_seen / 1000
        if state.quality and state.quality[-1].kimg < kimg:
            self._measure(SILENT)
        generator = self.trainer.averaged
        if self.config.keep == "best" and state.best is not None and state.best.kimg < kimg:
            generator, kimg = copy.deepcopy(generator), state.best.kimg
            generator.load_state_dict(state.best.weights)
        return generator.eval().requires_grad_(False), kimg

    def record(self) -> TrainingRecord:
        """Return everything that was seen so far."""
        return self._state.record()

    # Inside

    def _report(self, message: str, progress: Progress | None = None) -> None:
        (progress or self.progress).report(self.trainer.images_seen, self.config.kimg * 1000, message)

    def _speed(self) -> float:
        hours = (time.monotonic() - self._started) / 3600
        return (self.trainer.images_seen - self._first_image) / 1000 / max(hours, 1e-9)

    def _preview(self, losses: StepLosses) -> None:
        point = GeneratorPoint(
            kimg=self.trainer.images_seen / 1000,
            generator_loss=float(losses.generator),
            discriminator_loss=float(losses.discriminator),
            augment_p=self.trainer.strength.p,
            kimg_per_hour=self._speed(),
        )
        grid = self._grid()
        self._state.add_point(point, grid)
        self.progress.preview(point)
        self.progress.preview(grid)
        self._warn(self.progress)

    def _grid(self) -> SampleGrid:
        images = images_to_uint8(self.trainer.samples())
        return SampleGrid(kimg=self.trainer.images_seen / 1000, images=images)

    def _measure(self, progress: Progress) -> None:
        """Compare samples with the images; a stop request in between leaves it due."""
        if self._meter is None:
            self._report("Looking at your images", progress)
            self._meter = QualityMeter(
                self.trainer.images, mirror=self.config.mirror, device=self.trainer.device
            )
            self._state.scale = self._meter.scale
            progress.preview(self._meter.scale)
        samples = self._draw(progress)
        found = self._meter.compare(samples)
        self._state.next_quality = self._quality_after(self.trainer.images_seen)
        point = self._point(found)
        self._state.quality.append(point)
        if self._state.best is None or point.smoothed < self._state.best.smoothed:
            self._state.best = BestState.of(self.trainer.averaged, point)
        self._state.nearest = self._pairs(self._meter, samples, found)
        progress.preview(point)
        progress.preview(self._state.nearest)
        self._warn(progress)

    def _draw(self, progress: Progress) -> NDArray[np.uint8]:
        """Return (N, R, R, C) samples of the averaged generator, always of the same seeds."""
        spec, parts = self.trainer.spec, []
        at_once = min(32, max(4, _PIXELS_AT_ONCE // spec.resolution**2))
        with torch.no_grad():
            for first in range(0, N_SAMPLES, at_once):
                self._report("Measuring the quality", progress)
                z = latents_from_seeds(range(first, min(first + at_once, N_SAMPLES)), spec.z_dim)
                parts.append(images_to_uint8(self.trainer.averaged(z.to(self.trainer.device), _QUALITY_PSI)))
        return np.concatenate(parts)

    def _point(self, found: Comparison) -> QualityPoint:
        last = [point.distance for point in self._state.quality[1 - _SMOOTHED_OVER :]]
        return QualityPoint(
            kimg=self.trainer.images_seen / 1000,
            distance=found.distance,
            smoothed=float(np.mean([*last, found.distance])),
            spread=found.spread,
            variety=found.variety,
            nearest=found.nearest,
            copied=found.copied,
        )

    def _pairs(self, meter: QualityMeter, samples: NDArray[np.uint8], found: Comparison) -> NearestImages:
        chosen, images = samples[found.closest], self.trainer.images[found.matches].copy()
        for number, (sample, image) in enumerate(zip(chosen, images, strict=True)):
            if meter.is_mirrored(sample, image):
                images[number] = image[:, ::-1].copy()
        distances = tuple(float(distance) for distance in found.distances)
        kimg = self.trainer.images_seen / 1000
        return NearestImages(kimg=kimg, samples=chosen, images=images, distances=distances)

    def _warn(self, progress: Progress) -> None:
        """Tell which warnings hold now, if they are others than before."""
        generator_loss, discriminator_loss = self._losses.means()
        state = TrainingState(
            generator_loss=generator_loss,
            discriminator_loss=discriminator_loss,
            augment_p=self.trainer.strength.p,
            augment_limit=P_MAX if self.config.augment == "ada" else 0.0,
            n_images=len(self.trainer.images),
        )
        found = find_warnings(state, self._state.quality, self._state.scale)
        if found != self._state.warnings:
            self._state.warnings = found
            progress.preview(TrainingWarnings(kimg=self.trainer.images_seen / 1000, warnings=found))

    def _quality_after(self, seen: int) -> float:
        """Return after how many images the next measurement is due."""
        interval = self.config.quality_kimg * 1000
        if not interval:
            return float("inf")
        early = [share * interval for share in _FIRST_SHARES if share * interval > seen]
        return early[0] if early else (seen // interval + 1) * interval


class LossMeans:
    """Running means of both losses, kept on the device so that no step waits for them."""

    _KEEP = 0.95  # of the mean in a step

    def __init__(self, device: torch.device) -> None:
        self._means = torch.full((2,), torch.nan, device=device)
        self._is_new = True

    def add(self, losses: StepLosses) -> None:
        """Take in the losses of a step."""
        both = torch.stack([losses.generator, losses.discriminator]).float()
        self._means = both if self._is_new else self._means.lerp(both, 1 - self._KEEP)
        self._is_new = False

    def means(self) -> tuple[float, float]:
        """Return the generator's and the discriminator's; 1 before the first step."""
        if self._is_new:
            return 1.0, 1.0
        generator, discriminator = self._means.tolist()
        return generator, discriminator
