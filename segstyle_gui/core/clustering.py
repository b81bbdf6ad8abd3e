"""The result of finding regions: centroids, how often and how surely each cluster occurs, the merge tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.named_arrays import header_array, read_arrays, read_header
from segstyle_gui.core.taps import FeatureTap
from segstyle_gui.errors import ProjectReadError

_FORMAT = 1
_ARRAYS = {
    "centroids": (np.float32, 2),
    "share": (np.float32, 1),
    "presence": (np.float32, 1),
    "stability": (np.float32, 1),
    "linkage": (np.float64, 2),
    "sample_counts": (np.uint32, 2),
    "refit_overlap": (np.uint32, 3),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clustering:
    """K clusters of feature vectors, and what is known of them.

    Parameters
    ----------
    tap
        How vectors are read from the generator; holds the grid.
    psi, seed
        Truncation and seed of the samples it was fitted on.
    centroids
        (K, D) float32.
    share
        (K,) float32, share of all pixels, 0 to 1.
    presence
        (K,) float32, share of samples in which the cluster has at least ``PRESENT_SHARE`` of the pixels.
    stability
        (K,) float32, mean Jaccard index 0 to 1 with the matching cluster of each re-fit; nan without re-fits.
    linkage
        (K - 1, 4) float64, the merge tree (:func:`segstyle_gui.core.merge_tree.ward_linkage`).
    sample_counts
        (S, K) uint32, pixels of each cluster in each of S samples of grid² pixels.
    refit_overlap
        (R, K, K) uint32, rows that were in cluster i of this clustering and j of a re-fit.
    shift
        What moved some of the samples, or None.
    """

    tap: FeatureTap
    psi: float
    seed: int
    centroids: NDArray[np.float32]
    share: NDArray[np.float32]
    presence: NDArray[np.float32]
    stability: NDArray[np.float32]
    linkage: NDArray[np.float64]
    sample_counts: NDArray[np.uint32]
    refit_overlap: NDArray[np.uint32]
    shift: LatentShift | None = None

    @property
    def n_clusters(self) -> int:
        """K."""
        return len(self.centroids)

    @property
    def grid(self) -> int:
        """Pixels a side of the grid on which vectors were taken."""
        return self.tap.grid

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as named arrays; ``header`` (uint8) is JSON text."""
        arrays: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= self.tap.to_arrays()
        if self.shift is not None:
            arrays |= self.shift.to_arrays()
        header = {"format": _FORMAT, "psi": self.psi, "seed": self.seed, **self.tap.header()}
        arrays["header"] = header_array(header)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Clustering:
        """Return the clustering that :meth:`to_arrays` described.

        Raises
        ------
        ProjectReadError
            If an array is missing or has another shape.
        """
        try:
            header = read_header(arrays)
            values: dict[str, Any] = read_arrays(arrays, _ARRAYS)
            tap = FeatureTap.from_arrays(header, arrays)
            values["shift"] = LatentShift.from_arrays(arrays)
            clustering = cls(tap=tap, psi=float(header["psi"]), seed=int(header["seed"]), **values)
            _check_shapes(clustering)
        except (KeyError, TypeError, ValueError) as error:
            raise ProjectReadError(
                f"The stored clusters cannot be read ({error}).", hint="Run find-regions again."
            ) from error
        return clustering


def _check_shapes(clustering: Clustering) -> None:
    k = clustering.n_clusters
    wanted = {"share": (k,), "presence": (k,), "stability": (k,), "linkage": (k - 1, 4)}
    found = {name: getattr(clustering, name).shape for name in wanted}
    if (
        found != wanted
        or clustering.sample_counts.shape[1] != k
        or clustering.refit_overlap.shape[1:] != (k, k)
    ):
        raise ValueError(f"arrays do not fit {k} clusters")
    if clustering.centroids.shape[1] != clustering.tap.dims:
        raise ValueError(f"centroids have {clustering.centroids.shape[1]} values, not {clustering.tap.dims}")
