"""What a running piece of work is given: it reports through this, and is held and stopped by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from segstyle_gui.core.progress import Cancelled, StopHere

INTERVAL = 0.1  # seconds between two messages of the same kind


class Control:
    """The two switches of a job, safe to use from any thread."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._finishing = threading.Event()
        self._going = threading.Event()
        self._going.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask for a stop; held work goes on so that it can stop."""
        self._cancelled.set()
        self._going.set()

    def finish(self) -> None:
        """Ask for a stop that keeps what there is; held work goes on so that it can stop."""
        self._finishing.set()
        self._going.set()

    def pause(self) -> None:
        """Hold the work."""
        self._going.clear()

    def resume(self) -> None:
        """Let it go on."""
        self._going.set()

    def checkpoint(self) -> None:
        """Wait while the work is held; raises :class:`Cancelled` or :class:`StopHere` if it is to stop."""
        self._going.wait()
        if self._cancelled.is_set():
            raise Cancelled
        if self._finishing.is_set():
            self._finishing.clear()
            raise StopHere


class JobProgress:
    """A :class:`~segstyle_gui.core.progress.Progress` that sends at most 10 messages of a kind a second.

    Previews whose type has ``keep_all = True`` (points of a curve) are all sent; of the others of one type
    the newest replaces one that has not been sent.

    Parameters
    ----------
    control
        The job's switches.
    send
        Called as ``send("progressed", (done, total, message))`` and ``send("previewed", value)``.
    """

    def __init__(self, control: Control, send: Callable[[str, Any], None]) -> None:
        self._control = control
        self._send = send
        self._sent_at = {"progressed": 0.0, "previewed": 0.0}
        self._held: list[object] = []
        self._report: tuple[float, float, str] | None = None

    def report(self, done: float, total: float, message: str = "") -> None:
        """Pass the report on if it is time; raises :class:`Cancelled` on a stop request."""
        self._control.checkpoint()
        self._report = (done, total, message)
        if self._is_time("progressed"):
            self._send_report()
        if self._held and self._is_time("previewed"):
            self._send_previews()

    def preview(self, value: object) -> None:
        """Pass the value on, at once or with the next message."""
        if not getattr(value, "keep_all", False):
            self._held = [other for other in self._held if type(other) is not type(value)]
        self._held.append(value)
        if self._is_time("previewed"):
            self._send_previews()

    def flush(self) -> None:
        """Send what is held."""
        self._send_report()
        self._send_previews()

    def _is_time(self, kind: str) -> bool:
        return time.monotonic() - self._sent_at[kind] >= INTERVAL

    def _send_report(self) -> None:
        if self._report is not None:
            self._send("progressed", self._report)
            self._report = None
            self._sent_at["progressed"] = time.monotonic()

    def _send_previews(self) -> None:
        held, self._held = self._held, []
        for value in held:
            self._send("previewed", value)
        self._sent_at["previewed"] = time.monotonic()
