from __future__ import annotations

from typing import Any

import pytest

from segstyle_gui.core import training_speed
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.errors import ConfigError, StageError
from segstyle_gui.pipeline.estimates import GOOD_KIMG, USABLE_KIMG, at_length, time_estimate

SMALL = {"batch_size": 4, "channel_base": 64, "channel_max": 8, "z_dim": 8, "w_dim": 8}


class Stop:
    def report(self, done: float, total: float, message: str = "") -> None:
        raise Cancelled

    def preview(self, value: object) -> None: ...


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_speed, "_STEPS", 3)


@pytest.mark.parametrize("path_length_weight", [0.0, 2.0])
def test_a_generator_training_is_measured_and_leaves_nothing(bench: Any, path_length_weight: float) -> None:
    bench.run("import_images")
    config = bench.config("train_generator", kimg=80.0, path_length_weight=path_length_weight, **SMALL)
    found = time_estimate(bench.project, "train_generator", config)
    assert (found.unit, found.units) == ("kimg", 80.0)
    assert found.seconds_per_unit > 0
    assert found.total_seconds == pytest.approx(80 * found.seconds_per_unit)
    assert found.usable_seconds == pytest.approx(USABLE_KIMG * found.seconds_per_unit)
    assert found.good_seconds == pytest.approx(GOOD_KIMG * found.seconds_per_unit)
    assert found.side == 16
    short = at_length(found, 50)
    assert short.total_seconds == pytest.approx(50 * found.seconds_per_unit)
    assert (short.usable_seconds, short.good_seconds) == (found.usable_seconds, None)
    assert at_length(found, 10).usable_seconds is None
    assert "thread" in found.device
    assert bench.project.current("generator") is None
    assert not list(bench.project.work_dir.glob("checkpoints/**/*.pt"))


def test_penalties_are_shared_out_over_their_interval(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run("import_images")
    pixels = bench.project.array(bench.project.current("images"), "pixels")
    clock = [0.0]
    costs = {"plain": 1.0, "r1": 8.0, "path": 2.0}

    def step(self: Any) -> None:
        clock[0] += costs["plain"]
        clock[0] += costs["r1"] if self.steps % self.config.r1_interval == 0 else 0
        with_path = self.config.path_length_weight > 0 and self.steps % self.config.path_length_interval == 0
        clock[0] += costs["path"] if with_path else 0

    monkeypatch.setattr(training_speed.GeneratorTrainer, "step", step)
    monkeypatch.setattr(training_speed.time, "perf_counter", lambda: clock[0])
    without = bench.config("train_generator", **SMALL)
    assert training_speed.generator_speed(pixels, without).seconds_per_step == pytest.approx(1 + 8 / 16)
    both = bench.config("train_generator", path_length_weight=2.0, **SMALL)
    assert training_speed.generator_speed(pixels, both).seconds_per_step == pytest.approx(1 + 8 / 16 + 2 / 4)


@pytest.mark.parametrize("stream", [False, True])
def test_a_student_training_is_measured(bench: Any, stream: bool) -> None:
    bench.run_to("find_regions")
    bench.run("synthesize", stream=stream)
    config = bench.config("train_student", steps=50, validate_every=25)
    found = time_estimate(bench.project, "train_student", config)
    assert (found.unit, found.units, found.usable_seconds) == ("steps", 50, None)
    assert found.total_seconds == pytest.approx(50 * found.seconds_per_unit)
    assert bench.project.current("student") is None


def test_it_can_be_stopped_and_says_what_is_missing(bench: Any) -> None:
    config = bench.config("train_generator", **SMALL)
    with pytest.raises(StageError, match="no images"):
        time_estimate(bench.project, "train_generator", config)
    bench.run("import_images")
    with pytest.raises(Cancelled):
        time_estimate(bench.project, "train_generator", config, progress=Stop())
    with pytest.raises(ConfigError, match="no estimate"):
        time_estimate(bench.project, "find_regions", bench.config("find_regions"))
