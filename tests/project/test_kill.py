"""The short version of ``benchmarks/kill_project.py``: killed at random moments, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_killed_writers_lose_nothing() -> None:
    command = [sys.executable, "benchmarks/kill_project.py", "--kills", "6", "--longest", "0.3"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every step there          6/6" in done.stdout
