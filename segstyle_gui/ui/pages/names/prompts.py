"""The names to choose from: lines of a table, pasted text, and the text of the setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COMMENT = "#"
_PARTS = str.maketrans({"|": ",", ";": ",", "\t": ","})


@dataclass(frozen=True, slots=True)
class PromptLine:
    """A name with its synonyms; they mean one class, called by the name."""

    name: str
    synonyms: tuple[str, ...] = ()

    @property
    def synonym_text(self) -> str:
        """The synonyms as a person writes them."""
        return ", ".join(self.synonyms)


def line_of(text: str) -> PromptLine | None:
    """Return the line that a text such as ``sclera, white of the eye`` means; None if it is empty."""
    words = [" ".join(word.split()) for word in text.translate(_PARTS).split(",")]
    words = list(dict.fromkeys(word for word in words if word))
    return PromptLine(words[0], tuple(words[1:])) if words else None


def lines_of_text(text: str) -> tuple[PromptLine, ...]:
    """Return the names of a text, one a line, synonyms after commas; lines with ``#`` are left out.

    A single line with ``|`` is read as the setting is: ``iris|iris of the eye, pupil``.
    """
    rows = [row for row in text.splitlines() if row.strip() and not row.lstrip().startswith(COMMENT)]
    if len(rows) == 1 and "|" in rows[0]:
        return lines_of_setting(rows[0])
    return tuple(line for row in rows if (line := line_of(row)) is not None)


def lines_of_setting(text: str) -> tuple[PromptLine, ...]:
    """Return the names of the setting: commas part names, ``|`` parts synonyms."""
    return tuple(line for entry in text.split(",") if (line := line_of(entry)) is not None)


def setting_of_lines(lines: Sequence[PromptLine]) -> str:
    """Return the text of the setting."""
    return ", ".join("|".join((line.name, *line.synonyms)) for line in lines)


def joined(lines: Sequence[PromptLine], more: Sequence[PromptLine]) -> tuple[PromptLine, ...]:
    """Return the lines followed by those of ``more`` whose name is not there yet, in any letter case."""
    known = {line.name.casefold() for line in lines}
    added = []
    for line in more:
        if line.name.casefold() not in known:
            known.add(line.name.casefold())
            added.append(line)
    return (*lines, *added)
