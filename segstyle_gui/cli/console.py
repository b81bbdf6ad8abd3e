"""What a person sees while a command works: progress with time left, a safe stop, results, errors."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeftColumn

from segstyle_gui.core.progress import Cancelled
from segstyle_gui.errors import SegStyleError

EXIT_CANCELLED = 130
_LINE_EVERY_S = 10.0  # a log file gets a line this often instead of a bar


def stderr() -> Console:
    """Return a console on the standard error of this moment (tests and pipes replace it)."""
    return Console(stderr=True, soft_wrap=True, highlight=False)


def say(message: str) -> None:
    """Tell the person something beside the result, on standard error."""
    stderr().print(escape(message))


def say_error(error: SegStyleError | str) -> None:
    """Print ``error: ...`` on standard error, as one line."""
    text = " ".join(str(error).split())
    stderr().print(f"[bold red]error:[/] {escape(text)}")


def write_json(value: Any) -> None:
    """Write one JSON value to standard output."""
    sys.stdout.write(json.dumps(value, indent=1, default=str) + "\n")


def write_line(text: str = "") -> None:
    """Write one line of a result to standard output."""
    sys.stdout.write(text + "\n")


class StopRequest:
    """Turns Ctrl-C into a request: the first is honoured at the next report, the second ends at once.

    A ``quiet`` one leaves the words to another process.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.requested = False
        self._quiet = quiet
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        if not self._quiet:
            say("stopping safely… (Ctrl-C again ends at once and may lose the last minutes)")


class ConsoleProgress:
    """A ``Progress`` that draws a bar, or writes a line now and then where there is no terminal."""

    def __init__(self, title: str, stop: StopRequest) -> None:
        self._title = title
        self._request = stop
        self._console = stderr()
        self._lines = not self._console.is_terminal
        self._started = time.monotonic()
        self._last_line = self._started
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def start(self) -> ConsoleProgress:
        """Show the bar."""
        if not self._lines:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeLeftColumn(),
                TextColumn("{task.fields[message]}", style="dim"),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task(self._title, total=1.0, message="")
            self._bar.start()
        return self

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def report(self, done: float, total: float, message: str = "") -> None:
        """Draw how far the work is; raises ``Cancelled`` after a stop request."""
        if self._request.requested:
            raise Cancelled
        share = min(1.0, done / total) if total > 0 else 1.0
        if self._bar is not None:
            self._bar.update(self._task, completed=share, message=escape(message))
        else:
            self._write_line(share, message)

    def preview(self, value: object) -> None:
        """Print what a preview says in words, if it does: a terminal shows no pictures."""
        lines = getattr(value, "lines", None)
        for line in lines() if lines is not None else ():
            self._console.print(escape(line))

    def _write_line(self, share: float, message: str) -> None:
        now = time.monotonic()
        if now - self._last_line < _LINE_EVERY_S:
            return
        self._last_line = now
        left = f", {spoken_time((now - self._started) * (1 - share) / share)} left" if share > 0 else ""
        self._console.print(escape(f"{self._title}: {share:.0%}{left}  {message}".rstrip()))


class Steps:
    """Progress of several steps after one another, one bar at a time."""

    def __init__(self, stop: StopRequest) -> None:
        self._request = stop
        self._bar: ConsoleProgress | None = None

    def __enter__(self) -> Steps:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def next(self, title: str) -> ConsoleProgress:
        """End the bar before and return that of the step ``title``."""
        self._close()
        self._bar = ConsoleProgress(title, self._request)
        return self._bar.start()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


@contextmanager
def working(title: str) -> Iterator[ConsoleProgress]:
    """Show progress under ``title`` and honour Ctrl-C while the block runs."""
    with StopRequest() as stop, Steps(stop) as steps:
        yield steps.next(title)


def spoken_time(seconds: float) -> str:
    """Return a duration as a person says it: ``"42 s"``, ``"3 min 5 s"``, ``"2 h 10 min"``."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
