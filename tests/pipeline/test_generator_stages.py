from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from foreign_files import nvidia_discriminator, nvidia_weights, widths, write_nvidia
from PIL import Image

from segstyle_gui.core.generator.checkpoint import generator_to_arrays
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.errors import ConfigError, ModelFileError, StageError
from segstyle_gui.pipeline.artifacts import load_generator
from segstyle_gui.pipeline.catalog import stage_named, status

TINY = {"kimg": 0.016, "batch_size": 4, "z_dim": 8, "w_dim": 8, "channel_base": 64, "channel_max": 8}


class _StopAfter:
    """Asks to stop at the n-th report."""

    def __init__(self, n: int) -> None:
        self.left = n

    def report(self, done: float, total: float, message: str = "") -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled

    def preview(self, value: object) -> None:
        """Nobody looks."""


class _Reports:
    def __init__(self) -> None:
        self.seen: list[float] = []

    def report(self, done: float, total: float, message: str = "") -> None:
        self.seen.append(done)

    def preview(self, value: object) -> None:
        """Nobody looks."""


def _train(bench: Any, progress: Any = None, **changes: Any) -> Any:
    stage = stage_named("train_generator")
    config = bench.config("train_generator", **{**TINY, **changes})
    return stage.run(bench.project, config, progress or _StopAfter(10**6))


def test_an_imported_generator_comes_back_tensor_for_tensor(bench: Any, tiny_generator: Generator) -> None:
    record = bench.run("import_generator")
    assert record.summary["resolution"] == 16
    wanted = generator_to_arrays(tiny_generator)
    found = generator_to_arrays(load_generator(bench.project))
    assert wanted.keys() == found.keys()
    assert all(np.array_equal(wanted[name], found[name]) for name in wanted)


def test_files_that_are_no_generator_are_refused(bench: Any) -> None:
    with pytest.raises(ModelFileError, match="does not exist"):
        bench.run("import_generator", source=str(bench.folder / "none.safetensors"))
    bad = bench.folder / "bad.safetensors"
    bad.write_bytes(b"\x08\0\0\0\0\0\0\0garbage!")
    with pytest.raises(ModelFileError, match=r"bad\.safetensors"):
        bench.run("import_generator", source=str(bad))
    with pytest.raises(ConfigError, match="No generator"):
        bench.run("import_generator", source="")


def test_channels_must_be_those_of_the_images(bench: Any) -> None:
    Image.new("RGB", (20, 20), (200, 10, 10)).save(bench.images / "red.png")
    bench.run("import_images")
    with pytest.raises(ConfigError, match="gray images and the project's are rgb") as caught:
        bench.run("import_generator")
    assert "channels set to gray" in caught.value.hint


def test_a_training_that_is_stopped_goes_on_to_the_same_generator(bench: Any) -> None:
    bench.run("import_images")
    with pytest.raises(Cancelled):
        _train(bench, _StopAfter(2))
    assert bench.project.current("generator") is None
    checkpoint = bench.project.checkpoint_dir("train_generator") / "training.pt"
    assert checkpoint.exists()
    resumed = _train(bench)
    assert resumed.summary["kimg"] == pytest.approx(0.016)
    first = bench.project.arrays(resumed)
    checkpoint.unlink()
    straight = bench.project.arrays(_train(bench))
    names = [name for name in first if name.startswith("tensors/")]
    assert len(names) > 10
    assert all(np.allclose(first[name], straight[name], atol=1e-5) for name in names)


def test_a_training_starts_from_a_file_and_keeps_its_shapes(bench: Any, tiny_generator: Generator) -> None:
    bench.run("import_images")
    record = _train(bench, start_from=str(bench.generator_file))
    assert record.summary["start"] == "a generator of 16 px, without its discriminator"
    assert "start_from" in record.inputs
    assert load_generator(bench.project).spec == tiny_generator.spec
    with pytest.raises(ModelFileError, match="does not exist"):
        _train(bench, start_from=str(bench.folder / "none.safetensors"))


def test_a_training_starts_from_another_program_s_file_with_its_discriminator(
    bench: Any, tmp_path: Path
) -> None:
    bench.run("import_images")
    channels = widths(16, 128, 8)
    weights = nvidia_weights(channels, colours=1), nvidia_discriminator(channels, colours=1)
    path = write_nvidia(tmp_path / "net.pkl", *weights)
    assert _train(bench, start_from=str(path)).summary["start"].endswith("px, with its discriminator")
    bench.run("import_generator", source=str(path), keep_discriminator=True)
    assert _train(bench, start_from="project").summary["start"].endswith("px, with its discriminator")
    bench.run("import_generator", source=str(path))
    assert _train(bench, start_from="project").summary["start"].endswith("px, without its discriminator")


def test_a_training_grows_the_project_s_generator_with_its_discriminator(bench: Any) -> None:
    bench.run("import_images")
    with pytest.raises(StageError, match="no generator"):
        _train(bench, start_from="project")
    small = _train(bench)
    bench.run("import_images", size=32)
    grown = _train(bench, start_from="project")
    assert grown.summary["resolution"] == 32
    assert grown.summary["start"] == "a generator of 16 px, with its discriminator"
    assert grown.summary["start_run"] == small.id
    assert status(bench.project)[1].state == "done"  # made from a generator, yet not stale by being one


def test_the_same_command_trains_on_and_does_not_start_anew(bench: Any) -> None:
    bench.run("import_images")
    bench.run("import_generator")
    first = _train(bench, start_from="project")
    reports = _Reports()
    longer = _train(bench, reports, start_from="project", kimg=0.032)
    assert longer.summary["start_run"] == first.summary["start_run"]
    assert reports.seen[0] == 20
    other = _train(bench, start_from="project", learning_rate=0.001)
    assert other.summary["start_run"] == longer.id
    assert other.summary["start"].endswith("with its discriminator")
