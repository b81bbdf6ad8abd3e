from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch

from segstyle_gui.core.progress import Cancelled
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.run_stage import Retried, halved, run_stage
from segstyle_gui.pipeline.stage import Stage, begin
from segstyle_gui.project.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class HungryConfig:
    batch_size: int = setting(16, "Images.", low=4, high=64)
    memory_gb: float = setting(2.0, "Memory.", low=0.25, high=64)
    kept: int = setting(7, "Something else.", low=1, high=9)

    def __post_init__(self) -> None:
        check_config(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainConfig:
    kept: int = 7


class Watcher:
    def __init__(self) -> None:
        self.previews: list[object] = []

    def report(self, done: float, total: float, message: str = "") -> None: ...

    def preview(self, value: object) -> None:
        self.previews.append(value)


@pytest.fixture
def project(tmp_path: Any) -> Any:
    with Project.create(tmp_path / "Hungry") as made:
        yield made


def stage_that_fails(
    errors: list[BaseException], tried: list[Any], config: type[Any] = HungryConfig
) -> Stage:
    """Return a stage whose first runs end in ``errors``."""
    left = list(errors)

    def run(project: Project, config: Any, progress: Any) -> Any:
        draft = begin(project, stage, config)
        tried.append(config)
        if left:
            raise left.pop(0)
        return draft.commit({"answer": 42}, {})

    load: Callable[[], type[Any]] = lambda: config  # noqa: E731
    stage = Stage(name="eat", title="Eat", help="", needs=(), makes="meal", load_config=load, run=run)
    return stage


@dataclass(frozen=True, slots=True, kw_only=True)
class PartedConfig(HungryConfig):
    accumulate: int = setting(1, "Parts.", low=1, high=128)


CUDA = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
CPU = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")


def test_without_trouble_it_is_the_stage_alone(project: Any) -> None:
    tried: list[Any] = []
    watcher = Watcher()
    record = run_stage(project, stage_that_fails([], tried), HungryConfig(), watcher)
    assert record.summary == {"answer": 42}
    assert (tried, watcher.previews) == ([HungryConfig()], [])


@pytest.mark.parametrize("error", [CUDA, CPU, MemoryError()])
def test_when_memory_runs_out_it_is_tried_again_with_half(project: Any, error: BaseException) -> None:
    tried: list[Any] = []
    freed: list[int] = []
    watcher = Watcher()
    stage = stage_that_fails([error, error], tried)
    record = run_stage(project, stage, HungryConfig(), watcher, free=lambda: freed.append(1))
    assert [(c.batch_size, c.memory_gb, c.kept) for c in tried] == [(16, 2.0, 7), (8, 1.0, 7), (4, 0.5, 7)]
    assert [type(one) for one in watcher.previews] == [Retried, Retried]
    last = watcher.previews[-1]
    assert isinstance(last, Retried)
    assert last.config == tried[-1]
    assert record.summary["retried"] == last.message
    assert "batch size 4 instead of 8 and memory in GB 0.5 instead of 1" in last.message
    assert record.config["batch_size"] == 4
    assert project.current("meal") == record
    assert len(freed) == 2


def test_a_batch_in_parts_is_left_whole_while_its_parts_can_be_halved(project: Any) -> None:
    tried: list[Any] = []
    watcher = Watcher()
    run_stage(project, stage_that_fails([CUDA] * 3, tried, PartedConfig), PartedConfig(), watcher)
    assert [(c.batch_size, c.accumulate) for c in tried] == [(16, 1), (16, 2), (16, 4), (8, 4)]
    first = watcher.previews[0]
    assert isinstance(first, Retried)
    assert "parts of a batch 2 instead of 1." in first.message


def test_the_note_does_not_stay_for_the_next_run(project: Any) -> None:
    run_stage(project, stage_that_fails([CUDA], []), HungryConfig(), Watcher())
    assert "retried" not in run_stage(project, stage_that_fails([], []), HungryConfig(), Watcher()).summary


def test_after_three_retries_it_is_given_up(project: Any) -> None:
    tried: list[Any] = []
    with pytest.raises(StageError, match=r"Eat: there is not enough memory.*smaller") as caught:
        run_stage(project, stage_that_fails([CUDA] * 9, tried), HungryConfig(memory_gb=64.0), Watcher())
    assert [c.batch_size for c in tried] == [16, 8, 4, 4]
    assert "Close other programs" in caught.value.hint
    assert project.current("meal") is None


def test_what_cannot_be_halved_fails_at_once(project: Any) -> None:
    tried: list[Any] = []
    with pytest.raises(StageError, match="not enough memory"):
        run_stage(project, stage_that_fails([CUDA], tried, PlainConfig), PlainConfig(), Watcher())
    assert len(tried) == 1


@pytest.mark.parametrize("error", [RuntimeError("mat1 and mat2 shapes"), StageError("no"), Cancelled()])
def test_other_errors_pass(project: Any, error: BaseException) -> None:
    with pytest.raises(type(error)):
        run_stage(project, stage_that_fails([error], []), HungryConfig(), Watcher())


def test_halving_stops_at_the_bounds() -> None:
    config = HungryConfig(batch_size=5, memory_gb=0.6)
    assert halved(config) == replace(config, memory_gb=0.3)
    assert halved(HungryConfig(batch_size=7, memory_gb=0.3)) is None
