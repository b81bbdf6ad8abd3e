"""What of a project is kept in memory: records, selection, settings, edited regions and masks. No arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segstyle_gui.errors import ProjectError, ProjectReadError, StageError
from segstyle_gui.project import container, payload
from segstyle_gui.project.container import Fold
from segstyle_gui.project.history import EditHistory
from segstyle_gui.project.journal import Event
from segstyle_gui.project.mask_history import MaskHistory
from segstyle_gui.project.mask_state import MaskEdit
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.schema import Header, read_header

REGIONS = "regions"  # this and masks are what a run makes and edits change
MASKS = "masks"
IMAGES = "images"
_LABEL_MAPS = "label_maps/"


@dataclass(slots=True)
class Contents:
    """The records of one project file, and the edits since; region states and images are read when asked."""

    path: Path
    header: Header
    runs: dict[int, RunRecord]
    selection: dict[str, int]  # what a run makes -> id of the current run
    settings: dict[str, Any]
    last_deleted: int = 0  # the highest id of a deleted run
    unfolded: int = 0  # events taken since the last commit
    _histories: dict[int, EditHistory] = field(default_factory=dict)
    _masks: dict[int, MaskHistory] = field(default_factory=dict)
    _images: dict[int, tuple[ImageRecord, ...]] = field(default_factory=dict)
    _mask_ids: dict[int, frozenset[int]] = field(default_factory=dict)

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
            last_deleted = int(file.attrs.get("last_deleted", 0))
        return cls(path, header, runs, selection, settings, last_deleted)

    def run(self, run: RunRecord | int) -> RunRecord:
        """Return the record of a run, given as itself or by id; raises ProjectReadError if unknown."""
        run_id = run if isinstance(run, int) else run.id
        if run_id not in self.runs:
            raise ProjectReadError(f"{self.path.name} has no run {run_id}; it has {sorted(self.runs)}.")
        return self.runs[run_id]

    def current(self, makes: str) -> RunRecord | None:
        """Return the current run of its kind, or None."""
        return self.runs.get(self.selection.get(makes, 0))

    def require_unused(self, run_id: int) -> None:
        """Refuse if a run is current, or a current one was made from it, if only by way of others.

        Raises
        ------
        ProjectReadError
            If it is not there.
        ProjectError
            If it is used.
        """
        run = self.run(run_id)
        if self.current(run.makes) == run:
            raise ProjectError(
                f"Run {run_id} is the current one of its kind.",
                hint="Choose another run, then delete it.",
            )
        waiting = [current for makes in self.selection if (current := self.current(makes)) is not None]
        while waiting:
            user = waiting.pop()
            for makes, token in user.inputs.items():
                number = token.partition(":")[0]
                made_from = self.runs.get(int(number)) if number.isdecimal() else None
                if made_from is None or made_from.makes != makes:
                    continue
                if made_from == run:
                    raise ProjectError(
                        f"Run {run_id} is what run {user.id} ({user.makes.replace('_', ' ')}) was made from.",
                        hint="It can be deleted when nothing current depends on it.",
                    )
                waiting.append(made_from)

    @property
    def next_id(self) -> int:
        """The id of the next run: none is given twice."""
        return max(self.last_deleted, *self.runs, 0) + 1

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

    def masks(self, run_id: int) -> MaskHistory:
        """Return corrections and edit history of a run of masks."""
        if run_id not in self._masks:
            with container.reading(self.path) as file:
                self._masks[run_id] = container.read_mask_history(file, run_id)
        return self._masks[run_id]

    def mask_ids(self, run_id: int) -> frozenset[int]:
        """Return the ids of the images that have a label map in a run of masks."""
        if run_id not in self._mask_ids:
            with container.reading(self.path) as file:
                names = container.array_names(file, run_id)
            maps = (name.removeprefix(_LABEL_MAPS) for name in names if name.startswith(_LABEL_MAPS))
            self._mask_ids[run_id] = frozenset(int(name) for name in maps)
        return self._mask_ids[run_id]

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
        elif self.run(event.run_id).makes == MASKS:
            self.masks(event.run_id).replay(event)
        else:
            self.history(event.run_id).replay(event)
        self.unfolded += 1

    def fold(
        self,
        header: Header,
        new_run: RunRecord | None,
        kept: MaskEdit | None = None,
        dropped: int = 0,
    ) -> Fold:
        """Return what a commit with this header has to write.

        ``kept`` begins the history of the new run; the run ``dropped`` will not be there any more.
        """
        edited = [one for one in self._histories.values() if one.unfolded and one.run_id != dropped]
        masks = [one for one in self._masks.values() if one.unfolded and one.run_id != dropped]
        selection = dict(self.selection)
        if new_run is not None:
            selection[new_run.makes] = new_run.id
            if kept is not None:
                masks.append(MaskHistory(new_run.id, applied=[kept]))
        last_deleted = max(self.last_deleted, dropped)
        return Fold(header, dict(self.settings), selection, edited, masks, last_deleted)

    def committed(self, fold: Fold, new_run: RunRecord | None, dropped: int = 0) -> None:
        """Take note that a fold is in the file."""
        self.header = fold.header
        self.selection = fold.selection
        self.last_deleted = fold.last_deleted
        self.unfolded = 0
        for by_run in (self.runs, self._histories, self._masks, self._images, self._mask_ids):
            by_run.pop(dropped, None)
        for history in fold.histories:
            history.unfolded.clear()
        for masks in fold.masks:
            masks.unfolded = 0
            self._masks[masks.run_id] = masks
        if new_run is not None:
            self.runs[new_run.id] = new_run
