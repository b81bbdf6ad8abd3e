from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.core.clustering import Clustering
from segstyle_gui.core.found_direction import Direction
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.progress import SILENT
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.errors import ConfigError, StageError
from segstyle_gui.pipeline.artifacts import load_clustering
from segstyle_gui.pipeline.catalog import status
from segstyle_gui.pipeline.find_direction import use_direction
from segstyle_gui.pipeline.train_student import training_data
from segstyle_gui.project.edits import MergeRegions, NameRegions, RenameRegion

SMALL = {"prompt": "bright", "n_samples": 200, "top_share": 0.1, "alpha": 3.0, "model": "RN50"}


class _Brightness:
    """A CLIP that sees whether the left half of an image is bright."""

    def __init__(self) -> None:
        self.seen = 0

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        axes = {"bright": [1.0, 0.0], "eye": [0.0, 1.0], "dark": [0.0, 1.0]}  # all else means nothing
        return np.array(
            [next((axis for word, axis in axes.items() if word in text), [0.0, 0.0]) for text in texts],
            np.float32,
        )

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        self.seen += len(images)
        angle = images[:, :, :8].mean(axis=(1, 2, 3)) / 255 * np.pi / 2
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch) -> _Brightness:
    made = _Brightness()
    monkeypatch.setattr(clip_model, "load_clip", lambda *args, **options: made)
    return made


@pytest.fixture
def directed(bench: Any, clip: _Brightness) -> Any:
    bench.run("import_generator")
    bench.run("find_direction", **SMALL)
    return bench


def _clustering(bench: Any) -> Clustering:
    return load_clustering(bench.project, bench.project.current("regions"))


def _regions(bench: Any) -> dict[str, tuple[int, str | None]]:
    """Return id and class name of every region by its name."""
    state = bench.project.region_state
    names = {one.id: one.name for one in state.classes}
    return {region.name: (region.id, names.get(region.class_id)) for region in state.regions}


def test_a_direction_is_stored_with_its_strip_and_numbers(directed: Any) -> None:
    run = directed.project.current("direction")
    found = Direction.from_arrays(directed.project.arrays(run))
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)
    assert run.summary["alpha"] == found.alpha == 3.0
    assert run.summary["accuracy"] == pytest.approx(found.accuracy)
    assert run.summary["positives"] == 20
    assert run.summary["clip"] == "RN50/openai"
    assert found.strip.shape[2:] == (16, 16, 1)
    rising = dict(zip(found.strip_alphas.tolist(), found.strip_scores.mean(axis=0), strict=True))
    assert rising[3.0] > rising[0.0]


def test_the_next_prompt_needs_no_sample_again(directed: Any, clip: _Brightness) -> None:
    before = clip.seen
    directed.run("find_direction", **{**SMALL, "prompt": "an eye", "opposite": "bright"})
    assert clip.seen - before < 260  # the strip alone
    before = clip.seen
    directed.run("find_direction", **{**SMALL, "seed": 1})
    assert clip.seen - before > 260
    vectors = [directed.project.array(run, "vector") for run in directed.project.runs("direction")]
    assert vectors[0] @ vectors[1] < -0.6


def test_a_direction_can_leave_another_alone(directed: Any) -> None:
    first = directed.project.current("direction")
    with pytest.raises(ConfigError, match="no direction 99"):
        directed.run("find_direction", **SMALL, orthogonal_to=(99,))
    with pytest.raises(StageError, match="nearly the same"):
        directed.run("find_direction", **SMALL, orthogonal_to=(first.id,))


STYLES = {**SMALL, "method": "styles", "n_channels": 100}


@pytest.fixture
def styled(bench: Any, clip: _Brightness) -> Any:
    """Moved in their style channels."""
    bench.run("import_generator")
    bench.run("find_direction", **STYLES)
    return bench


def test_style_channels_are_named_in_the_summary(styled: Any) -> None:
    summary = styled.project.current("direction").summary
    assert (summary["method"], len(summary["channels"])) == ("styles", 40)  # all that there are
    assert summary["channels"][9] == "b8.conv0 1"


def test_only_directions_of_one_method_leave_each_other_alone(styled: Any) -> None:
    first = styled.project.current("direction")
    with pytest.raises(ConfigError, match="moves style channels, the new one latents"):
        styled.run("find_direction", **SMALL, orthogonal_to=(first.id,))
    with pytest.raises(StageError, match="Every style channel is used"):
        styled.run("find_direction", **STYLES, orthogonal_to=(first.id,))


@pytest.mark.parametrize("stream", [False, True])
def test_regions_and_sets_are_made_of_samples_moved_in_their_styles(styled: Any, stream: bool) -> None:
    found = Direction.from_arrays(styled.project.arrays(styled.project.current("direction")))
    styled.run("find_regions")
    styled.project.apply(NameRegions((1,), "iris"))
    before = _regions(styled)
    record = use_direction(styled.project, 0.5, SILENT)
    shift = _clustering(styled).shift
    assert shift is not None
    assert shift.space == "styles"
    assert np.allclose(shift.vector, 3.0 * found.vector)
    assert record.summary["kept"]
    assert _regions(styled)["Region 1"] == before["Region 1"]
    made = styled.run("synthesize", stream=stream, drop_share=0.0)
    assert abs(made.summary["moved"] - 6) <= 1
    if stream:  # each pair is made again as it was
        data = training_data(styled.project, made, StudentConfig())
        plain = styled.run("synthesize", stream=False, drop_share=0.0)
        stored = styled.project.arrays(plain, ["images", "labels", "kept_seeds"])
        images, labels = data._render(stored["kept_seeds"].tolist())  # type: ignore[attr-defined]
        assert np.array_equal(images, stored["images"])
        assert np.array_equal(labels, stored["labels"])


