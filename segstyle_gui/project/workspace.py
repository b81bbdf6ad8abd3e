"""The folder beside a project that is open for writing: its lock, its journal, its checkpoints."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from segstyle_gui.errors import ProjectWriteError
from segstyle_gui.project.commit import remove_leftovers
from segstyle_gui.project.journal import Event, Journal, JournalContent, read_journal, set_aside
from segstyle_gui.project.lock import ProjectLock
from segstyle_gui.project.schema import Header


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the journal adds to the project file."""

    events: tuple[Event, ...] = ()  # to be replayed, oldest first
    foreign: str = ""  # why the journal must not be used, if so


class Workspace:
    """The work folder of one project: ``Name.segstyle-work`` beside ``Name.segstyle``.

    Parameters
    ----------
    project
        Path of the project file.
    """

    def __init__(self, project: Path) -> None:
        self.project = project
        self.folder = project.with_name(f"{project.name}-work")
        self.journal_path = self.folder / "journal.sqlite"
        self._lock: ProjectLock | None = None

    def acquire(self) -> None:
        """Take the lock, then remove what a crash left behind.

        Raises
        ------
        ProjectLockedError
            If the project is open for writing elsewhere.
        ProjectWriteError
            If the folder cannot be written.
        """
        try:
            self.folder.mkdir(exist_ok=True)
            self._lock = ProjectLock(self.folder / "lock", self.project)
            remove_leftovers(self.project)
        except OSError as error:
            raise ProjectWriteError(
                f"{self.project.parent} cannot be written ({error.strerror or error}).",
                hint="Open the project read-only, or copy it to a folder that you can write.",
            ) from error

    def release(self) -> None:
        """Give the lock back and remove the folder if nothing is left in it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        for folder in (*sorted(self.folder.rglob("*"), reverse=True), self.folder):
            if folder.is_dir():
                with contextlib.suppress(OSError):  # it still holds checkpoints or a journal
                    folder.rmdir()

    def checkpoint_dir(self, project_uuid: str, stage: str) -> Path:
        """Return the folder for checkpoints of a stage, made if needed; no other project shares it."""
        folder = self.folder / "checkpoints" / project_uuid[:8] / stage
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def read_journal(self) -> Callable[[Header], Recovery]:
        """Read the journal without changing it; what it returns tells how it goes with a file's header.

        Who holds no lock reads the journal before the file: a commit in between then moves events into the
        file that are left out here, and none goes missing.
        """
        try:
            content = read_journal(self.journal_path)
        except ValueError as error:
            return partial(_unusable, str(error))
        return partial(_compared, content)

    def open_journal(self, header: Header, recovery: Recovery) -> tuple[Journal, str]:
        """Open the journal to follow this header; returns a notice for the user, or "".

        A journal that must not be used is renamed, not deleted.
        """
        notice = ""
        if recovery.foreign:
            kept = set_aside(self.journal_path, time.strftime("%Y%m%d-%H%M%S"))
            notice = (
                f"The journal found beside {self.project.name} was set aside ({recovery.foreign}); "
                f"it is kept as {kept.name}."
            )
        journal = Journal(self.journal_path)
        first = recovery.events[0].seq if recovery.events else None
        try:
            journal.rebase(header.uuid, header.commit_id, upto=_before(first))
        except ProjectWriteError:
            journal.close()
            raise
        return journal, notice

    def remove_journal(self) -> None:
        """Delete a closed journal whose every event is in the project file."""
        for ending in ("", "-wal", "-shm"):
            self.journal_path.with_name(self.journal_path.name + ending).unlink(missing_ok=True)


def _unusable(reason: str, _header: Header) -> Recovery:
    return Recovery(foreign=reason)


def _compared(content: JournalContent | None, header: Header) -> Recovery:
    if content is None:
        return Recovery()
    if content.uuid != header.uuid:
        return Recovery(foreign="it belongs to another project")
    if content.commit_id == header.commit_id:
        return Recovery(content.events)
    before = (header.parent_commit_id, header.journal_id)
    if (content.commit_id, content.journal_id) == before:  # stopped between a commit and its journal's turn
        return Recovery(tuple(event for event in content.events if event.seq > header.journal_seq))
    return Recovery(foreign="the project file was changed elsewhere since")


def _before(seq: int | None) -> int:
    """Return the last number before ``seq``; the highest possible one if there is nothing to keep."""
    return (1 << 62) if seq is None else seq - 1
