from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.core import direction_strip
from segstyle_gui.core.clip import catalog
from segstyle_gui.core.clip import model as clip_model

Segstyle = Callable[..., Any]
SMALL = ["--n-samples", 200, "--top-share", 0.1, "--alpha", 3]


class _Brightness:
    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        axes = {"bright": [1.0, 0.0], "eye": [0.0, 1.0], "dark": [0.0, 1.0]}  # all else means nothing
        return np.array(
            [next((axis for word, axis in axes.items() if word in text), [0.0, 0.0]) for text in texts],
            np.float32,
        )

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        angle = images[:, :, :8].mean(axis=(1, 2, 3)) / 255 * np.pi / 2
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


@pytest.fixture
def _clip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_model, "load_clip", lambda *args, **options: _Brightness())


@pytest.mark.usefixtures("_clip")
def test_a_class_is_found_by_text(segstyle: Segstyle, with_regions: str) -> None:
    answer = segstyle("find-class", with_regions, "--prompt", "a bright eye", *SMALL)
    assert answer.code == 0, answer.err
    assert "Find by text: done" in answer.out
    assert "accuracy" in answer.out
    states = {row["stage"]: row["state"] for row in segstyle("status", with_regions, "--json").json}
    assert states["find_direction"] == states["find_regions"] == "done"


@pytest.mark.usefixtures("_clip")
def test_the_sentence_may_stand_alone(segstyle: Segstyle, with_regions: str) -> None:
    words = ["a bright eye", *SMALL, "--strip", "strip.png", "--json"]
    record = segstyle("find-class", with_regions, *words).json
    assert record["config"]["prompt"] == record["summary"]["prompt"] == "a bright eye"
    with Image.open("strip.png") as strip:
        light = np.asarray(strip)[28:, :, 0]
    assert light.shape == (6 * 20, 9 * 20)  # samples of 16 px and their gaps
    by_alpha = light.reshape(6, 20, 9, 20)[:, :16, :, :8].mean(axis=(0, 1, 3))
    assert by_alpha[3] > by_alpha[1]  # 3 against 0, where CLIP looks


def test_the_bundled_models_go_all_the_way_from_a_sentence(
    segstyle: Segstyle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real CLIP and a real generator: direction, regions with moved samples, and the set they make."""
    monkeypatch.setattr(direction_strip, "_STRIP_SAMPLES", 2)
    monkeypatch.setattr(direction_strip, "_STRIP_KEPT", 1)
    few = ["--n-clusters", 6, "--n-regions", 4, "--n-samples", 4, "--n-init", 1, "--n-refits", 0]
    segstyle("new", "Eyes")
    segstyle("import-generator", "Eyes", "near-eye")
    segstyle("find-regions", "Eyes", *few, "--grid", 32)
    segstyle("regions", "assign", "Eyes", 1, "--class", "skin")
    words = ["--n-samples", 96, "--top-share", 0.25, "--min-accuracy", 0.5, "--alpha", 6]
    refused = segstyle("find-class", "Eyes", "a red sports car", *words)
    assert (refused.code, "share nothing" in refused.err) == (6, True)
    moved = segstyle("find-class", "Eyes", "an eye with a white cloudy pupil", *words, "--use")
    assert moved.code == 0, moved.err
    assert "near-eye (bundled)" in moved.out
    assert "Find regions: done" in moved.out
    made = segstyle("synthesize", "Eyes", "--n-images", 8, "--drop-share", 0, "--size", 32, "--json")
    assert made.code == 0, made.err
    assert abs(made.json["summary"]["moved"] - 4) <= 1
    names = [name for _, name, _ in made.json["summary"]["classes"]]
    assert names == ["skin"]


@pytest.mark.usefixtures("_clip")
def test_use_finds_the_regions_again_and_keeps_names(segstyle: Segstyle, with_regions: str) -> None:
    segstyle("regions", "assign", with_regions, 1, "--class", "iris")
    words = ["--prompt", "a bright eye", *SMALL, "--use", "--share", 0.25]
    record = segstyle("find-class", with_regions, *words, "--json").json
    assert record["stage"] == "find_regions"
    assert record["config"]["direction_share"] == 0.25
    assert record["config"]["n_clusters"] == 6
    assert 1 in record["summary"]["kept"]


@pytest.mark.usefixtures("_clip")
def test_bad_words_cost_no_work(segstyle: Segstyle, with_regions: str) -> None:
    answer = segstyle("find-class", with_regions, "--prompt", "x", "--use", "--share", 2)
    assert (answer.code, "share of moved samples is 2" in answer.err) == (2, True)
    answer = segstyle("find-class", with_regions, *SMALL)
    assert (answer.code, "There is no prompt" in answer.err) == (2, True)


def test_clip_is_never_downloaded_unasked(
    segstyle: Segstyle, generator_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "cached_weights", lambda name, tag: None)
    monkeypatch.setattr(catalog, "bundled_clip", lambda: None)
    monkeypatch.setattr(clip_model, "download_weights", lambda *args, **options: pytest.fail("downloads"))
    segstyle("new", "Eyes")
    segstyle("import-generator", "Eyes", generator_file)
    answer = segstyle("find-class", "Eyes", "--prompt", "an eye with glasses", *SMALL)
    assert answer.code == 4
    assert "Allow the download" in answer.err
