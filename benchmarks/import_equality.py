"""Files that the reference programs write must draw the same pictures after an import.

    python benchmarks/import_equality.py --nvlabs PATH/stylegan3 --rosinality PATH/stylegan2-pytorch
    python benchmarks/import_equality.py --nvlabs PATH/stylegan2-ada-pytorch

Networks of random weights are pickled by the programs' own classes, as their trainings do, read without any
of those programs' code, and compared with the networks that were pickled: fixed noise, ψ 1 and 0.7, without
and with classes, and the discriminator. One checkout of NVlabs at a time: both name their modules alike.
Exits 1 if any value differs by 1e-3 or more.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import pickle
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peers
import torch
from synthesis_equality import LIMIT, _stir

from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.foreign.read import read_generator
from segstyle_gui.core.generator.foreign.report import ImportedGenerator

Row = tuple[str, float]
RESOLUTION, BASE, MOST = 64, 4096, 128


def _nvlabs_modules(checkout: Path) -> Any:
    """Return the module of networks of either of NVlabs' repositories, importable by its own name."""
    peers._stub_pkg_resources()
    sys.path.insert(0, str(checkout))
    name = "networks" if (checkout / "training" / "networks.py").exists() else "networks_stylegan2"
    return importlib.import_module(f"training.{name}")


def compare_nvlabs(checkout: Path, folder: Path) -> Iterator[Row]:
    """Pickle and compare a gray generator and a colour one with five classes."""
    networks = _nvlabs_modules(checkout)
    is_ada = networks.__name__.endswith(".networks")
    widths = {"channel_base": BASE, "channel_max": MOST, "num_fp16_res": 2, "conv_clamp": 256}
    for classes, colours in ((0, 1), (5, 3)):
        common = {"c_dim": classes, "img_resolution": RESOLUTION, "img_channels": colours}
        options = {"synthesis_kwargs": widths} if is_ada else widths
        generator = _stir(networks.Generator(z_dim=512, w_dim=512, **common, **options))
        generator.mapping.w_avg.normal_()
        critic = networks.Discriminator(**common, **widths).eval()
        path = folder / f"{classes}.pkl"
        with path.open("wb") as file:
            pickle.dump({"G": generator, "D": critic, "G_ema": copy.deepcopy(generator)}, file)
        read = read_generator(path, class_index=3 if classes else None, with_discriminator=True)
        label = torch.nn.functional.one_hot(torch.tensor([3, 3]), classes).float() if classes else None
        z = torch.randn(2, 512)
        for psi in (1.0, 0.7):
            wanted = generator(z, label, truncation_psi=psi, noise_mode="const", force_fp32=True)
            yield f"{checkout.name}, {classes} classes, ψ {psi}", _difference(read.generator(z, psi), wanted)
        if not classes:
            images = torch.randn(4, colours, RESOLUTION, RESOLUTION)
            yield (
                f"{checkout.name}, discriminator",
                _critics(read, images, critic(images, None, force_fp32=True)),
            )


def compare_rosinality(checkout: Path, folder: Path) -> Iterator[Row]:
    """Save and compare rosinality's networks in torch's two formats."""
    model = peers.rosinality_model(checkout)
    generator = _stir(model.Generator(RESOLUTION, 512, 8, channel_multiplier=1))
    critic = model.Discriminator(RESOLUTION, channel_multiplier=1).eval()
    for zipped in (True, False):
        path = folder / f"{zipped}.pt"
        mean = torch.randn(512)
        saved = {"g": generator.state_dict(), "d": critic.state_dict(), "g_ema": generator.state_dict()}
        torch.save({**saved, "latent_avg": mean}, path, _use_new_zipfile_serialization=zipped)
        read = read_generator(path, with_discriminator=True)
        z, images = torch.randn(2, 512), torch.randn(4, 3, RESOLUTION, RESOLUTION)
        name = f"{checkout.name}, {'zip' if zipped else 'older format'}"
        for psi in (1.0, 0.7):
            wanted, _ = generator([z], truncation=psi, truncation_latent=mean[None], randomize_noise=False)
            yield f"{name}, ψ {psi}", _difference(read.generator(z, psi), wanted)
        yield f"{name}, discriminator", _critics(read, images, critic(images))


def _critics(read: ImportedGenerator, images: torch.Tensor, wanted: torch.Tensor) -> float:
    assert read.discriminator is not None
    ours = Discriminator(read.generator.spec)
    ours.load_state_dict(dict(read.discriminator))
    return _difference(ours(images), wanted)


def _difference(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found - wanted).abs().max())


@torch.no_grad()
def main() -> int:
    """Print a table and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nvlabs", type=Path)
    parser.add_argument("--rosinality", type=Path)
    options = parser.parse_args()
    torch.manual_seed(0)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        if options.nvlabs is not None:
            rows += compare_nvlabs(options.nvlabs, Path(folder))
        if options.rosinality is not None:
            rows += compare_rosinality(options.rosinality, Path(folder))
    for name, difference in rows:
        print(f"{name:<55} max |difference| {difference:.1e}")
    return int(not rows or max(difference for _, difference in rows) >= LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
