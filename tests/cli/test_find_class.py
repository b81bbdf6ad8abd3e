from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.clip import catalog
from segstyle_gui.core.clip import model as clip_model

Segstyle = Callable[..., Any]
SMALL = ["--n-samples", 200, "--top-share", 0.1, "--alpha", 3]


class _Brightness:
    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if "bright" in text else [0.0, 1.0] for text in texts], np.float32)

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
