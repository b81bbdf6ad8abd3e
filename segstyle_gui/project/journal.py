"""Every acknowledged change, on disk before it is acknowledged: one SQLite table in the work folder."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstyle_gui.errors import ProjectWriteError

_TABLES = """
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS base (uuid TEXT NOT NULL, commit_id TEXT NOT NULL, journal_id TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One change that was acknowledged: an edit applied, undone or redone, a run selected, a setting.

    What an edit is follows from the run: one of regions, or one of masks.
    """

    kind: str  # "apply", "undo", "redo", "select", "setting"
    run_id: int  # the run it belongs to; 0 for none
    data: dict[str, Any]  # what the kind needs, ready for JSON
    seq: int = 0  # rising number, given by the journal


@dataclass(frozen=True, slots=True)
class JournalContent:
    """A journal as read: which commit of which project its events follow."""

    uuid: str
    commit_id: str
    journal_id: str
    events: tuple[Event, ...]


class Journal:
    """The journal of one project that is open for writing.

    Each append is a transaction of its own, in WAL mode with full synchronisation: when :meth:`append`
    returns, the event survives a crash of the process, of the system, and of the power supply.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = secrets.token_hex(8)  # tells this journal from one that was made for a copy of the file
        self.commit_id = ""  # the commit that the events follow
        with _refusals(path):
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                self._connection.executescript(_TABLES)
                known = self._connection.execute("SELECT journal_id FROM base").fetchone()
                self.id = self.id if known is None else str(known[0])
            except sqlite3.Error:
                self._connection.close()
                raise

    def append(self, event: Event) -> int:
        """Store the event durably and return its number.

        Raises
        ------
        ProjectWriteError
            If it could not be stored; the change must not be acknowledged then.
        """
        with _refusals(self.path):
            cursor = self._connection.execute(
                "INSERT INTO event (run_id, kind, data) VALUES (?, ?, ?)",
                (event.run_id, event.kind, json.dumps(event.data, ensure_ascii=False)),
            )
        return int(cursor.lastrowid or 0)

    def rebase(self, uuid: str, commit_id: str, upto: int) -> None:
        """Drop the events up to number ``upto``, which are part of that commit of the project file."""
        with _refusals(self.path), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("DELETE FROM event WHERE seq <= ?", (upto,))
            self._connection.execute("DELETE FROM base")
            self._connection.execute("INSERT INTO base VALUES (?, ?, ?)", (uuid, commit_id, self.id))
        self.commit_id = commit_id

    def is_empty(self) -> bool:
        """Return whether no event waits for a commit."""
        with _refusals(self.path):
            return self._connection.execute("SELECT 1 FROM event LIMIT 1").fetchone() is None

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


def read_journal(path: Path) -> JournalContent | None:
    """Return what a journal holds without changing it, or None if there is none with events.

    Raises
    ------
    ValueError
        If the file is not a readable journal.
    """
    if not path.exists():
        return None
    try:
        connection, tables = _connect_for_reading(path)
        try:
            if not {"event", "base"} <= tables:  # stopped while it was being made
                return None
            base = connection.execute("SELECT uuid, commit_id, journal_id FROM base").fetchone()
            rows = connection.execute("SELECT kind, run_id, data, seq FROM event ORDER BY seq").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise ValueError(f"{path} is not a readable journal: {error}") from error
    if base is None or not rows:
        return None
    uuid, commit_id, journal_id = (str(value) for value in base)
    events = tuple(Event(kind, run_id, json.loads(data), seq) for kind, run_id, data, seq in rows)
    return JournalContent(uuid, commit_id, journal_id, events)


def set_aside(path: Path, stamp: str) -> Path:
    """Rename a journal, with what SQLite keeps beside it, so that it is kept but not used."""
    kept = path.with_name(f"{path.stem}-set-aside-{stamp}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(kept.with_name(kept.name + ending))
    return kept


def _connect_for_reading(path: Path) -> tuple[sqlite3.Connection, set[str]]:
    """Open read-only; on a read-only disk SQLite cannot make its index file, so there do without."""
    uri = path.absolute().as_uri()
    try:
        return _connect(f"{uri}?mode=ro")
    except sqlite3.OperationalError:
        return _connect(f"{uri}?mode=ro&immutable=1")


def _connect(uri: str) -> tuple[sqlite3.Connection, set[str]]:
    connection = sqlite3.connect(uri, uri=True)
    try:
        rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection, {str(row[0]) for row in rows}


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ProjectWriteError(
            f"The change could not be noted in {path} ({error}); it was not made.",
            hint="Check that the disk has room and the folder can be written, then try again.",
        ) from error
