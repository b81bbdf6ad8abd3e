"""What of the former regions stays when clusters are found anew: names, classes and merges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState, Split
from segstyle_gui.core.cluster_config import ClusterConfig, sample_seeds
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.artifacts import load_clustering
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.clustering import Clustering
    from segstyle_gui.core.generator.network import Generator
    from segstyle_gui.core.latent_shift import LatentShift
    from segstyle_gui.core.region_matching import RegionMatch

KEPT = "kept"  # in the summary of a run whose regions go on from former ones
_SEEDS = 48
_BATCH = 16


@dataclass(frozen=True, slots=True)
class FormerRegions:
    """Regions that a new run goes on from."""

    run: RunRecord
    clustering: Clustering
    state: RegionState


def former_regions(project: Project, config: ClusterConfig) -> FormerRegions | None:
    """Return the regions whose names are to be kept, None if there are none worth it.

    Regions of another generator have nothing in common with those of this one, and where nobody has changed
    anything a fresh cut of the tree is better.
    """
    from segstyle_gui.core.region_matching import is_untouched

    run, state = project.current("regions"), project.region_state
    if not config.keep_names or run is None or state is None:
        return None
    if run.inputs.get("generator") != project.input_token("generator"):
        return None
    edited = any(not entry.undone for entry in project.history())
    if is_untouched(state) and not edited and KEPT not in run.summary:
        return None
    return FormerRegions(run, load_clustering(project, run), state)


def keep_regions(
    former: FormerRegions,
    fresh: RegionState,
    generator: Generator,
    clustering: Clustering,
    config: ClusterConfig,
    progress: Progress,
) -> RegionMatch:
    """Match new clusters to former regions where both lie in the same samples.

    The samples are plain ones, and those that the former clusters were found on if they were moved along a
    direction. Clusters that exist only once samples are moved along the new direction are new regions.
    """
    from segstyle_gui.core.region_matching import match_regions, new_clusters, overlap_of_maps

    seeds = sample_seeds(config)[:_SEEDS]
    overlap = np.zeros((former.state.n_ids, clustering.n_clusters), np.int64)
    seen = np.zeros(clustering.n_clusters, np.int64)
    for shift in _shifts(former.clustering):
        old, new = (
            _maps(generator, one, splits, clustering, shift, seeds, progress)
            for one, splits in ((former.clustering, former.state.splits), (clustering, ()))
        )
        table = overlap_of_maps(old, new, *overlap.shape)
        overlap += table
        seen = np.maximum(seen, table.sum(axis=0))
    is_new = None
    if clustering.shift is not None:
        everywhere = clustering.shift.with_share(1.0)
        moved = _maps(generator, clustering, (), clustering, everywhere, seeds, progress)
        is_new = new_clusters(seen, np.bincount(moved.ravel(), minlength=clustering.n_clusters))
    return match_regions(former.state, fresh, overlap, is_new=is_new)


def _shifts(former: Clustering) -> tuple[LatentShift | None, ...]:
    return (None,) if former.shift is None else (None, former.shift.with_share(1.0))


def _maps(
    generator: Generator,
    clustering: Clustering,
    splits: tuple[Split, ...],
    target: Clustering,
    shift: LatentShift | None,
    seeds: range,
    progress: Progress,
) -> NDArray[np.int16]:
    """Return cluster ids (N, S, S) at the size and truncation of ``target``."""
    from segstyle_gui.core.label_maps import cluster_maps
    from segstyle_gui.core.latents import latents_of

    found = []
    for start in range(0, len(seeds), _BATCH):
        progress.report(start, len(seeds), "Matching the former regions")
        w = latents_of(generator, seeds[start : start + _BATCH], target.psi, shift)
        found.append(cluster_maps(generator, clustering, splits, w, size=target.grid)[0])
    return np.concatenate(found)
