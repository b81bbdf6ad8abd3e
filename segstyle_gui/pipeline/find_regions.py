"""Stage: cluster the generator's features and cut the merge tree into the first regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segstyle_gui.core.classes import initial_state
from segstyle_gui.core.cluster_config import PRESETS, ClusterConfig
from segstyle_gui.core.merge_tree import cut_tree
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.artifacts import CLUSTERING_PREFIX, load_generator
from segstyle_gui.pipeline.stage import Stage, begin
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project


def run(project: Project, config: ClusterConfig, progress: Progress) -> RunRecord:
    """Find clusters in the current generator and store them with the first regions.

    Raises
    ------
    ConfigError
        If a layer does not exist, or there are fewer vectors than clusters.
    """
    from segstyle_gui.core.clusters import fit_clusters

    draft = begin(project, STAGE, config)
    clustering = fit_clusters(load_generator(project), config, progress=progress)
    state = initial_state(cut_tree(clustering.linkage, config.n_regions))
    summary = {
        "clusters": clustering.n_clusters,
        "regions": len(state.regions),
        "layers": list(clustering.tap.names),
        "stability": float(clustering.stability.mean()) if len(clustering.refit_overlap) else None,
    }
    arrays = {f"{CLUSTERING_PREFIX}{name}": array for name, array in clustering.to_arrays().items()}
    return draft.commit(summary, arrays, region_state=state)


def _load_config() -> type[Any]:
    return ClusterConfig


def _load_presets() -> Mapping[str, Any]:
    return PRESETS


STAGE = Stage(
    name="find_regions",
    title="Find regions",
    help="Cluster the generator's features; similar clusters are merged into the first regions.",
    needs=("generator",),
    makes="regions",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
)
