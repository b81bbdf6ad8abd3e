"""The lists of names that come with SegStyle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segstyle_gui.paths import resources_dir
from segstyle_gui.ui.pages.names.prompts import COMMENT, PromptLine, lines_of_text

FIRST = "eye"  # the list that a new project begins with


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A list of names: its key, its title, its lines."""

    key: str
    title: str
    lines: tuple[PromptLine, ...]


def vocabularies() -> tuple[Vocabulary, ...]:
    """Return the lists in ``resources/vocabularies``, the one to begin with first."""
    files = sorted((resources_dir() / "vocabularies").glob("*.txt"), key=_place)
    return tuple(_read(file) for file in files)


def _place(file: Path) -> tuple[bool, str]:
    return file.stem != FIRST, file.stem


def _read(file: Path) -> Vocabulary:
    text = file.read_text("utf-8")
    title = text.splitlines()[0].lstrip(f"{COMMENT} ").strip()
    return Vocabulary(file.stem, title, lines_of_text(text))
