"""Carry names, classes and merges over from former regions to new clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy  # its parts are imported on first use: half a second
from numpy.typing import NDArray

from segstyle_gui.core.classes import Region, RegionState

_LEAST_IOU = 0.3  # of a cluster that is a region's counterpart although most of it lies elsewhere
_LEAST_SHARE = 0.5  # of a cluster's pixels that lie in the region it goes to
_LEAST_PLAIN = 0.25  # of its pixels in moved samples that a cluster has in the same samples unmoved


@dataclass(frozen=True, slots=True)
class RegionMatch:
    """Regions made of the new clusters; ``kept`` and ``new`` region ids, and ``lost`` ids of former ones."""

    state: RegionState
    kept: tuple[int, ...]
    new: tuple[int, ...]
    lost: tuple[int, ...]


def match_regions(
    former: RegionState,
    fresh: RegionState,
    overlap: NDArray[np.integer],
    *,
    is_new: NDArray[np.bool_] | None = None,
) -> RegionMatch:
    """Give new clusters to the former regions that they overlap.

    First every former region gets its counterpart, one to one so that the sum of IoUs is highest (Hungarian
    algorithm), if the two overlap well; that saves small regions from their neighbours. Then every other
    cluster goes to the class, or to the region without a class, that more than half of it lies in, and there
    to the region that has most of it. What is left keeps the grouping of ``fresh`` as new regions.

    Parameters
    ----------
    former
        The regions before: their ids, names, colours, flags and classes are carried over. Splits are not:
        their parts are found again as clusters, or not at all.
    fresh
        Regions of the new clusters as the merge tree is first cut.
    overlap
        (former.n_ids, K) pixels that were in each former cluster id and are in each of the K new clusters.
    is_new
        (K,) clusters that no former region can have meant, whatever they overlap (see :func:`new_clusters`).

    Returns
    -------
    RegionMatch
        Former regions without any cluster are lost; their classes stay in the table.
    """
    table = _by_region(former, overlap)
    fits = np.ones(table.shape[1], bool) if is_new is None else ~is_new
    owner = _counterparts(table * fits)
    share = table / np.maximum(overlap.sum(axis=0), 1)
    same_class = _same_class(former)
    for cluster in np.flatnonzero(fits & (owner < 0)):
        together = np.where(same_class, share[:, cluster], 0).sum(axis=1)  # in all regions of one class
        if together.max(initial=0) >= _LEAST_SHARE:
            owner[cluster] = np.where(together == together.max(), share[:, cluster], -1).argmax()
    return _joined(former, fresh, owner)


def new_clusters(plain: NDArray[np.integer], moved: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return (K,) bool: clusters that hardly exist before the samples are moved along a direction.

    Parameters
    ----------
    plain, moved
        (K,) pixels of each cluster in the same samples, as they are and moved.
    """
    return (moved > 0) & (plain < _LEAST_PLAIN * moved)


def overlap_of_maps(
    former: NDArray[np.integer], new: NDArray[np.integer], n_former: int, n_new: int
) -> NDArray[np.int64]:
    """Return (n_former, n_new) pixels with id i in one stack of maps and j in the other."""
    joint = former.astype(np.int64).ravel() * n_new + new.astype(np.int64).ravel()
    return np.bincount(joint, minlength=n_former * n_new).reshape(n_former, n_new)


def is_untouched(state: RegionState) -> bool:
    """Return whether nothing in a state was said by a person: no class, split, flag, colour or name."""
    plain = all(
        region == Region(region.id, region.clusters, _plain_name(region.id)) for region in state.regions
    )
    return plain and not state.classes and not state.splits


def _plain_name(region_id: int) -> str:
    return f"Region {region_id}"


def _by_region(state: RegionState, overlap: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return (regions, K) pixels."""
    rows = [overlap[list(region.clusters)].sum(axis=0, dtype=np.int64) for region in state.regions]
    return np.stack(rows) if rows else np.zeros((0, overlap.shape[1]), np.int64)


def _same_class(state: RegionState) -> NDArray[np.bool_]:
    """Return (regions, regions): whether two are of one class; one without a class is alone."""
    classes = np.array([region.class_id or -index for index, region in enumerate(state.regions, start=1)])
    return classes[:, None] == classes[None]


def _counterparts(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (K,) the index of the region whose counterpart a cluster is, -1 for most."""
    owner = np.full(table.shape[1], -1)
    union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None] - table
    iou = table / np.maximum(union, 1)
    for row, column in zip(*scipy.optimize.linear_sum_assignment(iou, maximize=True), strict=True):
        if iou[row, column] >= _LEAST_IOU:
            owner[column] = row
    return owner


def _joined(former: RegionState, fresh: RegionState, owner: NDArray[np.int64]) -> RegionMatch:
    clusters: Sequence[NDArray[np.intp]] = [np.flatnonzero(owner == i) for i in range(len(former.regions))]
    kept = [
        replace(region, clusters=tuple(own.tolist()))
        for region, own in zip(former.regions, clusters, strict=True)
        if len(own)
    ]
    left = [tuple(c for c in region.clusters if owner[c] < 0) for region in fresh.regions]
    new = [
        Region(former.next_region_id + offset, group, f"New region {former.next_region_id + offset}")
        for offset, group in enumerate(group for group in left if group)
    ]
    state = RegionState(
        regions=(*kept, *new),
        classes=former.classes,
        splits=(),
        n_clusters=fresh.n_clusters,
        next_region_id=former.next_region_id + len(new),
        next_class_id=former.next_class_id,
    )
    kept_ids = tuple(region.id for region in kept)
    lost = tuple(region.id for region in former.regions if region.id not in kept_ids)
    return RegionMatch(state, kept_ids, tuple(region.id for region in new), lost)
