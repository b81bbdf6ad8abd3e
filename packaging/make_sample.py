"""Make the bundled near-eye sample: rendered images, their exact masks, and a generator trained on them.

    python packaging/make_sample.py render                    # images/ and masks/ of the sample
    python packaging/make_sample.py eyes --images EYES        # thousands of other renders, to train on
    python packaging/make_sample.py train --images EYES --output small.safetensors --kimg 60
    python packaging/make_sample.py train --images EYES --size 128 --start small.training --kimg 40
    python packaging/make_sample.py project                   # sample.segstyle

The second training grows the first one's generator to twice its size: ``small.training`` is its checkpoint,
which has the discriminator too. A training can be stopped with Ctrl-C and goes on when the command is given
again.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from segstyle_gui.core.generator.training_record import QualityPoint, SampleGrid
from segstyle_gui.core.geometry import Fit, fit_image
from segstyle_gui.core.images import ImageConfig, image_files, prepare_image, read_image
from segstyle_gui.core.near_eye import NearEyeConfig, draw_parameters, render_eye, render_near_eye

if TYPE_CHECKING:
    from segstyle_gui.core.generator.config import TrainConfig

SAMPLE = Path(__file__).parent.parent / "resources" / "near_eye"
N_IMAGES = 600
FIRST_SEED = 1000
FIRST_TRAINING_SEED = 100_000  # far from the sample's seeds: the generator never sees the sample


def render(size: int) -> None:
    """Write N_IMAGES renders and their label maps as gray PNG files."""
    for folder in ("images", "masks"):
        (SAMPLE / folder).mkdir(parents=True, exist_ok=True)
    for i in range(N_IMAGES):
        image, label_map, _ = render_near_eye(FIRST_SEED + i, NearEyeConfig(size=size))
        name = f"eye_{i:04d}.png"
        Image.fromarray(image).save(SAMPLE / "images" / name, optimize=True)
        Image.fromarray(label_map).save(SAMPLE / "masks" / name, optimize=True)


def render_eyes(folder: Path, count: int, size: int, opaque_share: float, graded_share: float) -> None:
    """Write ``count`` renders to train on; those that are there stay.

    A share has an opaque lens. The last ones, a further share, have a lens of any tone from a pupil's to
    white: a generator needs a way from a pupil to an opaque lens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = NearEyeConfig(size=size, rare_share=opaque_share)
    n_graded = round(count * graded_share)
    for i in range(count):
        seed = FIRST_TRAINING_SEED + i
        path = folder / f"eye_{seed}.png"
        if not path.exists():
            graded = i >= count - n_graded
            image = render_graded(seed, size) if graded else render_near_eye(seed, config)[0]
            Image.fromarray(image).save(path)


def render_graded(seed: int, size: int) -> np.ndarray:
    """Return an eye whose lens has any tone from a pupil's to white, (size, size) uint8."""
    config = NearEyeConfig(size=size, rare_share=1.0)
    tone = np.random.default_rng([seed, 1]).uniform(0.08, 0.92)
    parameters = draw_parameters(np.random.default_rng(seed), config)
    return render_eye(dataclasses.replace(parameters, lens_tone=tone), config)[0]


def training_images(folder: Path, size: int) -> np.ndarray:
    """Return the folder's images as (n, size, size, 1) uint8, windowed as an import does it."""
    config = ImageConfig(size=size)
    squares = []
    for path in image_files(folder):
        image = prepare_image(read_image(path), config, "gray")
        squares.append(fit_image(image, Fit.of(image.shape[1], image.shape[0], config.fit), size))
    return np.stack(squares)[..., None]


class Log:
    """Prints a line a minute and every distance, and keeps the newest sample grid, if it is told where."""

    def __init__(self, grid: Path | None) -> None:
        self.grid, self.last = grid, 0.0

    def report(self, done: float, total: float, message: str = "") -> None:
        """Print at most one line a minute."""
        if time.monotonic() - self.last > 60:
            self.last = time.monotonic()
            print(time.strftime("%H:%M:%S"), f"{done / total:.1%}", message, flush=True)

    def preview(self, value: object) -> None:
        """Save a grid of samples, print a distance."""
        if isinstance(value, QualityPoint):
            now = time.strftime("%H:%M:%S")
            print(now, f"distance {value.distance:.3f} at {value.kimg:.1f} kimg", flush=True)
        if isinstance(value, SampleGrid) and self.grid is not None:
            images = value.images
            rows = [np.concatenate(list(images[i : i + 8, :, :, 0]), axis=1) for i in (0, 8)]
            Image.fromarray(np.concatenate(rows)).save(self.grid)


def train(folder: Path, output: Path, size: int, start: Path | None, config: TrainConfig) -> None:
    """Train a generator on ``folder`` and write it to ``output``, its checkpoint and samples beside it."""
    from segstyle_gui.core.generator.checkpoint import save_generator
    from segstyle_gui.core.generator.train import train_generator
    from segstyle_gui.pipeline.starting_generator import read_start

    result = train_generator(
        training_images(folder, size),
        config,
        progress=Log(output.with_suffix(".png")),
        checkpoint=output.with_suffix(".training"),
        start=read_start(start) if start else None,
    )
    output.write_bytes(save_generator(result.generator))


def project() -> None:
    """Run every stage on the sample and write the project that opens as *the sample project*."""
    from segstyle_gui.pipeline.sample_building import build_sample_project
    from segstyle_gui.pipeline.sample_project import SAMPLE_FILE

    def progress_of(title: str) -> Log:
        print(time.strftime("%H:%M:%S"), title, flush=True)
        return Log(None)

    with tempfile.TemporaryDirectory() as folder:
        made = build_sample_project(SAMPLE, Path(folder), progress_of)
        shutil.copyfile(made, SAMPLE / SAMPLE_FILE)
    print(f"{SAMPLE_FILE}: {(SAMPLE / SAMPLE_FILE).stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("render", "eyes", "train", "project"))
    parser.add_argument(
        "--size", type=int, default=0, help="pixels; 64 for train and 128 for the others by default"
    )
    parser.add_argument("--kimg", type=float, default=120.0)
    parser.add_argument("--images", type=Path, default=SAMPLE / "images")
    parser.add_argument("--output", type=Path, default=SAMPLE / "generator.safetensors")
    parser.add_argument("--count", type=int, default=6600, help="eyes to render for training")
    parser.add_argument("--opaque-share", type=float, default=0.2, help="of them with an opaque lens")
    parser.add_argument("--graded-share", type=float, default=1 / 11, help="of them with a lens of any tone")
    parser.add_argument("--start", type=Path, help="a generator, or a training's checkpoint, to start from")
    parser.add_argument("--channel-base", type=int, default=3072)
    parser.add_argument("--ema-kimg", type=float, default=4.0)
    parser.add_argument("--warmup-kimg", type=float, default=1.6)
    args = parser.parse_args()
    if args.step == "render":
        render(args.size or 128)
    elif args.step == "eyes":
        render_eyes(args.images, args.count, args.size or 128, args.opaque_share, args.graded_share)
    elif args.step == "project":
        project()
    else:
        from segstyle_gui.core.generator.config import TrainConfig

        config = TrainConfig(
            kimg=args.kimg,
            channel_base=args.channel_base,
            ema_kimg=args.ema_kimg,
            warmup_kimg=args.warmup_kimg,
            checkpoint_minutes=2.0,
        )
        train(args.images, args.output, args.size or 64, args.start, config)


if __name__ == "__main__":
    main()
