"""One writer a project, across processes; a dead writer does not block."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from segstyle_gui.errors import ProjectLockedError
from segstyle_gui.project.lock import ProjectLock
from segstyle_gui.project.process import start_time_of
from segstyle_gui.project.store import Project

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from segstyle_gui.project.store import Project
project = Project.open(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
project.close()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    """Start a process that has the project open until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_a_second_process_is_told_who_has_the_project(stored: Path) -> None:
    with holder(stored) as other:
        with pytest.raises(ProjectLockedError, match=rf"another SegStyle \(process {other.pid}\)") as caught:
            Project.open(stored)
        assert "read-only" in caught.value.hint
        with pytest.raises(ProjectLockedError):
            Project.create(stored, overwrite=True)
        with Project.open(stored, readonly=True) as project:
            assert len(project.runs()) == 2
        other.communicate()
    Project.open(stored).close()


def test_a_killed_writer_does_not_block(stored: Path) -> None:
    with holder(stored) as other:
        other.kill()
    assert (stored.with_name(stored.name + "-work") / "lock").exists()
    Project.open(stored).close()
    assert list(stored.parent.iterdir()) == [stored]


def test_the_same_process_cannot_open_twice(stored: Path) -> None:
    with Project.open(stored), pytest.raises(ProjectLockedError, match="this SegStyle"):
        Project.open(stored)
    Project.open(stored).close()


def write_lock(path: Path, **changes: object) -> None:
    me = {"pid": os.getpid(), "host": os.uname().nodename, "started": start_time_of(os.getpid())}
    path.write_text(json.dumps({**me, "since": "2030-01-01 10:00", "token": "t", **changes}))


def test_a_number_used_again_by_another_process_does_not_block(tmp_path: Path) -> None:
    write_lock(tmp_path / "lock", started="some earlier time")
    ProjectLock(tmp_path / "lock", tmp_path / "a.segstyle").release()
    assert list(tmp_path.iterdir()) == []


def test_another_computer_is_believed_to_be_alive(tmp_path: Path) -> None:
    write_lock(tmp_path / "lock", host="far-away", pid=1 << 30)
    with pytest.raises(ProjectLockedError, match="“far-away” since 2030-01-01 10:00") as caught:
        ProjectLock(tmp_path / "lock", tmp_path / "a.segstyle")
    assert "delete" in caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}'])
def test_an_old_lock_without_sense_does_not_block(tmp_path: Path, text: str) -> None:
    lock = tmp_path / "lock"
    lock.write_text(text)
    long_ago = time.time() - 60
    os.utime(lock, (long_ago, long_ago))
    ProjectLock(lock, tmp_path / "a.segstyle").release()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_was_taken_over_is_not_released(tmp_path: Path) -> None:
    lock = ProjectLock(tmp_path / "lock", tmp_path / "a.segstyle")
    write_lock(tmp_path / "lock")
    lock.release()
    assert (tmp_path / "lock").exists()


def test_start_times_tell_processes_apart() -> None:
    mine = start_time_of(os.getpid())
    assert mine
    assert mine == start_time_of(os.getpid())
    time.sleep(0.02)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert start_time_of(other.pid) not in (None, mine)
        other.kill()
        other.wait()
        assert start_time_of(other.pid) is None
    assert start_time_of(0) is None
    assert start_time_of(-1) is None


RACE = """
import sys
from pathlib import Path
from segstyle_gui.errors import ProjectLockedError
from segstyle_gui.project.lock import ProjectLock
print("ready", flush=True)
sys.stdin.readline()
try:
    ProjectLock(Path(sys.argv[1]), Path("a.segstyle"))
    print("got it", flush=True)
except ProjectLockedError:
    print("locked", flush=True)
sys.stdin.read()
"""


def test_of_many_that_find_a_dead_lock_one_gets_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    write_lock(lock, pid=1 << 30)
    pipes = {"text": True, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    many = [subprocess.Popen([sys.executable, "-c", RACE, str(lock)], cwd=ROOT, **pipes) for _ in range(4)]
    try:
        for process in many:
            assert process.stdout.readline() == "ready\n"
        for process in many:
            process.stdin.write("\n")
            process.stdin.flush()
        answers = sorted(process.stdout.readline() for process in many)
    finally:
        for process in many:
            process.communicate()
    assert answers == ["got it\n", "locked\n", "locked\n", "locked\n"]
