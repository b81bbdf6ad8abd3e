"""Measure how the quality of a training answers to better and worse samples, and what it costs.

    python benchmarks/quality_distance.py images.npy early.safetensors later.safetensors

``images.npy`` holds (n, R, R, 1 or 3) uint8 training images. Printed are distance, variety and likeness of
images held back, of the same made worse on purpose, of an untrained generator, and of each file's generator;
then seconds of a measurement beside those of the training steps between two of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from segstyle_gui.core.device import choose_device, tune_cpu
from segstyle_gui.core.generator.checkpoint import load_generator_file
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.network import Generator, images_to_uint8, latents_from_seeds
from segstyle_gui.core.generator.quality import N_SAMPLES, QualityMeter
from segstyle_gui.core.generator.trainer import GeneratorTrainer

Images = NDArray[np.uint8]
STEPS = 5


def main() -> int:
    """Print the tables and return 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("images", type=Path)
    parser.add_argument("generators", type=Path, nargs="*")
    options = parser.parse_args()
    images = np.load(options.images)
    order = np.random.default_rng(0).permutation(len(images))
    held_back, rest = images[order[:N_SAMPLES]], images[order[N_SAMPLES:]]
    tune_cpu()
    meter = QualityMeter(rest, mirror=True, device=choose_device())
    print(
        f"{len(rest)} images; two halves of {meter.scale.n_images} are up to {meter.scale.baseline:.4f} apart"
    )
    for name, samples in (*worse(held_back), *drawn(images, options.generators)):
        found = meter.compare(samples)
        print(
            f"{name:28} distance {found.distance:7.4f}  spread {found.spread:.2f}  "
            f"variety {found.variety:.2f}  nearest {found.nearest:.2f}  copied {found.copied:.2f}",
            flush=True,
        )
    cost(rest, meter)
    return 0


def worse(images: Images) -> Iterator[tuple[str, Images]]:
    """Yield held-back images as they are, and spoilt in several ways."""
    x = images.astype(np.float32)
    side = images.shape[1]
    shifted = images.copy()
    shifted[:, : side // 2] = np.roll(images[:, : side // 2], side // 20, axis=2)
    noise = np.random.default_rng(0).normal(size=x.shape)
    yield "images held back", images
    yield "blurred, sigma 0.6 px", to_bytes(gaussian_filter(x, (0, 0.6, 0.6, 0)))
    yield "noise of 6 gray levels", to_bytes(x + 6 * noise)
    yield "upper half moved by 5 %", shifted
    yield "contrast 0.9", to_bytes(x.mean(axis=0) + 0.9 * (x - x.mean(axis=0)))
    yield "32 of them, 8 times each", np.repeat(images[:32], 8, axis=0)


def drawn(images: Images, files: list[Path]) -> Iterator[tuple[str, Images]]:
    """Yield samples of an untrained generator and of those in files."""
    torch.manual_seed(0)
    untrained = Generator(TrainConfig().spec(images.shape[1], images.shape[3]))
    yield "untrained generator", samples_of(untrained)
    for file in files:
        yield file.name, samples_of(load_generator_file(file))


@torch.no_grad()
def samples_of(generator: Generator) -> Images:
    """Return the samples that a training measures."""
    generator = generator.eval()
    starts = range(0, N_SAMPLES, 32)
    z = [latents_from_seeds(range(start, start + 32), generator.spec.z_dim) for start in starts]
    return np.concatenate([images_to_uint8(generator(part, 1.0)) for part in z])


def cost(images: Images, meter: QualityMeter) -> None:
    """Print what a measurement takes beside the steps between two."""
    config = TrainConfig(augment_p=0.2)
    trainer = GeneratorTrainer(images, config, choose_device())
    trainer.step()
    started = time.perf_counter()
    for _ in range(STEPS):
        trainer.step()
    step = (time.perf_counter() - started) / STEPS
    started = time.perf_counter()
    meter.compare(samples_of(trainer.averaged))
    measurement = time.perf_counter() - started
    between = step * config.quality_kimg * 1000 / config.batch_size
    print(f"a step {step:.2f} s, a measurement {measurement:.2f} s: {measurement / between:.1%} of the time")


def to_bytes(values: NDArray[np.float32]) -> Images:
    """Return values as uint8."""
    return np.clip(values, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    raise SystemExit(main())
