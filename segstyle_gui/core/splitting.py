"""Split one region: by clustering its own pixels again, or by examples drawn on two or more parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segstyle_gui.core.classes import RegionState, Split
from segstyle_gui.core.cluster_config import ClusterConfig, rows_bytes, sample_seeds
from segstyle_gui.core.clustering import Clustering
from segstyle_gui.core.feature_tap import TappedGenerator, vectors_at
from segstyle_gui.core.features import batch_size, map_batches
from segstyle_gui.core.kmeans import fit_kmeans
from segstyle_gui.core.label_maps import Point, check_generator, cluster_scores, decide, grid_pixel
from segstyle_gui.core.lloyd import squared_distances
from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.errors import ConfigError, StageError

_MOST_ROWS = 100_000  # vectors of a region that a split looks at
_ROUNDS = 20  # most iterations from examples


def split_region(
    generator: TappedGenerator,
    clustering: Clustering,
    state: RegionState,
    region_id: int,
    *,
    config: ClusterConfig,
    n_parts: int = 2,
    examples: Sequence[Sequence[Point]] = (),
    progress: Progress = SILENT,
) -> Split:
    """Return a split of one region into parts.

    Parameters
    ----------
    generator, clustering, state
        As they are now; nothing is changed.
    region_id
        The region to divide.
    config
        Number and seed of the samples, memory and K-means settings.
    n_parts
        Number of parts if there are no examples.
    examples
        One group of points for each part (two scribbles, say). Free pixels are then clustered from the means
        of the groups, and each group keeps pulling its part with the weight of an even share of the pixels.
    progress
        Told after every batch; may raise ``Cancelled``.

    Raises
    ------
    KeyError
        If there is no such region.
    ConfigError
        If there is only one group of examples, or an empty one.
    StageError
        If the region has too few pixels in the samples, or the generator is another one.
    """
    parents = state.region(region_id).clusters
    check_generator(generator, clustering.tap)
    if examples and (len(examples) < 2 or not all(examples)):
        raise ConfigError(
            f"{sum(bool(group) for group in examples)} parts have examples; wanted two or more, none empty.",
            hint="Draw a stroke on each part that the region is to be split into.",
        )
    n_parts = len(examples) or n_parts
    rows = region_vectors(generator, clustering, state, parents, config, progress=part(progress, 0, 0.6))
    if len(rows) < 2 * n_parts:
        raise StageError(
            f"Region {region_id} has {len(rows)} pixels in {config.n_samples} samples: too few for a split.",
            hint="Use more samples, or merge it with its neighbour instead.",
        )
    if examples:
        centroids = _from_examples(rows, [_vectors_of(generator, clustering, group) for group in examples])
    else:
        fit = fit_kmeans(
            rows,
            n_parts,
            n_init=config.n_init,
            max_iter=config.max_iter,
            tol=config.tol,
            seed=config.seed,
            device=generator.device,
            progress=part(progress, 0.6, 1),
        )
        centroids = fit.centroids
    progress.report(1, 1, "Region split")
    return Split(state.n_ids, parents, centroids)


def region_vectors(
    generator: TappedGenerator,
    clustering: Clustering,
    state: RegionState,
    clusters: Sequence[int],
    config: ClusterConfig,
    *,
    progress: Progress = SILENT,
) -> NDArray[np.float32]:
    """Return (N, D) float32: vectors of random pixels whose cluster id is one of ``clusters``."""
    tap, seeds = clustering.tap, sample_seeds(config)
    budget = rows_bytes(config.memory_gb) // (4 * tap.dims)
    most = max(1, min(_MOST_ROWS, budget) // len(seeds))
    groups = torch.arange(state.n_ids, device=generator.device)
    wanted = torch.tensor(clusters, device=generator.device)
    batch = batch_size(generator, tap.names, extra_floats=3 * state.n_ids * tap.grid**2)
    found: list[NDArray[np.float32]] = []
    done = 0
    for some, maps in map_batches(generator, tap.names, seeds, clustering.psi, batch, clustering.shift):
        base, others = cluster_scores(clustering, state.splits, maps, tap.grid)
        ids, _ = decide(base, others, state.splits, groups)
        inside = torch.isin(ids, wanted).flatten(1).cpu().numpy()
        for index, seed in enumerate(some):
            rng = np.random.default_rng([config.seed, seed, 1])
            pixels = rng.permutation(np.flatnonzero(inside[index]))[:most]
            one = {name: x[index : index + 1] for name, x in maps.items()}
            where = torch.from_numpy(np.sort(pixels))[None].to(generator.device)
            found.append(vectors_at(tap, one, where)[0].cpu().numpy())
        done += len(some)
        progress.report(done, len(seeds), "Reading the region")
    return np.concatenate(found)


def _vectors_of(
    generator: TappedGenerator, clustering: Clustering, points: Sequence[Point]
) -> NDArray[np.float32]:
    """Return (n, D): the vectors under some points."""
    tap = clustering.tap
    rows = []
    for seed in sorted({point.seed for point in points}):
        pixels = sorted({grid_pixel(point, tap.grid) for point in points if point.seed == seed})
        for _, maps in map_batches(generator, tap.names, [seed], clustering.psi, 1, clustering.shift):
            where = torch.tensor([pixels], device=generator.device)
            rows.append(vectors_at(tap, maps, where)[0].cpu().numpy())
    return np.concatenate(rows)


def _from_examples(rows: NDArray[np.float32], groups: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Run K-means from the groups' means; a group's rows never leave its part (Basu et al. 2002)."""
    x = torch.from_numpy(rows)
    squares = x.square().sum(dim=1)
    anchors = torch.stack([torch.from_numpy(group).mean(dim=0) for group in groups])
    weight = len(rows) / len(groups)
    centroids, labels = anchors, torch.full((len(rows),), -1)
    for _ in range(_ROUNDS):
        nearest = squared_distances(x, squares, centroids).argmin(dim=1)
        if torch.equal(nearest, labels):
            break
        labels = nearest
        centroids = _means(x, labels, anchors, weight)
    return centroids.numpy()


def _means(x: Tensor, labels: Tensor, anchors: Tensor, weight: float) -> Tensor:
    member = torch.nn.functional.one_hot(labels, len(anchors)).float()
    return (member.T @ x + weight * anchors) / (member.sum(dim=0)[:, None] + weight)
