"""K-means in torch, for a GPU: greedy k-means++ starts and Lloyd's iterations in chunked matrix products."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

_CHUNK_FLOATS = 1 << 22  # values of the rows that one matrix product reads


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows (N, D) float32 with weights (N,) and squared norms (N,)."""

    x: Tensor
    weights: Tensor
    squares: Tensor

    def __len__(self) -> int:
        return len(self.x)

    def blocks(self) -> Iterator[slice]:
        """Yield slices that cover all rows, each small enough for one matrix product."""
        step = max(256, _CHUNK_FLOATS // self.x.shape[1])
        for begin in range(0, len(self.x), step):
            yield slice(begin, min(begin + step, len(self.x)))


def make_rows(x: Tensor, weights: Tensor) -> Rows:
    """Return the rows with their squared norms."""
    rows = Rows(x, weights, torch.empty(len(x), device=x.device))
    for block in rows.blocks():
        rows.squares[block] = x[block].square().sum(dim=1)
    return rows


def mean_variance(rows: Rows) -> float:
    """Return the weighted variance of a column, averaged over the columns."""
    total = float(rows.weights.sum(dtype=torch.float64))
    mean = torch.zeros(rows.x.shape[1], dtype=torch.float64, device=rows.x.device)
    for block in rows.blocks():
        mean += (rows.weights[block] @ rows.x[block]).double() / total
    square = float((rows.weights.double() * rows.squares).sum()) / total
    return max(0.0, square - float(mean.square().sum())) / rows.x.shape[1]


def squared_distances(x: Tensor, squares: Tensor, centroids: Tensor) -> Tensor:
    """Return (N, K) squared Euclidean distances, never below 0."""
    distances = torch.addmm(squares[:, None], x, centroids.T, alpha=-2.0)
    return distances.add_(centroids.square().sum(dim=1)).clamp_(min=0.0)


def lloyd(
    rows: Rows, centroids: Tensor, max_iter: int, threshold: float, on_iteration: Callable[[int], None]
) -> tuple[Tensor, Tensor, float, int]:
    """Iterate until the squared moves sum up to at most ``threshold`` or no row changes its cluster.

    Returns the centroids (K, D), the nearest one of every row (N,), the inertia and the iterations.
    """
    labels, n_iter = torch.full((len(rows),), -1, device=rows.x.device), 0
    for n_iter in range(1, max_iter + 1):
        before, (labels, distances) = labels, _nearest(rows, centroids)
        new = _means(rows, labels, distances, len(centroids))
        shift, centroids = float((new - centroids).square().sum()), new
        on_iteration(n_iter)
        if shift <= threshold or torch.equal(labels, before):
            break
    labels, distances = _nearest(rows, centroids)
    return centroids, labels, float((distances.double() * rows.weights).sum()), n_iter


def _nearest(rows: Rows, centroids: Tensor) -> tuple[Tensor, Tensor]:
    found = [squared_distances(rows.x[b], rows.squares[b], centroids).min(dim=1) for b in rows.blocks()]
    return torch.cat([block.indices for block in found]), torch.cat([block.values for block in found])


def _means(rows: Rows, labels: Tensor, distances: Tensor, n_clusters: int) -> Tensor:
    """Return the (K, D) means; a cluster without rows gets the row that is farthest from its centroid."""
    sums = torch.zeros(n_clusters, rows.x.shape[1], dtype=torch.float64, device=rows.x.device)
    counts = torch.zeros(n_clusters, dtype=torch.float64, device=rows.x.device)
    counts.index_add_(0, labels, rows.weights.double())
    for block in rows.blocks():
        member = torch.nn.functional.one_hot(labels[block], n_clusters).T * rows.weights[block]
        sums += (member @ rows.x[block]).double()
    for empty in (counts < 0.5 * rows.weights.min()).nonzero()[:, 0].tolist():
        crowded = counts[labels] > 1.5 * rows.weights  # taking a row never empties another cluster
        row = int(torch.where(crowded, distances, -1.0).argmax())
        value, weight, owner = rows.x[row].double(), rows.weights[row].double(), int(labels[row])
        sums[owner] -= weight * value
        counts[owner] -= weight
        sums[empty], counts[empty] = weight * value, weight
        distances[row] = -2.0  # taken
    return (sums / counts[:, None]).float()


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
    return torch.cat([squared_distances(rows.x[b], rows.squares[b], targets) for b in rows.blocks()])


def _draw(chances: Tensor, n: int, rng: np.random.Generator) -> Tensor:
    """Draw n row indices; numpy draws the numbers, so that every device draws the same."""
    edges = chances.double().cumsum(dim=0)
    points = torch.from_numpy(rng.random(n)).to(chances.device) * edges[-1]
    return torch.searchsorted(edges, points, right=True).clamp_(max=len(chances) - 1)
