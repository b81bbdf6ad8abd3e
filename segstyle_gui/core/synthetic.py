"""The synthetic set: generated images with the label maps that the user's regions give them.

The most doubtful images are dropped, and the pixels with the least margin are given 255: *not to be learnt*.
Both thresholds are measured on the first 256 images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.clustering import Clustering
from segstyle_gui.core.device import choose_device, tune_cpu
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.labelled_samples import (
    BATCH,
    IGNORE,
    LabelledSamples,
    SampleSource,
    SyntheticBatch,
    Thresholds,
    filter_samples,
    measure_thresholds,
    render_batches,
)
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.core.synthetic_config import PAPER, PRESETS, SyntheticConfig
from segstyle_gui.errors import StageError

__all__ = [
    "PAPER",
    "PRESETS",
    "SyntheticBatch",
    "SyntheticConfig",
    "SyntheticSet",
    "Thresholds",
    "class_ids_of",
    "generate_synthetic_set",
    "seed_renderer",
    "shift_of_set",
    "synthetic_batches",
    "synthetic_size",
]

CALIBRATION_IMAGES = 256
_LARGEST_AUTO_SIZE = 128  # pixels
_MOST_AUTO_SHARE = 0.5  # regions may be found on moved samples alone; a student must know the others too


@dataclass(frozen=True, slots=True)
class SyntheticSet:
    """What was generated and kept.

    ``images`` and ``labels`` are empty (N = 0) for a streamed set. ``class_pixels`` counts the pixels of
    each class id, in the images kept (of a streamed set without a filter: in the first 256 images).
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    seeds: NDArray[np.int64]
    class_pixels: dict[int, int]
    dropped_seeds: NDArray[np.int64]
    thresholds: Thresholds


def synthetic_size(config: SyntheticConfig, resolution: int) -> int:
    """Return the side in pixels of the set of a generator of ``resolution`` pixels."""
    return config.size or max(resolution, min(2 * resolution, _LARGEST_AUTO_SIZE))


def class_ids_of(state: RegionState) -> tuple[int, ...]:
    """Return 0 and the ids of all classes that have a region, ascending.

    Raises
    ------
    StageError
        If no class has a region, or an id does not fit an 8-bit label map.
    """
    ids = sorted({0, *state.cluster_to_class().tolist()})
    if len(ids) == 1:
        raise StageError(
            "No region has a class yet; wanted at least one.", hint="Name at least one region first."
        )
    if ids[-1] >= IGNORE:
        raise StageError(
            f"Class id {ids[-1]} was found; wanted at most 254.", hint="Delete classes that are not needed."
        )
    return tuple(ids)


def shift_of_set(
    config: SyntheticConfig, clustering: Clustering, direction: LatentShift | None = None
) -> LatentShift | None:
    """Return what moves a part of the set.

    Parameters
    ----------
    config
        Its ``direction_share`` decides.
    clustering
        May remember what moved the samples that it was found on.
    direction
        What a share that is asked for is moved by; by default that of the clustering.
    """
    if config.direction_share >= 0:
        chosen = direction or clustering.shift
        return chosen.with_share(config.direction_share) if chosen and config.wants_direction else None
    known = clustering.shift
    return None if known is None else known.with_share(min(known.share, _MOST_AUTO_SHARE))


def generate_synthetic_set(
    generator: Generator,
    clustering: Clustering,
    state: RegionState,
    config: SyntheticConfig,
    *,
    shift: LatentShift | None = None,
    progress: Progress = SILENT,
    device: str | torch.device | None = None,
) -> SyntheticSet:
    """Generate images with label maps and keep those that can be trusted.

    Parameters
    ----------
    generator, clustering, state
        What makes images, finds clusters in them, and says which class each cluster is.
    config
        All settings.
    shift
        From :func:`shift_of_set`.
    progress
        Told of every batch, and shown it as a :class:`SyntheticBatch`.
    device
        Where to compute; the best one by default.

    Returns
    -------
    SyntheticSet
        With ``config.stream`` the seeds only.

    Raises
    ------
    StageError
        If no region has a class, or nothing is left after the filter.
    """
    source = _source(generator, clustering, state, config, shift, device)
    if config.stream and config.drop_share == 0:
        return _unfiltered_stream(source, config, progress)
    kept: list[SyntheticBatch] = []
    dropped: list[NDArray[np.int64]] = []
    pixels = np.zeros(256, np.int64)
    thresholds, raws = _calibrated(source, config)
    done = 0
    for raw in raws:
        batch, out = filter_samples(raw, thresholds)
        pixels += np.bincount(batch.labels.reshape(-1), minlength=256)
        dropped.append(out)
        kept.append(batch.without_pixels() if config.stream else batch)
        done += len(raw.seeds)
        progress.preview(batch)
        progress.report(done, config.n_images, f"Generated {done} of {config.n_images} images")
    return _joined(kept, dropped, pixels, thresholds)


