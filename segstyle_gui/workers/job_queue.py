"""All jobs of the application: lanes run beside each other, the jobs of one lane one after another."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt, Signal, Slot

from segstyle_gui.core.progress import Progress
from segstyle_gui.workers.job import Job
from segstyle_gui.workers.lane import Lane

_KEPT = 100  # finished jobs that are remembered for the log
_BACKGROUND = frozenset({"stage"})  # lanes whose work takes minutes


class JobQueue(QObject):
    """Starts jobs and delivers what they say on its own thread.

    Signals
    -------
    job_added(Job), job_changed(Job)
        A job was submitted; its state changed.
    """

    job_added = Signal(object)
    job_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, Lane] = {}
        self._jobs: dict[int, Job] = {}
        self._numbers = itertools.count(1)
        self._closed = False

    def submit(
        self,
        title: str,
        work: Callable[[Progress], Any],
        *,
        lane: str = "work",
        key: str = "",
        pausable: bool = False,
        keeps: bool = False,
    ) -> Job:
        """Queue a piece of work and return its job; connect to it before going back to the event loop.

        Parameters
        ----------
        title
            What the user reads.
        work
            Called with a progress on the lane's thread; it must not touch widgets.
        lane
            ``"stage"`` for long work, ``"look"`` for what a view waits for, ``"disk"`` for copying files.
        key
            An unfinished job of the same non-empty key is cancelled and its answer dropped.
        pausable
            Whether the user may hold it.
        keeps
            Whether it returns what it has on :meth:`Job.finish`, as a training does.
        """
        if self._closed:
            raise RuntimeError("the job queue is closed")
        if key:
            for other in self.unfinished():
                if other.key == key:
                    other.cancel()
        job = Job(next(self._numbers), title, lane, key, pausable=pausable, keeps=keeps)
        job.setParent(self)
        self._jobs[job.id] = job
        job.changed.connect(self._tell_change)
        self.job_added.emit(job)
        self._lane(lane).put(job.id, work, job.control)
        self._forget_old()
        return job

    def jobs(self) -> list[Job]:
        """Return the known jobs, oldest first."""
        return list(self._jobs.values())

    def unfinished(self, lane: str | None = None) -> list[Job]:
        """Return the jobs that are not over, of one lane or of all."""
        return [job for job in self._jobs.values() if not job.is_over and lane in (None, job.lane)]

    def active(self, lane: str = "stage") -> Job | None:
        """Return the job that a lane is at, None if it has nothing to do."""
        return next(iter(self.unfinished(lane)), None)

    def is_busy(self, lane: str = "stage") -> bool:
        """Return whether a lane has something to do."""
        return self.active(lane) is not None

    def cancel_all(self) -> None:
        """Ask every unfinished job to stop."""
        for job in self.unfinished():
            job.cancel()

    def wait(self, timeout: float = 30.0) -> bool:
        """Process events until no job is unfinished; False if that takes more than ``timeout`` seconds."""
        end = time.monotonic() + timeout
        while self.unfinished():
            if time.monotonic() > end:
                return False
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.002)
        return True

    def close(self, timeout: float = 30.0) -> bool:
        """Stop all jobs and end the threads; False if some did not end within ``timeout`` seconds."""
        self._closed = True
        self.cancel_all()
        for lane in self._lanes.values():
            lane.close()
        end = time.monotonic() + timeout
        ended = [lane.wait(max(1, int((end - time.monotonic()) * 1000))) for lane in self._lanes.values()]
        return all(ended)

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes:
            lane = Lane(name, self, background=name in _BACKGROUND)
            lane.message.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
            lane.start()
            self._lanes[name] = lane
        return self._lanes[name]

    @Slot(int, str, object)
    def _deliver(self, job_id: int, kind: str, payload: Any) -> None:
        job = self._jobs.get(job_id)
        if job is not None:
            job.receive(kind, payload)

    @Slot()
    def _tell_change(self) -> None:
        self.job_changed.emit(self.sender())

    def _forget_old(self) -> None:
        over = [job for job in self._jobs.values() if job.is_over]
        for job in over[:-_KEPT]:
            del self._jobs[job.id]
            job.deleteLater()
