"""Which part of an eye every pixel of a near-eye sample shows, without CLIP: the truth for naming.

A generator's samples come without masks. The bundled images do have exact ones, and the renderer knows finer
parts (lids, lashes, brow) than these; a small network learns to read the parts from the images, at the
generator's size, and then reads the samples. How well it reads is measured on images held back.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segstyle_gui.core.metrics import confusion_matrix, iou_per_class
from segstyle_gui.core.near_eye import NearEyeConfig, draw_parameters, render_near_eye
from segstyle_gui.core.near_eye.parts import NO_PART, PART_NAMES, part_map
from segstyle_gui.core.resizing import resize_images
from segstyle_gui.core.student.checkpoint import load_student, save_student
from segstyle_gui.core.student.config import PredictConfig, StudentConfig
from segstyle_gui.core.student.data import StoredSet
from segstyle_gui.core.student.network import Student
from segstyle_gui.core.student.predict import predict_image
from segstyle_gui.core.student.train import train_student
from segstyle_gui.paths import resources_dir

_FIRST_SEED = 1000  # of the bundled images
_HELD_BACK = 100
_STEPS = 400
_QUICK = PredictConfig(flip=False)


@dataclass(frozen=True, slots=True)
class PartReader:
    """The network, and its IoU of every part on the images held back (NaN where one is absent)."""

    student: Student
    iou: NDArray[np.float64]

    def read(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return (N, H, W) uint8 indices of ``PART_NAMES`` for images (N, H, W, C) uint8."""
        return np.stack(
            [predict_image(self.student, image[..., 0], _QUICK).argmax(axis=0) for image in images]
        )


class _Log:
    """Says on the standard error how far the training is, now and then."""

    def report(self, done: float, total: float, message: str = "") -> None:
        """Say every twentieth step."""
        if int(done) % 20 == 0:
            print(f"reader: {done:.0f} of {total:.0f} steps", file=sys.stderr, flush=True)

    def preview(self, value: object) -> None:
        """Show nothing."""


def part_reader(size: int, cache: Path) -> PartReader:
    """Return a reader for images of ``size`` pixels a side, trained once and kept in ``cache``."""
    images, parts = _pairs(size)
    file = cache / f"part_reader_{size}.safetensors"
    if not file.is_file():
        kept = StoredSet(
            images[:-_HELD_BACK],
            parts[:-_HELD_BACK],
            class_ids=range(len(PART_NAMES)),
            validation_share=0.0,
        )
        config = StudentConfig(width=16, steps=_STEPS, validation_share=0.0, validate_every=_STEPS)
        cache.mkdir(parents=True, exist_ok=True)
        trained = train_student(kept, config, progress=_Log(), device="cpu")
        file.write_bytes(save_student(trained.student))
    reader = PartReader(load_student(file.read_bytes()), np.zeros(0))
    found = reader.read(images[-_HELD_BACK:])
    confusion = confusion_matrix(parts[-_HELD_BACK:], found, len(PART_NAMES))
    return PartReader(reader.student, iou_per_class(confusion))


def _pairs(size: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the bundled images (N, size, size, 1) and their part maps (N, size, size), in random order."""
    folder = resources_dir() / "near_eye"
    files = sorted((folder / "images").glob("*.png"))
    images = np.stack([np.array(Image.open(file)) for file in files])[..., None]
    config = NearEyeConfig(size=images.shape[1])
    if not np.array_equal(images[0, ..., 0], render_near_eye(_FIRST_SEED, config)[0]):
        raise SystemExit(f"{files[0].name} is not the render of seed {_FIRST_SEED}: the parts are not known")
    parts = []
    for number, file in enumerate(files):
        parameters = draw_parameters(np.random.default_rng(_FIRST_SEED + number), config)
        exact = part_map(parameters, np.array(Image.open(folder / "masks" / file.name)))
        parts.append(np.array(Image.fromarray(exact).resize((size, size), Image.Resampling.NEAREST)))
    order = np.random.default_rng(0).permutation(len(files))
    return resize_images(images, size)[order], np.stack(parts)[order]


__all__ = ["NO_PART", "PART_NAMES", "PartReader", "part_reader"]
