"""Corrections and reviewed marks: edits of the current masks, in the journal before they count."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.errors import ProjectError
from segstyle_gui.project.contents import MASKS
from segstyle_gui.project.history import now
from segstyle_gui.project.mask_history import MaskHistory, MaskMove
from segstyle_gui.project.mask_patch import LabelMap, changed_box, make_patch
from segstyle_gui.project.mask_state import MaskEdit
from segstyle_gui.project.mask_view import MaskView
from segstyle_gui.project.records import MaskStep, RunRecord
from segstyle_gui.project.writer import Writer


class MaskEditing(MaskView):
    """What can be done to the current masks. Each run of masks has its own corrections and history."""

    def paint(self, image_id: int, before: NDArray[Any], after: NDArray[Any], text: str) -> None:
        """Correct a mask; when this returns, the correction survives a crash.

        Only the box around the changed pixels is stored. Nothing happens if none changed.

        Parameters
        ----------
        image_id
            Whose mask it is.
        before, after
            (H, W) integer class ids; ``before`` is what :meth:`label_map` returns now.
        text
            What was done, for the history.

        Raises
        ------
        StageError
            If there are no masks yet.
        ProjectError
            If a map has another size, ``before`` is not the present mask, or an id is of no class.
        ProjectWriteError
            If it could not be noted; nothing has changed then.
        """
        with self._lock:
            writer, run = self._wanted_writer(), self._wanted_masks()
            known = self._known(run, image_id)
            old, new = (_fitting(ids, known.label_map, image_id) for ids in (before, after))
            if not np.array_equal(old, known.label_map):
                raise ProjectError(
                    f"The mask of image {image_id} has changed since it was shown.",
                    hint="Show the image again, then repeat the correction.",
                )
            box = changed_box(old, new)
            if not box.height:
                return
            patch = make_patch(image_id, old, new, box=box, digest_before=known.digest)
            self._check_ids(run, new[patch.box.place])
            self._make_move(writer, run, MaskEdit(now(), text, patches=(patch,)))
            known.label_map, known.digest = new.copy(), patch.digest_after

    def set_reviewed(self, image_ids: Iterable[int], reviewed: bool) -> None:
        """Mark the masks of images as reviewed, or take the mark off; those that have it so are left out.

        Raises
        ------
        StageError, ProjectError, ProjectWriteError
            As :meth:`paint`.
        """
        wanted = set(image_ids)
        with self._lock:
            writer, run = self._wanted_writer(), self._wanted_masks()
            for image_id in sorted(wanted):
                self._check_mask(run, image_id)
            marked = self._contents.masks(run.id).state.reviewed
            changed = tuple(sorted(wanted - marked if reviewed else wanted & marked))
            if changed:
                edit = MaskEdit(now(), _mark_text(len(changed), reviewed), marked=changed, reviewed=reviewed)
                self._make_move(writer, run, edit)

    def undo_mask(self) -> MaskStep | None:
        """Take the last edit of the current masks back; None if there is none."""
        with self._lock:
            history, writer = self._mask_edits(), self._wanted_writer()
            move = None if history is None else history.plan_undo()
            return None if move is None or history is None else self._step(writer, history, move)

    def redo_mask(self) -> MaskStep | None:
        """Make the last undone edit of the current masks again; None if there is none."""
        with self._lock:
            history, writer = self._mask_edits(), self._wanted_writer()
            move = None if history is None else history.plan_redo()
            return None if move is None or history is None else self._step(writer, history, move)

    @abstractmethod
    def _wanted_writer(self) -> Writer:
        """Return the writer; ProjectWriteError if there is none."""

    def _mask_edits(self) -> MaskHistory | None:
        run = self._contents.current(MASKS)
        return None if run is None else self._contents.masks(run.id)

    def _make_move(self, writer: Writer, run: RunRecord, edit: MaskEdit) -> None:
        history = self._contents.masks(run.id)
        move = history.plan_apply(edit)
        writer.note(move.event)
        history.accept(move)

    def _step(self, writer: Writer, history: MaskHistory, move: MaskMove) -> MaskStep:
        writer.note(move.event)
        history.accept(move)
        back = move.event.kind == "undo"
        for patch in move.edit.patches:
            known = self._maps.get((history.run_id, patch.image_id))
            if known is not None and known.digest == (patch.digest_after if back else patch.digest_before):
                (patch.put_before if back else patch.put_after)(known.label_map)
                known.digest = patch.digest_before if back else patch.digest_after
        return MaskStep(move.edit.text, move.edit.image_ids)

    def _check_ids(self, run: RunRecord, ids: LabelMap) -> None:
        """Refuse ids that are no class: neither when the masks were made nor now."""
        state = self.region_state
        now_there = [label_class.id for label_class in (state.classes if state else ())]
        allowed = np.zeros(np.iinfo(ids.dtype).max + 1, bool)
        known = {0, *now_there, *(int(row[0]) for row in run.summary.get("classes", ()))}
        allowed[[number for number in known if number < len(allowed)]] = True
        fits = allowed[ids]
        if not fits.all():
            raise ProjectError(
                f"{int(ids[~fits][0])} is the id of no class.", hint=f"Paint with one of {sorted(known)}."
            )


def _fitting(ids: NDArray[Any], like: LabelMap, image_id: int) -> LabelMap:
    """Return ids in the type of the stored map."""
    values = np.asarray(ids)
    if values.shape != like.shape or values.dtype.kind not in "ui":
        raise ProjectError(
            f"The mask of image {image_id} is {like.shape} {like.dtype}; "
            f"the correction is {values.shape} {values.dtype}.",
            hint="Show the image again, then repeat the correction.",
        )
    same = values.astype(like.dtype, copy=False)
    if values.dtype != like.dtype and not np.array_equal(same, values):
        raise ProjectError(f"The correction of image {image_id} holds ids that do not fit {like.dtype}.")
    return same


def _mark_text(n_images: int, reviewed: bool) -> str:
    images = "1 image" if n_images == 1 else f"{n_images} images"
    return f"Mark {images} as reviewed" if reviewed else f"Take the reviewed mark off {images}"
