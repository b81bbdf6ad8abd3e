from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.core.generator.checkpoint import generator_to_arrays
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.errors import ConfigError, ModelFileError
from segstyle_gui.pipeline.artifacts import load_generator
from segstyle_gui.pipeline.catalog import stage_named

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


def _train(bench: Any, progress: Any = None) -> Any:
    stage = stage_named("train_generator")
    return stage.run(bench.project, bench.config("train_generator", **TINY), progress or _StopAfter(10**6))


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
