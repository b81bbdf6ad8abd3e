"""How often regions of the near-eye sample get the right name, and what each way to a finer grid is worth.

    python benchmarks/naming.py [--project FILE] [--cache FOLDER] [--seeds 5]

For each seed other samples of the project's generator are drawn. Every cluster, and every region as a person
merged them, is named by the bundled CLIP from 14 words, as *name regions* does. The truth is what a reader of
parts, which knows nothing of words, sees in most of its pixels (``part_reader.py``; trained on the first run,
a few minutes). Prints tables in Markdown.
"""

from __future__ import annotations

import argparse
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray
from part_reader import PART_NAMES, part_reader

from segstyle_gui.core.clip import dense_resnet
from segstyle_gui.core.clip.model import ClipModel, load_clip
from segstyle_gui.core.clip.prompts import parse_prompts
from segstyle_gui.core.cluster_looks import ClusterLooks, group_embeddings, look_at_clusters
from segstyle_gui.core.generator.network import images_to_uint8
from segstyle_gui.core.label_maps import cluster_maps, sample_latents
from segstyle_gui.core.naming import name_embeddings
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.paths import cache_dir, resources_dir
from segstyle_gui.pipeline.artifacts import LoadedRegions, load_regions
from segstyle_gui.project.store import Project

WORDS = (
    "pupil, iris, sclera|white of the eye, skin, eyelid, eyelashes, eyebrow, glint, "
    "banana, car, tree, dog, house, keyboard"
)
RIGHT = {
    "pupil": {"pupil"},
    "iris": {"iris"},
    "sclera": {"sclera"},
    "skin": {"skin", "eyelid"},
    "upper eyelid": {"skin", "eyelid"},
    "lower eyelid": {"skin", "eyelid"},
    "eyelashes": {"eyelashes"},
}  # part -> names that are right; other parts are not asked for
SHOWN = {"pupil": "pupil", "iris": "iris", "sclera": "sclera", "eyelashes": "lashes"}  # the rest: skin, lids
N_IMAGES = 64
_BATCH = 16
_LEAST_PIXELS = 50  # over all samples; smaller clusters are not named
_LEAST_SHARE = 0.5  # of a group's pixels that its part must have, so that there is a truth


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a grid, as a row of the table."""

    title: str
    stride: int
    finer: str = "dilate"
    without_averages: bool = False

    def config(self) -> NamingConfig:
        """Return the settings of *name regions* for it."""
        return replace(NamingConfig(prompts=WORDS), stride=self.stride, finer=self.finer)

    def applied(self) -> AbstractContextManager[object]:
        """Leave the poolings out instead of replacing them, where that is the way."""
        if not self.without_averages:
            return contextlib.nullcontext()
        return patch.object(dense_resnet, "_dilated_average", lambda x, reach: x)


WAYS = (
    Way("plain, 32 px", 32),
    Way("exact dilation, 16 px (the default)", 16),
    Way("exact dilation, 8 px", 8),
    Way("dropped pools and dilation, 16 px", 16, without_averages=True),
    Way("dropped pools and dilation, 8 px", 8, without_averages=True),
    Way("image enlarged 2 times", 16, finer="enlarge"),
    Way("image enlarged 4 times", 8, finer="enlarge"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The samples of one seed: images, cluster ids, and pixels of every part in every cluster (K, parts)."""

    images: NDArray[np.uint8]
    ids: NDArray[np.int16]
    parts: NDArray[np.int64]


