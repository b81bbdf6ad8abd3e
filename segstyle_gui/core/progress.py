"""One argument to report progress and to be stopped (the contract between pure work and its runner)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - a request that was honoured, not an error
    """Raised by :meth:`Progress.report` when the user asked to stop."""


class StopHere(Cancelled):
    """Raised instead of :class:`Cancelled` when the user asked to stop *and keep what there is*.

    A training that can returns its result so far; other work is cancelled.
    """


class Progress(Protocol):
    """What long work is given: it reports, shows previews, and is stopped through this alone."""

    def report(self, done: float, total: float, message: str = "") -> None:
        """Say that ``done`` of ``total`` units are finished; raises :class:`Cancelled` on a stop request."""
        ...

    def preview(self, value: object) -> None:
        """Hand over something to look at: a sample grid, a loss point, a mask."""
        ...


class SilentProgress:
    """Reports to nobody and is never stopped."""

    def report(self, done: float, total: float, message: str = "") -> None:
        """Ignore the report."""

    def preview(self, value: object) -> None:
        """Ignore the preview."""


SILENT = SilentProgress()


@dataclass(frozen=True, slots=True)
class PartProgress:
    """A share ``[start, stop]`` of a whole, so that a stage can hand each step its own scale."""

    whole: Progress
    start: float
    stop: float

    def report(self, done: float, total: float, message: str = "") -> None:
        """Report to the whole on a scale from 0 to 1."""
        share = done / total if total > 0 else 1.0
        self.whole.report(self.start + (self.stop - self.start) * share, 1.0, message)

    def preview(self, value: object) -> None:
        """Pass the preview on unchanged."""
        self.whole.preview(value)


def part(progress: Progress, start: float, stop: float) -> PartProgress:
    """Return the ``start``..``stop`` share (both in [0, 1]) of ``progress``."""
    return PartProgress(progress, start, stop)
