"""Lloyd's iterations with exact bounds, on the CPU or a GPU: the inner part of K-means.

Distances are left out only where bounds prove that a row keeps its cluster (G. Hamerly, *Making k-means even
faster*, 2010); what remains is matrix products, and cluster sums follow the rows that moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

_CHUNK_FLOATS = 1 << 22  # values of the rows that one matrix product reads
_GATHER_SHARE = 0.6  # above this share of rows to look at, all are read in place of a gathered copy


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows (N, D) float32 with weights (N,) and squared norms (N,)."""

    x: Tensor
    weights: Tensor
    squares: Tensor

    def __len__(self) -> int:
        return len(self.x)

    def part(self, index: Tensor) -> Rows:
        """Return a copy of some rows."""
        return Rows(self.x[index], self.weights[index], self.squares[index])

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
    square = 0.0
    for block in rows.blocks():
        mean += (rows.weights[block] @ rows.x[block]).double() / total
        square += float((rows.weights[block] * rows.squares[block]).sum(dtype=torch.float64)) / total
    return max(0.0, square - float(mean.square().sum())) / rows.x.shape[1]


def squared_distances(x: Tensor, squares: Tensor, centroids: Tensor) -> Tensor:
    """Return (N, K) squared Euclidean distances, never below 0."""
    distances = torch.addmm(squares[:, None], x, centroids.T, alpha=-2.0)
    return distances.add_(centroids.square().sum(dim=1)).clamp_(min=0.0)


class Lloyd:
    """A run in progress: ``centroids`` (K, D) and ``labels`` (N,) with bounds kept between iterations."""

    def __init__(self, rows: Rows, centroids: Tensor) -> None:
        self.rows = rows
        self.centroids = centroids.clone()
        self.labels = torch.zeros(len(rows), dtype=torch.int64, device=rows.x.device)
        self._upper = torch.full((len(rows),), torch.inf, device=rows.x.device)  # >= distance to the own one
        self._lower = torch.zeros(len(rows), device=rows.x.device)  # <= distance to any other one
        self._sums = torch.zeros_like(centroids, dtype=torch.float64)
        self._counts = torch.zeros(len(centroids), dtype=torch.float64, device=rows.x.device)
        self._fresh = True

    def run(self, max_iter: int, threshold: float, on_iteration: Callable[[int], None]) -> int:
        """Iterate until the squared moves sum up to ``threshold`` or no row moves; return the iterations."""
        for iteration in range(1, max_iter + 1):
            moved = self._assign()
            shift = self._update()
            on_iteration(iteration)
            if shift <= threshold or (moved == 0 and iteration > 1):
                return iteration
        return max_iter

    def inertia(self) -> float:
        """Assign every row to its nearest centroid and return the weighted sum of squared distances."""
        total = 0.0
        for block in self.rows.blocks():
            distances = squared_distances(self.rows.x[block], self.rows.squares[block], self.centroids)
            nearest, self.labels[block] = distances.min(dim=1)
            total += float((nearest * self.rows.weights[block]).sum(dtype=torch.float64))
        return total

    def _assign(self) -> int:
        """Look again at every row whose bounds overlap; return how many changed their cluster."""
        if self._fresh:
            self._fresh = False
            return sum(self._look(block, first=True) for block in self.rows.blocks())
        doubtful = self._upper > torch.maximum(self._lower, self._half_gaps()[self.labels])
        index = doubtful.nonzero()[:, 0]
        if len(index) > _GATHER_SHARE * len(self.rows):
            return sum(self._look(block) for block in self.rows.blocks())
        step = max(256, _CHUNK_FLOATS // self.rows.x.shape[1])
        return sum(self._look(chunk) for chunk in index.split(step)) if len(index) else 0

    def _half_gaps(self) -> Tensor:
        """Return (K,) half the distance from each centroid to the nearest other one."""
        gaps = torch.cdist(self.centroids, self.centroids, compute_mode="donot_use_mm_for_euclid_dist")
        gaps.fill_diagonal_(torch.inf)
        return gaps.min(dim=1).values / 2

    def _look(self, where: slice | Tensor, *, first: bool = False) -> int:
        x = self.rows.x[where]
        distances = squared_distances(x, self.rows.squares[where], self.centroids)
        nearest, new = distances.min(dim=1)
        self._upper[where] = nearest.sqrt()
        self._lower[where] = distances.scatter_(1, new[:, None], torch.inf).amin(dim=1).sqrt()
        old = self.labels[where].clone()
        self.labels[where] = new
        if first:
            self._add(x, self.rows.weights[where], new, 1.0)
            return len(new)
        changed = (old != new).nonzero()[:, 0]
        if len(changed):
            x, weights = x[changed], self.rows.weights[where][changed]
            self._add(x, weights, new[changed], 1.0)
            self._add(x, weights, old[changed], -1.0)
        return len(changed)

    def _add(self, x: Tensor, weights: Tensor, labels: Tensor, sign: float) -> None:
        member = torch.zeros(len(self.centroids), len(x), device=x.device)
        member[labels, torch.arange(len(x), device=x.device)] = weights
        self._sums += sign * (member @ x).double()
        self._counts += sign * member.sum(dim=1, dtype=torch.float64)

    def _update(self) -> float:
        """Move the centroids to the means, widen the bounds; return the sum of squared moves."""
        self._fill_empty()
        new = (self._sums / self._counts[:, None]).float()
        moves = (new - self.centroids).square().sum(dim=1).sqrt()
        self.centroids = new
        self._upper += moves[self.labels]
        most = moves.topk(min(2, len(moves))).values
        others = torch.where(moves == most[0], most[-1], most[0]) if len(most) > 1 else moves * 0
        self._lower -= others[self.labels]
        return float(moves.square().sum())

    def _fill_empty(self) -> None:
        """Give every cluster without rows the row that is farthest from its centroid."""
        for empty in (self._counts < 0.5 * self.rows.weights.min()).nonzero()[:, 0].tolist():
            crowded = self._counts[self.labels] > 1.5 * self.rows.weights  # never empties another cluster
            row = torch.where(crowded, self._upper, -1.0).argmax()[None]
            x, weights = self.rows.x[row], self.rows.weights[row]
            self._add(x, weights, self.labels[row], -1.0)
            self.labels[row] = empty
            self._sums[empty], self._counts[empty] = x[0].double() * weights[0], weights[0].double()
            self._upper[row] = 0.0
            self._lower[row] = 0.0
