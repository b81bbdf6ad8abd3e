"""Names are previewed from what was looked at before, without a second look and without a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.clip import catalog
from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.core.found_names import Naming
from segstyle_gui.core.progress import SILENT
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline.name_preview import preview_names
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.pipeline.text_model import TextModels
from segstyle_gui.project.edits import MergeRegions


class _Brightness:
    """A CLIP that knows one thing: bright is the first name, dark the second; it counts its looks."""

    looks = 0

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if "bright" in text else [0.6, 0.8] for text in texts], np.float32)

    def dense(self, images: np.ndarray, **options: Any) -> np.ndarray:
        _Brightness.looks += 1
        light = images[..., 0].astype(np.float32)
        return np.stack([light / 255, 1 - light / 255], axis=1)


@pytest.fixture
def named(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(clip_model, "load_clip", lambda *args, **options: _Brightness())
    bench.run("import_generator")
    bench.run("find_regions")
    return bench


@pytest.fixture
def kept() -> TextModels:
    return TextModels()


def _preview(bench: Any, **values: Any) -> Naming | None:
    given = {"prompts": "bright, dark", "n_images": 4, "margin": 0.0, **values}
    return preview_names(bench.project, bench.config("name_regions", **given), SILENT)


def _run(bench: Any, **values: Any) -> Any:
    return bench.run("name_regions", **{"prompts": "bright, dark", "n_images": 4, "margin": 0.0, **values})


def test_there_is_none_before_the_first_look(named: Any) -> None:
    looks = _Brightness.looks
    assert _preview(named) is None
    assert _Brightness.looks == looks


def test_it_is_what_a_run_would_store(named: Any) -> None:
    _run(named)
    looks = _Brightness.looks
    found = _preview(named, prompts="dark, bright, other", one_to_one=True)
    assert _Brightness.looks == looks
    assert found is not None
    record = _run(named, prompts="dark, bright, other", one_to_one=True)
    assert np.array_equal(found.scores, named.project.array(record, "scores"))
    assert [one.name for one in found.suggestions] == [row["name"] for row in record.summary["suggestions"]]


def test_merges_and_weightings_need_a_look_only_where_nothing_is_kept(named: Any, kept: TextModels) -> None:
    with kept.at_hand():
        _run(named)
    looks, before = _Brightness.looks, current_run(named.project, "names").id
    named.project.apply(MergeRegions((1, 2)))
    assert _preview(named) is None
    with kept.at_hand():
        merged, pixels = _preview(named), _preview(named, weighting="pixels")
        assert _preview(named, stride=8) is None
    assert merged is not None
    assert pixels is not None
    assert len(merged.region_ids) == 3
    assert not np.array_equal(merged.scores, pixels.scores)
    assert _Brightness.looks == looks
    assert current_run(named.project, "names").id == before
    fresh = _run(named)  # looks anew, at the merged regions
    assert _Brightness.looks > looks
    assert np.allclose(named.project.array(fresh, "scores"), merged.scores, atol=1e-5)


def test_other_weights_are_another_look(named: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    file = tmp_path / "clip.safetensors"
    file.write_bytes(b"one")
    monkeypatch.setattr(catalog, "bundled_clip", lambda: file)
    _run(named, model="near-eye")
    assert _preview(named, model="near-eye") is not None
    other = tmp_path / "other" / "clip.safetensors"
    other.parent.mkdir()
    other.write_bytes(b"two")
    monkeypatch.setattr(catalog, "bundled_clip", lambda: other)
    assert _preview(named, model="near-eye") is None


def test_a_model_that_is_not_here_gives_none(named: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "cached_weights", lambda name, tag: None)
    assert _preview(named, model="RN50") is None


def test_one_name_is_said_to_be_too_few(named: Any) -> None:
    with pytest.raises(ConfigError, match="at least two"):
        _preview(named, prompts="bright")


def test_the_bundled_clip_in_place_of_another_is_remarked(
    named: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(catalog, "cached_weights", lambda name, tag: None)
    monkeypatch.setattr(catalog, "bundled_clip", lambda: tmp_path / "clip.safetensors")
    assert "near-infrared" in _run(named).summary["remark"]
    assert "remark" not in _run(named, model="near-eye").summary