def draw_scene(
    regions: LoadedRegions, seed: int, read: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
) -> Scene:
    """Draw samples that no other seed has."""
    generator, images, ids = regions.generator, [], []
    first = 1_000_000 + seed * N_IMAGES
    for start in range(first, first + N_IMAGES, _BATCH):
        with torch.inference_mode():
            w = sample_latents(generator, regions.clustering, range(start, start + _BATCH))
            images.append(images_to_uint8(generator.synthesis(w)))
        size = generator.resolution
        ids.append(cluster_maps(generator, regions.clustering, regions.state.splits, w, size=size)[0])
    pictures, maps = np.concatenate(images), np.concatenate(ids)
    pairs = maps.astype(np.int64) * len(PART_NAMES) + read(pictures)
    counts = np.bincount(pairs.ravel(), minlength=regions.state.n_ids * len(PART_NAMES))
    return Scene(pictures, maps, counts.reshape(-1, len(PART_NAMES)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one group of clusters was called: its true part, the name, whether right, and its pixels."""

    part: str
    name: str
    right: bool
    pixels: int


def judge(
    clip: ClipModel, looks: ClusterLooks, scene: Scene, groups: Sequence[Sequence[int]], config: NamingConfig
) -> list[Verdict]:
    """Name every group whose truth is one of the parts that are asked for; the best name counts."""
    counts = np.stack([scene.parts[list(group)].sum(axis=0) for group in groups])
    embeddings = group_embeddings(looks, groups, config.weighting)
    naming = name_embeddings(clip, embeddings, range(len(groups)), parse_prompts(config.prompts), config)
    verdicts = []
    for row, scores in zip(counts, naming.scores, strict=True):
        part = PART_NAMES[int(row.argmax())]
        known = row.sum() >= _LEAST_PIXELS and row.max() >= _LEAST_SHARE * row.sum()
        if known and part in RIGHT and np.isfinite(scores).all():
            name = naming.names[int(scores.argmax())]
            verdicts.append(Verdict(part, name, name in RIGHT[part], int(row.sum())))
    return verdicts


def look(clip: ClipModel, scene: Scene, way: Way) -> ClusterLooks:
    """Look at the samples in one way."""
    batches = (slice(i, i + _BATCH) for i in range(0, N_IMAGES, _BATCH))
    with way.applied():
        return look_at_clusters(
            clip,
            ((scene.images[batch], scene.ids[batch]) for batch in batches),
            range(len(scene.parts)),
            way.config(),
        )


def accuracy(verdicts: Sequence[Verdict], *, by_area: bool = False) -> float:
    """Return the share of groups that got a right name, or of their pixels."""
    weights = [v.pixels if by_area else 1 for v in verdicts]
    return float(np.average([v.right for v in verdicts], weights=weights)) if verdicts else float("nan")


def spread(values: Sequence[float]) -> str:
    """Return the mean with lowest and highest."""
    return f"{np.nanmean(values):.3f} ({np.nanmin(values):.3f} – {np.nanmax(values):.3f})"


def of_part(verdicts: Sequence[Verdict], title: str) -> list[Verdict]:
    """Return the verdicts on a part of the tables' columns."""
    return [v for v in verdicts if SHOWN.get(v.part, "skin or lid") == title]


COLUMNS = ("pupil", "iris", "sclera", "skin or lid", "lashes")


def row_of(title: str, by_seed: Sequence[Sequence[Verdict]]) -> str:
    """Return a row: share of groups, share of area, share of each part's groups."""
    shares = spread([accuracy(verdicts) for verdicts in by_seed])
    areas = spread([accuracy(verdicts, by_area=True) for verdicts in by_seed])
    every = [verdict for verdicts in by_seed for verdict in verdicts]
    parts = [of_part(every, column) for column in COLUMNS]
    cells = " | ".join(f"{accuracy(part):.2f} of {len(part) / len(by_seed):.1f}" for part in parts)
    return f"| {title} | {shares} | {areas} | {cells} |"


def head(first: str) -> str:
    """Return the head of a table."""
    titles = (first, "right, of all", "of their area", *COLUMNS)
    return f"| {' | '.join(titles)} |\n|{' --- |' * len(titles)}"


def tables(clip: ClipModel, regions: LoadedRegions, scenes: Sequence[Scene]) -> Iterator[str]:
    """Yield the lines of all tables."""
    clusters = [(number,) for number in range(regions.state.n_ids)]
    merged = [region.clusters for region in regions.state.regions]
    looks: dict[Way, list[ClusterLooks]] = {}
    yield from ("### Clusters, by the way to a finer grid", "", head("grid"))
    for way in WAYS:
        looks[way] = [look(clip, scene, way) for scene in scenes]
        yield row_of(way.title, _judged(clip, looks[way], scenes, clusters, way.config()))
    usual = WAYS[1]
    yield from ("", "### Regions as a person merged them, and other settings (exact dilation, 16 px)", "")
    yield head("what")
    for title, groups, changes in (
        ("merged regions", merged, {}),
        ("merged regions, every pixel alike", merged, {"weighting": "pixels"}),
        ("clusters, every pixel alike", clusters, {"weighting": "pixels"}),
        ("clusters, the sentences *near-IR*", clusters, {"templates": "near_infrared"}),
        ("clusters, the paper's sentence", clusters, {"templates": "paper"}),
    ):
        config = replace(usual.config(), **changes)
        yield row_of(title, _judged(clip, looks[usual], scenes, groups, config))
    judged = _judged(clip, looks[usual], scenes, clusters, usual.config())
    yield from ("", "### What clusters are called wrongly (exact dilation, 16 px)", "")
    wrong = Counter((v.part, v.name) for verdicts in judged for v in verdicts if not v.right)
    for (part, name), count in wrong.most_common():
        yield f"- {part}: *{name}*, {count / len(scenes):.1f} clusters"


def _judged(
    clip: ClipModel,
    looks: Sequence[ClusterLooks],
    scenes: Sequence[Scene],
    groups: Sequence[Sequence[int]],
    config: NamingConfig,
) -> list[list[Verdict]]:
    return [judge(clip, seen, scene, groups, config) for seen, scene in zip(looks, scenes, strict=True)]


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--project", type=Path, default=resources_dir() / "near_eye" / "sample.segstyle")
    parser.add_argument("--weights", type=Path, help="of another CLIP than the bundled one")
    parser.add_argument("--cache", type=Path, default=cache_dir() / "benchmarks", help="for the reader")
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    clip = load_clip("near-eye", weights=args.weights, device=torch.device("cpu"))
    with Project.open(args.project, readonly=True) as project:
        regions = load_regions(project)
    reader = part_reader(regions.generator.resolution, args.cache)
    read = ", ".join(f"{name} {iou:.2f}" for name, iou in zip(PART_NAMES, reader.iou, strict=True))
    print(f"{args.project.name}, {regions.generator.resolution} px, {args.seeds} seeds x {N_IMAGES} samples.")
    print(f"The reader's IoU on renders held back: {read}.\n")
    scenes = [draw_scene(regions, seed, reader.read) for seed in range(args.seeds)]
    for line in tables(clip, regions, scenes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
