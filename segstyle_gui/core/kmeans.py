"""K-means: scikit-learn on the CPU, torch on a GPU, with the same answer within tolerance.

By default the starts compete on a part of the rows and the winner alone is run on all of them, which reaches
the inertia of the textbook way in a fraction of the time (``benchmarks/kmeans_speed.py``).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from torch import Tensor

from segstyle_gui.core.cluster_config import INIT_ROWS
from segstyle_gui.core.lloyd import Rows, lloyd, make_rows, mean_variance, plus_plus
from segstyle_gui.core.progress import SILENT, Progress, part

_COMPETITION_SHARE = 0.3  # of the reported progress
_CHUNK_ITER = 25  # iterations between two reports of scikit-learn
_COPY_BYTES = 64_000_000  # rows up to this size may be copied; larger ones are centred in place

Engine = Literal["auto", "sklearn", "torch"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What ends a run."""

    n_clusters: int
    max_iter: int
    tol: float


class _Runner(Protocol):
    """Some rows and a way to cluster them."""

    def subset(self, index: NDArray[np.int64]) -> _Runner:
        """Return the same for a copy of some rows."""
        ...

    def run(self, run: _Run, start: int | NDArray[np.float32], progress: Progress) -> KMeansFit:
        """Run once from k-means++ with a seed, or from centroids."""
        ...


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
    engine: Engine = "auto",
) -> KMeansFit:
    """Cluster the rows of ``x``.

    Parameters
    ----------
    x
        (N, D) float32. Above 64 MB it is not copied on the CPU: scikit-learn then takes the mean off the rows
        and puts it back, which may change their last bits. Smaller or read-only rows are left as they are.
    n_clusters
        K, 1 to N.
    n_init
        Number of k-means++ starts; the one of lowest inertia is kept.
    max_iter
        Most iterations of each run.
    tol
        A run ends when the squared moves of all centroids sum up to at most ``tol`` times the mean variance
        of a column, or when no row changes its cluster. Where rows are not copied, the mean move of 25
        iterations counts (scikit-learn's own test of the tolerance would copy them).
    seed
        Of the starts and of the choice of ``init_rows``.
    device
        A CUDA device computes there; with any other the CPU does, unless ``engine`` is ``"torch"``.
    weights
        (N,) weight of every row, above 0; None for equal weights.
    init_rows
        Rows on which the starts compete; 0 runs every start on all rows (the textbook way).
    progress
        Told after every 25 iterations by scikit-learn, after every one by torch; may raise ``Cancelled``.
    engine
        ``"auto"`` takes torch on a CUDA device and scikit-learn elsewhere: Apple's GPUs, which lack float64,
        leave K-means to the CPU.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``n_clusters`` is outside 1..N.
    """
    n_rows = _check(x, weights, n_clusters)
    on_cuda = torch.device(device).type == "cuda"
    rows: _Runner
    if engine == "sklearn" or (engine == "auto" and not on_cuda):
        rows = _SklearnRows(x, weights)
    else:
        rows = _TorchRows(x, weights, device)
    run = _Run(n_clusters=n_clusters, max_iter=max_iter, tol=tol)
    rng = np.random.default_rng(seed)
    n_compete = max(init_rows, 20 * n_clusters) if init_rows else n_rows
    if n_compete >= n_rows:
        return _best_start(rows, run, n_init, rng, progress)
    field = rows.subset(np.sort(rng.choice(n_rows, size=n_compete, replace=False, shuffle=False)))
    best = _best_start(field, run, n_init, rng, part(progress, 0, _COMPETITION_SHARE))
    del field
    return rows.run(run, best.centroids, part(progress, _COMPETITION_SHARE, 1))


def _check(
    x: NDArray[np.float32] | Tensor, weights: NDArray[np.float32] | Tensor | None, n_clusters: int
) -> int:
    if x.ndim != 2:
        raise ValueError(f"rows are (N, D), not {tuple(x.shape)}")
    if weights is not None and tuple(weights.shape) != (len(x),):
        raise ValueError(f"{tuple(weights.shape)} weights for {len(x)} rows")
    if not 1 <= n_clusters <= len(x):
        raise ValueError(f"n_clusters is {n_clusters}, but there are {len(x)} rows")
    return len(x)


