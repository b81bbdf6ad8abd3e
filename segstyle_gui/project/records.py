"""What a project says about its images and its runs, as frozen data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """One imported image; its pixels at the generator's size are in the run that imported it."""

    id: int
    path: str  # POSIX, relative to the project file's folder; absolute if it lies on another drive
    sha256: str  # of the file's bytes, hex
    width: int  # pixels, after EXIF orientation
    height: int  # pixels, after EXIF orientation
    mode: str  # as read, such as "L", "RGB", "I;16"
    fit: dict[str, Any] = field(default_factory=dict)  # geometry: how it was fitted into the working copy

    def to_json(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ImageRecord:
        """Return the record that :meth:`to_json` wrote; unknown keys are left out."""
        data = json.loads(text)
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One finished run of a stage."""

    id: int  # permanent, from 1, in the order of storing
    stage: str
    makes: str  # "images", "generator", "regions", ...
    config: dict[str, Any]
    inputs: dict[str, str]  # what it was made from: name -> token
    created: str  # ISO 8601, UTC
    seconds: float
    app_version: str
    summary: dict[str, Any]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class MaskStep:
    """An edit of masks that was just undone or redone."""

    text: str
    image_ids: tuple[int, ...]  # of the masks that changed, ascending


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history panel."""

    index: int  # from 0, oldest first
    time: str  # ISO 8601, UTC
    text: str
    undone: bool
