"""The writing half of an open project: changes go to the journal, runs and then changes to the file."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from segstyle_gui.core.classes import RegionState
from segstyle_gui.errors import ProjectError, ProjectReadError, ProjectWriteError
from segstyle_gui.project import container
from segstyle_gui.project.commit import make_durable, publish, staged_copy
from segstyle_gui.project.contents import Contents
from segstyle_gui.project.journal import Event, Journal
from segstyle_gui.project.mask_state import MaskEdit
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.schema import Header
from segstyle_gui.project.workspace import Workspace


def no_edit() -> MaskEdit | None:
    """Return None: the new run begins without an edit."""
    return None


class Writer:
    """Whatever changes a project goes through here.

    Parameters
    ----------
    workspace
        The work folder, with its lock taken.
    contents
        The records just read from the file; the journal's events are replayed on them.
    lock
        Guards ``contents`` and the journal; held for moments. A commit takes it only at its end.

    Attributes
    ----------
    notices
        What the journal had to say, one sentence each.
    """

    def __init__(self, workspace: Workspace, contents: Contents, lock: threading.RLock) -> None:
        self._workspace = workspace
        self._contents = contents
        self._lock = lock
        self._turn = threading.Lock()  # one commit at a time; held as long as it takes
        self._turn_owner = 0  # thread that has the turn
        self._closed = False
        recovery = workspace.read_journal()(contents.header)
        replay(contents, recovery.events, workspace)
        self._seq = recovery.events[-1].seq if recovery.events else 0  # last event in ``contents``
        self._journal: Journal
        self._journal, notice = workspace.open_journal(contents.header, recovery)
        self.notices = tuple(text for text in (_recovered(len(recovery.events)), notice) if text)

    def note(self, event: Event) -> None:
        """Store a change durably; the caller then makes it in ``contents``. The lock must be held."""
        self._require_open()
        if self._journal.commit_id != self._contents.header.commit_id:
            self._rebase()
        self._seq = self._journal.append(event)
        self._contents.unfolded += 1

    def add_run(
        self,
        record: RunRecord,
        arrays: Iterable[tuple[str, Any]],
        n_bytes: int,
        images: Sequence[ImageRecord] | None,
        state: RegionState | None,
        first_edit: Callable[[], MaskEdit | None],
    ) -> RunRecord:
        """Store a run, whose id is given here, and what the journal holds, in one commit.

        ``first_edit`` is asked at the very end, when nothing else can change the project any more.
        """
        path = self._contents.path
        with self._commit_turn(), staged_copy(path, extra_bytes=n_bytes) as temp:
            numbered = replace(record, id=self._contents.next_id)
            container.write_run(temp, path, numbered, arrays, images, state)
            self._finish(temp, numbered, first_edit)
        return numbered

    def delete_run(self, run_id: int) -> None:
        """Write the file anew without a run that nothing current depends on."""
        path = self._contents.path
        with self._commit_turn():
            with self._lock:
                self._contents.require_unused(run_id)
            with staged_copy(path, empty=True, extra_bytes=path.stat().st_size) as temp:
                container.write_without(temp, path, run_id)
                self._finish(temp, None, dropped=run_id)

    def checkpoint(self) -> bool:
        """Bring the file up to date; False if a commit is under way, which will do so at its end."""
        if self._turn.locked():
            return False
        with self._commit_turn():
            self._commit_changes()
        return True

    def close(self) -> None:
        """Bring the file up to date and give the project back, even if that fails."""
        with self._commit_turn():
            try:
                self._commit_changes()
                with self._lock:
                    done = self._journal.is_empty()
                    self._journal.close()
                    if done:
                        self._workspace.remove_journal()
            finally:
                self._closed = True
                self._journal.close()
                self._workspace.release()

    def _commit_changes(self) -> None:
        if not self._contents.unfolded:
            return
        with staged_copy(self._contents.path) as temp:
            self._finish(temp, None)

    def _finish(
        self,
        temp: Path,
        new_run: RunRecord | None,
        first_edit: Callable[[], MaskEdit | None] = no_edit,
        dropped: int = 0,
    ) -> None:
        """Complete a copy and make it the project file; edits wait only from here on."""
        path = self._contents.path
        make_durable(temp, path)  # the bulk, so that publish() has little left to do
        with self._lock:
            if dropped:  # it may have been selected while the file was written
                self._contents.require_unused(dropped)
            fold = self._contents.fold(self._next_header(), new_run, first_edit(), dropped)
            container.finish(temp, path, fold, None if new_run is None else new_run.id)
            publish(temp, path)
            self._contents.committed(fold, new_run, dropped)
            with contextlib.suppress(ProjectWriteError):  # what is in the file may stay in the journal:
                self._rebase()  # the next note() tries again

    def _require_open(self) -> None:
        if self._closed:
            raise ProjectWriteError(f"{self._contents.path.name} is closed.", hint="Open it again.")

    def _next_header(self) -> Header:
        old = self._contents.header
        return replace(
            old,
            commit_id=secrets.token_hex(8),
            parent_commit_id=old.commit_id,
            journal_id=self._journal.id,
            journal_seq=self._seq,
        )

    def _rebase(self) -> None:
        header = self._contents.header
        self._journal.rebase(header.uuid, header.commit_id, upto=header.journal_seq)

    @contextlib.contextmanager
    def _commit_turn(self) -> Iterator[None]:
        if self._turn_owner == threading.get_ident():
            raise ValueError("a run is being stored; its arrays must not store another one")
        with self._turn:
            self._require_open()
            self._turn_owner = threading.get_ident()
            try:
                yield
            finally:
                self._turn_owner = 0


def _recovered(n_changes: int) -> str:
    if n_changes == 0:
        return ""
    changes = "1 change was" if n_changes == 1 else f"{n_changes} changes were"
    return f"{changes} recovered from the journal."


def replay(contents: Contents, events: Sequence[Event], workspace: Workspace) -> None:
    """Make the journal's changes again.

    Raises
    ------
    ProjectReadError
        If one of them does not fit; nothing on disk has changed then.
    """
    for number, event in enumerate(events, start=1):
        try:
            contents.take(event)
        except (ProjectError, KeyError, TypeError, ValueError) as error:
            raise ProjectReadError(
                f"Change {number} of {len(events)} in the journal of {contents.path.name} does not fit "
                f"the project ({error}).",
                hint=f"To open the project without these changes, rename {workspace.journal_path}.",
            ) from error
