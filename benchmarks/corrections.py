r"""Correct the masks that the student is least sure of, train again, measure on all the other images.

Run from the repository root, on the project that ``segstyle demo`` makes::

    python benchmarks/corrections.py projects/"Near eye.segstyle" resources/near_eye/masks \
        --map pupil=3 iris=2 sclera=1 skin=0 --corrected 5 --steps 300

The references stand in for the user's brush. Reference values that no class is mapped to are left out and
left as predicted. All is done in a copy of the project.
"""

from __future__ import annotations

import argparse
import dataclasses
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from segstyle_gui.core.metrics import confusion_matrix, iou_per_class
from segstyle_gui.core.progress import SILENT
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.project.store import Project

IGNORE = 255


class References:
    """True label maps in the project's class ids, 255 where they say nothing."""

    def __init__(self, project: Project, folder: Path, pairs: list[str]) -> None:
        ids = {name: number for number, name, _ in project.current("masks").summary["classes"]}
        self.table = np.full(256, IGNORE, np.uint8)
        for name, value in (pair.split("=") for pair in pairs):
            self.table[int(value)] = ids[name]
        self.background = 0 if self.table[0] == IGNORE else self.table[0]
        self.names = {number: name for name, number in ids.items()}
        self.paths = {record.id: folder / f"{Path(record.path).stem}.png" for record in project.images()}

    def label_map(self, image_id: int) -> np.ndarray:
        """Return the (H, W) uint8 ids of an image."""
        with Image.open(self.paths[image_id]) as picture:
            return self.table[np.array(picture)]


def report(project: Project, references: References, image_ids: Iterable[int], title: str) -> None:
    """Print the IoU of every class over some images, of the masks as they were predicted."""
    run, n_ids = project.current("masks"), max(references.names) + 1
    counts = np.zeros((n_ids, n_ids), np.int64)
    for image_id in image_ids:
        predicted = project.array(run, f"label_maps/{image_id}")
        predicted[predicted == 0] = references.background
        counts += confusion_matrix(references.label_map(image_id), predicted, n_ids)
    ious = iou_per_class(counts)[list(references.names)]
    row = "  ".join(f"{name} {iou:.3f}" for name, iou in zip(references.names.values(), ious, strict=True))
    print(f"{title:<28} {row}  mean {ious.mean():.3f}", flush=True)


def main() -> None:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("references", type=Path)
    parser.add_argument("--map", nargs="+", required=True, metavar="NAME=VALUE")
    parser.add_argument("--corrected", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args()
    copy = options.project.with_name(f"corrections-{secrets.token_hex(4)}.segstyle")  # beside the images
    shutil.copy(options.project, copy)
    try:
        with Project.open(copy) as project:
            run(project, References(project, options.references, options.map), options)
    finally:
        copy.unlink()


def run(project: Project, references: References, options: argparse.Namespace) -> None:
    """Correct, train, predict; report before and after."""
    masks = project.current("masks")
    order = project.array(masks, "image_ids")[np.argsort(project.array(masks, "mean_confidence"))].tolist()
    corrected, others = order[: options.corrected], order[options.corrected :]
    report(project, references, others, "before")
    for image_id in corrected:
        before, truth = project.label_map(image_id), references.label_map(image_id)
        after = np.where(truth == IGNORE, before, truth)
        project.paint(image_id, before, after, "Correct")
    stage = stage_named("train_student")
    config = stage.config(**project.current("student").config)
    config = dataclasses.replace(config, steps=options.steps, corrections_share=options.share)
    stage.run(project, config, SILENT)
    predict = stage_named("predict_masks")
    predict.run(project, predict.config(), SILENT)
    report(project, references, others, f"{options.corrected} corrected")


if __name__ == "__main__":
    main()
