from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import segstyle_gui
from segstyle_gui.cli.console import ConsoleProgress, StopRequest
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.project.store import Project

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(segstyle_gui.__file__).parents[1])}
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

TRAIN = ["train-generator", "Eyes", "--batch-size", "4", "--z-dim", "8", "--w-dim", "8"]
TRAIN += ["--channel-base", "64", "--channel-max", "8", "--checkpoint-minutes", "0"]


@contextmanager
def _segstyle(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "segstyle_gui", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait_for(path: Path, process: subprocess.Popen[str], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, "the training ended early"
        assert time.monotonic() < until, f"{path} did not appear"
        time.sleep(0.05)


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_learnt_and_the_same_command_goes_on(
    segstyle: Callable[..., Any], eyes: Path, tmp_path: Path
) -> None:
    segstyle("new", "Eyes")
    segstyle("import", "Eyes", eyes, "--size", 16)
    with Project.open(tmp_path / "Eyes.segstyle") as project:
        checkpoint = project.checkpoint_dir("train_generator") / "training.pt"
    with _segstyle(tmp_path, *TRAIN, "--kimg", "100000") as process:
        _wait_for(checkpoint, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "stopping safely" in err
    assert "run the same command again" in err
    assert "Traceback" not in err
    assert out == ""

    with _segstyle(tmp_path, *TRAIN, "--kimg", "0.001") as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    rows = {row["stage"]: row for row in segstyle("status", "Eyes", "--json").json}
    learnt = rows["train_generator"]["run"]["summary"]["kimg"]
    assert learnt > 0.001  # more than this command asked for: it began where the first one stopped


def test_the_first_signal_asks_and_the_second_ends() -> None:
    before = signal.getsignal(signal.SIGINT)  # ignored where the tests run in the background
    with StopRequest() as stop:
        progress = ConsoleProgress("Work", stop)
        progress.report(0, 1)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
        with pytest.raises(Cancelled):
            progress.report(0.5, 1)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
