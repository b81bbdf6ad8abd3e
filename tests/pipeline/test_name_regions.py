from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.errors import ConfigError, StageError
from segstyle_gui.pipeline.name_regions import accept_names
from segstyle_gui.project.edits import MergeRegions, NameRegions


class _Brightness:
    """A CLIP that knows one thing: bright is the first name, dark the second."""

    looks = 0

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if "bright" in text else [0.0, 1.0] for text in texts], np.float32)

    def dense(self, images: np.ndarray, *, stride: int = 16, size: int = 0) -> np.ndarray:
        _Brightness.looks += 1
        light = images[..., 0].astype(np.float32)
        light = light > np.median(light)
        return np.stack([light, ~light], axis=1).astype(np.float32)


@pytest.fixture
def named(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(clip_model, "load_clip", lambda *args, **options: _Brightness())
    bench.run("import_generator")
    bench.run("find_regions")
    return bench


def test_suggestions_are_stored_and_accepted_as_one_step(named: Any) -> None:
    record = named.run("name_regions", prompts="bright, dark", n_images=4, margin=0.0)
    assert record.summary["named"] == record.summary["regions"] == 4
    suggested = {row["region"]: row["name"] for row in record.summary["suggestions"]}
    assert set(suggested.values()) <= {"bright", "dark"}
    assert accept_names(named.project) == suggested
    state = named.project.region_state
    assert {r.id: state.label_class(r.class_id).name for r in state.regions} == suggested
    assert len(named.project.history()) == 1
    with pytest.raises(StageError, match="No region without a class"):
        accept_names(named.project)


def test_one_name_is_not_enough(named: Any) -> None:
    with pytest.raises(ConfigError, match="at least two"):
        named.run("name_regions", prompts="bright")


def test_nothing_to_accept(named: Any) -> None:
    with pytest.raises(StageError, match="no suggested names yet"):
        accept_names(named.project)


def test_new_names_for_the_same_regions_need_no_second_look(named: Any) -> None:
    first = named.run("name_regions", prompts="bright, dark", n_images=4, margin=0.0)
    looks = _Brightness.looks
    second = named.run("name_regions", prompts="dark, bright, other", n_images=4, margin=0.0)
    assert _Brightness.looks == looks
    kept = [named.project.array(run, "embeddings") for run in (first, second)]
    assert np.array_equal(*kept)
    named.project.apply(NameRegions((1,), "iris"))  # a class does not change what is looked at
    named.run("name_regions", prompts="bright, dark", n_images=4)
    assert _Brightness.looks == looks
    named.project.apply(MergeRegions((1, 2)))
    record = named.run("name_regions", prompts="bright, dark", n_images=4)
    assert _Brightness.looks > looks
    assert record.summary["regions"] == 3
    looks = _Brightness.looks
    named.run("name_regions", prompts="bright, dark", n_images=5)
    assert _Brightness.looks > looks
