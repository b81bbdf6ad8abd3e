"""Draw the README's picture from the demo's project.

python packaging/overview.py "projects/Near eye/Near eye.segstyle" docs/overview.png
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from segstyle_gui.core.generator.network import images_to_uint8, latents_from_seeds
from segstyle_gui.core.images import apply_window, read_image
from segstyle_gui.core.label_maps import cluster_maps
from segstyle_gui.core.palette import default_color
from segstyle_gui.pipeline.artifacts import load_regions
from segstyle_gui.project.store import Project

TILE, GAP, TEXT = 168, 6, 30  # pixels
COLUMNS = 6
PAPER, INK = (250, 250, 250), (40, 40, 44)
OPACITY = 0.5


def overlay(image: np.ndarray, ids: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Blend (H, W) ids' colours over a (H, W) gray image; id 0 stays gray."""
    gray = np.repeat(image[..., None], 3, axis=2).astype(float)
    mixed = gray * (1 - OPACITY) + colors[ids] * OPACITY
    return np.where((ids > 0)[..., None], mixed, gray).astype(np.uint8)


def tile(image: np.ndarray, resample: Image.Resampling = Image.Resampling.BICUBIC) -> Image.Image:
    """Return an image at the size of a tile."""
    return Image.fromarray(image).resize((TILE, TILE), resample)


def rows(project: Project) -> list[tuple[str, list[Image.Image]]]:
    """Return the captions and tiles of the three rows."""
    loaded = load_regions(project)
    with torch.inference_mode():
        w = loaded.generator.mapping(latents_from_seeds(range(COLUMNS), loaded.generator.z_dim), 0.9)
        samples = images_to_uint8(loaded.generator.synthesis(w))[..., 0]
    clusters, _ = cluster_maps(loaded.generator, loaded.clustering, loaded.state.splits, w, size=TILE)
    colors = np.array([(0, 0, 0), *(default_color(i) for i in range(1, 300))])
    drawn = [np.array(tile(sample)) for sample in samples]
    regions = [
        overlay(a, b, colors) for a, b in zip(drawn, loaded.state.cluster_to_region()[clusters], strict=True)
    ]
    run = project.current("masks")
    masks = []
    for record in project.images()[5 : 5 + COLUMNS]:
        image = apply_window(read_image(project.image_path(record)), 1, 99)
        masks.append(overlay(image, project.array(run, f"label_maps/{record.id}"), colors))
    return [
        ("1  A generator learns to draw images like yours", [tile(sample) for sample in samples]),
        (
            "2  Its features, clustered, are regions with the same meaning everywhere",
            [tile(x) for x in regions],
        ),
        (
            "3  A student trained on them labels your images: pupil, iris, sclera, skin",
            [tile(x) for x in masks],
        ),
    ]


def main(path: str, target: str) -> None:
    """Draw the picture of a project."""
    with Project.open(path, readonly=True) as project:
        found = rows(project)
    width = COLUMNS * (TILE + GAP) + GAP
    sheet = Image.new("RGB", (width, len(found) * (TILE + TEXT + GAP) + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for number, (caption, tiles) in enumerate(found):
        top = number * (TILE + TEXT + GAP) + GAP
        draw.text((GAP, top + 4), caption, INK, font)
        for column, image in enumerate(tiles):
            sheet.paste(image, (GAP + column * (TILE + GAP), top + TEXT))
    sheet.save(Path(target), optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
