"""How much training does a generator need before its labels are good? mIoU of one snapshot after another.

    python benchmarks/label_quality.py DATA 10k.safetensors 20k.safetensors 50k.safetensors

DATA holds ``images/`` and ``labels/`` of equal names; label values are class ids. For every generator: its
features are clustered, each cluster gets a class, a synthetic set is drawn, a student learns from it, and is
measured on DATA's images at their own size (dataset-level IoU).

In the program a person looks at the clusters and says what they are. Here the same hand must do it for every
snapshot, so a *stand-in* does: a student trained on DATA's true masks labels the samples, and each cluster
takes the class that most of its pixels have. True masks are thus used to name some forty clusters and for
nothing else; whole clusters are named, none is split.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import upper_bound

from segstyle_gui.core.classes import LabelClass, RegionState, initial_state
from segstyle_gui.core.cluster_config import ClusterConfig, sample_seeds
from segstyle_gui.core.clustering import Clustering
from segstyle_gui.core.clusters import cluster_maps, fit_clusters
from segstyle_gui.core.device import tune_cpu
from segstyle_gui.core.generator.checkpoint import load_generator_file
from segstyle_gui.core.generator.network import Generator, images_to_uint8
from segstyle_gui.core.images import image_files
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.metrics import confusion_matrix, iou_per_class, mean_iou
from segstyle_gui.core.palette import default_color
from segstyle_gui.core.student.checkpoint import load_student, save_student
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.data import StoredSet
from segstyle_gui.core.student.network import Student
from segstyle_gui.core.student.predict import predict_image, predict_label_map
from segstyle_gui.core.student.train import train_student
from segstyle_gui.core.synthetic import SyntheticConfig, generate_synthetic_set
from segstyle_gui.errors import StageError

VOTING_SAMPLES = 96

Pairs = list[tuple[np.ndarray, np.ndarray]]


def stand_in(pairs: Pairs, size: int, steps: int, kept: Path | None) -> Student:
    """Return a student of ``size`` px trained on true masks; ``kept`` is read if there, else written."""
    if kept is not None and kept.exists():
        return load_student(kept.read_bytes())
    config = StudentConfig(steps=steps)
    student = train_student(upper_bound.training_set(pairs, size, config.validation_share), config).student
    if kept is not None:
        kept.write_bytes(save_student(student))
    return student


@torch.no_grad()
def votes(generator: Generator, clustering: Clustering, judge: Student, n_classes: int) -> np.ndarray:
    """Return (K, n_classes): pixels of each cluster that the judge gives each class."""
    counts = np.zeros((clustering.n_clusters, n_classes), np.int64)
    classes = np.array(judge.spec.class_ids)
    seeds = sample_seeds(ClusterConfig(n_samples=VOTING_SAMPLES))
    for start in range(0, len(seeds), 16):
        w = latents_of(generator, seeds[start : start + 16], clustering.psi, clustering.shift)
        images = images_to_uint8(generator.synthesis(w))
        ids, _ = cluster_maps(generator, clustering, (), w, size=generator.resolution)
        for image, cluster_map in zip(images, ids, strict=True):
            scores = predict_image(judge, image[..., 0] if image.shape[-1] == 1 else image)
            np.add.at(counts, (cluster_map.ravel(), classes[scores.argmax(axis=0)].ravel()), 1)
    return counts


def named_state(counts: np.ndarray) -> RegionState:
    """Return a region for each cluster, of the class that most of its pixels have; class 0 is background."""
    state = initial_state(np.arange(len(counts)))
    found = counts.argmax(axis=1)
    ids = [int(i) for i in np.unique(found) if i]
    classes = tuple(LabelClass(i, f"class {i}", default_color(i)) for i in ids)
    regions = tuple(
        replace(region, class_id=int(found[region.clusters[0]]) or None) for region in state.regions
    )
    return replace(state, regions=regions, classes=classes, next_class_id=max(ids, default=0) + 1)


def label_set(generator: Generator, judge: Student, n_classes: int, args: argparse.Namespace) -> StoredSet:
    """Return the synthetic set of a generator."""
    clusters = ClusterConfig(
        n_clusters=args.clusters,
        n_regions=args.clusters,
        n_samples=args.samples,
        psi=args.psi,
        n_init=3,
        n_refits=0,
    )
    clustering = fit_clusters(generator, clusters)
    state = named_state(votes(generator, clustering, judge, n_classes))
    config = SyntheticConfig(n_images=args.images, psi=args.psi, size=args.size)
    made = generate_synthetic_set(generator, clustering, state, config)
    return StoredSet(made.images, made.labels)


def measure(student: Student, pairs: Pairs, n_classes: int) -> dict[str, float]:
    """Return IoU by class and ``miou`` over all images; a class without a region counts as 0."""
    confusion = np.zeros((n_classes, n_classes), np.int64)
    for image, truth in pairs:
        label_map, _ = predict_label_map(student, image, upper_bound.IMPORT.fit)
        confusion += confusion_matrix(truth, label_map, n_classes)
    ious = {str(i): round(float(iou), 4) for i, iou in enumerate(iou_per_class(confusion))}
    return {**ious, "miou": round(float(mean_iou(confusion)), 4)}


def main() -> None:
    """Measure every snapshot and print a line of JSON for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("snapshots", type=Path, nargs="+", help="generators that SegStyle wrote")
    parser.add_argument("--size", type=int, default=128, help="of the synthetic set, px")
    parser.add_argument("--images", type=int, default=1500, help="in the synthetic set")
    parser.add_argument("--steps", type=int, default=400, help="of the student")
    parser.add_argument("--width", type=int, default=16, help="of the student")
    parser.add_argument("--clusters", type=int, default=44)
    parser.add_argument("--samples", type=int, default=120)
    parser.add_argument("--psi", type=float, default=0.9)
    parser.add_argument("--every", type=int, default=1, help="measure on every n-th image only")
    parser.add_argument("--judge", type=Path, help="where the stand-in is kept between two calls")
    args = parser.parse_args()
    tune_cpu()
    subjects = {path.name.split("_")[0] for path in image_files(args.data / "images")}
    pairs = upper_bound.pairs(args.data, subjects)
    n_classes = 1 + max(int(truth.max()) for _, truth in pairs)
    judge: Student | None = None
    for path in args.snapshots:
        started = time.monotonic()
        generator = load_generator_file(path)
        judge = judge or stand_in(pairs, generator.resolution, 600, args.judge)
        try:
            data = label_set(generator, judge, n_classes, args)
        except StageError as error:  # samples in which the stand-in sees no class yet
            print(json.dumps({"generator": path.stem, "nothing": error.message}), flush=True)
            continue
        config = StudentConfig(steps=args.steps, width=args.width)
        student = train_student(data, config).student
        row = measure(student, pairs[:: args.every], n_classes)
        minutes = round((time.monotonic() - started) / 60, 1)
        print(json.dumps({"generator": path.stem, **row, "minutes": minutes}), flush=True)


if __name__ == "__main__":
    main()
