"""Stage: cluster the generator's features and cut the merge tree into the first regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segstyle_gui.core.classes import initial_state
from segstyle_gui.core.cluster_config import PRESETS, ClusterConfig
from segstyle_gui.core.generator.domains import PRESETS as DOMAIN_PRESETS
from segstyle_gui.core.merge_tree import cut_tree
from segstyle_gui.core.progress import Progress, part
from segstyle_gui.pipeline.artifacts import CLUSTERING_PREFIX, load_direction, load_generator
from segstyle_gui.pipeline.kept_regions import KEPT, former_regions, keep_regions
from segstyle_gui.pipeline.stage import Stage, begin
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project


def run(project: Project, config: ClusterConfig, progress: Progress) -> RunRecord:
    """Find clusters in the current generator and store them with the first regions.

    These are a cut of the merge tree; or, where a person has worked on the former regions, those again.

    Raises
    ------
    ConfigError
        If a layer does not exist, or there are fewer vectors than clusters.
    StageError
        If a direction is wanted and there is none, or it is of another generator.
    """
    from segstyle_gui.core.clusters import fit_clusters

    draft = begin(project, STAGE, config)
    generator = load_generator(project)
    former = former_regions(project, config)
    shift = None
    if config.direction_share > 0:
        shift = load_direction(project, draft.inputs["generator"]).shift(config.direction_share)
    clustering = fit_clusters(
        generator, config, shift=shift, progress=part(progress, 0, 0.9 if former else 1)
    )
    state = initial_state(cut_tree(clustering.linkage, config.n_regions))
    kept: dict[str, Any] = {}
    if former is not None:
        match = keep_regions(former, state, generator, clustering, config, part(progress, 0.9, 1))
        state = match.state
        kept = {KEPT: list(match.kept), "new": list(match.new), "lost": list(match.lost)}
    summary = {
        "clusters": clustering.n_clusters,
        "regions": len(state.regions),
        "layers": list(clustering.tap.names),
        "stability": float(clustering.stability.mean()) if len(clustering.refit_overlap) else None,
        **kept,
    }
    arrays = {f"{CLUSTERING_PREFIX}{name}": array for name, array in clustering.to_arrays().items()}
    return draft.commit(summary, arrays, region_state=state)


def _needs_more(config: ClusterConfig) -> tuple[str, ...]:
    return ("direction",) if config.direction_share > 0 else ()


def _load_config() -> type[Any]:
    return ClusterConfig


def _load_presets() -> Mapping[str, Any]:
    return {**PRESETS, **DOMAIN_PRESETS}


STAGE = Stage(
    name="find_regions",
    title="Find regions",
    help="Cluster the generator's features; similar clusters are merged into the first regions.",
    needs=("generator",),
    makes="regions",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
    needs_more=_needs_more,
)
