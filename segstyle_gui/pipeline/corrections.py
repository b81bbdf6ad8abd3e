"""Masks that the user corrected or reviewed, as pairs that a student can learn from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from segstyle_gui.core.geometry import Fit, fit_label_map, resize_image
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.artifacts import run_of_token
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

NO_CLASS = -1
_IGNORE = 255  # of a label map: no class is claimed there
_MAX_ID = 65535


@dataclass(frozen=True, slots=True)
class CorrectedPairs:
    """Real images in the student's square with the label maps that the user answers for.

    ``images`` (M, S, S, C) uint8; ``label_maps`` and ``predicted``, which is what the student said before,
    (M, S, S) uint8 class ids of the synthetic set, 255 where no class of the set is meant.
    """

    images: np.ndarray
    label_maps: np.ndarray
    predicted: np.ndarray


def corrected_pairs(project: Project, synthetic: RunRecord) -> CorrectedPairs | None:
    """Return the corrected and the reviewed images of the current masks, None if there are none.

    Classes are those of the synthetic set. Pixels of a class that it does not have are not learnt from.

    Raises
    ------
    StageError
        If the images have other channels than the synthetic set.
    """
    masks, state = project.current("masks"), project.mask_state()
    wanted = state.corrected | state.reviewed
    if masks is None or not wanted:
        return None
    imported = run_of_token(project, masks.inputs["images"])
    shape = project.array(synthetic, "images", slice(0, 0)).shape[1:]
    table = class_table(project, masks, synthetic)
    table = np.where((table == NO_CLASS) | (table >= _IGNORE), _IGNORE, table).astype(np.uint8)
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for place, record in enumerate(project.images(imported)):
        if record.id in wanted:
            pixels = _square(project.array(imported, "pixels", place), shape)
            predicted = project.array(masks, f"label_maps/{record.id}")
            corrected = state.correct(record.id, predicted)
            fit = Fit.from_json(record.fit)
            now, before = (
                fit_label_map(table[ids], fit, shape[0], outside=_IGNORE) for ids in (corrected, predicted)
            )
            found.append((pixels, now, before))
    return CorrectedPairs(*(np.stack(column) for column in zip(*found, strict=True)))


def class_table(
    project: Project, masks: RunRecord, target: RunRecord, more: Collection[int] = ()
) -> np.ndarray:
    """Return which class of another run each class id of some masks is.

    Where both come from the same regions a class is known by its id, otherwise by its name.

    Parameters
    ----------
    project
        The project of both runs.
    masks
        A run of masks.
    target
        A run whose summary names ``classes``: a synthetic set, a student, masks.
    more
        Further ids that stay what they are if the regions are the same.

    Returns
    -------
    np.ndarray
        (65536,) int32, -1 where the target has no such class.
    """
    table = np.full(_MAX_ID + 1, NO_CLASS, np.int32)
    table[0] = 0
    regions = regions_behind(project, masks)
    if regions is not None and regions == regions_behind(project, target):
        ids = [*more, *(number for number, _, _ in target.summary["classes"])]
        table[ids] = ids
        return table
    by_name = {name.casefold(): number for number, name, _ in target.summary["classes"]}
    for number, name, _ in masks.summary["classes"]:
        table[number] = by_name.get(name.casefold(), NO_CLASS)
    return table


def regions_behind(project: Project, run: RunRecord) -> int | None:
    """Return the id of the run of regions that masks, a student or a synthetic set come from, if known."""
    try:
        for makes in ("student", "synthetic_set"):
            if makes in run.inputs:
                run = run_of_token(project, run.inputs[makes])
    except StageError:
        return None
    token = run.inputs.get("regions")
    return None if token is None else int(token.partition(":")[0])


def _square(pixels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a working copy (S, S, C) at the size of the synthetic images."""
    if pixels.shape[-1] != shape[-1]:
        raise StageError(
            f"The corrected images have {pixels.shape[-1]} channels and the synthetic set {shape[-1]}.",
            hint="Import the images as the generator draws them, or set corrections-share to 0.",
        )
    plain = pixels[..., 0] if shape[-1] == 1 else pixels
    return resize_image(plain, shape[1], shape[0]).reshape(shape)
