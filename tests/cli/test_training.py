"""How long a training will take, asked before it; and what a training says while it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segstyle_gui.cli.console import ConsoleProgress, StopRequest
from segstyle_gui.cli.training import estimate_lines
from segstyle_gui.core import training_speed
from segstyle_gui.core.generator.training_record import QualityPoint, TrainingWarning, TrainingWarnings
from segstyle_gui.pipeline.estimates import Estimate

SMALL = ["--batch-size", "4", "--channel-base", "64", "--channel-max", "8", "--z-dim", "8", "--w-dim", "8"]


def test_an_estimate_is_made_and_nothing_is_trained(
    segstyle: Callable[..., Any], finished_project: Path, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_speed, "_STEPS", 3)
    answer = segstyle("train-generator", str(project_file), "--estimate", "--kimg", "80", *SMALL)
    assert answer.code == 0, answer.err
    assert "thread" in answer.out
    assert "usable in about" in answer.out
    assert "all 80 kimg in" in answer.out
    found = segstyle("train-generator", str(project_file), "--estimate", "--json", *SMALL)
    assert found.json["unit"] == "kimg"
    runs = segstyle("status", str(project_file), "--json").json
    assert all(run["run"] is None for run in runs if run["stage"] == "train_generator")


def test_larger_images_come_with_a_caveat() -> None:
    estimate = Estimate(
        unit="kimg",
        units=120,
        seconds_per_unit=60,
        total_seconds=7200,
        usable_seconds=2400,
        good_seconds=4500,
        device="processor, 2 threads",
        side=128,
    )
    text = "\n".join(estimate_lines(estimate))
    assert "usable in about" in text
    assert "good in" in text
    assert "measured at 64 × 64" in text


def test_measurements_and_warnings_are_lines_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ConsoleProgress("Train", StopRequest())
    progress.preview(
        QualityPoint(kimg=8, distance=0.25, smoothed=0.3, spread=0.9, variety=0.8, nearest=1.1, copied=0.02)
    )
    warning = TrainingWarning(kind="collapse", message="All alike.", hint="Stop.")
    progress.preview(TrainingWarnings(kimg=8, warnings=(warning,)))
    progress.preview(object())
    told = capsys.readouterr().err
    assert "8.0 kimg: distance to your images 0.250" in told
    assert "warning: All alike. Stop." in told