def _best_start(
    rows: _Runner, run: _Run, n_init: int, rng: np.random.Generator, progress: Progress
) -> KMeansFit:
    best: KMeansFit | None = None
    for index, start in enumerate(rng.integers(2**31 - 1, size=n_init).tolist()):
        fit = rows.run(run, start, part(progress, index / n_init, (index + 1) / n_init))
        if best is None or fit.inertia < best.inertia:
            best = fit
    assert best is not None
    return best


def _report(progress: Progress, n_iter: int) -> None:
    # Most runs end long before max_iter: the bar follows 1 - 1 / (1 + i / 10), which never stands still.
    progress.report(n_iter, n_iter + 10, "Clustering")


class _SklearnRows:
    """Rows for scikit-learn.

    Its ``"lloyd"`` and not its ``"elkan"``, which is about an eighth faster but keeps N times K bounds.
    """

    def __init__(self, x: NDArray[np.float32] | Tensor, weights: NDArray[np.float32] | Tensor | None) -> None:
        x = x.detach().cpu().numpy() if isinstance(x, Tensor) else x
        self.x = np.require(x, np.float32, ["C", "W"])  # a copy if it is not writeable
        self.weights = None if weights is None else np.asarray(weights, dtype=np.float32)
        self._small = self.x.nbytes <= _COPY_BYTES

    def subset(self, index: NDArray[np.int64]) -> _SklearnRows:
        return _SklearnRows(self.x[index], None if self.weights is None else self.weights[index])

    def run(self, run: _Run, start: int | NDArray[np.float32], progress: Progress) -> KMeansFit:
        n_iter, threshold = 0, 0.0 if self._small else run.tol * self._mean_variance()
        while True:
            steps = min(_CHUNK_ITER, run.max_iter - n_iter)
            model = self._fit(run, start, steps)
            n_iter += model.n_iter_
            moved = np.inf if isinstance(start, int) else np.square(model.cluster_centers_ - start).sum()
            if model.n_iter_ < steps or n_iter >= run.max_iter or moved <= threshold * steps**2:
                break
            start = model.cluster_centers_
            _report(progress, n_iter)
        progress.report(1, 1, "Clustering")
        return KMeansFit(
            centroids=model.cluster_centers_,
            labels=model.labels_,
            inertia=float(model.inertia_),
            n_iter=n_iter,
        )

    def _fit(self, run: _Run, start: int | NDArray[np.float32], steps: int) -> KMeans:
        seeded = isinstance(start, int)
        model = KMeans(
            run.n_clusters,
            init="k-means++" if seeded else start,
            random_state=start if seeded else None,
            n_init=1,
            max_iter=steps,
            tol=run.tol if self._small else 0.0,
            copy_x=self._small,
            algorithm="lloyd",
        )
        with warnings.catch_warnings():  # equal rows leave clusters without any: allowed
            warnings.filterwarnings("ignore", "Number of distinct clusters", ConvergenceWarning)
            return model.fit(self.x, sample_weight=self.weights)

    def _mean_variance(self) -> float:
        weights = np.ones(len(self.x), dtype=np.float32) if self.weights is None else self.weights
        return mean_variance(make_rows(torch.from_numpy(self.x), torch.from_numpy(weights)))


class _TorchRows:
    """Rows on a device."""

    def __init__(
        self,
        x: NDArray[np.float32] | Tensor,
        weights: NDArray[np.float32] | Tensor | None,
        device: str | torch.device,
    ) -> None:
        values = torch.as_tensor(x, dtype=torch.float32, device=device)
        mass = torch.ones(len(values)) if weights is None else torch.as_tensor(weights, dtype=torch.float32)
        self.rows: Rows = make_rows(values, mass.to(device))

    def subset(self, index: NDArray[np.int64]) -> _TorchRows:
        where = torch.from_numpy(index).to(self.rows.x.device)
        return _TorchRows(self.rows.x[where], self.rows.weights[where], where.device)

    def run(self, run: _Run, start: int | NDArray[np.float32], progress: Progress) -> KMeansFit:
        if isinstance(start, int):
            begin = plus_plus(self.rows, run.n_clusters, np.random.default_rng(start))
        else:
            begin = torch.from_numpy(start).to(self.rows.x.device)
        threshold = run.tol * mean_variance(self.rows)
        centroids, labels, inertia, n_iter = lloyd(
            self.rows, begin, run.max_iter, threshold, lambda i: _report(progress, i)
        )
        progress.report(1, 1, "Clustering")
        return KMeansFit(
            centroids=centroids.cpu().numpy(),
            labels=labels.cpu().numpy().astype(np.int32),
            inertia=inertia,
            n_iter=n_iter,
        )
