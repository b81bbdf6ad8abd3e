"""What a studio hands out: arrays and numbers for a window to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Place(Protocol):
    """A place in a sample: its seed, and y, x from 0 (top, left) to below 1 (bottom, right)."""

    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def y(self) -> float: ...  # noqa: D102
    @property
    def x(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class RegionSamples:
    """Samples with the cluster id of every pixel.

    Attributes
    ----------
    seeds
        One for each sample.
    images
        (N, S, S, 3) uint8.
    clusters
        (N, S, S) int16 cluster ids; ``state.cluster_to_region()[clusters]`` are region ids.
    n_splits
        How many splits the ids know of: the state's tables fit if it has as many.
    """

    seeds: tuple[int, ...]
    images: NDArray[np.uint8]
    clusters: NDArray[np.int16]
    n_splits: int


@dataclass(frozen=True, slots=True)
class RegionNumbers:
    """Numbers beside a region, all 0 to 1.

    ``share`` of all pixels, ``presence`` in samples, ``stability`` (mean Jaccard index with re-fits): None
    without re-fits, and for a part of a split.
    """

    share: float
    presence: float
    stability: float | None


@dataclass(frozen=True, slots=True)
class GeneratorFacts:
    """What a generator is: pixels a side, 1 or 3 channels, and its layers as (name, size, channels)."""

    resolution: int
    channels: int
    layers: tuple[tuple[str, int, int], ...]
    n_parameters: int
    z_dim: int
    w_dim: int


@dataclass(frozen=True, slots=True)
class TrainingPairs:
    """What a synthetic set with these settings would hold.

    Attributes
    ----------
    seeds
        One for each pair.
    images
        (N, S, S, 3) uint8.
    labels
        (N, S, S) uint8 class ids; 255 is not learnt.
    doubt
        (N,) float32, in the units of the feature scores; ``doubt_threshold`` is where dropping begins
        (infinite if nothing is dropped).
    dropped
        (N,) bool.
    doubt_threshold
        See ``doubt``.
    class_shares
        Share 0 to 1 of the learnt pixels by class id, in the images kept of the first
        ``n_measured`` of the set.
    n_measured
        Images that thresholds and shares were measured on.
    """

    seeds: tuple[int, ...]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    doubt: NDArray[np.float32]
    dropped: NDArray[np.bool_]
    doubt_threshold: float
    class_shares: dict[int, float]
    n_measured: int
