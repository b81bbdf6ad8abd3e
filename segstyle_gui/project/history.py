"""The undo history of one run of regions: a state, the edits that led to it, and how to go back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from segstyle_gui.core.classes import RegionState
from segstyle_gui.errors import ProjectReadError
from segstyle_gui.project.edit_json import edit_from_data, edit_to_data
from segstyle_gui.project.edits import Edit, apply_edit, describe
from segstyle_gui.project.journal import Event
from segstyle_gui.project.records import HistoryEntry

_APPLY_KEYS = {"time", "text", "edit", "inverse"}


@dataclass(frozen=True, slots=True)
class Step:
    """A change that is possible but not made yet: the event to note, and the state after it."""

    event: Event
    state: RegionState
    text: str


class EditHistory:
    """State and edits of one run.

    A change takes two steps, so that it can be noted durably between them: ``plan_*`` computes it without
    changing anything, :meth:`accept` makes it.

    Parameters
    ----------
    run_id
        The run of regions that the edits belong to.
    state
        The state after all of ``events``.
    events
        The edit events that are stored with ``state``, oldest first.
    """

    def __init__(self, run_id: int, state: RegionState, events: Iterable[Event] = ()) -> None:
        self.run_id = run_id
        self.state = state
        self.unfolded: list[Event] = []  # accepted since the last commit
        self._applied: list[dict[str, Any]] = []
        self._undone: list[dict[str, Any]] = []  # the next to redo is last
        for event in events:
            self._move(event)

    def plan_apply(self, edit: Edit) -> Step:
        """Return the step that an edit would be; raises ProjectError if it is refused."""
        state, inverse = apply_edit(self.state, edit)
        text = describe(edit, self.state)
        data = {
            "time": now(),
            "text": text,
            "edit": edit_to_data(edit),
            "inverse": edit_to_data(inverse),
        }
        return Step(Event("apply", self.run_id, data), state, text)

    def plan_undo(self) -> Step | None:
        """Return the step that takes the last edit back, or None if there is none."""
        return self._plan_move("undo", self._applied, "inverse")

    def plan_redo(self) -> Step | None:
        """Return the step that makes the last undone edit again, or None if there is none."""
        return self._plan_move("redo", self._undone, "edit")

    def accept(self, step: Step) -> None:
        """Make a planned change."""
        self._move(step.event)
        self.state = step.state
        self.unfolded.append(step.event)

    def replay(self, event: Event) -> None:
        """Make a change again that was noted in the journal.

        Raises
        ------
        ProjectError
            If it does not fit the state.
        """
        if event.kind == "apply":
            step = Step(event, apply_edit(self.state, edit_from_data(event.data["edit"]))[0], "")
        else:
            planned = self.plan_undo() if event.kind == "undo" else self.plan_redo()
            if planned is None:
                raise ProjectReadError(f"The journal wants to {event.kind} where there is nothing to.")
            step = Step(event, planned.state, "")
        self.accept(step)

    def entries(self) -> tuple[HistoryEntry, ...]:
        """Return the history, oldest first; undone edits, which a redo brings back, come last."""
        everything = [*self._applied, *reversed(self._undone)]
        n_applied = len(self._applied)
        return tuple(
            HistoryEntry(index, data["time"], data["text"], index >= n_applied)
            for index, data in enumerate(everything)
        )

    def _plan_move(self, kind: str, stack: list[dict[str, Any]], key: str) -> Step | None:
        if not stack:
            return None
        state, _ = apply_edit(self.state, edit_from_data(stack[-1][key]))
        return Step(Event(kind, self.run_id, {"time": now()}), state, stack[-1]["text"])

    def _move(self, event: Event) -> None:
        if event.kind == "apply":
            if not event.data.keys() >= _APPLY_KEYS:
                raise ValueError(f"an edit is stored without {sorted(_APPLY_KEYS - event.data.keys())}")
            self._applied.append(event.data)
            self._undone.clear()
            return
        source, target = self._applied, self._undone
        if event.kind == "redo":
            source, target = target, source
        if not source:
            raise ValueError(f"there is nothing to {event.kind}")
        target.append(source.pop())


def now() -> str:
    """Return the time in UTC as ISO 8601 with seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
