"""Corrections of label maps as data: the pixels of a box before and after, compressed."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEVEL = 1  # of zlib: label maps are plain, and a stroke must not wait
_DTYPES = ("uint8", "uint16")
_DIGEST_LENGTH = 16  # hex digits
_MAX_SIDE = 1 << 20  # pixels

LabelMap = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels of an image; empty where height or width is 0."""

    top: int
    left: int
    height: int
    width: int

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns, to index a map with."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def joined(self, other: Box) -> Box:
        """Return the smallest box around both."""
        if not self.height * self.width:
            return other
        if not other.height * other.width:
            return self
        top, left = min(self.top, other.top), min(self.left, other.left)
        bottom = max(self.top + self.height, other.top + other.height)
        right = max(self.left + self.width, other.left + other.width)
        return Box(top, left, bottom - top, right - left)

    def within(self, outer: Box) -> tuple[slice, slice]:
        """Return where this box lies in an array that holds the pixels of ``outer``."""
        return Box(self.top - outer.top, self.left - outer.left, self.height, self.width).place


@dataclass(frozen=True, slots=True)
class Patch:
    """One change of one label map; kept compressed.

    ``digest_before`` and ``digest_after`` are :func:`map_digest` of the whole map, so that equal maps are
    known as such without reading them.
    """

    image_id: int
    box: Box
    dtype: str  # "uint8" or "uint16"
    before: bytes
    after: bytes
    digest_before: str
    digest_after: str

    @property
    def n_bytes(self) -> int:
        """What it takes in memory, nearly."""
        return len(self.before) + len(self.after)

    def put_after(self, label_map: LabelMap) -> None:
        """Make the change in a map (H, W), in place."""
        label_map[self.box.place] = unpack(self.after, self.box, self.dtype)

    def put_before(self, label_map: LabelMap) -> None:
        """Take the change back in a map (H, W), in place."""
        label_map[self.box.place] = unpack(self.before, self.box, self.dtype)

    def to_data(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "image": self.image_id,
            "box": box_to_data(self.box),
            "dtype": self.dtype,
            "before": to_text(self.before),
            "after": to_text(self.after),
            "digests": [self.digest_before, self.digest_after],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Patch:
        """Return what :meth:`to_data` described; ValueError, KeyError or TypeError if it is no patch."""
        digest_before, digest_after = (str(text) for text in data["digests"])
        return cls(
            image_id=int(data["image"]),
            box=box_from_data(data["box"]),
            dtype=checked_dtype(data["dtype"]),
            before=from_text(data["before"]),
            after=from_text(data["after"]),
            digest_before=digest_before,
            digest_after=digest_after,
        )


def make_patch(
    image_id: int, before: LabelMap, after: LabelMap, *, box: Box | None = None, digest_before: str = ""
) -> Patch:
    """Return the change from one map to another; an empty box where they are equal.

    Parameters
    ----------
    image_id
        Whose map it is.
    before, after
        (H, W) uint8 or uint16, of one shape and dtype.
    box, digest_before
        :func:`changed_box` of both and :func:`map_digest` of ``before``, if they are known.
    """
    box = changed_box(before, after) if box is None else box
    return Patch(
        image_id=image_id,
        box=box,
        dtype=checked_dtype(before.dtype.name),
        before=pack(before[box.place]),
        after=pack(after[box.place]),
        digest_before=digest_before or map_digest(before),
        digest_after=map_digest(after),
    )


def changed_box(before: LabelMap, after: LabelMap) -> Box:
    """Return the smallest box around all pixels in which two maps of one shape differ."""
    changed = before != after
    rows = np.flatnonzero(changed.any(axis=1))
    if not rows.size:
        return Box(0, 0, 0, 0)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(changed[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return Box(top, left, bottom - top, right - left)


def map_digest(label_map: LabelMap) -> str:
    """Return 16 hex digits that tell maps apart by shape and ids, whatever their dtype."""
    digest = hashlib.sha256(str(label_map.shape).encode())
    narrow = label_map.dtype == np.uint8 or label_map.max(initial=0) <= np.iinfo(np.uint8).max
    digest.update(np.ascontiguousarray(label_map, "u1" if narrow else "<u2").data)
    return digest.hexdigest()[:_DIGEST_LENGTH]


def pack(values: NDArray[Any]) -> bytes:
    """Compress the values of an array."""
    return zlib.compress(np.ascontiguousarray(values).tobytes(), _LEVEL)


def unpack(packed: bytes, box: Box, dtype: str) -> LabelMap:
    """Return the (height, width) values of a box, read-only.

    Raises
    ------
    ValueError
        If what is packed is damaged or has another size.
    """
    wanted = box.height * box.width * np.dtype(dtype).itemsize
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, wanted + 1)
    except zlib.error as error:
        raise ValueError(f"the pixels of a correction are damaged ({error})") from error
    if len(raw) != wanted:
        raise ValueError(f"a correction has {len(raw)} bytes of pixels; wanted {wanted}")
    return np.frombuffer(raw, dtype).reshape(box.height, box.width)


def to_text(packed: bytes) -> str:
    """Return bytes as text for JSON."""
    return base64.b64encode(packed).decode("ascii")


def from_text(text: Any) -> bytes:
    """Return the bytes of :func:`to_text`; ValueError or TypeError if it is no such text."""
    return base64.b64decode(text, validate=True)


def box_to_data(box: Box) -> list[int]:
    """Return a box as a list for JSON."""
    return [box.top, box.left, box.height, box.width]


def box_from_data(data: Any) -> Box:
    """Return the box of :func:`box_to_data`; ValueError or TypeError if it is none."""
    box = Box(*(int(number) for number in data))
    if not all(0 <= side <= _MAX_SIDE for side in box_to_data(box)):
        raise ValueError(f"a correction has the box {data}")
    return box


def checked_dtype(name: Any) -> str:
    """Return the name of a label map's dtype; ValueError for any other."""
    if name not in _DTYPES:
        raise ValueError(f"a label map is {name}; wanted {' or '.join(_DTYPES)}")
    return str(name)
