"""What a studio shows of a direction, and the CLIP that it keeps at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.core.clip.choice import ClipSource
from segstyle_gui.core.found_direction import Direction
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.core.synthetic_config import SyntheticConfig
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.studio import Studio
from segstyle_gui.pipeline.text_model import TextModels
from segstyle_gui.project.edits import NameRegions


class _Brightness:
    """A CLIP that sees whether the left half of an image is bright."""

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        axes = {"bright": [1.0, 0.0], "eye": [0.0, 1.0], "dark": [0.0, 1.0]}  # all else means nothing
        return np.array(
            [next((axis for word, axis in axes.items() if word in text), [0.0, 0.0]) for text in texts],
            np.float32,
        )

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        angle = images[:, :, :8].mean(axis=(1, 2, 3)) / 255 * np.pi / 2
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)

    def dense(self, images: np.ndarray, **options: Any) -> np.ndarray:
        light = images[..., 0].astype(np.float32) > np.median(images)
        return np.stack([light, ~light], axis=1).astype(np.float32)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the models that were loaded."""
    names: list[str] = []

    def load(name: str, **options: Any) -> _Brightness:
        names.append(name)
        return _Brightness()

    monkeypatch.setattr(clip_model, "load_clip", load)
    return names


@pytest.fixture
def directed(bench: Any, loads: list[str]) -> Any:
    bench.run("import_generator")
    bench.run("find_direction", prompt="bright", n_samples=200, top_share=0.1, alpha=3.0, model="RN50")
    bench.run("find_regions")
    bench.project.apply(NameRegions((1, 2), "iris"))
    return bench


def test_a_sweep_shows_what_was_stored_with_the_direction(directed: Any) -> None:
    run = directed.project.current("direction")
    found = Direction.from_arrays(directed.project.arrays(run))
    studio = Studio(directed.project)
    swept = studio.sweep(run, found.strip_seeds.tolist(), found.strip_alphas.tolist())
    assert swept.shape == (*found.strip.shape[:-1], 3)
    np.testing.assert_allclose(swept[..., :1].astype(int), found.strip.astype(int), atol=1)
    between = studio.sweep(run, [5], [1.0, 2.0], size=24)
    assert between.shape == (1, 2, 24, 24, 3)
    assert (between[0, 0] != between[0, 1]).any()


def test_a_sweep_of_style_channels_is_the_strip_and_regions_are_shown(directed: Any) -> None:
    words = {"prompt": "bright", "n_samples": 200, "top_share": 0.1, "alpha": 3.0, "model": "RN50"}
    run = directed.run("find_direction", **words, method="styles", n_channels=40)
    found = Direction.from_arrays(directed.project.arrays(run))
    studio = Studio(directed.project)
    swept = studio.sweep(run, found.strip_seeds.tolist(), found.strip_alphas.tolist())
    np.testing.assert_allclose(swept[..., :1].astype(int), found.strip.astype(int), atol=1)
    plain = studio.region_samples(range(4), size=16).images
    directed.run("find_regions", direction_share=1.0)
    assert (studio.region_samples(range(4), size=16).images != plain).any(axis=(1, 2, 3)).all()


def test_a_sweep_can_be_stopped(directed: Any) -> None:
    class Stop:
        def report(self, done: float, total: float, message: str = "") -> None:
            raise Cancelled

        def preview(self, value: Any) -> None: ...

    with pytest.raises(Cancelled):
        Studio(directed.project).sweep(directed.project.current("direction"), [1], [1.0], progress=Stop())


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_preview_of_a_set_is_the_set_with_its_direction(directed: Any, share: float) -> None:
    config = SyntheticConfig(n_images=12, size=16, direction_share=share, drop_share=0.0)
    pairs = Studio(directed.project).class_preview(config=config)
    run = directed.run("synthesize", n_images=12, direction_share=share, drop_share=0.0)
    images, seeds = (directed.project.array(run, name) for name in ("images", "kept_seeds"))
    assert run.summary["moved"] == pytest.approx(12 * share, abs=1)
    shown = [pairs.seeds.index(seed) for seed in seeds.tolist()]
    np.testing.assert_allclose(pairs.images[shown][..., :1].astype(int), images.astype(int), atol=1)
    assert (pairs.labels[shown] == directed.project.array(run, "labels")).mean() > 0.999


def test_the_preview_changes_with_the_direction_and_its_share(directed: Any) -> None:
    studio = Studio(directed.project)
    plain, moved = (
        studio.class_preview(config=SyntheticConfig(n_images=8, size=16, direction_share=share)).images
        for share in (0.0, 1.0)
    )
    assert (plain != moved).any()
    directed.run("find_direction", prompt="bright", n_samples=200, top_share=0.1, alpha=4.5, model="RN50")
    further = studio.class_preview(config=SyntheticConfig(n_images=8, size=16, direction_share=1.0)).images
    assert (further != moved).any()


def test_a_preview_with_a_direction_wants_one(bench: Any) -> None:
    bench.run("import_generator")
    bench.run("find_regions")
    bench.project.apply(NameRegions((1,), "iris"))
    with pytest.raises(StageError, match="no direction yet"):
        Studio(bench.project).class_preview(config=SyntheticConfig(n_images=8, size=16, direction_share=0.5))


def test_one_clip_serves_all_prompts_of_both_stages(directed: Any, loads: list[str]) -> None:
    loads.clear()
    studio = Studio(directed.project)
    with studio.text_models.at_hand():
        for prompts in ("bright, dark", "dark, bright, other"):
            directed.run("name_regions", prompts=prompts, n_images=4, model="RN50")
        directed.run("find_direction", prompt="bright", n_samples=200, top_share=0.1, alpha=3.0, model="RN50")
        assert loads == ["RN50"]
        directed.run("name_regions", prompts="bright, dark", n_images=4, model="RN101")
        assert loads == ["RN50", "RN101"]
        studio.clear()
        directed.run("name_regions", prompts="bright, dark", n_images=4, model="RN101")
        assert loads == ["RN50", "RN101", "RN101"]
    directed.run("name_regions", prompts="bright, dark", n_images=4, model="RN101")
    assert len(loads) == 4  # nobody keeps it outside


def test_a_changed_file_is_loaded_again(tmp_path: Path) -> None:
    file = tmp_path / "clip.safetensors"
    file.write_bytes(b"one")
    source = ClipSource("RN50", "openai", "file", file)
    models = TextModels()
    made = [_Brightness(), _Brightness()]
    assert models.get(source, lambda: made[0]) is made[0]  # type: ignore[comparison-overlap,arg-type,return-value]
    assert models.get(source, lambda: made[1]) is made[0]  # type: ignore[comparison-overlap,arg-type,return-value]
    file.write_bytes(b"another")
    assert models.get(source, lambda: made[1]) is made[1]  # type: ignore[comparison-overlap,arg-type,return-value]
