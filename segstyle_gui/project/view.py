"""The reading half of an open project."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState
from segstyle_gui.project import container
from segstyle_gui.project.contents import IMAGES, REGIONS, Contents
from segstyle_gui.project.records import HistoryEntry, ImageRecord, RunRecord


class ProjectView:
    """What can be asked of a project.

    Records, settings and region states come from memory. Arrays and images come from the file, which is
    opened for each read and never held.

    Parameters
    ----------
    contents
        The records, which a :class:`~segstyle_gui.project.store.Project` keeps up to date.

    Attributes
    ----------
    path
        The project file, absolute.
    """

    def __init__(self, contents: Contents) -> None:
        self.path = contents.path
        self._contents = contents
        self._lock = threading.RLock()  # guards the contents; held for moments

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def uuid(self) -> str:
        """32 hex digits that stay with the project wherever it is moved."""
        return self._contents.header.uuid

    def runs(self, makes: str | None = None) -> tuple[RunRecord, ...]:
        """Return the complete runs, oldest first; with ``makes`` only those of that kind."""
        with self._lock:
            known = tuple(self._contents.runs.values())
        return tuple(run for run in known if makes in (None, run.makes))

    def current(self, makes: str) -> RunRecord | None:
        """Return the run in use among those that make this, or None."""
        with self._lock:
            return self._contents.current(makes)

    def array_names(self, run: RunRecord | int) -> tuple[str, ...]:
        """Return the names of a run's arrays, sorted."""
        run_id = self._contents.run(run).id
        with container.reading(self.path) as file:
            return container.array_names(file, run_id)

    def array(self, run: RunRecord | int, name: str, index: slice | int | None = None) -> NDArray[Any]:
        """Return an array of a run, or only the part at ``index`` along its first axis.

        Raises
        ------
        ProjectReadError
            If the run has no such array, or it is damaged.
        """
        run_id = self._contents.run(run).id
        with container.reading(self.path) as file:
            return container.read_array(file, run_id, name, index)

    def arrays(self, run: RunRecord | int, names: Iterable[str] | None = None) -> dict[str, NDArray[Any]]:
        """Return arrays of a run by name, all of them or those asked for; raises as :meth:`array`."""
        run_id = self._contents.run(run).id
        with container.reading(self.path) as file:
            wanted = container.array_names(file, run_id) if names is None else names
            return {name: container.read_array(file, run_id, name) for name in wanted}

    def images(self, run: RunRecord | int | None = None) -> tuple[ImageRecord, ...]:
        """Return the image records of a run, by default of the current import; empty if there is none."""
        with self._lock:
            chosen = self._contents.current(IMAGES) if run is None else self._contents.run(run)
            return () if chosen is None else self._contents.images(chosen.id)

    def image_path(self, record: ImageRecord) -> Path:
        """Return where an image's file is expected; it may have been moved since."""
        return self.path.parent / record.path

    def relative_path(self, image: str | os.PathLike[str]) -> str:
        """Return the ``path`` of an :class:`ImageRecord`: relative to the project's folder where possible."""
        target = Path(image).absolute()
        try:
            return Path(os.path.relpath(target, self.path.parent)).as_posix()
        except ValueError:  # another drive
            return target.as_posix()

    @property
    def region_state(self) -> RegionState | None:
        """The state of the current run of regions with all edits, or None."""
        with self._lock:
            history = self._contents.current_history()
            return None if history is None else history.state

    def region_state_of(self, run: RunRecord | int) -> RegionState:
        """Return the state of a run of regions with all its edits, whether it is current or not."""
        with self._lock:
            return self._contents.history(self._contents.run(run).id).state

    def history(self) -> tuple[HistoryEntry, ...]:
        """Return the edits of the current regions, oldest first, undone ones last; empty without regions."""
        with self._lock:
            history = self._contents.current_history()
            return () if history is None else history.entries()

    def input_token(self, makes: str) -> str | None:
        """Return what a run records as its input: the current run's id, for regions with their digest."""
        with self._lock:
            run = self._contents.current(makes)
            state = self.region_state if makes == REGIONS else None
        if run is None:
            return None
        return str(run.id) if state is None else f"{run.id}:{state.digest()}"

    def settings(self) -> dict[str, Any]:
        """Return the project's settings (a copy)."""
        with self._lock:
            return copy.deepcopy(self._contents.settings)
