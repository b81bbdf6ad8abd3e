"""What the near-eye CLIP is trained on: rendered eyes with part maps, and random views of them."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from segstyle_gui.core.near_eye import EyeParameters, NearEyeConfig, draw_parameters, render_eye
from segstyle_gui.core.near_eye.captions import eye_facts, part_facts
from segstyle_gui.core.near_eye.parts import NO_PART, PART_NAMES, part_map

SIZE = 128  # pixels of renders and of the network's input
RARE_SHARE = 0.15  # of opaque lenses
_LENGTHS = [
    "half_width",
    "upper_height",
    "lower_height",
    "crease_height",
    "iris_radius",
    "lash_length",
    "glint_size",
    "lid_waviness",
]


@dataclass(frozen=True, slots=True)
class Renders:
    """Rendered eyes: images and part maps (N, 128, 128) uint8, and the parameters of each."""

    images: np.ndarray
    parts: np.ndarray
    parameters: list[EyeParameters]


def render_all(folder: Path, n: int, first_seed: int) -> Renders:
    """Render ``n`` eyes, or read them from ``folder`` if they lie there."""
    if not (folder / "parameters.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        drawn = [_render(first_seed + i) for i in range(n)]
        np.save(folder / "images.npy", np.stack([image for image, _, _ in drawn]))
        np.save(folder / "parts.npy", np.stack([parts for _, parts, _ in drawn]))
        rows = [dataclasses.asdict(parameters) for _, _, parameters in drawn]
        (folder / "parameters.json").write_text(json.dumps(rows))
    rows = json.loads((folder / "parameters.json").read_text())
    images, parts = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("images", "parts"))
    return Renders(images, parts, [EyeParameters(**row) for row in rows])


def _render(seed: int) -> tuple[np.ndarray, np.ndarray, EyeParameters]:
    """Render an eye; one in four is farther from the camera, so that the frame shows more skin."""
    rng = np.random.default_rng(seed)
    config = NearEyeConfig(size=SIZE, rare_share=RARE_SHARE)
    parameters = draw_parameters(rng, config)
    if rng.random() < 0.25:
        share = float(rng.uniform(0.65, 0.95))
        smaller = {name: share * getattr(parameters, name) for name in _LENGTHS}
        parameters = dataclasses.replace(parameters, **smaller)
    image, label_map = render_eye(parameters, config)
    return image, part_map(parameters, label_map), parameters


def visible_parts(parts: np.ndarray, share: float = 0.004) -> list[str]:
    """Return the parts that cover at least ``share`` of a part map (a glint: any pixel)."""
    counts = np.bincount(parts.ravel(), minlength=NO_PART + 1)[: len(PART_NAMES)]
    needed = [1 if name == "glint" else share * parts.size for name in PART_NAMES]
    return [name for name, count, least in zip(PART_NAMES, counts, needed, strict=True) if count >= least]


def facts_of_eye(renders: Renders, index: int) -> dict[str, bool]:
    """Return the facts of a whole render."""
    return eye_facts(renders.parameters[index], visible_parts(renders.parts[index]))


def crop_box(rng: np.random.Generator, parts: np.ndarray, part: str) -> tuple[int, int, int]:
    """Return top, left and side of a square around a part, from most of the part to a piece of it."""
    rows, columns = np.nonzero(parts == PART_NAMES.index(part))
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    side = int(np.clip(extent * rng.uniform(0.5, 1.25), 14, 72))
    pick = rng.integers(len(rows))
    centre_y, centre_x = (
        (rows[pick], columns[pick]) if rng.random() < 0.5 else (np.median(rows), np.median(columns))
    )
    top = int(np.clip(centre_y - side // 2, 0, SIZE - side))
    left = int(np.clip(centre_x - side // 2, 0, SIZE - side))
    return top, left, side


def crop(rng: np.random.Generator, renders: Renders, index: int) -> tuple[Tensor, str, dict[str, bool]]:
    """Return a close-up of a random part (1, 128, 128), the part, and the facts of the view.

    In three of ten the surroundings are covered by gray.
    """
    parts = np.asarray(renders.parts[index])
    part = str(rng.choice(visible_parts(parts)))
    top, left, side = crop_box(rng, parts, part)
    window = (slice(top, top + side), slice(left, left + side))
    image = torch.from_numpy(renders.images[index][window].astype(np.float32) / 255.0)
    covered = rng.random() < 0.3
    if covered:
        inside = torch.from_numpy(parts[window] == PART_NAMES.index(part)).float()
        inside = F.max_pool2d(inside[None], 3, 1, 1)[0]
        image = torch.where(inside > 0, image, torch.tensor(float(rng.uniform(0.2, 0.7))))
    others = [] if covered else visible_parts(parts[window], 0.08)
    facts = part_facts(part, undecided=[name for name in others if name != part])
    return _enlarge(image[None]), part, facts


def _enlarge(image: Tensor) -> Tensor:
    return F.interpolate(image[None], size=(SIZE, SIZE), mode="bicubic", align_corners=False)[0]


def shift(rng: np.random.Generator, images: Tensor, parts: Tensor, reach: float) -> tuple[Tensor, Tensor]:
    """Zoom, move and turn (N,1,S,S) images and (N,S,S) uint8 part maps; borders are mirrored."""
    n = len(images)
    zoom = torch.from_numpy(rng.uniform(1.0 - reach, 1.0 + 0.5 * reach, n)).float()
    angle = torch.from_numpy(rng.normal(0.0, 0.1, n)).float()
    move = torch.from_numpy(rng.uniform(-0.6 * reach, 0.6 * reach, (n, 2))).float()
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    theta = torch.stack([torch.stack([cos, -sin, move[:, 0]], 1), torch.stack([sin, cos, move[:, 1]], 1)], 1)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    labels = F.grid_sample(
        parts[:, None].float(), grid, mode="nearest", padding_mode="reflection", align_corners=False
    )
    return moved, labels[:, 0].to(torch.uint8)


def photograph(rng: np.random.Generator, image: Tensor) -> Tensor:
    """Change how a (1, S, S) view in 0..1 was taken: resolution, window, gamma, light, grain."""
    if rng.random() < 0.65:
        side = int(rng.integers(40, 110))
        small = F.interpolate(image[None], size=(side, side), mode="bilinear", antialias=True)
        if rng.random() < 0.5:
            small = small + float(rng.uniform(0.0, 0.03)) * torch.randn(small.shape)
        image = F.interpolate(small, size=image.shape[-2:], mode="bicubic", align_corners=False)[0]
    if rng.random() < 0.65:
        low, high = torch.quantile(
            image, torch.tensor([rng.uniform(0, 0.03), rng.uniform(0.97, 1.0)]).float()
        )
        image = (image - low) / (high - low).clamp(min=0.15)
    image = image.clamp(0.0, 1.0) ** float(np.exp(rng.normal(0.0, 0.25)))
    if rng.random() < 0.4:
        image = image * float(rng.uniform(0.3, 1.15)) + float(rng.uniform(-0.05, 0.12))
    if rng.random() < 0.5:
        image = image + float(rng.uniform(0.0, 0.04)) * torch.randn(image.shape)
    return image.clamp(0.0, 1.0)


def region_weights(rng: np.random.Generator, parts: Tensor, n_cells: int) -> Tensor:
    """Return the share of every part in every cell, (N, parts, n_cells, n_cells), maybe of a piece only.

    In half of the images everything but a random blob counts less, as clusters are pieces of parts.
    """
    one_hot = torch.stack([parts == i for i in range(len(PART_NAMES))], dim=1).float()
    weights = F.adaptive_avg_pool2d(one_hot, n_cells)
    axis = (torch.arange(n_cells) + 0.5) / n_cells
    for i in range(len(parts)):
        if rng.random() < 0.5:
            x, y, width = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.15, 0.5)
            distance = (axis[None] - x) ** 2 + (axis[:, None] - y) ** 2
            weights[i] *= 0.02 + torch.exp(-distance / (2 * width**2))
    return weights
