"""From a latent to label maps: cluster ids or classes of every pixel, with how sure each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segstyle_gui.core.classes import RegionState, Split
from segstyle_gui.core.clustering import Clustering
from segstyle_gui.core.feature_tap import TappedGenerator, score_maps
from segstyle_gui.core.features import batch_size
from segstyle_gui.core.generator.network import images_to_uint8
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.core.taps import FeatureTap
from segstyle_gui.errors import StageError


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a sample: its seed, and y, x from 0 (top, left) to below 1 (bottom, right)."""

    seed: int
    y: float
    x: float


def cluster_scores(
    clustering: Clustering, splits: Sequence[Split], maps: dict[str, Tensor], size: int
) -> tuple[Tensor, list[Tensor]]:
    """Return the scores of the base clusters (N, K, size, size) and those of each split (N, k, size, size).

    ``maps`` are the feature maps by layer; :func:`segstyle_gui.core.feature_tap.score_maps` defines a score.
    """
    centroids = np.concatenate([clustering.centroids, *(split.centroids for split in splits)])
    scores = score_maps(clustering.tap, maps, centroids, size)
    sizes = [clustering.n_clusters, *(len(split.centroids) for split in splits)]
    base, *others = scores.split(sizes, dim=1)
    return base, others


def decide(
    base: Tensor, split_scores: Sequence[Tensor], splits: Sequence[Split], groups: Tensor
) -> tuple[Tensor, Tensor]:
    """Assign every pixel to the group of its nearest cluster.

    The base clusters decide first; where the winner is a parent of a split, the split decides again, and so
    on. The margin is the least change of scores, over all these decisions, that would change the group.

    Parameters
    ----------
    base, split_scores
        From :func:`cluster_scores`.
    splits
        In the order they were made.
    groups
        (n_ids,) int64, the group of every cluster id: its class, or the id itself for a map of clusters.

    Returns
    -------
    tuple
        Groups (N, size, size) int64 and margins (N, size, size) float32, infinite where no other group
        takes part.
    """
    outcome: dict[int, tuple[Tensor, Tensor]] = {}  # of ids that were split: group and margin of each pixel
    for split, scores in zip(reversed(splits), reversed(split_scores), strict=True):
        decided = _decide_once(scores, split.ids, groups, outcome)
        outcome.update(dict.fromkeys(split.parents, decided))
    return _decide_once(base, range(base.shape[1]), groups, outcome)


def _decide_once(
    scores: Tensor, ids: Sequence[int], groups: Tensor, outcome: dict[int, tuple[Tensor, Tensor]]
) -> tuple[Tensor, Tensor]:
    best, winner = scores.max(dim=1)
    own = groups[torch.tensor(ids, device=scores.device)]
    group_of = own[None, :, None, None]
    divided = [(offset, outcome[i]) for offset, i in enumerate(ids) if i in outcome]
    if divided:
        group_of = group_of.expand(scores.shape).clone()
        for offset, (group, _) in divided:
            group_of[:, offset] = group
        chosen = group_of.gather(1, winner[:, None])[:, 0]
    else:
        chosen = own[winner]
    rival = scores.masked_fill(group_of == chosen[:, None], -torch.inf).amax(dim=1)
    margin = best - rival
    for offset, (_, inner) in divided:
        margin = torch.where(winner == offset, torch.minimum(margin, inner), margin)
    return chosen, margin


