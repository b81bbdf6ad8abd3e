"""The masks of an open project as they are now: what was predicted, with the user's corrections on it."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.errors import ProjectReadError, StageError
from segstyle_gui.project import container
from segstyle_gui.project.contents import MASKS, Contents
from segstyle_gui.project.mask_patch import LabelMap, map_digest
from segstyle_gui.project.mask_state import MaskState
from segstyle_gui.project.records import HistoryEntry, RunRecord
from segstyle_gui.project.view import ProjectView

CORRECTIONS = "corrections"
REVIEWED = "reviewed"
DIGESTS = "digests"  # array of a run of masks: the digests of its label maps, in the order of image_ids
_MAPS_KEPT = 4  # the present one, and its neighbours when stepping through the images


@dataclass(slots=True)
class _Known:
    """A label map in memory; it is never handed out."""

    label_map: LabelMap
    digest: str
    predicted_digest: str


class MaskView(ProjectView):
    """What can be asked about the current masks.

    The label maps and confidences in the file never change; corrections lie above them.
    """

    def __init__(self, contents: Contents) -> None:
        super().__init__(contents)
        self._maps: OrderedDict[tuple[int, int], _Known] = OrderedDict()
        self._predicted_digests: dict[int, dict[int, str]] = {}

    def label_map(self, image_id: int) -> LabelMap:
        """Return the current mask of an image with its corrections: (H, W) class ids, uint8 or uint16.

        It is the caller's own copy.

        Raises
        ------
        StageError
            If there are no masks yet.
        ProjectReadError
            If the image has none, or it is damaged.
        """
        run = self._wanted_masks()
        with self._lock:
            return self._known(run, image_id).label_map.copy()

    def confidence(self, image_id: int) -> NDArray[np.uint8]:
        """Return how sure the student was, (H, W) uint8, 255 is certain; raises as :meth:`label_map`."""
        run = self._wanted_masks()
        self._check_mask(run, image_id)
        return self.array(run, f"confidence/{image_id}")

    @property
    def corrected(self) -> frozenset[int]:
        """Ids of the images whose current mask was corrected."""
        return self.mask_state().corrected

    @property
    def reviewed(self) -> frozenset[int]:
        """Ids of the images whose current mask is marked as reviewed."""
        return self.mask_state().reviewed

    def mask_state(self, run: RunRecord | int | None = None) -> MaskState:
        """Return corrections and marks of a run of masks, by default the current; empty if there is none.

        The state does not change with later edits: a stage that reads masks again and again holds one.
        """
        with self._lock:
            chosen = self._contents.current(MASKS) if run is None else self._contents.run(run)
            return MaskState() if chosen is None else self._contents.masks(chosen.id).state

    def mask_history(self) -> tuple[HistoryEntry, ...]:
        """Return the edits of the current masks, oldest first, undone ones last; the newest 500 are kept."""
        with self._lock:
            run = self._contents.current(MASKS)
            return () if run is None else self._contents.masks(run.id).entries()

    def input_token(self, makes: str) -> str | None:
        """Return what a run records as its input; None if there is no such thing.

        It is the current run's id. Regions and corrected masks have their digest behind it, so that edits
        show; marks are no part of it. Two words name no run: ``"reviewed"`` is a digest of the marks, and
        ``"corrections"`` one of all masks that are corrected or reviewed. That one stays the same when
        a new run of masks takes the corrections over.
        """
        if makes == REVIEWED:
            return None if self.current(MASKS) is None else _digest(sorted(self.reviewed))
        if makes == CORRECTIONS:
            return self._corrections_token()
        token = super().input_token(makes)
        if makes != MASKS or token is None:
            return token
        state = self.mask_state()
        return f"{token}:{state.digest()}" if state.corrections else token

    def _corrections_token(self) -> str | None:
        run, state = self.current(MASKS), self.mask_state()
        if run is None or not (state.corrected or state.reviewed):
            return None
        predicted = self._digests_of(run)
        rows: list[Any] = [run.inputs.get("images")]
        for number in sorted(state.corrected | state.reviewed):
            known = state.corrections.get(number)
            rows.append([number, known.digest if known else predicted.get(number, f"run {run.id}")])
        return _digest(rows)

    def _digests_of(self, run: RunRecord) -> dict[int, str]:
        """Return the digests of the label maps as they were predicted, empty if the run has none."""
        if run.id not in self._predicted_digests:
            names = set(self.array_names(run)) & {"image_ids", DIGESTS}
            found = self.arrays(run, names) if len(names) == 2 else {"image_ids": (), DIGESTS: ()}
            pairs = zip(found["image_ids"], found[DIGESTS], strict=True)
            self._predicted_digests[run.id] = {int(number): str(digest) for number, digest in pairs}
        return self._predicted_digests[run.id]

    def _known(self, run: RunRecord, image_id: int) -> _Known:
        """Return the present label map from memory or the file. The lock must be held."""
        key = (run.id, image_id)
        state = self._contents.masks(run.id).state
        correction = state.corrections.get(image_id)
        known = self._maps.get(key)
        if known is None or known.digest != (correction.digest if correction else known.predicted_digest):
            self._check_mask(run, image_id)
            with container.reading(self.path) as file:
                predicted = container.read_array(file, run.id, f"label_maps/{image_id}")
            digest = map_digest(predicted)
            corrected = state.correct(image_id, predicted)
            known = _Known(corrected, correction.digest if correction else digest, digest)
        self._keep(key, known)
        return known

    def _keep(self, key: tuple[int, int], known: _Known) -> None:
        self._maps[key] = known
        self._maps.move_to_end(key)
        while len(self._maps) > _MAPS_KEPT:
            self._maps.popitem(last=False)

    def _check_mask(self, run: RunRecord, image_id: int) -> None:
        if image_id not in self._contents.mask_ids(run.id):
            raise ProjectReadError(
                f"There is no mask of image {image_id}.", hint="Predict the masks again to get one."
            )

    def _wanted_masks(self) -> RunRecord:
        run = self.current(MASKS)
        if run is None:
            raise StageError(f"{self.path.name} has no masks yet.", hint="Predict the masks first.")
        return run


def _digest(rows: list[Any]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