def test_regions_of_moved_samples_remember_the_direction(directed: Any) -> None:
    directed.run("find_regions", direction_share=0.5)
    found = Direction.from_arrays(directed.project.arrays(directed.project.current("direction")))
    shift = _clustering(directed).shift
    assert shift is not None
    assert np.allclose(shift.vector, 3.0 * found.vector)
    assert shift.share == 0.5
    moved = _clustering(directed).sample_counts
    directed.run("find_regions", direction_share=0.0)
    assert _clustering(directed).shift is None
    assert not np.array_equal(moved, _clustering(directed).sample_counts)


def test_a_share_wants_a_direction_of_this_generator(bench: Any, clip: _Brightness) -> None:
    bench.run("import_generator")
    with pytest.raises(StageError, match="no direction yet") as caught:
        bench.run("find_regions", direction_share=0.5)
    assert "find-class" in caught.value.hint
    bench.run("find_direction", **SMALL)
    bench.run("import_generator")
    with pytest.raises(StageError, match="found in another generator"):
        bench.run("find_regions", direction_share=0.5)


def test_a_new_direction_makes_its_regions_stale(directed: Any) -> None:
    directed.run("find_regions", direction_share=0.5)
    assert {one.stage.name: one.state for one in status(directed.project)}["find_regions"] == "done"
    directed.run("find_direction", **{**SMALL, "seed": 1})
    states = {one.stage.name: one for one in status(directed.project)}
    assert states["find_regions"].why == "the direction was made again since"
    directed.run("find_regions")
    directed.run("find_direction", **SMALL)
    assert {one.stage.name: one.state for one in status(directed.project)}["find_regions"] == "done"


def test_using_samples_keeps_names_classes_and_merges(directed: Any) -> None:
    directed.run("find_regions")
    project = directed.project
    project.apply(NameRegions((1,), "iris"))
    project.apply(MergeRegions((2, 3)))
    project.apply(RenameRegion(2, "the rest"))
    before = _regions(directed)
    record = use_direction(project, 0.5, SILENT)
    assert record.config["direction_share"] == 0.5
    assert record.config["n_clusters"] == 6
    after = _regions(directed)
    kept = {name: after[name] for name in before if name in after}
    assert kept.items() <= before.items()
    assert {before[name][0] for name in kept} == set(record.summary["kept"])
    assert "Region 1" in kept
    assert "the rest" in kept
    assert set(record.summary["new"]) == {number for number, _ in after.values()} - set(
        record.summary["kept"]
    )
    with pytest.raises(ConfigError, match="share of moved samples is 0"):
        use_direction(project, 0.0, SILENT)


def test_finding_the_same_again_changes_nothing_that_a_person_made(bench: Any) -> None:
    bench.run_to("find_regions")
    before = bench.project.region_state
    record = bench.run("find_regions")
    assert bench.project.region_state == before
    assert record.summary["new"] == record.summary["lost"] == []
    again = bench.run("find_regions")  # whose regions have no history of their own
    assert again.summary["kept"] == record.summary["kept"]


def test_untouched_regions_are_cut_afresh(bench: Any) -> None:
    bench.run("import_generator")
    bench.run("find_regions")
    record = bench.run("find_regions", n_regions=3)
    assert record.summary["regions"] == 3
    assert "kept" not in record.summary


def test_names_can_be_let_go(bench: Any) -> None:
    bench.run_to("find_regions")
    record = bench.run("find_regions", keep_names=False)
    assert "kept" not in record.summary
    assert not bench.project.region_state.classes


def test_regions_of_another_generator_are_not_matched(bench: Any) -> None:
    bench.run_to("find_regions")
    bench.run("import_generator")
    assert "kept" not in bench.run("find_regions").summary


@pytest.mark.parametrize("stream", [False, True])
def test_a_set_mixes_in_moved_samples_and_can_be_made_again(directed: Any, stream: bool) -> None:
    directed.run("find_regions", direction_share=1.0)
    directed.project.apply(NameRegions((1,), "iris"))
    record = directed.run("synthesize", stream=stream, drop_share=0.0)
    assert abs(record.summary["moved"] - 6) <= 1  # of 12: at most half unless asked for
    stored = directed.project.arrays(record)
    shift = LatentShift.from_arrays(stored)
    assert shift is not None
    assert shift.share == 0.5
    if stream:
        data = training_data(directed.project, record, StudentConfig())
        plain = directed.run("synthesize", stream=False, drop_share=0.0)
        made = directed.project.arrays(plain, ["images", "labels", "kept_seeds"])
        images, labels = data._render(made["kept_seeds"].tolist())  # type: ignore[attr-defined]
        assert np.array_equal(images, made["images"])
        assert np.array_equal(labels, made["labels"])


def test_a_share_of_the_set_uses_the_current_direction(directed: Any) -> None:
    directed.run("find_regions")
    directed.project.apply(NameRegions((1,), "iris"))
    assert directed.run("synthesize").summary["moved"] == 0
    record = directed.run("synthesize", direction_share=0.75, drop_share=0.0)
    assert abs(record.summary["moved"] - 9) <= 1
    assert record.inputs["direction"] == directed.project.input_token("direction")
