"""Peak memory of find-regions by number of samples: it must stay bounded, whatever the number.

Run: python benchmarks/regions_memory.py --samples 50 500 5000 --memory-gb 0.5

Each row is a fresh process; *extra* is its peak resident memory less that of one which only imports
everything and builds the generator.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time


def peak_mb() -> float:
    """Return the peak resident memory of this process in MB (Linux counts KB, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def measure(n_samples: int, memory_gb: float, resolution: int) -> None:
    """Find regions once in this process and print seconds and MB; 0 samples only prepare."""
    import torch

    from segstyle_gui.core.clusters import ClusterConfig, fit_clusters
    from segstyle_gui.core.generator.network import Generator, GeneratorSpec

    torch.manual_seed(0)
    channels = {4 * 2**i: 128 if i < 4 else 64 for i in range(resolution.bit_length() - 2)}
    spec = GeneratorSpec(resolution=resolution, z_dim=128, w_dim=128, mapping_layers=2, channels=channels)
    generator = Generator(spec).eval()
    start = time.perf_counter()
    if n_samples:
        config = ClusterConfig(n_samples=n_samples, memory_gb=memory_gb, n_init=2, max_iter=20, n_refits=1)
        fit_clusters(generator, config)
    print(time.perf_counter() - start, peak_mb())


def in_fresh_process(n_samples: int, args: argparse.Namespace) -> tuple[float, float]:
    """Return seconds and MB of :func:`measure` in a process of its own."""
    command = [sys.executable, __file__, "--only", str(n_samples), "--memory-gb", str(args.memory_gb)]
    command += ["--resolution", str(args.resolution)]
    seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(peak)


def main() -> None:
    """Print one line for each number of samples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="+", default=[50, 500, 5000])
    parser.add_argument("--memory-gb", type=float, default=0.5)
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only is not None:
        measure(args.only, args.memory_gb, args.resolution)
        return
    _, base = in_fresh_process(0, args)
    print(
        f"{args.resolution} px, budget {args.memory_gb * 1000:.0f} MB; imports and generator: {base:.0f} MB"
    )
    for n_samples in args.samples:
        seconds, peak = in_fresh_process(n_samples, args)
        print(f"{n_samples:6d} samples  peak {peak:6.0f} MB  extra {peak - base:6.0f} MB  {seconds:7.1f} s")


if __name__ == "__main__":
    main()
