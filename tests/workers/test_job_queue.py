"""Jobs: started, progressed, previewed, succeeded, failed, cancelled, paused, and late answers dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from segstyle_gui.core.progress import Progress, StopHere
from segstyle_gui.errors import ConfigError
from segstyle_gui.workers.control import INTERVAL
from segstyle_gui.workers.job import Job, JobState
from segstyle_gui.workers.job_queue import JobQueue


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobQueue]:
    queue = JobQueue()
    yield queue
    assert queue.close(10)


class Told:
    """Everything a job said, with the thread on which it was heard."""

    def __init__(self, job: Job) -> None:
        self.words: list[str] = []
        self.values: list[object] = []
        self.threads: set[QThread] = set()
        for name in ("started", "cancelled", "finished"):
            getattr(job, name).connect(lambda name=name: self._hear(name))
        for name in ("progressed", "previewed", "succeeded", "failed"):
            getattr(job, name).connect(lambda value, name=name: self._hear(name, value))

    def _hear(self, word: str, value: object = None) -> None:
        self.words.append(word)
        self.values.append(value)
        self.threads.add(QThread.currentThread())


def until_cancelled(progress: Progress) -> None:
    while True:
        progress.report(0, 1)
        time.sleep(0.002)


def test_a_result_comes_back_on_the_thread_of_the_queue(jobs: JobQueue, qtbot: QtBot) -> None:
    main = QThread.currentThread()
    job = jobs.submit("add", lambda progress: (QThread.currentThread() is main, 2 + 3))
    told = Told(job)
    qtbot.waitUntil(lambda: job.is_over, timeout=5000)
    assert told.words == ["started", "succeeded", "finished"]
    assert told.values[1] == (False, 5)
    assert told.threads == {main}


def test_progress_is_told_with_times_and_at_most_ten_times_a_second(jobs: JobQueue, qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        end = time.monotonic() + 3.5 * INTERVAL
        while time.monotonic() < end:
            progress.report(1, 4, "quarter")
            time.sleep(0.001)
        progress.report(4, 4, "all")

    job = jobs.submit("count", work)
    told = Told(job)
    qtbot.waitUntil(lambda: job.is_over, timeout=5000)
    updates = [value for word, value in zip(told.words, told.values, strict=True) if word == "progressed"]
    assert 2 <= len(updates) <= 6
    assert updates[0].share == 0.25
    assert updates[0].message == "quarter"
    assert (updates[-1].share, updates[-1].message) == (1.0, "all"), "the last report is never lost"
    assert updates[-1].elapsed >= 3 * INTERVAL


@dataclass
class CurvePoint:
    x: int
    keep_all: ClassVar[bool] = True


def test_every_point_of_a_curve_arrives_but_only_the_newest_picture(jobs: JobQueue, qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        for x in range(50):
            progress.preview(CurvePoint(x))
            progress.preview(f"picture {x}")

    job = jobs.submit("draw", work)
    told = Told(job)
    qtbot.waitUntil(lambda: job.is_over, timeout=5000)
    seen = [value for word, value in zip(told.words, told.values, strict=True) if word == "previewed"]
    assert [value.x for value in seen if isinstance(value, CurvePoint)] == list(range(50))
    pictures = [value for value in seen if isinstance(value, str)]
    assert pictures[-1] == "picture 49"
    assert len(pictures) < 10


def test_an_error_for_the_user_keeps_its_hint_and_another_its_traceback(jobs: JobQueue, qtbot: QtBot) -> None:
    def refuse(progress: Progress) -> None:
        raise ConfigError("n is 0.", hint="Set it to 1.")

    def crash(progress: Progress) -> None:
        raise ZeroDivisionError("unforeseen")

    known, unknown = jobs.submit("refuse", refuse), jobs.submit("crash", crash)
    qtbot.waitUntil(lambda: unknown.is_over, timeout=5000)
    assert known.state is JobState.FAILED
    assert known.failure is not None
    assert (known.failure.message, known.failure.hint, known.failure.details) == (
        "n is 0.",
        "Set it to 1.",
        "",
    )
    assert unknown.failure is not None
    assert "ZeroDivisionError: unforeseen" in unknown.failure.message
    assert "in crash" in unknown.failure.details


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device", "/x/y"), "disk is full"),
        (MemoryError(), "memory was not enough"),
    ],
)
def test_a_full_disk_and_a_full_memory_are_told_in_plain_words(
    jobs: JobQueue, qtbot: QtBot, error: Exception, says: str
) -> None:
    def fail(progress: Progress) -> None:
        raise error

    job = jobs.submit("fail", fail)
    qtbot.waitUntil(lambda: job.is_over, timeout=5000)
    assert job.failure is not None
    assert says in job.failure.message
    assert job.failure.hint


def test_cancel_stops_running_work_and_drops_waiting_work_at_once(jobs: JobQueue, qtbot: QtBot) -> None:
    running = jobs.submit("long", until_cancelled)
    waiting = jobs.submit("next", lambda progress: 1)
    told = Told(waiting)
    qtbot.waitUntil(lambda: running.state is JobState.RUNNING, timeout=5000)
    waiting.cancel()
    assert waiting.state is JobState.CANCELLED
    running.cancel()
    qtbot.waitUntil(lambda: running.is_over, timeout=5000)
    assert running.state is JobState.CANCELLED
    after = jobs.submit("after", lambda progress: 1)
    qtbot.waitUntil(lambda: after.is_over, timeout=5000)
    assert told.words == ["cancelled", "finished"]


def test_a_late_answer_is_dropped(jobs: JobQueue, qtbot: QtBot) -> None:
    asked, answer = threading.Event(), threading.Event()

    def deaf(progress: Progress) -> str:
        asked.set()
        answer.wait(5)
        return "late"

    old = jobs.submit("old", deaf, key="view")
    told = Told(old)
    assert asked.wait(5)
    new = jobs.submit("new", lambda progress: "fresh", key="view")
    fresh = Told(new)
    answer.set()
    qtbot.waitUntil(lambda: new.is_over, timeout=5000)
    assert "succeeded" not in told.words
    assert told.words[-2:] == ["cancelled", "finished"]
    assert fresh.values[1] == "fresh"


def test_paused_work_waits_and_its_pause_does_not_count(jobs: JobQueue, qtbot: QtBot) -> None:
    steps: list[int] = []

    def work(progress: Progress) -> None:
        for step in range(10_000):
            steps.append(step)
            progress.report(step, 10_000)
            time.sleep(0.005)

    job = jobs.submit("train", work, pausable=True)
    qtbot.waitUntil(lambda: len(steps) > 3, timeout=5000)
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING, timeout=5000)
    job.pause()
    assert job.state is JobState.PAUSED
    qtbot.wait(50)
    held = len(steps)
    qtbot.wait(400)
    assert len(steps) == held
    job.resume()
    qtbot.waitUntil(lambda: len(steps) > held + 30, timeout=5000)
    assert job.update is not None
    assert job.update.elapsed < 0.005 * len(steps) * 4 + 0.35
    job.pause()
    job.cancel()
    qtbot.waitUntil(lambda: job.is_over, timeout=5000)
    assert job.state is JobState.CANCELLED, "a held job can be cancelled"


def test_stop_and_keep_ends_in_a_result(jobs: JobQueue, qtbot: QtBot) -> None:
    def train(progress: Progress) -> str:
        try:
            until_cancelled(progress)
        except StopHere:
            return "best so far"
        return "unreachable"

    job = jobs.submit("train", train)
    told = Told(job)
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING, timeout=5000)
    job.finish()
    qtbot.waitUntil(lambda: job.is_over, timeout=5000)
    assert told.values[told.words.index("succeeded")] == "best so far"


def test_lanes_run_beside_each_other(jobs: JobQueue, qtbot: QtBot) -> None:
    long = jobs.submit("long", until_cancelled, lane="stage")
    quick = jobs.submit("quick", lambda progress: 1, lane="look")
    qtbot.waitUntil(lambda: quick.is_over, timeout=5000)
    assert long.state is JobState.RUNNING
    assert jobs.active("stage") is long
    assert not jobs.is_busy("look")


def test_close_stops_everything_and_leaves_no_thread(qtbot: QtBot) -> None:
    queue = JobQueue()
    job = queue.submit("long", until_cancelled)
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING, timeout=5000)
    assert queue.close(5)
    assert all(lane.isFinished() for lane in queue._lanes.values())
    with pytest.raises(RuntimeError, match="closed"):
        queue.submit("more", until_cancelled)
