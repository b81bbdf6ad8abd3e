from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.errors import ConfigError, StageError
from segstyle_gui.pipeline.catalog import is_current, stage_named, status
from segstyle_gui.pipeline.name_regions import accept_names
from segstyle_gui.project.edits import MergeRegions, NameRegions


class _Brightness:
    """A CLIP that knows one thing: bright is the first name, dark the second."""

    looks = 0

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if "bright" in text else [0.0, 1.0] for text in texts], np.float32)

    def dense(self, images: np.ndarray, **options: Any) -> np.ndarray:
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


def test_the_summary_lists_the_best_names_of_every_region(named: Any) -> None:
    record = named.run("name_regions", prompts="bright, dark, other, more", n_images=4, margin=0.0)
    scores = named.project.array(record, "scores")
    for row, wanted in zip(record.summary["suggestions"], scores, strict=True):
        assert len(row["best"]) == 3
        assert [score for _, score in row["best"]] == pytest.approx(sorted(wanted)[::-1][:3], abs=1e-4)
        assert row["best"][0] == [row["name"], row["score"]] or row["margin"] == 0
        assert row["margin"] == pytest.approx(row["best"][0][1] - row["best"][1][1], abs=2e-4)


def test_classes_do_not_make_names_stale_and_merges_do(named: Any) -> None:
    def state() -> tuple[str, str]:
        found = {one.stage.name: one for one in status(named.project)}["name_regions"]
        return found.state, found.why

    named.run("name_regions", prompts="bright, dark", n_images=4)
    config = named.config("name_regions", prompts="bright, dark", n_images=4)
    named.project.apply(NameRegions((1, 2), "iris"))
    assert state() == ("done", "")
    assert is_current(named.project, stage_named("name_regions"), config)
    named.project.apply(MergeRegions((1, 2)))
    assert state() == ("stale", "the regions were edited since")
    named.project.undo()
    assert state() == ("done", "")
    named.run("find_regions")
    assert state() == ("stale", "the regions were made again since")


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
