"""Time and memory of importing a checkpoint of published size.

    python benchmarks/import_checkpoint.py                       # written in the formats' own layouts
    python benchmarks/import_checkpoint.py --file network.pkl    # one of yours

Writes a 1024² config-f generator of random weights as NVIDIA's training does (G, D and G_ema in one pickle)
and as rosinality's, then imports each in a process of its own: once into memory, once into a new project.
Times and memory are of the whole process from its start, Python and torch included; what of them belongs to
importing torch and this project's code is told as well, and the processor's time, which says more on a busy
machine. Linux only. A file is read once before, as one that was
just downloaded has been, so that the disk is not what is measured. Exits 1 if 10 s or twice the file's size
are exceeded.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

MOST_SECONDS = 10.0
MOST_SIZES = 2.0
PLUGINS = Path(__file__).resolve().parents[1] / "tests" / "plugins"

_MEASURE = """
import json, sys, time
def seen():
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    wall = time.clock_gettime(time.CLOCK_MONOTONIC) - started
    return wall, time.process_time(), int(peak.split()[1]) * 1024
started = float(sys.argv[3])
from pathlib import Path
path, kind = Path(sys.argv[1]), sys.argv[2]
import torch
from segstyle_gui.core.generator.foreign.read import read_generator
from segstyle_gui.core.progress import SILENT
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.project.store import Project
before = seen()
if kind == "memory":
    report = read_generator(path).report
    said = {"format": report.format, "used": report.n_used}
elif kind == "project":
    with Project.create(path.with_suffix(".measured")) as project:
        stage = stage_named("import_generator")
        said = stage.run(project, stage.config(source=str(path)), SILENT).summary
print(json.dumps({"before": before, "after": seen(), "format": said["format"], "used": said["used"]}))
"""


def write_files(folder: Path) -> list[Path]:
    """Write the two checkpoints and return their paths."""
    sys.path.insert(0, str(PLUGINS))
    import foreign_files as files

    channels = {2**i: min(32768 // 2**i, 512) for i in range(2, 11)}
    sizes = {"z": 512, "w": 512, "depth": 8}
    generator = files.nvidia_weights(channels, **sizes)
    nvidia = folder / "nvidia-config-f.pkl"
    files.write_nvidia(nvidia, generator, files.nvidia_discriminator(channels))
    rosinality = folder / "rosinality-config-f.pt"
    weights = files.rosinality_weights(channels, **sizes)
    files.write_rosinality(rosinality, weights, mean=weights["style.1.bias"])
    return [nvidia, rosinality]


def measure(path: Path, kind: str) -> dict[str, object]:
    """Import a file in a process of its own; ``kind`` is where to: ``"memory"`` or ``"project"``."""
    import time

    now = time.clock_gettime(time.CLOCK_MONOTONIC)
    command = [sys.executable, "-c", _MEASURE, str(path), kind, repr(now)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def main() -> int:
    """Print a table and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, help="measure this file instead")
    options = parser.parse_args()
    is_fine = True
    with tempfile.TemporaryDirectory() as folder:
        if options.file is not None:
            copy = Path(folder) / options.file.name
            copy.write_bytes(options.file.read_bytes())
        for path in [copy] if options.file is not None else write_files(Path(folder)):
            size = path.stat().st_size
            for kind in ("memory", "project"):
                found = measure(path, kind)
                (before_s, before_cpu, before_b), (s, cpu, b) = found["before"], found["after"]  # type: ignore[misc]
                is_fine &= s < MOST_SECONDS and b < MOST_SIZES * size
                print(f"{path.name}, {size / 1e6:.0f} MB, {found['used']} tensors, into {kind}:")
                times = f"  {s:.1f} s ({cpu:.1f} s of one core)"
                print(f"{times}, peak {b / 1e6:.0f} MB = {b / size:.2f} × the file")
                times = f"{before_s:.1f} s ({before_cpu:.1f} s)"
                print(f"  of that before it begins: {times}, {before_b / 1e6:.0f} MB")
    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return 0 if is_fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
