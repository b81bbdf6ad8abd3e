"""The regions' embeddings for naming: looked at once, known again for other words, merges and weightings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.found_names import Naming
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.core.progress import Progress, part
from segstyle_gui.pipeline.artifacts import LoadedRegions, load_regions
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.pipeline.text_model import at_hand, source_facts
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.clip.choice import ClipSource
    from segstyle_gui.core.cluster_looks import ClusterLooks, DenseEncoder

LOOK = "look"  # array of a run of names: digest of what its embeddings depend on
_FIRST_SEED = 50_000  # samples that are looked at are not those that regions were found on
_BATCH = 16
_SETTINGS = ("n_images", "stride", "size", "finer", "attention")


@dataclass(frozen=True, slots=True)
class RegionLook:
    """What the embeddings of the current regions depend on.

    Attributes
    ----------
    clusters
        Digest of what is known of the clusters: generator, clustering, splits, CLIP, grid.
    state
        The regions as they are now.
    weighting
        See :func:`~segstyle_gui.core.cluster_looks.group_embeddings`.
    """

    clusters: str
    state: RegionState
    weighting: Any

    @property
    def groups(self) -> list[tuple[int, ...]]:
        """Cluster ids of every region."""
        return [region.clusters for region in self.state.regions]

    @property
    def digest(self) -> NDArray[np.uint8]:
        """Digest (32,) of everything, to be stored beside the embeddings."""
        return np.frombuffer(_sha([self.clusters, self.groups, self.weighting]), np.uint8)


def region_look(project: Project, config: NamingConfig, source: ClipSource) -> RegionLook:
    """Return what the embeddings would depend on with these settings."""
    run, state = current_run(project, "regions"), project.region_state
    assert state is not None  # a run of regions always has one
    facts = [
        run.id,
        source_facts(source),
        [[*split.parents, split.centroids.tolist()] for split in state.splits],
        [getattr(config, name) for name in _SETTINGS],
    ]
    return RegionLook(_sha(facts).hex(), state, config.weighting)


def known_embeddings(project: Project, look: RegionLook) -> NDArray[np.float32] | None:
    """Return the regions' embeddings (R,D) if nothing need be looked at for them, else None."""
    from segstyle_gui.core.cluster_looks import group_embeddings

    kept = at_hand()
    looks = kept.looks.kept(look.clusters) if kept is not None else None
    if looks is not None:
        return group_embeddings(looks, look.groups, look.weighting)
    former = project.current("names")
    if former is None or LOOK not in project.array_names(former):
        return None
    arrays = project.arrays(former)
    return Naming.from_arrays(arrays).embeddings if np.array_equal(arrays[LOOK], look.digest) else None


def look_at_regions(
    project: Project, clip: DenseEncoder, look: RegionLook, config: NamingConfig, progress: Progress
) -> NDArray[np.float32]:
    """Draw samples, embed them cell by cell, and return the regions' embeddings (R,D)."""
    from segstyle_gui.core.cluster_looks import group_embeddings

    def make() -> ClusterLooks:
        return _look_at_clusters(project, clip, look, config, progress)

    kept = at_hand()
    looks = make() if kept is None else kept.looks.get(look.clusters, make)
    return group_embeddings(looks, look.groups, look.weighting)


def _look_at_clusters(
    project: Project, clip: DenseEncoder, look: RegionLook, config: NamingConfig, progress: Progress
) -> ClusterLooks:
    from segstyle_gui.core.cluster_looks import look_at_clusters

    progress.report(0, 1, "Loading the generator")
    regions = replace(load_regions(project), state=look.state)
    return look_at_clusters(
        clip,
        _scenes(regions, config.n_images),
        range(look.state.n_ids),
        config,
        n_images=config.n_images,
        progress=part(progress, 0.05, 1.0),
    )


def _scenes(regions: LoadedRegions, n_images: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int16]]]:
    """Yield batches of samples (n, R, R, C) uint8 and their cluster ids (n, R, R)."""
    import torch

    from segstyle_gui.core.generator.network import images_to_uint8
    from segstyle_gui.core.label_maps import cluster_maps, sample_latents

    generator = regions.generator
    for start in range(0, n_images, _BATCH):
        seeds = range(_FIRST_SEED + start, _FIRST_SEED + min(start + _BATCH, n_images))
        with torch.inference_mode():
            w = sample_latents(generator, regions.clustering, seeds)
            images = images_to_uint8(generator.synthesis(w))
        ids, _ = cluster_maps(
            generator, regions.clustering, regions.state.splits, w, size=generator.resolution
        )
        yield images, ids


def _sha(facts: Any) -> bytes:
    return hashlib.sha256(json.dumps(facts).encode()).digest()
