"""The undo history of one run of masks: a state, the newest edits that led to it, and how to go back."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segstyle_gui.errors import ProjectReadError
from segstyle_gui.project.history import now
from segstyle_gui.project.journal import Event
from segstyle_gui.project.mask_state import Correction, MaskEdit, MaskState
from segstyle_gui.project.records import HistoryEntry

MAX_STEPS = 500  # that can be undone
MAX_BYTES = 64 << 20  # of their pixels, compressed; the newest step stays whatever its size


@dataclass(frozen=True, slots=True)
class MaskMove:
    """A change that is possible but not made yet: the event to note, the state after it, the edit."""

    event: Event
    state: MaskState
    edit: MaskEdit


class MaskHistory:
    """State and edits of one run of masks.

    As with :class:`~segstyle_gui.project.history.EditHistory`, a change is planned, noted durably, and then
    accepted. The oldest steps leave the history when it grows beyond its limits: what they changed stays,
    but cannot be undone any more.

    Parameters
    ----------
    run_id
        The run of masks that the edits belong to.
    state
        The state before ``applied``.
    applied, undone
        The edits that can be undone, oldest first, and those that can be redone, the next one last.
    """

    def __init__(
        self,
        run_id: int,
        state: MaskState | None = None,
        applied: Iterable[MaskEdit] = (),
        undone: Iterable[MaskEdit] = (),
    ) -> None:
        self.run_id = run_id
        self.state = state or MaskState()
        self.unfolded = 0  # changes since the last commit
        self._applied: deque[MaskEdit] = deque()
        self._undone = list(undone)
        for edit in applied:
            self.state = self.state.applied(edit)
            self._applied.append(edit)

    def plan_apply(self, edit: MaskEdit) -> MaskMove:
        """Return the move that an edit would be."""
        return MaskMove(Event("apply", self.run_id, edit.to_data()), self.state.applied(edit), edit)

    def plan_undo(self) -> MaskMove | None:
        """Return the move that takes the last edit back, or None if there is none."""
        if not self._applied:
            return None
        edit = self._applied[-1]
        return MaskMove(Event("undo", self.run_id, {"time": now()}), self.state.taken_back(edit), edit)

    def plan_redo(self) -> MaskMove | None:
        """Return the move that makes the last undone edit again, or None if there is none."""
        if not self._undone:
            return None
        edit = self._undone[-1]
        return MaskMove(Event("redo", self.run_id, {"time": now()}), self.state.applied(edit), edit)

    def accept(self, move: MaskMove) -> None:
        """Make a planned change."""
        if move.event.kind == "undo":
            self._undone.append(self._applied.pop())
        else:
            if move.event.kind == "redo":
                self._undone.pop()
            else:
                self._undone.clear()
            self._applied.append(move.edit)
        self.state = move.state
        self.unfolded += 1
        self._settle()

    def replay(self, event: Event) -> None:
        """Make a change again that was noted in the journal.

        Raises
        ------
        ProjectError
            If it does not fit the state.
        """
        if event.kind == "apply":
            planned: MaskMove | None = self.plan_apply(MaskEdit.from_data(event.data))
        else:
            planned = self.plan_undo() if event.kind == "undo" else self.plan_redo()
        if planned is None:
            raise ProjectReadError(f"The journal wants to {event.kind} where there is nothing to.")
        self.accept(planned)

    def entries(self) -> tuple[HistoryEntry, ...]:
        """Return the history, oldest first; undone edits, which a redo brings back, come last."""
        everything = [*self._applied, *reversed(self._undone)]
        n_applied = len(self._applied)
        return tuple(
            HistoryEntry(index, edit.time, edit.text, index >= n_applied)
            for index, edit in enumerate(everything)
        )

    def to_lines(self) -> list[str]:
        """Return everything as lines of JSON: the settled state, then one line an edit, oldest first."""
        start = self.state
        for edit in reversed(self._applied):
            start = start.taken_back(edit)
        settled = [start.corrections[number].to_data(number) for number in sorted(start.corrections)]
        first = {"reviewed": sorted(start.reviewed), "settled": settled}
        applied = [{"edit": edit.to_data(), "undone": False} for edit in self._applied]
        undone = [{"edit": edit.to_data(), "undone": True} for edit in self._undone]
        return [json.dumps(row, ensure_ascii=False) for row in [first, *applied, *undone]]

    @classmethod
    def from_lines(cls, run_id: int, lines: Sequence[str]) -> MaskHistory:
        """Return what :meth:`to_lines` described; an empty history for no lines.

        Raises
        ------
        ValueError, KeyError, TypeError
            If it is damaged.
        """
        if not lines:
            return cls(run_id)
        first, *rows = (json.loads(line) for line in lines)
        settled = {int(data["image"]): Correction.from_data(data) for data in first["settled"]}
        state = MaskState(settled, frozenset(int(number) for number in first["reviewed"]))
        edits = [(MaskEdit.from_data(row["edit"]), bool(row["undone"])) for row in rows]
        return cls(
            run_id,
            state,
            [edit for edit, undone in edits if not undone],
            [edit for edit, undone in edits if undone],
        )

    def _settle(self) -> None:
        """Let the oldest edits go while there are too many."""
        n_bytes = sum(edit.n_bytes for edit in self._applied)
        while len(self._applied) > 1 and (len(self._applied) > MAX_STEPS or n_bytes > MAX_BYTES):
            oldest = self._applied.popleft()
            n_bytes -= oldest.n_bytes
            self.state = self.state.settled(oldest)
