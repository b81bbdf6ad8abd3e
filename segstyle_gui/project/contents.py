"""What of a project is kept in memory: records, selection, settings, edited regions. No arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segstyle_gui.errors import ProjectReadError, StageError
from segstyle_gui.project import container, payload
from segstyle_gui.project.container import Fold
from segstyle_gui.project.history import EditHistory
from segstyle_gui.project.journal import Event
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.schema import Header, read_header

REGIONS = "regions"  # the one thing that a run makes and edits change
IMAGES = "images"


@dataclass(slots=True)
class Contents:
    """The records of one project file, and the edits since; region states and images are read when asked."""

    path: Path
    header: Header
    runs: dict[int, RunRecord]
    selection: dict[str, int]  # what a run makes -> id of the current run
    settings: dict[str, Any]
    unfolded: int = 0  # events taken since the last commit
    _histories: dict[int, EditHistory] = field(default_factory=dict)
    _images: dict[int, tuple[ImageRecord, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Contents:
        """Read the records of a file.

        Raises
        ------
        ProjectReadError
            If it is missing, damaged or no SegStyle project.
        """
        with container.reading(path) as file:
            header = read_header(file, path)
            runs = {record.id: record for record in container.read_complete_runs(file)}
            selection = json.loads(payload.read_text(file, "selection"))
            settings = json.loads(payload.read_text(file, "settings"))
        return cls(path, header, runs, selection, settings)

    def run(self, run: RunRecord | int) -> RunRecord:
        """Return the record of a run, given as itself or by id; raises ProjectReadError if unknown."""
        run_id = run if isinstance(run, int) else run.id
        if run_id not in self.runs:
            raise ProjectReadError(f"{self.path.name} has no run {run_id}; it has {sorted(self.runs)}.")
        return self.runs[run_id]

    def current(self, makes: str) -> RunRecord | None:
        """Return the current run of its kind, or None."""
        return self.runs.get(self.selection.get(makes, 0))

    def history(self, run_id: int) -> EditHistory:
        """Return the edit history of a run of regions."""
        if run_id not in self._histories:
            with container.reading(self.path) as file:
                self._histories[run_id] = container.read_history(file, run_id)
        return self._histories[run_id]

    def current_history(self) -> EditHistory | None:
        """Return the edit history of the current run of regions, or None."""
        run = self.current(REGIONS)
        return None if run is None else self.history(run.id)

    def wanted_history(self) -> EditHistory:
        """Return the edit history of the current run of regions; raises StageError if there is none."""
        history = self.current_history()
        if history is None:
            raise StageError(f"{self.path.name} has no regions yet.", hint="Find regions first.")
        return history

    def images(self, run_id: int) -> tuple[ImageRecord, ...]:
        """Return the image records of a run."""
        if run_id not in self._images:
            with container.reading(self.path) as file:
                self._images[run_id] = container.read_images(file, run_id)
        return self._images[run_id]

    def take(self, event: Event) -> None:
        """Make a change that was noted in the journal; raises ProjectError if it does not fit."""
        if event.kind == "select":
            self.selection[self.run(event.run_id).makes] = event.run_id
        elif event.kind == "setting":
            self.settings[event.data["key"]] = event.data["value"]
        else:
            self.history(self.run(event.run_id).id).replay(event)
        self.unfolded += 1

    def fold(self, header: Header, new_run: RunRecord | None) -> Fold:
        """Return what a commit with this header has to bring up to date."""
        edited = [history for history in self._histories.values() if history.unfolded]
        selection = dict(self.selection)
        if new_run is not None:
            selection[new_run.makes] = new_run.id
        return Fold(header, dict(self.settings), selection, edited)

    def committed(self, fold: Fold, new_run: RunRecord | None) -> None:
        """Take note that a fold is in the file."""
        self.header = fold.header
        self.selection = fold.selection
        self.unfolded = 0
        for history in fold.histories:
            history.unfolded.clear()
        if new_run is not None:
            self.runs[new_run.id] = new_run
