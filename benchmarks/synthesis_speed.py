"""Images a second with the feature maps of one layer tapped, against the reference networks on this computer.

    python benchmarks/synthesis_speed.py --nvlabs PATH/stylegan3 --rosinality PATH/stylegan2-pytorch

All have rosinality's widths (512 channels up to 32², 256 at 64², halving), a mapping network of eight layers,
three image channels and fixed noise, and give the image and the maps of ``b64.conv1`` (``b32.conv1`` of a 64²
generator). NVlabs' and rosinality's networks run in float32 as their own code does on a CPU, with a forward
hook for the tap. *ours, maps only* is what finding regions does: synthesis ends at the tapped layer.
All live in one process and take turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import peers
import torch

from segstyle_gui.core.device import choose_device, compute_dtype, tune_cpu
from segstyle_gui.core.generator.network import Generator, GeneratorSpec, default_channels

BASE, MOST = 16384, 512  # rosinality's widths with channel_multiplier 1

Side = Callable[[], torch.Tensor]


def hooked(module: torch.nn.Module, run: Callable[[], object]) -> Side:
    """Return a function that runs ``run`` and gives what ``module`` returned meanwhile."""
    kept: list[torch.Tensor] = []
    module.register_forward_hook(lambda _module, _inputs, output: kept.append(output))

    def side() -> torch.Tensor:
        kept.clear()
        run()
        return kept[0]

    return side


def sides(size: int, batch: int, args: argparse.Namespace) -> dict[str, Side]:
    """Return a function for each side; each makes a batch and returns the tapped maps (N, C, h, h)."""
    device = choose_device()
    channels = default_channels(size, BASE, MOST)
    spec = GeneratorSpec(resolution=size, img_channels=3, channels=channels)
    tapped = min(64, size // 2)
    layer = f"b{tapped}.conv1"
    ours = Generator(spec).to(device, memory_format=torch.channels_last).eval()
    z = torch.randn(batch, 512, device=device)
    dtype = compute_dtype(device)

    def own(*, image: bool) -> Side:
        return lambda: ours.forward_intermediates(ours.mapping(z), [layer], image=image, dtype=dtype)[1][
            layer
        ]

    nvlabs, _ = peers.nvlabs_pair(args.nvlabs, spec, BASE, MOST)
    nvlabs = nvlabs.to(device).eval()
    theirs = getattr(nvlabs.synthesis, f"b{tapped}").conv1
    rosinality = peers.rosinality_model(args.rosinality).Generator(size, 512, 8, channel_multiplier=1)
    rosinality = rosinality.to(device).eval()
    second = rosinality.convs[2 * (tapped.bit_length() - 4) + 1]
    return {
        "ours": own(image=True),
        "ours, maps only": own(image=False),
        "nvlabs": hooked(theirs, lambda: nvlabs(z, None, noise_mode="const")),
        "rosinality": hooked(second, lambda: rosinality([z], randomize_noise=False)),
    }


@torch.no_grad()
def measure(size: int, args: argparse.Namespace) -> None:
    """Time every side in turn and print images a second and ratios."""
    batch = args.batch or max(1, 512 // size)
    found = sides(size, batch, args)
    shapes = {tuple(side().shape) for side in found.values()}
    if len(shapes) != 1:
        raise SystemExit(f"the sides tap different layers: {shapes}")
    seconds: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(args.rounds):
        for name, side in found.items():
            started = time.perf_counter()
            side()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            seconds[name].append(time.perf_counter() - started)
    print(
        f"{size}², batch {batch}, {torch.get_num_threads()} threads, tap {shapes.pop()}, {args.rounds} rounds"
    )
    for name, values in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(values, seconds["ours"], strict=True))
        print(f"  {name:<16} {batch / statistics.median(values):8.2f} images/s   {ratio:5.2f}× our time")


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nvlabs", type=Path, required=True)
    parser.add_argument("--rosinality", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--batch", type=int, default=0, help="images; 0 takes 512 / size")
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    tune_cpu()
    for size in args.sizes:
        measure(size, args)


if __name__ == "__main__":
    main()
