"""Feature vectors of generated samples, streamed: memory stays within a budget whatever their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segstyle_gui.core.feature_tap import TappedGenerator, normalized, vectors_at
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.core.taps import FeatureTap, LayerTap, Normalize

_MAP_BYTES = 96 << 20  # of the tapped feature maps of one batch
_LARGEST_BATCH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSample:
    """Vectors of random pixels of some samples.

    ``vectors`` (N, D) float32; ``seeds`` (N,) int64, the sample each row is of; ``pixels`` (N,) int64, its
    place y * grid + x.
    """

    vectors: NDArray[np.float32]
    seeds: NDArray[np.int64]
    pixels: NDArray[np.int64]


def batch_size(generator: TappedGenerator, layers: Sequence[str], *, extra_floats: int = 0) -> int:
    """Return how many samples to pass at once so that their tapped maps stay below about 100 MB.

    ``extra_floats`` are further float32 values that one sample needs, such as its score maps.
    """
    floats = sum(generator.layer_channels(name) * generator.layer_size(name) ** 2 for name in layers)
    return max(1, min(_LARGEST_BATCH, _MAP_BYTES // (4 * (2 * floats + extra_floats))))


@torch.no_grad()
def map_batches(
    generator: TappedGenerator,
    layers: Sequence[str],
    seeds: Sequence[int],
    psi: float,
    batch: int,
    shift: LatentShift | None = None,
) -> Iterator[tuple[Sequence[int], dict[str, Tensor]]]:
    """Yield the seeds and feature maps of each batch of samples."""
    for begin in range(0, len(seeds), batch):
        some = seeds[begin : begin + batch]
        w = latents_of(generator, some, psi, shift)
        _, maps = generator.forward_intermediates(w, layers, image=False)
        yield some, maps


def pixels_of_sample(seed: int, sample_seed: int, n: int, grid: int) -> NDArray[np.int64]:
    """Choose ``n`` different pixels of one sample; a function of both seeds alone, in rising order."""
    if n >= grid * grid:
        return np.arange(grid * grid, dtype=np.int64)
    rng = np.random.default_rng([seed, sample_seed])
    return np.sort(rng.choice(grid * grid, size=n, replace=False)).astype(np.int64)


def rows_per_sample(tap: FeatureTap, n_samples: int, budget_bytes: int) -> int:
    """Return how many pixels of each sample fit in the budget together: 1 to grid²."""
    return int(min(tap.grid**2, max(1, budget_bytes // (n_samples * tap.dims * 4))))


def sample_features(
    generator: TappedGenerator,
    tap: FeatureTap,
    seeds: Sequence[int],
    *,
    psi: float,
    budget_bytes: int,
    seed: int = 0,
    batch: int = 0,
    shift: LatentShift | None = None,
    progress: Progress = SILENT,
) -> FeatureSample:
    """Take the vectors of random pixels of every sample, as many as the budget allows.

    Parameters
    ----------
    generator, tap
        Where the features come from.
    seeds
        One sample each. If not even one pixel of each fits, evenly spaced ones of them are used.
    psi
        Truncation.
    budget_bytes
        For the vectors (N, D) float32; all pixels are taken if they fit.
    seed
        Of the choice of pixels, which does not depend on ``batch``.
    batch
        Samples in one pass; 0 chooses by their size.
    shift
        Moves some of the samples.
    progress
        Told after every batch; may raise ``Cancelled``.
    """
    most = max(1, budget_bytes // (tap.dims * 4))
    if len(seeds) > most:
        seeds = [seeds[i] for i in np.linspace(0, len(seeds) - 1, most).astype(int)]
    m = rows_per_sample(tap, len(seeds), budget_bytes)
    pixels = np.stack([pixels_of_sample(seed, s, m, tap.grid) for s in seeds])
    vectors = np.empty((len(seeds) * m, tap.dims), dtype=np.float32)
    size = batch or batch_size(generator, tap.names)
    done = 0
    for some, maps in map_batches(generator, tap.names, seeds, psi, size, shift):
        where = torch.from_numpy(pixels[done : done + len(some)]).to(generator.device)
        rows = vectors_at(tap, maps, where).reshape(-1, tap.dims)
        vectors[done * m : (done + len(some)) * m] = rows.cpu().numpy()
        done += len(some)
        progress.report(done, len(seeds), "Reading features")
    return FeatureSample(
        vectors=vectors, seeds=np.repeat(np.asarray(seeds, dtype=np.int64), m), pixels=pixels.reshape(-1)
    )


def fit_tap(
    generator: TappedGenerator,
    layers: Sequence[str],
    *,
    grid: int,
    normalize: Normalize,
    pca_dims: int = 0,
    seeds: Sequence[int],
    psi: float,
    shift: LatentShift | None = None,
) -> FeatureTap:
    """Return a tap with the statistics it needs, taken from all pixels of ``seeds`` at each layer's own size.

    ``pca_dims`` above 0 keeps that many principal components of each layer that has more channels; ``shift``
    moves some of the samples.
    """
    plain = tuple(LayerTap(name=name, channels=generator.layer_channels(name)) for name in layers)
    if normalize != "standard" and not pca_dims:
        return FeatureTap(layers=plain, grid=grid, normalize=normalize)
    moments = {layer.name: _Moments(layer.channels) for layer in plain}
    for _, maps in map_batches(generator, layers, seeds, psi, batch_size(generator, layers), shift):
        for name, x in maps.items():
            moments[name].add(normalized(x, normalize, len(layers)))
    fitted = tuple(
        _fit_layer(layer, moments[layer.name], normalize, pca_dims, len(layers)) for layer in plain
    )
    return FeatureTap(layers=fitted, grid=grid, normalize=normalize)


class _Moments:
    """Running first and second moments of the pixels of one layer, float64."""

    def __init__(self, channels: int) -> None:
        self._n = 0
        self._sum = torch.zeros(channels, dtype=torch.float64)
        self._products = torch.zeros(channels, channels, dtype=torch.float64)

    def add(self, maps: Tensor) -> None:
        rows = maps.movedim(1, -1).reshape(-1, maps.shape[1])
        self._n += len(rows)
        self._sum += rows.sum(dim=0, dtype=torch.float64).cpu()
        self._products += (rows.T @ rows).double().cpu()

    def mean_and_covariance(self) -> tuple[Tensor, Tensor]:
        mean = self._sum / self._n
        return mean, self._products / self._n - mean[:, None] * mean[None]


def _fit_layer(
    layer: LayerTap, moments: _Moments, normalize: Normalize, pca_dims: int, n_layers: int
) -> LayerTap:
    mean, covariance = moments.mean_and_covariance()
    scale = torch.ones(layer.channels, dtype=torch.float64)
    if normalize == "standard":
        # A channel that never varies says nothing: it is left out rather than divided by nought.
        deviation = covariance.diagonal().clamp(min=0).sqrt()
        varies = deviation > 1e-6 * deviation.max()
        scale = torch.where(varies, 1 / (deviation * (layer.channels * n_layers) ** 0.5), 0.0)
    projection = scale
    if 0 < pca_dims < layer.channels:
        _, axes = torch.linalg.eigh(covariance * scale[:, None] * scale[None])
        projection = axes.T.flip(0)[:pca_dims] * scale[None]
    return LayerTap(
        name=layer.name,
        channels=layer.channels,
        mean=mean.numpy().astype(np.float32),
        projection=projection.contiguous().numpy().astype(np.float32),
    )
