"""How well each name fits each region, as a run stored it, and what is proposed from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import Color, Region, RegionState, region_color
from segstyle_gui.core.found_names import NAMING_ARRAYS, Naming
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fits:
    """The scores of a run, with the name chosen for each region.

    ``scores`` is (R, P) float32, NaN in the rows of regions that were not seen; ``chosen`` (R,) the column of
    the best name, -1 for none; ``leads`` (R,) how far it is ahead.
    """

    run_id: int
    region_ids: tuple[int, ...]
    names: tuple[str, ...]
    scores: NDArray[np.float32]
    chosen: NDArray[np.int64]
    leads: NDArray[np.float64]

    def row_of(self, region_id: int) -> int:
        """Return the row of a region, -1 if it was not there yet."""
        return self.region_ids.index(region_id) if region_id in self.region_ids else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRow:
    """A region with the name that is proposed for it.

    Attributes
    ----------
    region_id, region_name, color
        The region as it is now.
    class_name
        Of the class that it is in, empty for none.
    locked
        Whether its class may not change.
    best
        The best name, empty if the region was not looked at.
    name
        What accepting would call it; empty while it is unknown.
    score, lead
        Of the best name, or of the one picked; NaN where nothing is known.
    choices
        All names, best first.
    """

    region_id: int
    region_name: str
    color: Color
    class_name: str
    locked: bool
    best: str = ""
    name: str = ""
    score: float = float("nan")
    lead: float = float("nan")
    choices: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Whether the region is in the class of its proposed name."""
        return bool(self.name) and self.name.casefold() == self.class_name.casefold()

    @property
    def can_accept(self) -> bool:
        """Whether accepting the name would change something."""
        return bool(self.name) and not self.locked and not self.is_accepted


def read_fits(project: Project, run: RunRecord) -> Fits:
    """Read the scores of a run of names; a job calls it."""
    return fits_of(Naming.from_arrays(project.arrays(run, NAMING_ARRAYS)), run.id)


def fits_of(naming: Naming, run_id: int = 0) -> Fits:
    """Return the scores of a naming; ``run_id`` 0 is that of none."""
    chosen = [
        _column(scores, found.name, found.score, naming.names)
        for scores, found in zip(naming.scores, naming.suggestions, strict=True)
    ]
    return Fits(
        run_id=run_id,
        region_ids=naming.region_ids,
        names=naming.names,
        scores=naming.scores,
        chosen=np.array(chosen, np.int64),
        leads=np.array([found.margin for found in naming.suggestions], np.float64),
    )


def _column(scores: NDArray[np.float32], name: str | None, score: float, names: tuple[str, ...]) -> int:
    """Return the column of a suggestion; one without a name tells it by its score."""
    if not np.isfinite(scores).all():
        return -1
    return names.index(name) if name is not None else int(np.abs(scores - score).argmin())


def name_rows(
    state: RegionState, fits: Fits | None, margin: float, picks: Mapping[int, str]
) -> tuple[NameRow, ...]:
    """Return a row for every region.

    Parameters
    ----------
    state
        The regions as they are now.
    fits
        None before anything was looked at.
    margin
        Lead below which a region stays unknown; a lead of nothing never names one.
    picks
        Names that a person picked, by region id.
    """
    return tuple(_row(state, region, fits, margin, picks.get(region.id, "")) for region in state.regions)


def _row(state: RegionState, region: Region, fits: Fits | None, margin: float, pick: str) -> NameRow:
    class_name = "" if region.class_id is None else state.label_class(region.class_id).name
    row = -1 if fits is None else fits.row_of(region.id)
    best, score, lead, choices = "", float("nan"), float("nan"), ()
    if fits is not None and row >= 0 and fits.chosen[row] >= 0:
        scores = fits.scores[row]
        best, lead = fits.names[fits.chosen[row]], float(fits.leads[row])
        score = float(scores[fits.names.index(pick) if pick in fits.names else fits.chosen[row]])
        choices = tuple(fits.names[i] for i in np.argsort(-scores, kind="stable"))
    known = best if lead >= margin and lead > 0 else ""
    return NameRow(
        region_id=region.id,
        region_name=region.name,
        color=region_color(state, region),
        class_name=class_name,
        locked=region.locked,
        best=best,
        name=pick or known,
        score=score,
        lead=lead,
        choices=choices,
    )
