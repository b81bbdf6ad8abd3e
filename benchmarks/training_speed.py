"""Seconds a training step on the CPU, against the reference networks at the same size, batch and losses.

    python benchmarks/training_speed.py --nvlabs PATH/stylegan3 --rosinality PATH/stylegan2-pytorch
    python benchmarks/training_speed.py --before PATH/segstyle   # this code against another checkout of it

Each side runs in a process of its own, turn and turn about. A step is one update of the generator and one of
the discriminator (non-saturating logistic loss), with an R1 penalty every 16 steps counted at a sixteenth; no
augmentation, no path-length penalty. The peers run as their training loops do: float32, new fakes for each
player. ``--widths published`` also measures rosinality's networks, whose widths are fixed. Seconds are those
of the processor (all threads), which other work on the machine disturbs less than the clock; ``--clock``
takes the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

WIDTHS = {
    # what SegStyle trains by default on a CPU
    "default": {"channel_base": 4096, "channel_max": 128, "z_dim": 128, "w_dim": 128, "mapping_layers": 2},
    # the published widths below 64²; rosinality's networks have no others
    "published": {"channel_base": 16384, "channel_max": 512, "z_dim": 512, "w_dim": 512, "mapping_layers": 8},
}
PEERS = {"default": ("before", "nvlabs"), "published": ("before", "nvlabs", "rosinality")}
R1_INTERVAL = 16


def _time(function, args: argparse.Namespace, n: int) -> float:
    """Return the median seconds of ``n`` calls after one that is not counted."""
    now = time.perf_counter if args.clock else time.process_time
    function()
    seconds = []
    for _ in range(n):
        start = now()
        function()
        seconds.append(now() - start)
    return statistics.median(seconds)


def measure_ours(args: argparse.Namespace) -> tuple[float, float]:
    """Return seconds of a plain step and of an R1 penalty with this project's trainer."""
    from segstyle_gui.core.device import tune_cpu
    from segstyle_gui.core.generator.config import TrainConfig
    from segstyle_gui.core.generator.trainer import GeneratorTrainer

    tune_cpu()
    widths = WIDTHS[args.widths] | ({"channel_base": args.channel_base} if args.channel_base else {})
    config = TrainConfig(batch_size=args.batch, augment="none", precision=args.precision, **widths)
    images = torch.randint(0, 255, (args.batch * 2, args.size, args.size, 3), dtype=torch.uint8).numpy()
    trainer = GeneratorTrainer(images, config, torch.device("cpu"))

    def step(number: int) -> None:
        trainer.steps = number  # the penalty is due at 0
        trainer.step()

    plain = _time(lambda: step(1), args, args.steps)
    both = _time(lambda: step(0), args, max(args.steps // 2, 1))
    return plain, max(both - plain, 0.0)


def _players(generator, discriminator, generate, args: argparse.Namespace):
    """Return a plain step and an R1 step for a peer's pair of networks."""
    g_optimizer = torch.optim.Adam(generator.parameters(), lr=0.002, betas=(0.0, 0.99))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.002, betas=(0.0, 0.99))
    real = torch.rand(args.batch, 3, args.size, args.size) * 2 - 1

    def step() -> None:
        discriminator.requires_grad_(False)
        g_optimizer.zero_grad(set_to_none=True)
        F.softplus(-discriminator(generate())).mean().backward()
        g_optimizer.step()
        discriminator.requires_grad_(True)
        with torch.no_grad():
            fake = generate()
        d_optimizer.zero_grad(set_to_none=True)
        F.softplus(discriminator(fake)).mean().backward()
        F.softplus(-discriminator(real)).mean().backward()
        d_optimizer.step()

    def penalize() -> None:
        d_optimizer.zero_grad(set_to_none=True)
        x = real.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
        (gradient.square().sum(dim=(1, 2, 3)).mean() * 5 * R1_INTERVAL).backward()
        d_optimizer.step()

    return step, penalize


def measure_nvlabs(args: argparse.Namespace) -> tuple[float, float]:
    """Return the same two times for NVlabs' networks."""
    import peers

    from segstyle_gui.core.generator.network import GeneratorSpec, default_channels

    widths = dict(WIDTHS[args.widths])
    base, most = widths.pop("channel_base"), widths.pop("channel_max")
    channels = default_channels(args.size, base, most)
    spec = GeneratorSpec(resolution=args.size, img_channels=3, channels=channels, **widths)
    generator, judge = peers.nvlabs_pair(args.nvlabs, spec, base, most)
    generator.train()

    class Judge(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = judge

        def forward(self, x):
            return self.net(x, None)

    # fused_modconv is off in training, as in NVlabs' own training script.
    def generate():
        return generator(torch.randn(args.batch, spec.z_dim), None, noise_mode="random", fused_modconv=False)

    step, penalize = _players(generator, Judge(), generate, args)
    return _time(step, args, args.steps), _time(penalize, args, max(args.steps // 2, 1))


def measure_rosinality(args: argparse.Namespace) -> tuple[float, float]:
    """Return the same two times for rosinality's networks (widths: 512 up to 32², 256 at 64², halving)."""
    import peers

    model = peers.rosinality_model(args.rosinality)
    generator = model.Generator(args.size, 512, 8, channel_multiplier=1)
    discriminator = model.Discriminator(args.size, channel_multiplier=1)
    step, penalize = _players(
        generator, discriminator, lambda: generator([torch.randn(args.batch, 512)])[0], args
    )
    return _time(step, args, args.steps), _time(penalize, args, max(args.steps // 2, 1))


MEASURES = {
    "ours": measure_ours,
    "before": measure_ours,
    "nvlabs": measure_nvlabs,
    "rosinality": measure_rosinality,
}


def _run_side(side: str, args: argparse.Namespace) -> float:
    command = [sys.executable, __file__, "--side", side, *sys.argv[1:]]
    root = args.before if side == "before" else Path(__file__).resolve().parent.parent
    environment = os.environ | {"PYTHONPATH": str(root)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{side} failed:\n{result.stderr[-2000:]}")
    plain, penalty = json.loads(result.stdout.strip().splitlines()[-1])
    return plain + penalty / R1_INTERVAL


def main() -> None:
    """Measure every side in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nvlabs", type=Path)
    parser.add_argument("--rosinality", type=Path)
    parser.add_argument("--before", type=Path, help="another checkout of this repository")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--widths", choices=sorted(WIDTHS), default="default")
    parser.add_argument("--channel-base", type=int, default=0, help="of ours, instead of that of the widths")
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--side", choices=sorted(MEASURES), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        print(json.dumps(MEASURES[args.side](args)))
        return
    sides = ["ours", *(side for side in PEERS[args.widths] if getattr(args, side))]
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(args.rounds):
        for side in seconds:
            seconds[side].append(_run_side(side, args))
    ours = statistics.median(seconds["ours"])
    threads = torch.get_num_threads()
    print(f"{args.size}², {args.widths} widths, batch {args.batch}, {threads} threads")
    print(f"medians of {args.rounds} rounds")
    for side in seconds:
        middle = statistics.median(seconds[side])
        rounds = [round(s, 2) for s in seconds[side]]
        print(f"{side:<12} {middle:7.2f} s a step   {middle / ours:5.2f}× ours   {rounds}")


if __name__ == "__main__":
    main()
