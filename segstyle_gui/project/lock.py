"""One writer a project: a lock file that says who holds it and is recognised when its holder has died."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from segstyle_gui.errors import ProjectLockedError
from segstyle_gui.project.process import start_time_of

_UNREADABLE_GRACE = 5.0  # seconds that a lock file without content counts as being written


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock."""

    pid: int
    host: str
    started: str  # start time of the process, so that a reused pid is not taken for it; "" if unknown
    since: str  # local time, for the message
    token: str


class ProjectLock:
    """The lock file of one project, held from construction until :meth:`release`.

    Raises
    ------
    ProjectLockedError
        If another living process, or this one, holds it.
    """

    def __init__(self, path: Path, project: Path) -> None:
        self._path = path
        self._me = _this_process()
        while not self._create():
            self._remove_if_stale(project)

    def release(self) -> None:
        """Give the lock back; does nothing in a forked child or if the lock is not ours any more."""
        if os.getpid() == self._me.pid and _read(self._path) == self._me:
            self._path.unlink(missing_ok=True)

    def _create(self) -> bool:
        try:
            with self._path.open("x", encoding="utf-8") as file:
                json.dump(asdict(self._me), file)
        except FileExistsError:
            return False
        return True

    def _remove_if_stale(self, project: Path) -> None:
        holder = _read(self._path)
        if holder is not None and _is_alive(holder):
            raise _locked(project, self._path, holder)
        if holder is None and _age(self._path) < _UNREADABLE_GRACE:
            time.sleep(0.05)
            return
        # Two processes may get here at once: a rename succeeds for one of them only, and whoever finds
        # that it has taken a fresh lock instead of the stale one puts it back.
        grabbed = self._path.with_name(f"{self._path.name}.{self._me.token}")
        try:
            self._path.rename(grabbed)
        except FileNotFoundError:
            return
        if _read(grabbed) == holder or self._path.exists():
            grabbed.unlink()
        else:
            grabbed.rename(self._path)


def _this_process() -> Holder:
    return Holder(
        pid=os.getpid(),
        host=socket.gethostname(),
        started=start_time_of(os.getpid()) or "",
        since=time.strftime("%Y-%m-%d %H:%M"),
        token=secrets.token_hex(8),
    )


def _read(path: Path) -> Holder | None:
    """Return who is written in the file; None if it is gone, unfinished or no lock."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        return Holder(int(data["pid"]), data["host"], data["started"], data["since"], data["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_alive(holder: Holder) -> bool:
    if holder.host != socket.gethostname():
        return True  # cannot be known from here
    started = start_time_of(holder.pid)
    return started is not None and (started == holder.started or "" in (started, holder.started))


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _locked(project: Path, lock: Path, holder: Holder) -> ProjectLockedError:
    if holder.host != socket.gethostname():
        return ProjectLockedError(
            f"{project.name} is open for writing on the computer “{holder.host}” since {holder.since}.",
            hint=f"Close it there or open it read-only. If that computer is off, delete {lock}.",
        )
    where = "this SegStyle" if holder.pid == os.getpid() else f"another SegStyle (process {holder.pid})"
    return ProjectLockedError(
        f"{project.name} is open for writing in {where} since {holder.since}.",
        hint="Close it there, or open it read-only.",
    )
