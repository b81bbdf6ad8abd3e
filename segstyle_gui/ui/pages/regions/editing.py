"""The edits of the regions page: what the selection becomes when an action is triggered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QWidget

from segstyle_gui.core.classes import Region, RegionState, Split
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.region_actions import Point
from segstyle_gui.project.edits import (
    AddClass,
    AssignClass,
    Compound,
    Edit,
    MergeRegions,
    NameRegions,
    RenameRegion,
    SeparateRegion,
    SetRegionFlags,
    SplitRegion,
)
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.scribbles import SamplePoint


class RegionEditing(QObject):
    """Edits of the selected regions; every one is one step of the history.

    Parameters
    ----------
    session
        With an open project.
    window
        Parent of questions.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    @property
    def selected(self) -> list[Region]:
        """The selected regions in the order of the state."""
        state = self._session.state
        return [] if state is None else [r for r in state.regions if r.id in self._session.selection]

    def merge(self) -> None:
        """Make one region of the selected ones; the largest class decides, the first keeps its name."""
        regions = self.selected
        if len(regions) < 2:
            self._session.notify(
                "info",
                self.tr("Select two regions or more"),
                self.tr("Click one, Shift-click another, press M."),
            )
            return
        if self._session.apply(MergeRegions(tuple(region.id for region in regions))):
            self._session.select({regions[0].id})

    def split(self, n_parts: int) -> None:
        """Split the selected region by clustering its own pixels again."""
        self._plan_split(n_parts, ())

    def split_by(self, scribbles: Sequence[Sequence[SamplePoint]]) -> None:
        """Split the selected region by strokes: groups of places (seed, y, x)."""
        places = [[Point(seed, y, x, "") for seed, y, x in group] for group in scribbles]
        self._plan_split(len(places), places)

    def separate(self) -> None:
        """Take the selected region apart into its clusters."""
        for region in self.selected:
            if len(region.clusters) > 1:
                groups = tuple((cluster,) for cluster in region.clusters)
                self._session.apply(SeparateRegion(region.id, groups))

    def rename(self) -> None:
        """Ask for the name of the selected region, or of the class that it is in."""
        regions = self.selected
        if len(regions) != 1:
            return
        name, accepted = QInputDialog.getText(
            self._window, self.tr("Rename region"), self.tr("Name"), text=regions[0].name
        )
        if accepted and name.strip():
            self._session.apply(RenameRegion(regions[0].id, name.strip()))

    def set_hidden(self, ids: Sequence[int], hidden: bool) -> None:
        """Hide or show regions."""
        if ids:
            self._session.apply(SetRegionFlags(tuple(ids), hidden=hidden))

    def set_locked(self, ids: Sequence[int], locked: bool) -> None:
        """Lock or unlock regions."""
        if ids:
            self._session.apply(SetRegionFlags(tuple(ids), locked=locked))

    def toggle_hidden(self) -> None:
        """Hide the selected regions, or show them if all are hidden."""
        regions = self.selected
        self.set_hidden([r.id for r in regions], not all(r.hidden for r in regions))

    def toggle_locked(self) -> None:
        """Lock the selected regions, or unlock them if all are locked."""
        regions = self.selected
        self.set_locked([r.id for r in regions], not all(r.locked for r in regions))

    def show_all(self) -> None:
        """Show every hidden region."""
        state = self._session.state
        self.set_hidden([r.id for r in state.regions if r.hidden] if state else [], False)

    def assign(self, ids: Sequence[int], class_id: int | None) -> None:
        """Put regions into a class, or out of any."""
        if ids:
            self._session.apply(AssignClass(tuple(ids), class_id))

    def assign_number(self, number: int) -> None:
        """Put the selected regions into the class of that number (from 1, in order of the table)."""
        state, regions = self._session.state, self.selected
        if state is None or not regions:
            return
        if number <= len(state.classes):
            self.assign([region.id for region in regions], state.classes[number - 1].id)
        else:
            self.assign_new()

    def assign_new(self, name: str = "") -> None:
        """Put the selected regions into a class whose name is asked for; without any, make an empty one."""
        if not name:
            text, accepted = QInputDialog.getText(
                self._window, self.tr("New class"), self.tr("Name of the class")
            )
            name = text.strip() if accepted else ""
        if not name:
            return
        ids = tuple(region.id for region in self.selected)
        self._session.apply(NameRegions(ids, name) if ids else AddClass(name))

    def classes_of_regions(self) -> None:
        """Make a class of every region that has none, under the region's own name, as one step."""
        state = self._session.state
        free = [r for r in state.regions if r.class_id is None and not r.locked] if state else []
        edits: tuple[Edit, ...] = tuple(NameRegions((region.id,), region.name) for region in free)
        if edits:
            self._session.apply(
                Compound(edits, self.tr("A class for each of {0} regions").format(len(edits)))
            )

    def _plan_split(self, n_parts: int, examples: Sequence[Sequence[Point]]) -> None:
        regions, state, studio = self.selected, self._session.state, self._session.studio
        if len(regions) != 1 or state is None or studio is None:
            self._session.notify("info", self.tr("Select one region to split"))
            return
        region_id = regions[0].id

        def plan(progress: Progress) -> Split:
            return studio.plan_split(
                region_id, state=state, n_parts=n_parts, examples=examples, progress=progress
            )

        self._session.fetch(
            self.tr("Splitting {0}").format(regions[0].name),
            plan,
            lambda split: self._take_split(region_id, split, state),
            lane="stage",
            key="regions.split",
        )

    def _take_split(self, region_id: int, split: Split, planned: RegionState) -> None:
        now = self._session.state
        if now is None or now.n_ids != planned.n_ids:
            self._session.notify(
                "info",
                self.tr("The regions changed meanwhile"),
                self.tr("Split it again: nothing was changed."),
            )
            return
        if self._session.apply(SplitRegion(region_id, split)):
            state = self._session.state
            assert state is not None
            self._session.select(r.id for r in state.regions if set(r.clusters) & set(split.ids))
