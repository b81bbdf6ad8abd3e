"""Find regions: cluster the feature vectors of generated samples (Pakhomov et al. 2021, section 3.1).

Unlike the paper, which keeps raw activations and few clusters, the default normalises, over-clusters and
hands a merge tree to the user; ``PRESETS["paper"]`` has the paper's settings. This module is also the front
door to what is done with clusters: label maps, statistics, the tree and splits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.cluster_config import PRESETS, ClusterConfig, rows_bytes, sample_seeds
from segstyle_gui.core.cluster_statistics import (
    RegionStatistics,
    cluster_stability,
    overlap_table,
    region_statistics,
    share_and_presence,
)
from segstyle_gui.core.clustering import Clustering
from segstyle_gui.core.feature_tap import TappedGenerator, parse_layers
from segstyle_gui.core.features import FeatureSample, fit_tap, sample_features
from segstyle_gui.core.kmeans import KMeansFit, fit_kmeans
from segstyle_gui.core.label_maps import (
    Point,
    class_maps,
    cluster_maps,
    cluster_scores,
    clusters_at,
    count_clusters,
)
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.merge_tree import cut_tree, ward_linkage
from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.core.splitting import split_region
from segstyle_gui.core.taps import FeatureTap
from segstyle_gui.errors import ConfigError

__all__ = [
    "PRESETS",
    "ClusterConfig",
    "Clustering",
    "Point",
    "RegionStatistics",
    "class_maps",
    "cluster_maps",
    "cluster_scores",
    "clusters_at",
    "count_clusters",
    "cut_tree",
    "fit_clusters",
    "region_statistics",
    "sample_seeds",
    "split_region",
]

_TAP_SAMPLES = 64  # samples that statistics of a tap are taken from
_COUNTED_SAMPLES = 2_000  # samples in which pixels are counted
_REFIT_ROWS = 50_000  # most rows of a re-fit


def fit_clusters(
    generator: TappedGenerator,
    config: ClusterConfig,
    *,
    shift: LatentShift | None = None,
    progress: Progress = SILENT,
    device: str | torch.device | None = None,
) -> Clustering:
    """Cluster the feature vectors of generated samples.

    Parameters
    ----------
    generator
        Read where it is.
    config
        The settings.
    shift
        Moves some of the samples, so that a rare thing is common in them; the clustering remembers it.
    progress
        Told often; may raise ``Cancelled``.
    device
        Where K-means runs: torch on a CUDA device, scikit-learn on the CPU for any other; None for the
        generator's device.

    Raises
    ------
    ConfigError
        If a layer does not exist, or there are fewer vectors than clusters.
    """
    seeds = sample_seeds(config)
    tap = _tap(generator, config, seeds, shift)
    sample = sample_features(
        generator,
        tap,
        seeds,
        psi=config.psi,
        budget_bytes=rows_bytes(config.memory_gb),
        seed=config.seed,
        shift=shift,
        progress=part(progress, 0.0, 0.25),
    )
    if len(sample.vectors) < 2 * config.n_clusters:
        raise ConfigError(
            f"There are {len(sample.vectors)} feature vectors for {config.n_clusters} clusters.",
            hint="Use more samples, a finer grid, more memory or fewer clusters.",
        )
    where = generator.device if device is None else device
    fit = _kmeans(sample.vectors, config, config.seed, where, part(progress, 0.25, 0.7))
    overlap = _refit(sample.vectors, fit.labels, config, where, part(progress, 0.7, 0.85))
    return _describe(generator, config, tap, shift, sample, fit, overlap, part(progress, 0.85, 1.0))


def _tap(
    generator: TappedGenerator, config: ClusterConfig, seeds: Sequence[int], shift: LatentShift | None
) -> FeatureTap:
    layers = parse_layers(config.layer, generator)
    finest = max(generator.layer_size(name) for name in layers)
    return fit_tap(
        generator,
        layers,
        grid=config.grid or min(128, max(64, finest)),
        normalize=config.normalize,
        pca_dims=config.pca_dims,
        seeds=seeds[:_TAP_SAMPLES],
        psi=config.psi,
        shift=shift,
    )


def _kmeans(
    vectors: NDArray[np.float32],
    config: ClusterConfig,
    seed: int,
    device: str | torch.device,
    progress: Progress,
) -> KMeansFit:
    return fit_kmeans(
        vectors,
        config.n_clusters,
        n_init=config.n_init,
        max_iter=config.max_iter,
        tol=config.tol,
        seed=seed,
        device=device,
        init_rows=config.init_rows,
        progress=progress,
    )


def _refit(
    vectors: NDArray[np.float32],
    labels: NDArray[np.int32],
    config: ClusterConfig,
    device: str | torch.device,
    progress: Progress,
) -> NDArray[np.uint32]:
    """Cluster random halves of the vectors anew; return (R, K, K) how the labels agree on them."""
    k = config.n_clusters
    most = int(config.memory_gb * 1e9 * 0.1 / (4 * vectors.shape[1]))
    n_rows = max(k, min(len(vectors) // 2, _REFIT_ROWS, most))
    overlap = np.zeros((config.n_refits, k, k), dtype=np.uint32)
    for index in range(config.n_refits):
        rng = np.random.default_rng([config.seed, 1 + index])
        rows = np.sort(rng.choice(len(vectors), size=n_rows, replace=False, shuffle=False))
        piece = part(progress, index / config.n_refits, (index + 1) / config.n_refits)
        fit = _kmeans(vectors[rows], config, config.seed + 1 + index, device, piece)
        overlap[index] = overlap_table(labels[rows], fit.labels, k)
    return overlap


def _describe(
    generator: TappedGenerator,
    config: ClusterConfig,
    tap: FeatureTap,
    shift: LatentShift | None,
    sample: FeatureSample,
    fit: KMeansFit,
    overlap: NDArray[np.uint32],
    progress: Progress,
) -> Clustering:
    k, n_pixels = config.n_clusters, tap.grid**2
    blank = np.zeros(k, dtype=np.float32)
    draft = Clustering(
        tap=tap,
        psi=config.psi,
        seed=config.seed,
        centroids=fit.centroids,
        share=blank,
        presence=blank,
        stability=cluster_stability(overlap),
        linkage=ward_linkage(fit.centroids, np.bincount(fit.labels, minlength=k)),
        sample_counts=np.zeros((0, k), dtype=np.uint32),
        refit_overlap=overlap,
        shift=shift,
    )
    if len(fit.labels) == config.n_samples * n_pixels:  # every pixel was clustered, so all is known
        offsets = np.repeat(np.arange(config.n_samples), n_pixels) * k
        joint = np.bincount(offsets + fit.labels, minlength=config.n_samples * k)
        counts = joint.reshape(-1, k).astype(np.uint32)
    else:
        seeds = sample_seeds(config)[:_COUNTED_SAMPLES]
        counts = count_clusters(generator, draft, (), seeds, progress=progress)
    share, presence = share_and_presence(counts, n_pixels)
    progress.report(1, 1, "Regions found")
    return replace(draft, share=share, presence=presence, sample_counts=counts)
