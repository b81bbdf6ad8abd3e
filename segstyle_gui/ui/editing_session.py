"""Editing the open project: regions, classes and masks, their histories, and what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.classes import RegionState
from segstyle_gui.errors import SegStyleError
from segstyle_gui.project.edits import Edit
from segstyle_gui.project.records import HistoryEntry
from segstyle_gui.project.store import Project

NoticeKind = Literal["info", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the user that does not ask for an answer."""

    kind: NoticeKind
    title: str
    text: str = ""
    details: str = ""


class EditingSession(QObject):
    """What can be changed in an open project, told as signals; all on the GUI thread.

    Every edit is stored before it is told. Regions and masks have a history each; undo and redo go through
    the one of the present context.

    Signals
    -------
    regions_changed
        Regions or classes changed by an edit, an undo, a redo or another run.
    masks_changed(tuple)
        Ids of the images whose mask or mark changed; empty for all.
    edits_changed
        The history or what can be undone changed.
    status_changed
        A stage may have another state.
    selection_changed, hover_changed
    notified(Notice)
    """

    regions_changed = Signal()
    masks_changed = Signal(object)
    edits_changed = Signal()
    status_changed = Signal()
    selection_changed = Signal()
    hover_changed = Signal()
    notified = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.selection: frozenset[int] = frozenset()
        self.hover: int | None = None
        self._edit_context = "regions"

    @property
    def state(self) -> RegionState | None:
        """The regions and classes as they are now."""
        return self.project.region_state if self.project else None

    # Edits

    def apply(self, edit: Edit) -> bool:
        """Make an edit of regions or classes; False, with a notice, if it is refused."""
        project = self._wanted_project()
        if not self._try(lambda: project.apply(edit)):
            return False
        self._regions_edited()
        return True

    def paint(self, image_id: int, before: np.ndarray, after: np.ndarray, text: str) -> bool:
        """Store a correction of a mask, (H, W) ids before and after; False, with a notice, if refused."""
        project = self._wanted_project()
        done = self._try(lambda: project.paint(image_id, before, after, text))
        if done:
            self._masks_edited((image_id,))
        return done

    def set_reviewed(self, image_ids: Iterable[int], reviewed: bool) -> bool:
        """Mark images as reviewed, or not; False, with a notice, if refused."""
        project, ids = self._wanted_project(), tuple(image_ids)
        done = self._try(lambda: project.set_reviewed(ids, reviewed))
        if done:
            self._masks_edited(ids)
        return done

    # History

    def set_edit_context(self, context: str) -> None:
        """Choose whose history undo and redo go through: ``"regions"``, ``"masks"``, or ``""`` for none."""
        if context != self._edit_context:
            self._edit_context = context
            self.edits_changed.emit()

    @property
    def edit_context(self) -> str:
        """Whose history undo and redo go through."""
        return self._edit_context

    def history(self) -> tuple[HistoryEntry, ...]:
        """Return the edits of the present context, oldest first, undone ones last."""
        if self.project is None or not self._edit_context:
            return ()
        return self.project.mask_history() if self._edit_context == "masks" else self.project.history()

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return any(not entry.undone for entry in self.history())

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit."""
        return any(entry.undone for entry in self.history())

    def undo(self) -> None:
        """Take the last edit of the context back."""
        self._step(back=True)

    def redo(self) -> None:
        """Make the last undone edit of the context again."""
        self._step(back=False)

    def go_to(self, index: int) -> None:
        """Undo or redo until ``index`` edits are in force."""
        while sum(not entry.undone for entry in self.history()) > index and self.can_undo:
            self.undo()
        while sum(not entry.undone for entry in self.history()) < index and self.can_redo:
            self.redo()

    def _step(self, *, back: bool) -> None:
        project = self.project
        if project is None:
            return
        try:
            if self._edit_context == "masks":
                step = project.undo_mask() if back else project.redo_mask()
                if step is not None:
                    self._masks_edited(tuple(step.image_ids))
            elif self._edit_context == "regions" and (project.undo() if back else project.redo()) is not None:
                self._regions_edited()
        except SegStyleError as error:
            self.notify("warning", error.message, error.hint)

    # Selection

    def select(self, region_ids: Iterable[int]) -> None:
        """Select these regions and no other."""
        ids = frozenset(region_ids)
        if ids != self.selection:
            self.selection = ids
            self.selection_changed.emit()

    def hover_region(self, region_id: int | None) -> None:
        """Light a region up, or none."""
        if region_id != self.hover:
            self.hover = region_id
            self.hover_changed.emit()

    def notify(self, kind: NoticeKind, title: str, text: str = "", details: str = "") -> None:
        """Tell the user something that needs no answer."""
        self.notified.emit(Notice(kind, title, text, details))

    # Inside

    def _regions_edited(self) -> None:
        state = self.state
        known = frozenset(region.id for region in state.regions) if state else frozenset()
        gone = self.selection - known
        self.selection -= gone  # before anyone looks: no listener may meet a region that is not there
        self.hover = self.hover if self.hover in known else None
        self.regions_changed.emit()
        if gone:
            self.selection_changed.emit()
        self.hover_changed.emit()
        self.edits_changed.emit()
        self.status_changed.emit()

    def _masks_edited(self, image_ids: tuple[int, ...]) -> None:
        self.masks_changed.emit(image_ids)
        self.edits_changed.emit()
        self.status_changed.emit()

    def _try(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except SegStyleError as error:
            self.notify("warning", error.message, error.hint)
            return False
        return True

    def _wanted_project(self) -> Project:
        if self.project is None:
            raise RuntimeError("no project is open")
        return self.project
