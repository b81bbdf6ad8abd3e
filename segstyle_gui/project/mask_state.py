"""The corrections and reviewed marks of one run of masks, as a value that edits make a new one of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from segstyle_gui.errors import ProjectReadError
from segstyle_gui.project.mask_patch import (
    Box,
    LabelMap,
    Patch,
    box_from_data,
    box_to_data,
    checked_dtype,
    from_text,
    pack,
    to_text,
    unpack,
)

_MAX_OVERLAYS = 16  # of one label map, before they are merged


@dataclass(frozen=True, slots=True)
class MaskEdit:
    """One step of the user: changed label maps, changed marks, or both."""

    time: str  # ISO 8601, UTC
    text: str
    patches: tuple[Patch, ...] = ()  # of different images
    marked: tuple[int, ...] = ()  # images whose mark changes
    reviewed: bool = True  # what it changes to

    @property
    def image_ids(self) -> tuple[int, ...]:
        """Ids of the images that change, ascending."""
        return tuple(sorted({*self.marked, *(patch.image_id for patch in self.patches)}))

    @property
    def n_bytes(self) -> int:
        """What its pixels take in memory, nearly."""
        return sum(patch.n_bytes for patch in self.patches)

    def to_data(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "time": self.time,
            "text": self.text,
            "patches": [patch.to_data() for patch in self.patches],
            "marked": list(self.marked),
            "reviewed": self.reviewed,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> MaskEdit:
        """Return what :meth:`to_data` described; ValueError, KeyError or TypeError if it is no edit."""
        return cls(
            time=str(data["time"]),
            text=str(data["text"]),
            patches=tuple(Patch.from_data(patch) for patch in data["patches"]),
            marked=tuple(int(number) for number in data["marked"]),
            reviewed=bool(data["reviewed"]),
        )


@dataclass(frozen=True, slots=True)
class Overlay:
    """Pixels that lie over a label map: those of corrections that cannot be undone any more."""

    box: Box
    dtype: str
    ids: bytes  # compressed (height, width)
    known: bytes = b""  # compressed (height, width) bool: which of them count; all if empty

    def put(self, label_map: LabelMap) -> None:
        """Lay the pixels over a map (H, W), in place."""
        ids = unpack(self.ids, self.box, self.dtype)
        np.copyto(label_map[self.box.place], ids, where=self._known())

    @classmethod
    def merged(cls, overlays: Iterable[Overlay]) -> Overlay:
        """Return one overlay in the place of several, the lowest first."""
        layers = list(overlays)
        box, dtype = layers[0].box, layers[0].dtype
        for layer in layers[1:]:
            box, dtype = box.joined(layer.box), np.promote_types(dtype, layer.dtype).name
        ids, known = np.zeros((box.height, box.width), dtype), np.zeros((box.height, box.width), bool)
        for layer in layers:
            place = layer.box.within(box)
            np.copyto(ids[place], unpack(layer.ids, layer.box, layer.dtype), where=layer._known())
            known[place] |= layer._known()
        return cls(box, dtype, pack(ids), b"" if known.all() else pack(known))

    def to_data(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "box": box_to_data(self.box),
            "dtype": self.dtype,
            "ids": to_text(self.ids),
            "known": to_text(self.known),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Overlay:
        """Return what :meth:`to_data` described; ValueError, KeyError or TypeError if it is none."""
        box, dtype = box_from_data(data["box"]), checked_dtype(data["dtype"])
        return cls(box, dtype, from_text(data["ids"]), from_text(data["known"]))

    def _known(self) -> Any:
        return unpack(self.known, self.box, "uint8").astype(bool) if self.known else True


@dataclass(frozen=True, slots=True)
class Correction:
    """All corrections of one label map: what is settled, and the patches above it."""

    digest: str  # of the corrected map
    settled: tuple[Overlay, ...] = ()  # the lowest first
    patches: tuple[Patch, ...] = ()  # the oldest first

    def put(self, label_map: LabelMap) -> None:
        """Correct a predicted map (H, W), in place."""
        for overlay in self.settled:
            overlay.put(label_map)
        for patch in self.patches:
            patch.put_after(label_map)

    def to_data(self, image_id: int) -> dict[str, Any]:
        """Return what is settled as plain values for JSON."""
        overlays = [overlay.to_data() for overlay in self.settled]
        return {"image": image_id, "digest": self.digest, "overlays": overlays}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Correction:
        """Return what :meth:`to_data` described; ValueError, KeyError or TypeError if it is none."""
        return cls(str(data["digest"]), tuple(Overlay.from_data(row) for row in data["overlays"]))

    def class_ids(self) -> set[int]:
        """Return all ids that were painted, also where something else was painted over them."""
        layers = [(one.ids, one.box, one.dtype) for one in self.settled]
        layers += [(one.after, one.box, one.dtype) for one in self.patches]
        return {int(number) for layer in layers for number in np.unique(unpack(*layer))}

    def settle_oldest(self) -> Correction:
        """Return the correction with its oldest patch among what is settled."""
        patch = self.patches[0]
        settled = (*self.settled, Overlay(patch.box, patch.dtype, patch.after))
        if len(settled) > _MAX_OVERLAYS:
            settled = (Overlay.merged(settled),)
        return replace(self, settled=settled, patches=self.patches[1:])


@dataclass(frozen=True, slots=True)
class MaskState:
    """Which masks are corrected, and how, and which are marked as reviewed.

    It never changes; whoever holds one can read corrected masks while the user goes on.
    """

    corrections: Mapping[int, Correction] = field(default_factory=dict)
    reviewed: frozenset[int] = frozenset()

    @property
    def corrected(self) -> frozenset[int]:
        """Ids of the images with a corrected mask."""
        return frozenset(self.corrections)

    def class_ids(self) -> set[int]:
        """Return all ids that were painted, some perhaps painted over; this takes a while for many masks."""
        return set().union(*(correction.class_ids() for correction in self.corrections.values()))

    def correct(self, image_id: int, predicted: LabelMap) -> LabelMap:
        """Return a predicted map (H, W) with the image's corrections, always a new array.

        Raises
        ------
        ProjectReadError
            If they do not fit the map.
        """
        label_map = predicted.copy()
        correction = self.corrections.get(image_id)
        if correction is not None:
            try:
                correction.put(label_map)
            except ValueError as error:
                raise ProjectReadError(
                    f"The corrections of image {image_id} are damaged ({error}).",
                    hint="Restore the project from a backup.",
                ) from error
        return label_map

    def digest(self, image_ids: Iterable[int] | None = None) -> str:
        """Return 16 hex digits that change with the corrected maps, by default of all corrected images."""
        chosen = sorted(self.corrections if image_ids is None else image_ids)
        text = "\n".join(f"{number} {self.corrections[number].digest}" for number in chosen)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def applied(self, edit: MaskEdit) -> MaskState:
        """Return the state after an edit."""
        corrections = dict(self.corrections)
        for patch in edit.patches:
            known = corrections.get(patch.image_id, Correction(patch.digest_before))
            patches = (*known.patches, patch)
            corrections[patch.image_id] = replace(known, digest=patch.digest_after, patches=patches)
        return MaskState(corrections, self._marked(edit.marked, edit.reviewed))

    def taken_back(self, edit: MaskEdit) -> MaskState:
        """Return the state before the edit that was made last."""
        corrections = dict(self.corrections)
        for patch in edit.patches:
            known = corrections.pop(patch.image_id)
            before = replace(known, digest=patch.digest_before, patches=known.patches[:-1])
            if before.patches or before.settled:
                corrections[patch.image_id] = before
        return MaskState(corrections, self._marked(edit.marked, not edit.reviewed))

    def settled(self, edit: MaskEdit) -> MaskState:
        """Return the state when its oldest edit, this one, cannot be undone any more."""
        corrections = dict(self.corrections)
        for patch in edit.patches:
            corrections[patch.image_id] = corrections[patch.image_id].settle_oldest()
        return MaskState(corrections, self.reviewed)

    def _marked(self, image_ids: Iterable[int], reviewed: bool) -> frozenset[int]:
        return self.reviewed | set(image_ids) if reviewed else self.reviewed - set(image_ids)
