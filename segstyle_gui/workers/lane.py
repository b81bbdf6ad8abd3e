"""A lane: one thread that does jobs one after another."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from segstyle_gui.core.progress import Cancelled, Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.workers.control import Control, JobProgress
from segstyle_gui.workers.job import Failure

Work = Callable[[Progress], Any]

_NICENESS = 10  # of long work, so that the window always comes first
_log = logging.getLogger(__name__)


class Lane(QThread):
    """Takes work from a queue until it is closed; ``message(job id, kind, payload)`` tells what happens."""

    message = Signal(int, str, object)

    def __init__(self, name: str, parent: QObject | None = None, *, background: bool) -> None:
        super().__init__(parent)
        self.setObjectName(f"lane {name}")
        self._background = background
        self._waiting: queue.SimpleQueue[tuple[int, Work, Control] | None] = queue.SimpleQueue()

    def put(self, job_id: int, work: Work, control: Control) -> None:
        """Add work; it begins when all before it is done."""
        self._waiting.put((job_id, work, control))

    def close(self) -> None:
        """Let the thread end after the work that it has."""
        self._waiting.put(None)

    def run(self) -> None:
        """Do the work of the queue (Qt calls this on the new thread)."""
        if self._background:
            _step_back()
        while (item := self._waiting.get()) is not None:
            self._do(*item)
            del item  # the result must not outlive its delivery

    def _do(self, job_id: int, work: Work, control: Control) -> None:
        def send(kind: str, payload: Any = None) -> None:
            self.message.emit(job_id, kind, payload)

        if control.is_cancelled:
            send("cancelled")
            return
        send("started")
        progress = JobProgress(control, send)
        try:
            result = work(progress)
        except Cancelled:
            send("cancelled")
        except Exception as error:  # noqa: BLE001 - the thread's last resort: every failure becomes a message
            progress.flush()
            send("failed", failure_of(error))
        else:
            progress.flush()
            send("succeeded", result)


def failure_of(error: Exception) -> Failure:
    """Return what to tell the user of an error."""
    if isinstance(error, SegStyleError):
        return Failure(error.message, error.hint)
    details = "".join(traceback.format_exception(error))
    _log.error("A job failed\n%s", details)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Failure(
            f"The disk is full ({error.filename or 'writing a file'}).", "Free some space, then run it again."
        )
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return Failure(
            "The memory was not enough for this.",
            "Close other programs, or choose a smaller size, batch or memory budget, then run it again.",
            details,
        )
    return Failure(
        f"Something unexpected happened: {type(error).__name__}: {error}",
        "The project is as it was before. Copy the diagnostics and report this.",
        details,
    )


def _step_back() -> None:
    """Lower this thread's priority; on Linux the threads that it starts inherit it."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
