"""Time K-means against plain scikit-learn at the same settings: seconds, inertia and their ratios.

Run: python benchmarks/kmeans_speed.py --rows 100000 --dims 512 --k 24
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans

from segstyle_gui.core.cluster_config import INIT_ROWS
from segstyle_gui.core.kmeans import fit_kmeans


def feature_rows(n_rows: int, n_dims: int, seed: int, *, n_groups: int = 60, rank: int = 24) -> np.ndarray:
    """Draw rows that look like L2-normalised features: uneven groups, low-rank spread, overlap."""
    rng = np.random.default_rng(seed)
    centers = rng.standard_normal((n_groups, n_dims), dtype=np.float32)
    group = rng.choice(n_groups, size=n_rows, p=rng.dirichlet(np.full(n_groups, 0.7)))
    basis = rng.standard_normal((rank, n_dims), dtype=np.float32)
    x = rng.standard_normal((n_rows, rank), dtype=np.float32) @ basis * 0.25
    x += centers[group]
    x += 0.4 * rng.standard_normal((n_rows, n_dims), dtype=np.float32)
    x = np.maximum(x, 0.2 * x)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x


def timed(fit: Callable[[], tuple[float, int]]) -> tuple[float, float, int]:
    """Return seconds, inertia and iterations."""
    start = time.perf_counter()
    inertia, n_iter = fit()
    return time.perf_counter() - start, inertia, n_iter


def main() -> None:
    """Print one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dims", type=int, default=512)
    parser.add_argument("--k", type=int, default=24)
    parser.add_argument("--n-init", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--skip-sklearn", action="store_true")
    args = parser.parse_args()
    x = feature_rows(args.rows, args.dims, args.seed)

    def ours(init_rows: int) -> tuple[float, int]:
        options = {"n_init": args.n_init, "seed": args.seed, "device": args.device}
        fit = fit_kmeans(x, args.k, init_rows=init_rows, **options)
        return fit.inertia, fit.n_iter

    def sklearn() -> tuple[float, int]:
        fit = KMeans(args.k, n_init=args.n_init, random_state=args.seed, copy_x=False).fit(x)
        return float(fit.inertia_), int(fit.n_iter_)

    ways = {"SegStyle": lambda: ours(INIT_ROWS), "SegStyle, all starts on all rows": lambda: ours(0)}
    if not args.skip_sklearn:
        ways["scikit-learn"] = sklearn
    results = {name: timed(way) for name, way in ways.items()}
    base = results.get("scikit-learn", next(iter(results.values())))
    print(f"{args.rows} rows x {args.dims}, K = {args.k}, n_init = {args.n_init}, {args.device}")
    for name, (seconds, inertia, n_iter) in results.items():
        ratios = f"time x{seconds / base[0]:.2f}, inertia x{inertia / base[1]:.4f}"
        print(f"{name:34s} {seconds:8.2f} s  inertia {inertia:.6g}  {n_iter:3d} iterations  {ratios}")


if __name__ == "__main__":
    main()
