"""How much of the samples each region is, in how many it is, and how surely it is found again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.region_preview import RegionSource, counted_seeds
from segstyle_gui.pipeline.studio_records import RegionNumbers

if TYPE_CHECKING:
    from segstyle_gui.core.clustering import Clustering


def stored_numbers(clustering: Clustering, state: RegionState) -> dict[int, RegionNumbers]:
    """Return the numbers of every region without parts of a split, by its id."""
    from segstyle_gui.core.cluster_statistics import region_statistics

    known = region_statistics(clustering, state)
    return {
        i: RegionNumbers(one.share, one.presence, _or_none(one.stability))
        for i, one in known.items()
        if not math.isnan(one.share)
    }


def counted_numbers(
    clustering: Clustering, state: RegionState, counts: NDArray[np.uint32]
) -> dict[int, RegionNumbers]:
    """Return the numbers of every region from counts (S, n_ids) of the pixels of every cluster id."""
    from segstyle_gui.core.cluster_statistics import region_statistics

    known = region_statistics(clustering, state, counts=counts)
    return {i: RegionNumbers(one.share, one.presence, _or_none(one.stability)) for i, one in known.items()}


def count_pixels(source: RegionSource, progress: Progress) -> NDArray[np.uint32]:
    """Return (S, n_ids) pixels of every cluster id in the samples that the clusters were found on."""
    from segstyle_gui.core.label_maps import count_clusters

    return count_clusters(
        source.generator, source.clustering, source.state.splits, counted_seeds(source), progress=progress
    )


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