def synthetic_batches(
    generator: Generator,
    clustering: Clustering,
    state: RegionState,
    config: SyntheticConfig,
    *,
    shift: LatentShift | None = None,
    device: str | torch.device | None = None,
) -> Iterator[SyntheticBatch]:
    """Yield the batches that :func:`generate_synthetic_set` keeps, one after the other.

    A batch has at most 16 images, fewer (or none) where doubtful ones were dropped.
    """
    source = _source(generator, clustering, state, config, shift, device)
    thresholds, raws = _calibrated(source, config)
    for raw in raws:
        yield filter_samples(raw, thresholds)[0]


def seed_renderer(
    generator: Generator,
    clustering: Clustering,
    state: RegionState,
    config: SyntheticConfig,
    thresholds: Thresholds,
    *,
    shift: LatentShift | None = None,
    device: str | torch.device | None = None,
) -> Callable[[Sequence[int]], tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Return the function from seeds to (images, labels) of a streamed set; it drops nothing.

    ``shift`` is the one that the set was made with.
    """
    source = _source(generator, clustering, state, config, shift, device)
    keep_all = Thresholds(np.inf, thresholds.margin)

    def render(seeds: Sequence[int]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        batches = [filter_samples(raw, keep_all)[0] for raw in render_batches(source, seeds)]
        return np.concatenate([b.images for b in batches]), np.concatenate([b.labels for b in batches])

    return render


def _source(
    generator: Generator,
    clustering: Clustering,
    state: RegionState,
    config: SyntheticConfig,
    shift: LatentShift | None,
    device: str | torch.device | None,
) -> SampleSource:
    class_ids_of(state)
    device = choose_device(str(device or "auto"))
    if device.type == "cpu":
        tune_cpu()
    size = synthetic_size(config, generator.resolution)
    return SampleSource(generator.to(device).eval(), clustering, state, config.psi, size, shift)


def _calibrated(
    source: SampleSource, config: SyntheticConfig
) -> tuple[Thresholds, Iterator[LabelledSamples]]:
    """Return the thresholds and all batches; those that the thresholds were measured on are made once."""
    first = list(render_batches(source, config.seeds[:CALIBRATION_IMAGES]))
    thresholds = _measured(first, config)

    def all_batches() -> Iterator[LabelledSamples]:
        while first:
            yield first.pop(0)
        yield from render_batches(source, config.seeds[CALIBRATION_IMAGES:])

    return thresholds, all_batches()


def _measured(raws: Sequence[LabelledSamples], config: SyntheticConfig) -> Thresholds:
    return measure_thresholds(raws, drop_share=config.drop_share, ignore_share=config.ignore_margin_share)


def _unfiltered_stream(source: SampleSource, config: SyntheticConfig, progress: Progress) -> SyntheticSet:
    """Look at the first images only: every seed is kept whatever its image is like."""
    raws = []
    looked_at = config.seeds[:CALIBRATION_IMAGES]
    for raw in render_batches(source, looked_at):
        raws.append(raw)
        progress.report(len(raws) * BATCH, len(looked_at), "Looking at the first images")
    thresholds = _measured(raws, config)
    batches = [filter_samples(raw, thresholds)[0] for raw in raws]
    pixels = sum(np.bincount(batch.labels.reshape(-1), minlength=256) for batch in batches)
    empty = batches[0].without_pixels()
    seeds = np.array(config.seeds, np.int64)
    every = SyntheticBatch(empty.images, empty.labels, np.zeros(0, np.float32), seeds)
    return _joined([every], [], np.asarray(pixels), thresholds)


def _joined(
    kept: Sequence[SyntheticBatch],
    dropped: Sequence[NDArray[np.int64]],
    pixels: NDArray[np.int64],
    thresholds: Thresholds,
) -> SyntheticSet:
    seeds = np.concatenate([batch.seeds for batch in kept])
    if not len(seeds):
        raise StageError("Every generated image was dropped.", hint="Lower the share that is dropped.")
    return SyntheticSet(
        images=np.concatenate([batch.images for batch in kept]),
        labels=np.concatenate([batch.labels for batch in kept]),
        seeds=seeds,
        class_pixels={i: int(pixels[i]) for i in np.flatnonzero(pixels[:IGNORE]).tolist()},
        dropped_seeds=np.concatenate([np.zeros(0, np.int64), *dropped]),
        thresholds=thresholds,
    )
