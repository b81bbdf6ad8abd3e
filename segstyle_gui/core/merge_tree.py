"""The merge tree of clusters: which of them belong together, from fine to coarse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ward_linkage(centroids: NDArray[np.floating], sizes: NDArray[np.generic]) -> NDArray[np.float64]:
    """Merge clusters pairwise, each time the pair that adds least to the sum of squares (Ward, 1963).

    Joining i and j adds ``n_i n_j / (n_i + n_j) |c_i - c_j|²``; scipy's ``linkage`` knows no sizes.

    Parameters
    ----------
    centroids
        (K, D).
    sizes
        (K,) weight of each cluster, 0 or more.

    Returns
    -------
    numpy.ndarray
        (K - 1, 4) float64 in scipy's form: two node ids, the height ``sqrt(2 * cost)`` (scipy's, where all
        sizes are 1), and the number of clusters below. Heights never fall.
    """
    k = len(centroids)
    points = np.asarray(centroids, dtype=np.float64)
    mass = np.maximum(np.asarray(sizes, dtype=np.float64), 1e-12)
    cost = _ward_costs(points, mass)
    node, leaves = np.arange(k), np.ones(k)
    steps = np.zeros((max(k - 1, 0), 4))
    height = 0.0
    for step in range(k - 1):
        i, j = sorted(np.unravel_index(int(cost.argmin()), cost.shape))
        height = max(height, float(np.sqrt(2 * cost[i, j])))  # rounding alone could make it fall
        low, high = sorted((node[i], node[j]))
        leaves[i] += leaves[j]
        steps[step] = low, high, height, leaves[i]
        _join(cost, mass, int(i), int(j))
        node[i] = k + step
    return steps


def _ward_costs(points: NDArray[np.float64], mass: NDArray[np.float64]) -> NDArray[np.float64]:
    square = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    cost = mass[:, None] * mass[None] / (mass[:, None] + mass[None]) * square
    np.fill_diagonal(cost, np.inf)
    return cost


def _join(cost: NDArray[np.float64], mass: NDArray[np.float64], i: int, j: int) -> None:
    """Put j into i, updating the costs in place (Lance and Williams, 1967)."""
    n_i, n_j = mass[i], mass[j]
    joined = (n_i + mass) * cost[i] + (n_j + mass) * cost[j] - mass * cost[i, j]
    joined /= n_i + n_j + mass
    joined[[i, j]] = np.inf
    joined[~np.isfinite(cost[i])] = np.inf
    cost[i], cost[:, i] = joined, joined
    cost[j], cost[:, j] = np.inf, np.inf
    mass[i] += n_j


def cut_tree(linkage: NDArray[np.float64], n_regions: int) -> NDArray[np.int64]:
    """Cut the tree where ``n_regions`` branches are left.

    Parameters
    ----------
    linkage
        (K - 1, 4) as :func:`ward_linkage` returns it.
    n_regions
        1 to K; more means K.

    Returns
    -------
    numpy.ndarray
        (K,) int64, the region index from 0 of every cluster, numbered by their first cluster.
    """
    k = len(linkage) + 1
    if n_regions < 1:
        raise ValueError(f"n_regions is {n_regions}; wanted 1 or more")
    parent = np.arange(2 * k - 1)
    for step in range(max(0, k - n_regions)):
        parent[linkage[step, :2].astype(int)] = k + step
    for node in range(2 * k - 2, -1, -1):  # parents have higher ids, so theirs is already the root
        parent[node] = parent[parent[node]]
    _, first, index = np.unique(parent[:k], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[index].astype(np.int64)
