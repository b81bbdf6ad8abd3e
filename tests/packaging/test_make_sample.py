"""The script that makes the bundled sample: eyes to train on, and a training that the next one grows from."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.core.generator.checkpoint import load_generator_file
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.near_eye import render_near_eye

SCRIPT = Path(__file__).parents[2] / "packaging" / "make_sample.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    found = importlib.util.spec_from_file_location("make_sample", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def eyes(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eyes")
    script.render_eyes(folder, 16, 32, 0.25, 0.5)
    return folder


def test_the_last_eyes_have_lenses_of_every_tone(script: ModuleType, eyes: Path) -> None:
    files = sorted(eyes.iterdir())
    assert len(files) == 16
    seed = script.FIRST_TRAINING_SEED + 15
    white, label_map, _ = render_near_eye(seed, script.NearEyeConfig(size=32), opaque_lens=True)
    with Image.open(files[-1]) as image:
        graded = np.asarray(image)
    assert (white != graded)[label_map == 4].any()
    assert (white == graded)[: 32 // 4].all(), "nothing but the lens differs"


def test_a_training_leaves_weights_samples_and_a_checkpoint_to_grow_from(
    script: ModuleType, eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small, large = tmp_path / "small.safetensors", tmp_path / "large.safetensors"
    config = TrainConfig(
        kimg=0.016, batch_size=4, channel_base=64, z_dim=8, w_dim=8, quality_kimg=0.008, preview_kimg=0.008
    )
    script.train(eyes, small, 16, None, config)
    assert "distance" in capsys.readouterr().out
    with Image.open(small.with_suffix(".png")) as grid:
        assert grid.size == (8 * 16, 2 * 16)
    script.train(eyes, large, 32, small.with_suffix(".training"), config)
    assert load_generator_file(large).resolution == 32
