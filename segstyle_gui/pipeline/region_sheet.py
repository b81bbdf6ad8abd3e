"""A contact sheet of regions: samples with the overlay, and below them each region lit up on its own."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from segstyle_gui.core.classes import RegionState, region_color
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.pipeline.region_actions import wanted_state
from segstyle_gui.pipeline.region_preview import DIMMED
from segstyle_gui.pipeline.studio import Studio
from segstyle_gui.project.store import Project

_TILE = 128  # pixels
_TEXT = 168  # pixels of the column with names
_GAP = 4  # pixels
_INK = (235, 235, 235)
_PAPER = (24, 24, 27)
_OVERLAY = 0.45  # opacity of the colours
_LIGHT = (255, 196, 0)  # a tint, because a dark region that is merely not dimmed cannot be seen


def region_sheet(
    project: Project, *, n_samples: int = 6, first_seed: int = 0, progress: Progress = SILENT
) -> Image.Image:
    """Draw the current regions so that a person can tell which is which without a window.

    The first row shows samples, the second the regions' colours over them, then one row a region.

    Parameters
    ----------
    project
        With regions.
    n_samples
        Columns.
    first_seed
        Seed of the first sample; the others follow.
    progress
        Told after every row.

    Returns
    -------
    An RGB image.
    """
    state = wanted_state(project)
    samples = Studio(project).region_samples(range(first_seed, first_seed + n_samples), size=_TILE)
    images, ids = samples.images, state.cluster_to_region()[samples.clusters]
    shown = [region for region in state.regions if not region.hidden]
    sheet = Image.new("RGB", (_TEXT + n_samples * (_TILE + _GAP), (2 + len(shown)) * (_TILE + _GAP)), _PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(14)
    _row(sheet, 0, list(images))
    _row(sheet, 1, [_overlay(image, one, state) for image, one in zip(images, ids, strict=True)])
    draw.text((8, 8), f"seeds {first_seed} to {first_seed + n_samples - 1}", _INK, font)
    draw.text((8, _TILE + _GAP + 8), f"{len(shown)} regions", _INK, font)
    names = {label_class.id: label_class.name for label_class in state.classes}
    for number, region in enumerate(shown):
        progress.report(number, len(shown), region.name)
        _row(
            sheet, 2 + number, [_lit(image, one == region.id) for image, one in zip(images, ids, strict=True)]
        )
        top = (2 + number) * (_TILE + _GAP)
        draw.rectangle((8, top + 10, 22, top + 24), region_color(state, region))
        class_name = names.get(region.class_id or 0, "no class")
        share = float((ids == region.id).mean())
        draw.text((30, top + 8), f"{region.id}  {region.name}"[:18], _INK, font)
        lines = f"class: {class_name}"[:22], f"{share:.1%} of the pixels"
        draw.multiline_text((8, top + 32), "\n".join(lines), _INK, font, spacing=6)
    return sheet


def _overlay(image: np.ndarray, ids: np.ndarray, state: RegionState) -> np.ndarray:
    table = np.zeros((state.next_region_id, 3), np.float32)
    for region in state.regions:
        table[region.id] = region_color(state, region)
    mixed = image * (1 - _OVERLAY) + table[ids] * _OVERLAY
    return mixed.astype(np.uint8)


def _lit(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    tinted = image * (1 - _OVERLAY) + np.array(_LIGHT) * _OVERLAY
    return np.where(mask[..., None], tinted, image * DIMMED).astype(np.uint8)


def _row(sheet: Image.Image, number: int, tiles: list[np.ndarray]) -> None:
    for column, tile in enumerate(tiles):
        sheet.paste(Image.fromarray(tile), (_TEXT + column * (_TILE + _GAP), number * (_TILE + _GAP)))
