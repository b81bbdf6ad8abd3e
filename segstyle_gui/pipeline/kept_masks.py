"""Corrections that outlive a new prediction: they are laid on the new masks as the first edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from segstyle_gui.pipeline.artifacts import run_of_token
from segstyle_gui.pipeline.corrections import NO_CLASS, class_table
from segstyle_gui.project.history import now
from segstyle_gui.project.mask_patch import Patch, make_patch
from segstyle_gui.project.mask_state import MaskEdit, MaskState
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project


class KeptMasks:
    """Makes the edit that lays the masks a user answers for on those of another run.

    An image that is corrected or reviewed keeps its label map as it is. Images are known by their content,
    classes as :func:`~segstyle_gui.pipeline.corrections.class_table` knows them; pixels of a class that the
    new student does not have are as predicted.

    Parameters
    ----------
    project
        The project.
    old
        The run of masks that holds the corrections.
    student
        The student that made the new label maps.
    records
        The images that have a new label map.
    new_map
        Returns the new label map of an image, (H, W) uint8.
    """

    def __init__(
        self,
        project: Project,
        old: RunRecord,
        student: RunRecord,
        records: Iterable[ImageRecord],
        new_map: Callable[[int], np.ndarray],
    ) -> None:
        self._project, self._old, self._new_map = project, old, new_map
        state = project.region_state
        present = [label_class.id for label_class in (state.classes if state else ())]
        table = class_table(project, old, student, present)
        self._table = np.where(table > np.iinfo(np.uint8).max, NO_CLASS, table)
        new_ids = {record.sha256: record.id for record in records}
        before = project.images(run_of_token(project, old.inputs["images"]))
        self._ids = {one.id: new_ids[one.sha256] for one in before if one.sha256 in new_ids}
        self._made: dict[tuple[int, str], Patch | None] = {}

    def edit(self) -> MaskEdit | None:
        """Return the edit for the corrections and marks of this moment, None if there are none.

        Quick if it was called before: only masks that were edited in between are compared again.
        """
        state = self._project.mask_state(self._old)
        marked = tuple(sorted(self._ids[number] for number in state.reviewed if number in self._ids))
        kept = sorted((state.corrected | state.reviewed) & self._ids.keys())
        patches = [patch for number in kept if (patch := self._patch(state, number)) is not None]
        if not patches and not marked:
            return None
        return MaskEdit(now(), _text(len(patches), len(marked)), tuple(patches), marked)

    def _patch(self, state: MaskState, image_id: int) -> Patch | None:
        """Return the patch of an image, known by its old id; None if the prediction is what was reviewed."""
        correction = state.corrections.get(image_id)
        key = (image_id, correction.digest if correction else "")
        if key not in self._made:
            patch = self._compared(state, image_id)
            unchanged = patch is None or (correction is None and not patch.box.height)
            self._made[key] = None if unchanged else patch
        return self._made[key]

    def _compared(self, state: MaskState, image_id: int) -> Patch | None:
        """Return the patch, with an empty box if the maps are equal; None if they can't be compared."""
        new_map = self._new_map(self._ids[image_id])
        predicted = self._project.array(self._old, f"label_maps/{image_id}")
        if predicted.shape != new_map.shape:
            return None
        ids = self._table[state.correct(image_id, predicted)]
        wanted = np.where(ids == NO_CLASS, new_map, ids).astype(new_map.dtype)
        return make_patch(self._ids[image_id], new_map, wanted)


def _text(n_corrected: int, n_reviewed: int) -> str:
    if n_corrected:
        return f"Kept {n_corrected} corrected mask{'' if n_corrected == 1 else 's'}"
    return f"Kept {n_reviewed} reviewed mark{'' if n_reviewed == 1 else 's'}"
