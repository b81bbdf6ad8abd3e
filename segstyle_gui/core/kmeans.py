"""K-means on the CPU or a GPU: k-means++ starts, then Lloyd's iterations.

By default the starts compete on a part of the rows and the winner alone is run on all of them, which reaches
the inertia of scikit-learn's ``KMeans`` in a fraction of the time (``benchmarks/kmeans_speed.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segstyle_gui.core.cluster_config import INIT_ROWS
from segstyle_gui.core.lloyd import Lloyd, Rows, make_rows, mean_variance, squared_distances
from segstyle_gui.core.progress import SILENT, Progress, part

_COMPETITION_SHARE = 0.3  # of the reported progress


@dataclass(frozen=True, slots=True, kw_only=True)
class KMeansFit:
    """What K-means found.

    ``centroids`` (K, D) float32; ``labels`` (N,) int32, the nearest centroid of every row; ``inertia`` the
    weighted sum of squared distances to it; ``n_iter`` the iterations of the last run.
    """

    centroids: NDArray[np.float32]
    labels: NDArray[np.int32]
    inertia: float
    n_iter: int


def fit_kmeans(
    x: NDArray[np.float32] | Tensor,
    n_clusters: int,
    *,
    n_init: int = 4,
    max_iter: int = 300,
    tol: float = 1e-4,
    seed: int = 0,
    device: str | torch.device = "cpu",
    weights: NDArray[np.float32] | Tensor | None = None,
    init_rows: int = INIT_ROWS,
    progress: Progress = SILENT,
) -> KMeansFit:
    """Cluster the rows of ``x``.

    Parameters
    ----------
    x
        (N, D) float32; on the CPU neither copied nor changed.
    n_clusters
        K, 1 to N.
    n_init
        Number of k-means++ starts; the one of lowest inertia is kept.
    max_iter
        Most iterations of each run.
    tol
        A run ends when the squared moves of all centroids sum up to at most ``tol`` times the mean variance
        of a column (scikit-learn's rule), or when no row changes its cluster.
    seed
        Of the starts and of the choice of ``init_rows``.
    device
        Where to compute.
    weights
        (N,) weight of every row, above 0; None for equal weights.
    init_rows
        Rows on which the starts compete; 0 runs every start on all rows (the textbook way).
    progress
        Told after every iteration; may raise ``Cancelled``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``n_clusters`` is outside 1..N.
    """
    rows = _prepare(x, weights, torch.device(device))
    if not 1 <= n_clusters <= len(rows):
        raise ValueError(f"n_clusters is {n_clusters}, but there are {len(rows)} rows")
    rng = np.random.default_rng(seed)
    threshold = tol * mean_variance(rows)
    n_compete = max(init_rows, 20 * n_clusters) if init_rows else len(rows)
    compete = n_compete < len(rows)
    share = _COMPETITION_SHARE if compete else 1.0
    field = _subset(rows, n_compete, rng) if compete else rows
    best, inertia, n_iter = _best_start(
        field, n_clusters, n_init, max_iter, threshold, rng, part(progress, 0, share)
    )
    if compete:
        best = Lloyd(rows, best.centroids)
        n_iter = _run(best, max_iter, threshold, part(progress, share, 1))
        inertia = best.inertia()
    labels = best.labels.cpu().numpy().astype(np.int32)
    return KMeansFit(centroids=best.centroids.cpu().numpy(), labels=labels, inertia=inertia, n_iter=n_iter)


def _best_start(
    rows: Rows,
    n_clusters: int,
    n_init: int,
    max_iter: int,
    threshold: float,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[Lloyd, float, int]:
    best: tuple[Lloyd, float, int] | None = None
    for start in range(n_init):
        run = Lloyd(rows, plus_plus(rows, n_clusters, rng))
        n_iter = _run(run, max_iter, threshold, part(progress, start / n_init, (start + 1) / n_init))
        inertia = run.inertia()
        if best is None or inertia < best[1]:
            best = (run, inertia, n_iter)
    assert best is not None
    return best


def _run(run: Lloyd, max_iter: int, threshold: float, progress: Progress) -> int:
    # Most runs end long before max_iter: the bar follows 1 - 1 / (1 + i / 10), which never stands still.
    n_iter = run.run(max_iter, threshold, lambda i: progress.report(i, i + 10, "Clustering"))
    progress.report(1, 1, "Clustering")
    return n_iter


def _prepare(x: NDArray[np.float32] | Tensor, weights: object, device: torch.device) -> Rows:
    values = torch.as_tensor(x, dtype=torch.float32, device=device)
    if values.ndim != 2:
        raise ValueError(f"rows are (N, D), not {tuple(values.shape)}")
    mass = torch.ones(len(values)) if weights is None else torch.as_tensor(weights, dtype=torch.float32)
    if mass.shape != values.shape[:1]:
        raise ValueError(f"{tuple(mass.shape)} weights for {len(values)} rows")
    return make_rows(values, mass.to(device))


def _subset(rows: Rows, n: int, rng: np.random.Generator) -> Rows:
    index = rng.choice(len(rows), size=n, replace=False, shuffle=False)
    return rows.part(torch.from_numpy(np.sort(index)).to(rows.x.device))


def plus_plus(rows: Rows, n_clusters: int, rng: np.random.Generator) -> Tensor:
    """Choose (K, D) starting centroids among the rows (greedy k-means++, Arthur and Vassilvitskii 2007).

    Each step draws 2 + ln K rows with a chance proportional to their squared distance from the centroids so
    far, and keeps the one that leaves the least distance.
    """
    n_trials = 2 + int(math.log(n_clusters))
    chosen = [int(_draw(rows.weights, 1, rng)[0])]
    closest = _distances_to(rows, torch.tensor(chosen, device=rows.x.device))[:, 0]
    while len(chosen) < n_clusters:
        candidates = _draw(closest * rows.weights, n_trials, rng)
        options = torch.minimum(_distances_to(rows, candidates), closest[:, None])
        best = int((rows.weights @ options).argmin())
        chosen.append(int(candidates[best]))
        closest = options[:, best].contiguous()
    return rows.x[torch.tensor(chosen, device=rows.x.device)].clone()


def _distances_to(rows: Rows, index: Tensor) -> Tensor:
    targets = rows.x[index]
    blocks = [squared_distances(rows.x[b], rows.squares[b], targets) for b in rows.blocks()]
    return torch.cat(blocks)


def _draw(chances: Tensor, n: int, rng: np.random.Generator) -> Tensor:
    """Draw n row indices; numpy draws the numbers, so that every device draws the same."""
    edges = chances.double().cumsum(dim=0)
    points = torch.from_numpy(rng.random(n)).to(chances.device) * edges[-1]
    return torch.searchsorted(edges, points, right=True).clamp_(max=len(chances) - 1)
