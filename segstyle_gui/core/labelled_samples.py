"""Samples with their label maps, how much they are to be doubted, and the filter that follows from it.

The doubt of a sample is the mean over its worst tenth of pixels (DatasetGAN, Zhang et al. 2021, section 3.3,
with the margin between the two best classes in the place of an ensemble's disagreement).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.clustering import Clustering
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.label_maps import class_maps
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.resizing import resize_images

IGNORE = 255
BATCH = 16
_WORST_SHARE = 0.1  # of an image's pixels, over which its doubt is averaged


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Images above ``doubt`` are dropped, pixels below ``margin`` become 255."""

    doubt: float
    margin: float


KEEP_ALL = Thresholds(np.inf, -np.inf)


@dataclass(frozen=True, slots=True)
class SampleSource:
    """Everything that turns seeds into samples with label maps of ``size`` pixels a side.

    ``shift`` moves some of the samples.
    """

    generator: Generator
    clustering: Clustering
    state: RegionState
    psi: float
    size: int
    shift: LatentShift | None = None


@dataclass(frozen=True, slots=True)
class LabelledSamples:
    """Images (N, H, W, C) uint8, class ids and margins (N, H, W), seeds (N,); nothing is filtered yet."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    margins: NDArray[np.float32]
    seeds: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SyntheticBatch:
    """Images (N, H, W, C), label maps (N, H, W) of class ids or 255, doubt and seeds (N,) of what is kept."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    doubt: NDArray[np.float32]
    seeds: NDArray[np.int64]

    def without_pixels(self) -> SyntheticBatch:
        """Return a batch that still knows its seeds and doubts."""
        return SyntheticBatch(self.images[:0], self.labels[:0], self.doubt, self.seeds)


@torch.no_grad()
def render(source: SampleSource, seeds: Sequence[int]) -> LabelledSamples:
    """Make the samples of some seeds; label maps come from scores raised to ``size``, not from raised ids."""
    generator = source.generator
    w = latents_of(generator, seeds, source.psi, source.shift)
    images, labels, margins = class_maps(generator, source.clustering, source.state, w, size=source.size)
    return LabelledSamples(
        resize_images(images, source.size), labels.astype(np.uint8), margins, np.asarray(seeds, np.int64)
    )


def render_batches(source: SampleSource, seeds: Sequence[int]) -> Iterator[LabelledSamples]:
    """Yield the samples of all seeds, 16 at a time."""
    for start in range(0, len(seeds), BATCH):
        yield render(source, seeds[start : start + BATCH])


def image_doubt(margins: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the doubt (N,) of images with class margins (N, H, W): minus the mean of the least tenth."""
    rows = margins.reshape(len(margins), -1)
    n = max(1, round(rows.shape[1] * _WORST_SHARE))
    worst = np.partition(rows, n - 1, axis=1)[:, :n]
    return -worst.mean(axis=1, dtype=np.float64).astype(np.float32)


def measure_thresholds(
    samples: Sequence[LabelledSamples], *, drop_share: float, ignore_share: float
) -> Thresholds:
    """Return the thresholds that drop these shares of ``samples`` and of their pixels."""
    doubt, margin = KEEP_ALL.doubt, KEEP_ALL.margin
    if drop_share > 0:  # quantiles are values that occur: margins may be infinite
        doubts = np.concatenate([image_doubt(some.margins) for some in samples])
        doubt = float(np.quantile(doubts, 1 - drop_share, method="lower"))
    if ignore_share > 0:
        margins = np.concatenate([some.margins.reshape(-1) for some in samples])
        margin = float(np.quantile(margins, ignore_share, method="lower"))
    return Thresholds(doubt, margin)


def filter_samples(
    samples: LabelledSamples, thresholds: Thresholds
) -> tuple[SyntheticBatch, NDArray[np.int64]]:
    """Return what is kept of some samples, and the seeds of those that are not."""
    doubt = image_doubt(samples.margins)
    keep = doubt <= thresholds.doubt
    labels = np.where(samples.margins < thresholds.margin, np.uint8(IGNORE), samples.labels)[keep]
    batch = SyntheticBatch(samples.images[keep], labels, doubt[keep], samples.seeds[keep])
    return batch, samples.seeds[~keep]
