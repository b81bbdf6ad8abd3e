"""What a watched training has seen, in memory and beside its checkpoint."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from segstyle_gui.core.checkpoint_file import UNREADABLE, write_checkpoint
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    GridHistory,
    Images,
    NearestImages,
    QualityPoint,
    QualityScale,
    SampleGrid,
    TrainingRecord,
    TrainingWarning,
)
from segstyle_gui.core.resizing import resize_images

_FORMAT = "segstyle-watch-1"
_MOST_GRIDS = 24
_GRID_SIDE = 96  # px; of the grids that are kept


@dataclass(frozen=True, slots=True)
class BestState:
    """Averaged weights at the lowest smoothed distance so far, on the CPU."""

    kimg: float
    smoothed: float
    weights: dict[str, Tensor]

    @classmethod
    def of(cls, generator: Generator, point: QualityPoint) -> BestState:
        """Copy the weights of now."""
        weights = {name: value.detach().cpu().clone() for name, value in generator.state_dict().items()}
        return cls(point.kimg, point.smoothed, weights)


@dataclass(slots=True, kw_only=True)
class WatchState:
    """Curves, grids, best state, and what is due next (in images shown)."""

    next_preview: float
    next_quality: float
    points: list[GeneratorPoint] = field(default_factory=list)
    quality: list[QualityPoint] = field(default_factory=list)
    grids: list[tuple[float, Images]] = field(default_factory=list)
    grid_step: int = 1  # every so many points a grid is kept
    scale: QualityScale | None = None
    nearest: NearestImages | None = None
    warnings: tuple[TrainingWarning, ...] = ()
    best: BestState | None = None

    def add_point(self, point: GeneratorPoint, grid: SampleGrid) -> None:
        """Add a point; of the grids only some are kept, evenly over the whole training, and small."""
        if len(self.points) % self.grid_step == 0:
            self.grids.append((grid.kimg, small_grid(grid.images)))
        if len(self.grids) > _MOST_GRIDS:
            self.grids, self.grid_step = self.grids[::2], self.grid_step * 2
        self.points.append(point)

    def until(self, images_seen: int) -> WatchState:
        """Return it without what came after ``images_seen``: the state of a crash in the middle of saving."""
        kimg = images_seen / 1000
        return dataclasses.replace(
            self,
            points=[point for point in self.points if point.kimg <= kimg],
            quality=[point for point in self.quality if point.kimg <= kimg],
            grids=[grid for grid in self.grids if grid[0] <= kimg],
            next_preview=_due_again(self.next_preview, [point.kimg for point in self.points], kimg),
            next_quality=_due_again(self.next_quality, [point.kimg for point in self.quality], kimg),
        )

    def record(self) -> TrainingRecord:
        """Return it as a value to show and to store."""
        grids = GridHistory()
        if self.grids:
            images = np.stack([images for _, images in self.grids])
            grids = GridHistory(kimg=tuple(kimg for kimg, _ in self.grids), images=images)
        return TrainingRecord(
            points=tuple(self.points),
            quality=tuple(self.quality),
            scale=self.scale,
            nearest=self.nearest,
            warnings=self.warnings,
            grids=grids,
            best_kimg=self.best.kimg if self.best is not None else None,
        )


def _due_again(due: float, done_at: list[float], kimg: float) -> float:
    later = [at for at in done_at if at > kimg]
    return later[0] * 1000 if later else due


def small_grid(images: Images) -> Images:
    """Return (N, R, R, C) uint8 images of at most 96 px a side."""
    return resize_images(images, min(images.shape[1], _GRID_SIDE))


def watch_file(checkpoint: Path) -> Path:
    """Return where a training's watch keeps its state: beside the checkpoint."""
    return checkpoint.with_name(f"{checkpoint.stem}-seen{checkpoint.suffix}")


def save_watch(state: WatchState, checkpoint: Path, fingerprint: str) -> None:
    """Write the state whole or not at all (:func:`write_checkpoint`)."""
    best, nearest, scale = state.best, state.nearest, state.scale
    write_checkpoint(
        watch_file(checkpoint),
        {
            "format": _FORMAT,
            "fingerprint": fingerprint,
            "next_preview": state.next_preview,
            "next_quality": state.next_quality,
            "points": [dataclasses.asdict(point) for point in state.points],
            "quality": [dataclasses.asdict(point) for point in state.quality],
            "grids": [(kimg, torch.from_numpy(images)) for kimg, images in state.grids],
            "grid_step": state.grid_step,
            "scale": None if scale is None else dataclasses.asdict(scale),
            "nearest": None if nearest is None else _plain_pairs(nearest),
            "warnings": [dataclasses.asdict(warning) for warning in state.warnings],
            "best": None if best is None else (best.kimg, best.smoothed, best.weights),
        },
    )


def load_watch(checkpoint: Path, fingerprint: str) -> WatchState | None:
    """Return the state beside a checkpoint; None if it is missing, damaged or another training's."""
    try:
        values = torch.load(watch_file(checkpoint), map_location="cpu", weights_only=True)
        if values["format"] != _FORMAT or values["fingerprint"] != fingerprint:
            return None
        return _state(values)
    except UNREADABLE:
        return None


def _state(values: dict[str, Any]) -> WatchState:
    nearest, scale, best = values["nearest"], values["scale"], values["best"]
    return WatchState(
        next_preview=values["next_preview"],
        next_quality=values["next_quality"],
        points=[GeneratorPoint(**point) for point in values["points"]],
        quality=[QualityPoint(**point) for point in values["quality"]],
        grids=[(kimg, images.numpy()) for kimg, images in values["grids"]],
        grid_step=values["grid_step"],
        scale=None if scale is None else QualityScale(**scale),
        nearest=None if nearest is None else _pairs(nearest),
        warnings=tuple(TrainingWarning(**warning) for warning in values["warnings"]),
        best=None if best is None else BestState(*best),
    )


def _plain_pairs(pairs: NearestImages) -> dict[str, Any]:
    tensors = {name: torch.from_numpy(np.ascontiguousarray(getattr(pairs, name))) for name in _PICTURES}
    return {"kimg": pairs.kimg, "distances": pairs.distances, **tensors}


def _pairs(values: dict[str, Any]) -> NearestImages:
    pictures = {name: values[name].numpy() for name in _PICTURES}
    return NearestImages(kimg=values["kimg"], distances=tuple(values["distances"]), **pictures)


_PICTURES = ("samples", "images")
