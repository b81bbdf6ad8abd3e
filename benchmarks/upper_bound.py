"""The same student trained on true masks: how well it could do if the labels were made by hand.

    python benchmarks/upper_bound.py DATA --train 3,5 --test 13,40

DATA holds ``images/`` and ``labels/`` with files named SUBJECT_….png of equal names; label values are class
ids. The student learns from the training subjects' images and masks, and is measured on the test subjects'
images at their own size: dataset-level IoU of every class.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from PIL import Image

from segstyle_gui.core.geometry import Fit, fit_image
from segstyle_gui.core.images import ImageConfig, image_files, prepare_image, read_image
from segstyle_gui.core.metrics import confusion_matrix, iou_per_class, mean_iou
from segstyle_gui.core.student.config import PRESETS, StudentConfig
from segstyle_gui.core.student.data import StoredSet
from segstyle_gui.core.student.predict import predict_label_map
from segstyle_gui.core.student.train import train_student

IMPORT = ImageConfig()


def pairs(data: Path, subjects: set[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (image, label map) of the named subjects at their own size, windowed as an import does it."""
    found = []
    for path in image_files(data / "images"):
        if path.name.split("_")[0] in subjects:
            image = prepare_image(read_image(path), IMPORT, "gray")
            found.append((image, read_image(data / "labels" / path.name)))
    return found


def training_set(examples: list[tuple[np.ndarray, np.ndarray]], size: int, share: float) -> StoredSet:
    """Return the examples at the student's size, in random order."""
    order = np.random.default_rng(0).permutation(len(examples))
    images, labels = [], []
    for index in order:
        image, label_map = examples[index]
        fit = Fit.of(image.shape[1], image.shape[0], IMPORT.fit)
        images.append(fit_image(image, fit, size))
        cut = Image.fromarray(label_map).crop(fit.box)
        labels.append(np.asarray(cut.resize((size, size), Image.Resampling.NEAREST)))
    return StoredSet(np.stack(images)[..., None], np.stack(labels), validation_share=share)


class Log:
    """Prints the curve's measured points."""

    def report(self, done: float, total: float, message: str = "") -> None:
        """Say nothing."""

    def preview(self, value: object) -> None:
        """Print a point that has a validation figure."""
        miou = getattr(value, "val_miou", float("nan"))
        if miou == miou:
            print(time.strftime("%H:%M:%S"), value, flush=True)


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--train", required=True, help="subjects, comma-separated")
    parser.add_argument("--test", required=True)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="segstyle")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change student settings")
    args = parser.parse_args()
    changes = {}
    for item in args.set:
        name, _, value = item.partition("=")
        changes[name] = json.loads(value) if value[:1].isdigit() or value in ("true", "false") else value
    config = StudentConfig(
        **({f: getattr(PRESETS[args.preset], f) for f in StudentConfig.__slots__} | changes)
    )
    train, test = (pairs(args.data, set(names.split(","))) for names in (args.train, args.test))
    started = time.monotonic()
    result = train_student(training_set(train, args.size, config.validation_share), config, progress=Log())
    minutes = (time.monotonic() - started) / 60
    n = result.student.spec.n_classes
    confusion = np.zeros((n, n), np.int64)
    for image, truth in test:
        label_map, _ = predict_label_map(result.student, image, IMPORT.fit)
        confusion += confusion_matrix(truth, label_map, n)
    figures = {str(i): round(float(iou), 4) for i, iou in enumerate(iou_per_class(confusion))}
    print(f"trained on {args.train} ({len(train)} images, {minutes:.1f} min)")
    print(f"tested on {args.test} ({len(test)} images)")
    print(json.dumps({"iou": figures, "miou": round(float(mean_iou(confusion)), 4)}))


if __name__ == "__main__":
    main()
