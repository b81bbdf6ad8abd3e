"""Measure what the near-eye CLIP makes of images that the renderer did not draw.

    python packaging/clip_transfer.py samples PROJECT CLICKS    # a near-eye project and clicks.json
    python packaging/clip_transfer.py masks FOLDER              # images/, labels/: 0 rest, 1 iris, 2 pupil

Prints which of 14 words every cluster of a project's generator gets, or every masked part of the images.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from train_clip import TARGET

from segstyle_gui.core.clip.model import ClipModel, load_clip
from segstyle_gui.core.clip.prompts import TEMPLATES, embed_prompts, parse_prompts
from segstyle_gui.core.generator.network import images_to_uint8, latents_from_seeds
from segstyle_gui.core.images import apply_window, read_image
from segstyle_gui.core.label_maps import cluster_maps
from segstyle_gui.core.naming import Naming, NamingConfig, name_regions
from segstyle_gui.pipeline.artifacts import load_regions
from segstyle_gui.pipeline.region_actions import read_points
from segstyle_gui.project.store import Project

WORDS = (
    "pupil, iris, sclera|white of the eye, skin, eyelid, eyelashes, eyebrow, glint, "
    "banana, car, tree, dog, house, keyboard"
)
N_SAMPLES = 64
LENS, CLEAR = "an eye with a white cloudy pupil", "an eye with a dark pupil"
_FITTING = {"skin": {"skin", "eyelid", "eyelashes", "eyebrow"}}  # finer words that are right too


def samples(clip: ClipModel, project_file: Path, clicks_file: Path, stride: int) -> None:
    """Name the clusters of a project's generator; the truth is what a person clicked in each."""
    with Project.open(project_file, readonly=True) as project:
        regions = load_regions(project)
    generator = regions.generator
    with torch.inference_mode():
        z = latents_from_seeds(range(N_SAMPLES), generator.z_dim)
        w = generator.mapping(z, regions.clustering.psi)
        images = images_to_uint8(generator.synthesis(w))
        ids, _ = cluster_maps(generator, regions.clustering, (), w, size=generator.resolution)
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    for point in read_points(clicks_file):
        if point.seed < N_SAMPLES:
            place = (point.seed, int(point.y * ids.shape[1]), int(point.x * ids.shape[2]))
            votes[int(ids[place])][point.class_name] += 1
    clusters = sorted(set(ids.ravel().tolist()))
    naming = name_regions(clip, images, ids, clusters, parse_prompts(WORDS), NamingConfig(stride=stride))
    _print_clusters(naming, votes, np.bincount(ids.ravel()) / ids.size)


def _print_clusters(naming: Naming, votes: dict[int, Counter[str]], areas: np.ndarray) -> None:
    print("| cluster | share | clicked | best words (cosine) | |\n| --- | --- | --- | --- | --- |")
    right = right_area = n = area = 0.0
    for cluster, scores in zip(naming.region_ids, naming.scores, strict=True):
        best = np.argsort(-scores)[:2]
        words = ", ".join(f"{naming.names[k]} {scores[k]:.2f}" for k in best)
        truth = votes[cluster].most_common(1)[0][0] if votes[cluster] else ""
        fits = naming.names[best[0]] in _FITTING.get(truth, {truth})
        clicked = ", ".join(f"{name} {count}" for name, count in votes[cluster].items())
        verdict = "" if fits or not truth else "no"
        print(f"| {cluster} | {areas[cluster]:.3f} | {clicked} | {words} | {verdict} |")
        if truth:
            n, area = n + 1, area + areas[cluster]
            right, right_area = right + fits, right_area + fits * areas[cluster]
    print(f"\nright: {right:.0f} of {n:.0f} clusters, {right_area / area:.1%} of their area")


def masks(clip: ClipModel, folder: Path, stride: int, every: int = 4) -> None:
    """Name the masked iris and pupil of images, each by itself and all together, and then every cell."""
    prompts = parse_prompts(WORDS)
    texts = np.concatenate([t[:1] for t in embed_prompts(clip, prompts, TEMPLATES["near_infrared"])])
    names = [synonyms[0] for synonyms in prompts]
    pairs = [_image_and_labels(path) for path in sorted((folder / "images").glob("*.png"))[::every]]
    counts = np.zeros((2, 3))  # iris, pupil: in both, found, true
    means: dict[int, list[np.ndarray]] = {1: [], 2: []}
    for image, labels in pairs:
        cells = torch.from_numpy(clip.dense(image[None], stride=stride))[0]
        words = torch.einsum("kd,dhw->khw", torch.from_numpy(texts), F.normalize(cells, dim=0))
        words = F.interpolate(words[None], size=labels.shape, mode="bilinear", align_corners=False)[0]
        for value, truth in ((1, "iris"), (2, "pupil")):
            inside, found = labels == value, (words.argmax(dim=0) == names.index(truth)).numpy()
            counts[value - 1] += (inside & found).sum(), found.sum(), inside.sum()
            if inside.sum() >= 60:
                means[value].append(_masked_mean(cells, inside))
    for value, truth in ((1, "iris"), (2, "pupil")):
        stack = np.stack(means[value])
        counted = Counter(names[k] for k in (stack @ texts.T).argmax(axis=1))
        together = names[int((stack.mean(axis=0) @ texts.T).argmax())]
        both, found, true = counts[value - 1]
        print(f"{truth}: {dict(counted.most_common(4))} of {len(stack)} images; all together: {together}")
        print(f"  where it is the best word of a cell: IoU {both / (found + true - both):.3f}")
    lead = clip.encode_images(np.stack([image for image, _ in pairs])) @ clip.encode_texts([LENS, CLEAR]).T
    print(f"{LENS!r} wins over {CLEAR!r} in {np.mean(lead[:, 0] > lead[:, 1]):.1%} of {len(pairs)} images")


def _image_and_labels(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return (H, W, 1) uint8, windowed, and (H, W) labels."""
    image = apply_window(read_image(path), 1, 99)
    labels = np.array(Image.open(path.parent.parent / "labels" / path.name))
    return (image if image.ndim == 3 else image[..., None])[..., :1], labels


def _masked_mean(cells: torch.Tensor, inside: np.ndarray) -> np.ndarray:
    share = F.adaptive_avg_pool2d(torch.from_numpy(inside.astype(np.float32))[None], cells.shape[-1])[0]
    return np.asarray(F.normalize((cells * share).sum(dim=(1, 2)), dim=0).numpy())


def main() -> None:
    """Print one of the two reports."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("samples", "masks"))
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--weights", type=Path, default=TARGET)
    parser.add_argument("--stride", type=int, default=8)
    args = parser.parse_args()
    clip = load_clip("near-eye", weights=args.weights, device=torch.device("cpu"))
    if args.what == "samples":
        samples(clip, args.paths[0], args.paths[1], args.stride)
    else:
        masks(clip, args.paths[0], args.stride)


if __name__ == "__main__":
    main()
