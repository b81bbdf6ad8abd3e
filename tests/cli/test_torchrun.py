"""The training command under torchrun: two processes, one of which has the project; a stop ends both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import segstyle_gui
from segstyle_gui.project.store import Project

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(Path(segstyle_gui.__file__).parents[1]),
    "OMP_NUM_THREADS": "1",
}
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
TRAIN = ["-m", "segstyle_gui", "train-generator", "Eyes", "--batch-size", "8", "--z-dim", "8", "--w-dim", "8"]
TRAIN += ["--channel-base", "64", "--channel-max", "8", "--checkpoint-minutes", "0"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")]


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"{path} did not appear"
        time.sleep(0.05)


def test_two_processes_stop_together_and_go_on(
    segstyle: Callable[..., Any], eyes: Path, tmp_path: Path
) -> None:
    segstyle("new", "Eyes")
    segstyle("import", "Eyes", eyes, "--size", 16)
    with Project.open(tmp_path / "Eyes.segstyle") as project:
        checkpoint = project.checkpoint_dir("train_generator") / "training.pt"
    with subprocess.Popen(
        [*TORCHRUN, *TRAIN, "--kimg", "100000"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _wait_for(checkpoint, process)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=120)
        finally:
            process.kill()
    assert "run the same command again" in err
    assert err.count("stopping safely") == 1
    assert "locked" not in err

    alone = segstyle(*TRAIN[2:], "--kimg", "0.001")  # one process goes on where two stopped
    assert alone.code == 0, alone.err
    rows = {row["stage"]: row for row in segstyle("status", "Eyes", "--json").json}
    assert rows["train_generator"]["run"]["summary"]["kimg"] > 0.001


def test_a_command_for_one_process_says_so(
    segstyle: Callable[..., Any], eyes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segstyle("new", "Eyes")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    answer = segstyle("import", "Eyes", eyes)
    assert answer.code == 2
    assert "one process does this" in answer.err
