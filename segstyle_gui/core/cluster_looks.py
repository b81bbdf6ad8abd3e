"""What CLIP sees of every cluster in every image, from which any grouping into regions follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from segstyle_gui.core.clip.dense_options import Attention, Finer
from segstyle_gui.core.clip.prompts import TextEncoder
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.core.progress import SILENT, Progress

Weighting = Literal["images", "pixels"]
Scenes = Iterable[
    tuple[NDArray[np.uint8], NDArray[np.signedinteger]]
]  # images and cluster maps, a batch each


_LEAST_AREA = 1e-12  # cells; sums over none are 0


class DenseEncoder(TextEncoder, Protocol):
    """Embeds texts and grid cells, as :class:`~segstyle_gui.core.clip.model.ClipModel` does."""

    def dense(
        self,
        images: np.ndarray,
        *,
        stride: int = 16,
        size: int = 0,
        finer: Finer = "dilate",
        attention: Attention = "value",
        memory_gb: float = 2.0,
    ) -> np.ndarray:
        """Return (N,D,h,w) float32 embeddings of (N,H,W,C) uint8 images."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ClusterLooks:
    """Sums over the grid cells of every image.

    Attributes
    ----------
    cluster_ids
        Of the K clusters.
    sums
        (N,K,D) float32: embeddings of the cells, each times the share of its pixels that are the cluster's.
    areas
        (N,K) float32: those shares, added up; 0 where the cluster is not in the image.
    """

    cluster_ids: tuple[int, ...]
    sums: NDArray[np.float32]
    areas: NDArray[np.float32]


def look_at_clusters(
    clip: DenseEncoder,
    scenes: Scenes,
    cluster_ids: Sequence[int],
    config: NamingConfig,
    *,
    n_images: int = 0,
    progress: Progress = SILENT,
) -> ClusterLooks:
    """Embed images cell by cell and sum up by cluster.

    Parameters
    ----------
    clip
        The CLIP model.
    scenes
        Batches of images (N,H,W,C) uint8, C = 1 or 3, and cluster ids (N,h,w); only one batch is held.
    cluster_ids
        Those that count.
    config
        Grid and memory.
    n_images
        How many images there will be, for the progress.
    progress
        Told after every batch.

    Raises
    ------
    ValueError
        If there are no images.
    """
    sums, areas, done = [], [], 0
    for images, maps in scenes:
        progress.report(done, max(n_images, done + len(images)), "Looking at regions")
        cells = clip.dense(
            images,
            stride=config.stride,
            size=config.size,
            finer=config.finer,
            attention=config.attention,
            memory_gb=config.memory_gb,
        )
        for one, ids in zip(cells, maps, strict=True):
            weights = _cell_shares(ids, cluster_ids, cells.shape[-2:])
            sums.append(weights @ one.reshape(len(one), -1).T)
            areas.append(weights.sum(axis=1))
        done += len(images)
    if not sums:
        raise ValueError("no images; wanted at least one")
    progress.report(1, 1)
    return ClusterLooks(tuple(cluster_ids), np.stack(sums), np.stack(areas))


def _cell_shares(
    ids: NDArray[np.signedinteger], cluster_ids: Sequence[int], grid: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return (K, cells) the share of every cell's pixels that belong to each cluster of one map (h,w)."""
    inside = torch.from_numpy(ids.astype(np.int64)) == torch.tensor(list(cluster_ids))[:, None, None]
    shares = F.adaptive_avg_pool2d(inside.float()[None], (grid[0], grid[1]))[0].flatten(1)
    return np.asarray(shares.numpy(), dtype=np.float32)


def group_embeddings(
    looks: ClusterLooks, groups: Sequence[Sequence[int]], weighting: Weighting
) -> NDArray[np.float32]:
    """Return (groups, D) float32 embeddings of length 1, NaN for a group that is in no image.

    Parameters
    ----------
    looks
        From :func:`look_at_clusters`.
    groups
        Cluster ids of each region.
    weighting
        ``"images"``: the mean over images of the mean in each, so that an image where the region is large
        counts no more than one where it is small. ``"pixels"``: the mean over all its cells in all images, as
        the paper's code has it.
    """
    places = {number: place for place, number in enumerate(looks.cluster_ids)}
    member = np.zeros((len(groups), len(places)), np.float32)
    for row, group in enumerate(groups):
        member[row, [places[number] for number in group if number in places]] = 1
    areas = looks.areas @ member.T  # (N, groups)
    if weighting == "pixels":
        total = member @ looks.sums.sum(axis=0)
    else:
        total = np.zeros((len(groups), looks.sums.shape[2]), np.float32)
        for sums, area in zip(looks.sums, areas, strict=True):
            total += (member @ sums) / np.maximum(area, _LEAST_AREA)[:, None]
    norms = np.linalg.norm(total, axis=1, keepdims=True)
    seen = (areas.max(axis=0) > 0)[:, None] & (norms > 0)
    return np.divide(total, norms, out=np.full_like(total, np.nan), where=seen)
