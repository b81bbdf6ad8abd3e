"""Where the branches of a merge tree lie, and which cut a height means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BY_RANK = 0.5  # share of a height that comes from the merge's place in the order
_ABOVE = 1.0  # height of the cut that leaves one region


@dataclass(frozen=True, slots=True, eq=False)
class TreeLayout:
    """A tree of K leaves (nodes 0 to K - 1) and K - 1 merges (nodes K and up).

    Attributes
    ----------
    order
        Leaves from left to right.
    children
        (K - 1, 2) int64 nodes below each merge.
    x
        (2K - 1,) float64 place of every node, in leaves from the left: 0.5 to K - 0.5.
    height
        (2K - 1,) float64, 0 for leaves, below 1 for merges, rising with every merge.
    """

    order: tuple[int, ...]
    children: NDArray[np.int64]
    x: NDArray[np.float64]
    height: NDArray[np.float64]

    @property
    def n_leaves(self) -> int:
        """K."""
        return len(self.order)

    def leaves(self, node: int) -> tuple[int, ...]:
        """Return the leaves below a node, from left to right; a leaf is below itself."""
        found, waiting = [], [node]
        while waiting:
            node = waiting.pop()
            if node < self.n_leaves:
                found.append(node)
            else:
                left, right = self.children[node - self.n_leaves].tolist()
                waiting += [right, left]
        return tuple(found)

    def cut_height(self, n_regions: int) -> float:
        """Return the height between the merges that ``n_regions`` (1 to K) keeps and those it leaves out."""
        merges = self.height[self.n_leaves :]
        n_kept = len(merges) - min(max(n_regions, 1), self.n_leaves) + 1
        below = merges[n_kept - 1] if n_kept else 0.0
        above = merges[n_kept] if n_kept < len(merges) else _ABOVE
        return float(below + above) / 2

    def n_regions_at(self, height: float) -> int:
        """Return how many regions a cut at this height leaves."""
        return int(np.count_nonzero(self.height[self.n_leaves :] >= height)) + 1


def lay_out_tree(linkage: NDArray[np.floating]) -> TreeLayout:
    """Place the nodes of a merge tree.

    Ward's heights span orders of magnitude. Half of a node's height is the square root of its own, half its
    rank: low merges can be seen, and every cut has room for a pointer.

    Parameters
    ----------
    linkage
        (K - 1, 4) in scipy's form, heights rising.
    """
    k = len(linkage) + 1
    children = np.asarray(linkage)[:, :2].astype(np.int64).reshape(-1, 2)
    order = TreeLayout((*range(k),), children, np.zeros(0), np.zeros(0)).leaves(2 * k - 2)
    x = np.empty(2 * k - 1)
    x[list(order)] = np.arange(k) + 0.5
    for step, pair in enumerate(children):
        x[k + step] = x[pair].mean()
    roots = np.sqrt(np.maximum(np.asarray(linkage, dtype=np.float64)[:, 2], 0.0))
    rank = np.arange(1, k) / k
    height = (
        _BY_RANK * rank + (1 - _BY_RANK) * roots / max(float(roots.max(initial=0.0)), 1e-12) * (k - 1) / k
    )
    return TreeLayout(order, children, x, np.concatenate([np.zeros(k), height]))
