"""A job: one piece of long work as the window sees it, with progress, previews, pause and stop."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Signal

from segstyle_gui.workers.control import Control


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Update:
    """How far a job is: ``done`` of ``total`` units, what it does now, and its times in seconds."""

    done: float
    total: float
    message: str
    elapsed: float
    eta: float | None  # None while it cannot be told

    @property
    def share(self) -> float:
        """The finished share, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: what was found, what to do next, and for unexpected errors the traceback."""

    message: str
    hint: str
    details: str = ""


class Job(QObject):
    """One piece of work of a :class:`~segstyle_gui.workers.job_queue.JobQueue`; made there alone.

    All signals are emitted on the thread that the queue lives in. After :meth:`cancel` nothing but
    ``cancelled``, ``finished`` and ``changed`` is emitted any more: a late answer is dropped.

    Signals
    -------
    started
    progressed(Update)
        At most 10 times a second.
    previewed(object)
        What the work handed over to look at; of what supersedes its forerunner only the newest.
    succeeded(object)
        The work's result.
    failed(Failure)
    cancelled
    finished
        After any of the last three.
    changed
        The state is another one.
    """

    started = Signal()
    progressed = Signal(object)
    previewed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()
    changed = Signal()

    def __init__(
        self, number: int, title: str, lane: str, key: str, *, pausable: bool = False, keeps: bool = False
    ) -> None:
        super().__init__()
        self.id = number
        self.title = title
        self.lane = lane
        self.key = key
        self.pausable = pausable
        self.keeps = keeps
        self.state = JobState.QUEUED
        self.update: Update | None = None
        self.failure: Failure | None = None
        self.control = Control()
        self._began = 0.0
        self._paused_for = 0.0
        self._paused_at = 0.0

    @property
    def is_over(self) -> bool:
        """Whether nothing will come of it any more."""
        return self.state in FINAL

    def cancel(self) -> None:
        """Ask the work to stop at its next report; a job that has not begun is cancelled at once."""
        self.control.cancel()
        if self.state is JobState.QUEUED:
            self._end(JobState.CANCELLED)

    def finish(self) -> None:
        """Ask the work to stop at its next report and to keep what it has; a training can do that."""
        self.control.finish()
        if self.state is JobState.PAUSED:
            self._become(JobState.RUNNING)

    def pause(self) -> None:
        """Hold the work at its next report, if it can be held."""
        if self.pausable and self.state is JobState.RUNNING:
            self.control.pause()
            self._paused_at = time.monotonic()
            self._become(JobState.PAUSED)

    def resume(self) -> None:
        """Let held work go on."""
        if self.state is JobState.PAUSED:
            self._paused_for += time.monotonic() - self._paused_at
            self.control.resume()
            self._become(JobState.RUNNING)

    def receive(self, kind: str, payload: Any) -> None:
        """Take a message of the thread that does the work (called by the queue)."""
        if self.is_over:
            return
        if kind == "cancelled" or (self.control.is_cancelled and kind in ("succeeded", "failed")):
            self._end(JobState.CANCELLED)
        elif kind == "started":
            self._began = time.monotonic()
            self._become(JobState.RUNNING)
            self.started.emit()
        elif not self.control.is_cancelled or kind not in ("progressed", "previewed"):
            self._accept(kind, payload)

    def _accept(self, kind: str, payload: Any) -> None:
        if kind == "progressed":
            self.update = self._timed(*payload)
            self.progressed.emit(self.update)
        elif kind == "previewed":
            self.previewed.emit(payload)
        elif kind == "succeeded":
            self._end(JobState.SUCCEEDED, payload)
        elif kind == "failed":
            self.failure = payload
            self._end(JobState.FAILED, payload)

    def _timed(self, done: float, total: float, message: str) -> Update:
        elapsed = time.monotonic() - self._began - self._paused_for
        share = done / total if total > 0 else 0.0
        eta = elapsed * (1 - share) / share if share > 0.01 and elapsed > 1.0 else None
        return Update(done, total, message, elapsed, eta)

    def _become(self, state: JobState) -> None:
        self.state = state
        self.changed.emit()

    def _end(self, state: JobState, payload: Any = None) -> None:
        self._become(state)
        if state is JobState.SUCCEEDED:
            self.succeeded.emit(payload)
        elif state is JobState.FAILED:
            self.failed.emit(payload)
        else:
            self.cancelled.emit()
        self.finished.emit()