@torch.no_grad()
def cluster_maps(
    generator: TappedGenerator, clustering: Clustering, splits: Sequence[Split], w: Tensor, *, size: int
) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Return the cluster id of every pixel and its margin to the next cluster.

    Parameters
    ----------
    w
        Latents, as :func:`segstyle_gui.core.latents.latents_of` returns them.
    size
        Pixels a side of the maps; need not be the grid.

    Returns
    -------
    tuple
        (N, size, size) int16 and float32.

    Raises
    ------
    StageError
        If the generator is not the one that the clusters were found in.
    """
    groups = torch.arange(_n_ids(clustering, splits), device=generator.device)
    ids = np.empty((len(w), size, size), dtype=np.int16)
    margins = np.empty((len(w), size, size), dtype=np.float32)
    for block, group, margin, _ in _passes(generator, clustering, splits, w, groups, size, image=False):
        ids[block], margins[block] = group.cpu().numpy(), margin.cpu().numpy()
    return ids, margins


@torch.no_grad()
def class_maps(
    generator: TappedGenerator, clustering: Clustering, state: RegionState, w: Tensor, *, size: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | NDArray[np.uint16], NDArray[np.float32]]:
    """Return images with their label maps, in one pass of the generator.

    Parameters
    ----------
    w
        Latents, as :func:`segstyle_gui.core.latents.latents_of` returns them.
    size
        Pixels a side of the label maps; the images have the generator's resolution.

    Returns
    -------
    tuple
        Images (N, R, R, C) uint8; class ids (N, size, size) uint8 (uint16 with class ids above 254), 0
        background; margins (N, size, size) float32: best score less the best score of another class,
        infinite if there is no other.

    Raises
    ------
    StageError
        If the generator is not the one that the clusters were found in.
    """
    table = state.cluster_to_class()
    groups = torch.from_numpy(table.astype(np.int64)).to(generator.device)
    labels = np.empty((len(w), size, size), dtype=table.dtype)
    margins = np.empty((len(w), size, size), dtype=np.float32)
    images = []
    for block, group, margin, picture in _passes(
        generator, clustering, state.splits, w, groups, size, image=True
    ):
        labels[block], margins[block] = group.cpu().numpy(), margin.cpu().numpy()
        assert picture is not None
        images.append(images_to_uint8(picture))
    return np.concatenate(images), labels, margins


def _passes(
    generator: TappedGenerator,
    clustering: Clustering,
    splits: Sequence[Split],
    w: Tensor,
    groups: Tensor,
    size: int,
    *,
    image: bool,
) -> Iterator[tuple[slice, Tensor, Tensor, Tensor | None]]:
    check_generator(generator, clustering.tap)
    names = clustering.tap.names
    batch = batch_size(generator, names, extra_floats=3 * len(groups) * size**2)
    for begin in range(0, len(w), batch):
        block = slice(begin, begin + batch)
        picture, maps = generator.forward_intermediates(w[block].to(generator.device), names, image=image)
        base, others = cluster_scores(clustering, splits, maps, size)
        group, margin = decide(base, others, splits, groups)
        yield block, group, margin, picture


def count_clusters(
    generator: TappedGenerator,
    clustering: Clustering,
    splits: Sequence[Split],
    seeds: Sequence[int],
    *,
    progress: Progress = SILENT,
) -> NDArray[np.uint32]:
    """Return (S, n_ids) uint32: pixels of every cluster id on the grid of each sample."""
    n_ids = _n_ids(clustering, splits)
    counts = np.zeros((len(seeds), n_ids), dtype=np.uint32)
    for begin in range(0, len(seeds), 16):
        some = seeds[begin : begin + 16]
        ids, _ = cluster_maps(
            generator, clustering, splits, sample_latents(generator, clustering, some), size=clustering.grid
        )
        for offset, one in enumerate(ids):
            counts[begin + offset] = np.bincount(one.ravel(), minlength=n_ids)
        progress.report(begin + len(some), len(seeds), "Counting pixels")
    return counts


def clusters_at(
    generator: TappedGenerator, clustering: Clustering, state: RegionState, points: Sequence[Point]
) -> list[int]:
    """Return the region id under each point, 0 where there is none."""
    seeds = sorted({point.seed for point in points})
    if not seeds:
        return []
    w = sample_latents(generator, clustering, seeds)
    ids, _ = cluster_maps(generator, clustering, state.splits, w, size=clustering.grid)
    regions = state.cluster_to_region()
    return [int(regions[ids[seeds.index(p.seed)].ravel()[grid_pixel(p, clustering.grid)]]) for p in points]


def grid_pixel(point: Point, grid: int) -> int:
    """Return the grid pixel y * grid + x that a point is in.

    Raises
    ------
    ValueError
        If the point is outside the image.
    """
    if not (0 <= point.y < 1 and 0 <= point.x < 1):
        raise ValueError(f"a point's y and x are in [0, 1), not {point.y}, {point.x}")
    return int(point.y * grid) * grid + int(point.x * grid)


def check_generator(generator: TappedGenerator, tap: FeatureTap) -> None:
    """Raise ``StageError`` unless the generator has the layers that the tap reads."""
    for layer in tap.layers:
        found = generator.layer_channels(layer.name) if layer.name in generator.layer_names else 0
        if found != layer.channels:
            raise StageError(
                f"Regions read {layer.channels} channels of layer {layer.name}; this generator has {found}.",
                hint="Find regions again with this generator.",
            )


def sample_latents(generator: TappedGenerator, clustering: Clustering, seeds: Sequence[int]) -> Tensor:
    """Return the latents of samples like those that the clusters were found on, moved ones among them."""
    return latents_of(generator, seeds, clustering.psi, clustering.shift)


def _n_ids(clustering: Clustering, splits: Sequence[Split]) -> int:
    return clustering.n_clusters + sum(len(split.centroids) for split in splits)
