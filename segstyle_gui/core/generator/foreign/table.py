"""Tables that say, name by name, what of a foreign network becomes what of this project's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from segstyle_gui.core.generator.foreign.report import LeftOut
from segstyle_gui.core.generator.foreign.stored import StoredTensor
from segstyle_gui.errors import ModelFileError

Change = Callable[[Tensor], Tensor]
Words = Callable[[int], Mapping[str, str]]


def as_it_is(tensor: Tensor) -> Tensor:
    """Return a tensor that both networks have in the same form."""
    return tensor


def no_words(number: int) -> Mapping[str, str]:
    """Return the words of a table whose names differ in nothing but their beginning."""
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Parameters
    ----------
    theirs
        Name in the file. ``{n}`` stands for a number, the same one wherever it occurs; ``{_}`` for any text.
    ours
        Name here, with ``{n}`` and the words that the table makes of it; empty if there is none.
    change
        What brings the tensor into this network's form.
    reason
        Why there is no name here.
    """

    theirs: str
    ours: str = ""
    change: Change = as_it_is
    reason: str = ""

    def pattern(self) -> re.Pattern[str]:
        """Return the name in the file as a pattern."""
        text = re.escape(self.theirs)
        text = text.replace(r"\{n\}", r"(?P<n>\d{1,4})", 1).replace(r"\{n\}", "(?P=n)")
        return re.compile(text.replace(r"\{_\}", ".*"))


@dataclass(slots=True)
class Mapped:
    """A network's tensors under this project's names, the names they had, and those without use."""

    state: dict[str, Tensor] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def n_used(self) -> int:
        """Tensors of the file that were used."""
        return len(self.state)


def map_names(
    names: Iterable[str], rows: Sequence[Row], words: Words = no_words
) -> dict[str, tuple[Row, str] | None]:
    """Return for each name its row and its name here, None for one that no row knows."""
    patterns = [(row, row.pattern()) for row in rows]
    return {name: _match(name, patterns, words) for name in names}


def map_tensors(tensors: Mapping[str, StoredTensor], rows: Sequence[Row], words: Words = no_words) -> Mapped:
    """Load what a table has names for.

    Raises
    ------
    ModelFileError
        If two tensors would become the same one, or one has a form that its row cannot change.
    """
    mapped = Mapped()
    for name, found in map_names(tensors, rows, words).items():
        stored = tensors[name]
        if found is None or not found[0].ours:
            reason = "no tensor of a StyleGAN2 generator has this name" if found is None else found[0].reason
            mapped.left_out.append(LeftOut(name=name, shape=stored.shape, reason=reason))
            continue
        row, ours = found
        if ours in mapped.state:
            raise ModelFileError(f"The file has two tensors for {ours}.")
        try:
            mapped.state[ours] = row.change(stored.load()).contiguous()
        except (RuntimeError, IndexError, ValueError) as error:
            raise ModelFileError(f"{name[:80]} has a shape that was not expected: {stored.shape}.") from error
    return mapped


def _match(
    name: str, patterns: Sequence[tuple[Row, re.Pattern[str]]], words: Words
) -> tuple[Row, str] | None:
    for row, pattern in patterns:
        found = pattern.fullmatch(name)
        if found is not None:
            number = int(found["n"]) if "n" in pattern.groupindex else 0
            return row, row.ours.format(n=number, **words(number))
    return None
