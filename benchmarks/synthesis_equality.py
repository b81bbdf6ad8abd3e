"""The same weights must give the same pictures as the reference implementations.

    python benchmarks/synthesis_equality.py --nvlabs PATH/stylegan3 --rosinality PATH/stylegan2-pytorch

Random weights (with noise and biases away from rest) are converted to this project's names; images are made
in float32 from the same latents, fixed noise, plain and truncated. Exits 1 if any pixel differs by 1e-3 or
more.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import peers
import torch

from segstyle_gui.core.generator.network import Generator, GeneratorSpec, default_channels

LIMIT = 1e-3


def _stir(module: torch.nn.Module) -> torch.nn.Module:
    """Move the parameters that start at zero, so that a mistake in them would show."""
    for name, parameter in module.named_parameters():
        if name.endswith(("noise_strength", "noise.weight")):
            parameter.data.fill_(0.3)
        elif name.endswith("bias"):
            parameter.data.add_(0.1 * torch.randn_like(parameter))
    return module.eval()


def _ours(spec: GeneratorSpec, state: dict[str, torch.Tensor]) -> Generator:
    generator = Generator(spec)
    generator.load_state_dict(state)
    return generator.eval()


def compare_nvlabs(checkout: Path, resolution: int, base: int, most: int, img_channels: int) -> float:
    """Return the largest difference to NVlabs' generator."""
    spec = GeneratorSpec(
        resolution=resolution, img_channels=img_channels, channels=default_channels(resolution, base, most)
    )
    theirs = _stir(peers.nvlabs_pair(checkout, spec, base, most)[0])
    theirs.mapping.w_avg.normal_()
    ours = _ours(spec, peers.nvlabs_state(theirs))
    z = torch.randn(2, spec.z_dim)
    differences = []
    for psi in (1.0, 0.7):
        expected = theirs(z, None, truncation_psi=psi, noise_mode="const")
        differences.append(float((ours(z, psi) - expected).abs().max()))
    return max(differences)


def compare_rosinality(checkout: Path, resolution: int) -> float:
    """Return the largest difference to rosinality's generator (its widths are fixed: multiplier 1, RGB)."""
    model = peers.rosinality_model(checkout)
    theirs = _stir(model.Generator(resolution, 512, 8, channel_multiplier=1))
    widths = {4: 512, 8: 512, 16: 512, 32: 512, 64: 256, 128: 128, 256: 64, 512: 32, 1024: 16}
    spec = GeneratorSpec(
        resolution=resolution, img_channels=3, channels={r: c for r, c in widths.items() if r <= resolution}
    )
    ours = _ours(spec, peers.rosinality_state(theirs, spec))
    z = torch.randn(2, 512)
    expected, _ = theirs([z], randomize_noise=False)
    return float((ours(z) - expected).abs().max())


@torch.no_grad()
def main() -> int:
    """Print a table and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nvlabs", type=Path, required=True)
    parser.add_argument("--rosinality", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(0)
    rows = []
    for resolution, base, most, channels in (
        (32, 4096, 128, 1),
        (64, 16384, 512, 1),
        (128, 32768, 512, 3),
        (256, 32768, 512, 3),
    ):
        rows.append(
            (
                f"NVlabs {resolution}² ×{channels}",
                compare_nvlabs(args.nvlabs, resolution, base, most, channels),
            )
        )
    for resolution in (64, 256):
        rows.append((f"rosinality {resolution}² ×3", compare_rosinality(args.rosinality, resolution)))
    for name, difference in rows:
        print(f"{name:<22} max |difference| {difference:.2e}")
    return int(max(difference for _, difference in rows) >= LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
