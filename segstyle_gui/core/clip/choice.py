"""Which CLIP a setting means, and what a person is told about each: data without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from segstyle_gui.paths import resources_dir

AUTO = "auto"
BUNDLED = "near-eye"
DEFAULT = ("RN50", "openai")

MODEL_HELP = (
    f"CLIP model: auto, {BUNDLED} for the bundled one, or open_clip's name; auto takes the bundled one for "
    "the bundled generator and where there is no other."
)
PRETRAINED_HELP = "open_clip's tag of the weights; not used by auto and the bundled model."
WEIGHTS_FILE_HELP = "A local weights file; nothing is downloaded then."
DOWNLOAD_HELP = "Download the CLIP model if it is not on this computer."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipChoice:
    """A CLIP model that is suggested.

    ``name`` and ``tag`` are the settings ``model`` and ``pretrained``; ``size_mb`` is that of the download.
    """

    name: str
    tag: str
    size_mb: int
    licence: str
    good_for: str
    available: bool


@dataclass(frozen=True, slots=True)
class ClipSource:
    """Where a CLIP comes from; ``where`` is empty if it is not on this computer."""

    name: str
    tag: str
    where: Literal["bundled", "cache", "file", ""]
    path: Path | None

    @property
    def label(self) -> str:
        """What a summary calls it."""
        if self.where == "bundled":
            return f"{self.name} (bundled)"
        if self.where == "file" and self.path is not None:
            return self.path.name
        return f"{self.name}/{self.tag}" if self.tag else self.name


def bundled_clip() -> Path | None:
    """Return the file of the bundled model, None if this installation has none."""
    path = resources_dir() / "near_eye" / "clip.safetensors"
    return path if path.is_file() else None
