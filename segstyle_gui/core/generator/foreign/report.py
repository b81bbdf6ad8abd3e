"""What was found in a foreign generator file: used, left out, and what a user should know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from segstyle_gui.core.generator.network import Generator
from segstyle_gui.errors import ModelFileError

_NAMED = 3  # tensors of a group that are named

FileFormat = Literal["segstyle", "nvidia-pytorch", "nvidia-tensorflow", "rosinality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A tensor of the file that the generator does not need.

    Parameters
    ----------
    name
        As the file names it.
    shape
        As the file has it.
    reason
        Half a sentence in plain words.
    """

    name: str
    shape: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file's tensors.

    Parameters
    ----------
    format
        Whose layout the file has.
    network
        The network that was taken: ``G_ema``, ``g_ema``, ``Gs``, or nothing for this project's own files.
    n_used
        Tensors of the file that were used.
    left_out
        Those of the taken network that were not, and why.
    n_classes
        Classes that the model can be asked for; 0 if it is unconditional.
    class_index
        The class that was folded into the generator, from 0.
    notes
        Plain sentences about what was found.
    """

    format: FileFormat
    network: str
    n_used: int
    left_out: tuple[LeftOut, ...]
    n_classes: int
    class_index: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedGenerator:
    """A generator from a file, with the report on it.

    Parameters
    ----------
    generator
        In evaluation mode, float32, on the CPU.
    report
        What was used and left out.
    discriminator
        The file's discriminator under this project's names, if it was asked for, is there and fits, or None.
    """

    generator: Generator
    report: ImportReport
    discriminator: Mapping[str, Tensor] | None


def grouped_left_out(left_out: Sequence[LeftOut]) -> list[dict[str, str]]:
    """Return what was left out as rows of ``tensors`` and ``reason``, one for each reason."""
    groups: dict[str, list[LeftOut]] = {}
    for item in left_out:
        groups.setdefault(item.reason, []).append(item)
    return [{"tensors": _spoken(items), "reason": reason} for reason, items in groups.items()]


def _spoken(items: Sequence[LeftOut]) -> str:
    names = ", ".join(item.name[:60] for item in items[:_NAMED])
    return f"{len(items)}, such as {names}" if len(items) > _NAMED else names


class ConditionalGeneratorError(ModelFileError):
    """The model makes images of several classes and none was chosen.

    Parameters
    ----------
    n_classes
        How many classes there are; the choice is 0 to ``n_classes`` - 1.
    """

    def __init__(self, message: str, *, n_classes: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.n_classes = n_classes
