"""How often and how surely clusters and regions occur: exact for any merge, with nothing run again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.clustering import Clustering

PRESENT_SHARE = 0.0005  # of a sample's pixels: a cluster or region with less is not present there


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionStatistics:
    """Numbers shown beside a region; nan where unknown (parts of a split that were not counted)."""

    share: float  # of all pixels, 0 to 1
    presence: float  # share of samples it appears in, 0 to 1
    stability: float  # mean Jaccard index with re-fits, 0 to 1


def share_and_presence(
    counts: NDArray[np.integer], n_pixels: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (K,) share of pixels and (K,) share of samples from counts (S, K), samples of ``n_pixels``."""
    share = counts.sum(axis=0, dtype=np.int64) / (len(counts) * n_pixels)
    present = counts >= max(1.0, PRESENT_SHARE * n_pixels)
    return share.astype(np.float32), present.mean(axis=0).astype(np.float32)


def overlap_table(labels: NDArray[np.integer], others: NDArray[np.integer], k: int) -> NDArray[np.uint32]:
    """Return (k, k) uint32: rows with label i in ``labels`` and j in ``others``."""
    joint = labels.astype(np.int64) * k + others
    return np.bincount(joint, minlength=k * k).reshape(k, k).astype(np.uint32)


def cluster_stability(overlap: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Return (K,) float32: Jaccard index with the matched cluster, averaged over the re-fits.

    Clusters are matched one to one so that the most rows agree (Hungarian); ``overlap`` is (R, K, K).
    An empty cluster has 0; without re-fits all are nan.
    """
    if not len(overlap):
        return np.full(overlap.shape[1], np.nan, dtype=np.float32)
    jaccard = np.zeros(overlap.shape[:2])
    for index, table in enumerate(overlap.astype(np.int64)):
        i, j = linear_sum_assignment(table, maximize=True)
        union = table.sum(axis=1)[i] + table.sum(axis=0)[j] - table[i, j]
        jaccard[index, i] = table[i, j] / np.maximum(union, 1)
    return jaccard.mean(axis=0).astype(np.float32)


def region_stability(overlap: NDArray[np.uint32], region_of: NDArray[np.integer]) -> dict[int, float]:
    """Return the stability of every region: how well re-fits would draw it, were they merged alike.

    Each cluster of a re-fit goes to the region it shares the most rows with; the Jaccard index of the region
    and of what it was given is averaged over the re-fits.

    Parameters
    ----------
    overlap
        (R, K, K) rows in cluster i of the clustering and j of a re-fit.
    region_of
        (K,) region id of every cluster.
    """
    ids, index = np.unique(region_of, return_inverse=True)
    if not len(overlap):
        return {int(i): float("nan") for i in ids}
    total = np.zeros(len(ids))
    for table in overlap.astype(np.int64):
        rows = np.zeros((len(ids), table.shape[1]), dtype=np.int64)
        np.add.at(rows, index, table)
        given = rows.argmax(axis=0)
        both = np.bincount(given, weights=rows.max(axis=0), minlength=len(ids))
        theirs = np.bincount(given, weights=rows.sum(axis=0), minlength=len(ids))
        total += both / np.maximum(rows.sum(axis=1) + theirs - both, 1)
    return {int(i): float(value) for i, value in zip(ids, total / len(overlap), strict=True)}


def region_statistics(
    clustering: Clustering, state: RegionState, *, counts: NDArray[np.integer] | None = None
) -> dict[int, RegionStatistics]:
    """Return share, presence and stability of every region by its id.

    Parameters
    ----------
    clustering, state
        The clusters and what the user made of them.
    counts
        (S, n_ids) pixels of every cluster id in each sample, as
        :func:`segstyle_gui.core.label_maps.count_clusters` counts them. Needed for regions with parts of a
        split only; without it their numbers are nan.
    """
    known = clustering.sample_counts if counts is None else counts
    region_of = state.cluster_to_region()
    stability = region_stability(clustering.refit_overlap, region_of[: clustering.n_clusters])
    result = {}
    for region in state.regions:
        clusters = np.array(region.clusters, dtype=int)
        split = clusters.max() >= clustering.n_clusters
        share, presence = np.array([np.nan]), np.array([np.nan])
        if clusters.max() < known.shape[1]:
            own = known[:, clusters].sum(axis=1, dtype=np.int64, keepdims=True)
            share, presence = share_and_presence(own, clustering.grid**2)
        result[region.id] = RegionStatistics(
            share=float(share[0]),
            presence=float(presence[0]),
            stability=float("nan") if split else stability[region.id],
        )
    return result
