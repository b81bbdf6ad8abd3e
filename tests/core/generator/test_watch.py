"""Looking at a training: it changes nothing, survives stops, keeps the best state, and warns."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from segstyle_gui.core.fit_check import image_features
from segstyle_gui.core.generator import quality, watch
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.train import train_generator
from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    NearestImages,
    QualityPoint,
    QualityScale,
    SampleGrid,
    TrainingRecord,
    TrainingWarnings,
)
from segstyle_gui.core.generator.watch_state import WatchState, load_watch, small_grid, watch_file
from segstyle_gui.core.progress import Cancelled

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(watch, "N_SAMPLES", 24)
    monkeypatch.setattr(quality, "feature_extractor", lambda device: (image_features, "texture"))


def _config(**changes):
    settings = {
        "batch_size": 8,
        "z_dim": 8,
        "w_dim": 8,
        "channel_base": 64,
        "channel_max": 8,
        "kimg": 0.16,
        "precision": "float32",
        "preview_kimg": 0.024,
        "quality_kimg": 0.032,
    }
    return TrainConfig(**(settings | changes))


def _images(n=24):
    return np.random.default_rng(0).integers(0, 255, (n, 4, 4, 1), np.uint8).repeat(4, 1).repeat(4, 2)


class _Keep:
    def __init__(self, stop_at=10**9):
        self.left, self.previews = stop_at, []

    def report(self, done, total, message=""):
        self.left -= 1
        if self.left < 0:
            raise Cancelled

    def preview(self, value):
        self.previews.append(value)

    def of(self, kind):
        return [value for value in self.previews if isinstance(value, kind)]


def _weights(result):
    return torch.cat([tensor.flatten() for tensor in result.generator.state_dict().values()])


def _seen(record):
    """What must be the same after a stop: all but the speed."""
    points = [dataclasses.replace(point, kimg_per_hour=0.0) for point in record.points]
    return points, record.quality, record.best_kimg, record.grids.kimg, record.warnings


def test_measuring_leaves_the_training_as_it_is():
    measured = train_generator(_images(), _config(keep="last"), device=CPU)
    blind = train_generator(_images(), _config(quality_kimg=0.0), device=CPU)
    torch.testing.assert_close(_weights(measured), _weights(blind), rtol=0, atol=0)
    assert blind.record.quality == ()
    assert blind.record.scale is None
    assert [point.kimg for point in measured.record.quality] == [
        0.008,
        0.016,
        0.032,
        0.064,
        0.096,
        0.128,
        0.16,
    ]


def test_stopped_anywhere_it_goes_on_as_if_it_had_not_been(tmp_path):
    whole = train_generator(_images(), _config(), device=CPU)
    checkpoint = tmp_path / "training.pt"
    for stop_at in (1, 4, 7):  # the first in the middle of a measurement
        with pytest.raises(Cancelled):
            train_generator(_images(), _config(), device=CPU, checkpoint=checkpoint, progress=_Keep(stop_at))
    keep = _Keep()
    resumed = train_generator(_images(), _config(), device=CPU, checkpoint=checkpoint, progress=keep)
    assert _seen(resumed.record) == _seen(whole.record)
    assert resumed.kept_kimg == whole.kept_kimg
    torch.testing.assert_close(_weights(resumed), _weights(whole), rtol=0, atol=0)
    (before,) = keep.of(TrainingRecord)
    assert before.points == resumed.record.points[: len(before.points)]
    assert len(before.points) > 0


def test_what_was_seen_after_the_checkpoint_is_forgotten():
    points = [
        GeneratorPoint(kimg=k, generator_loss=1, discriminator_loss=1, augment_p=0, kimg_per_hour=1)
        for k in (1.0, 2.0, 3.0)
    ]
    state = WatchState(next_preview=4000, next_quality=9000, points=points).until(2000)
    assert state.points == points[:2]
    assert state.next_preview == 3000
    assert state.next_quality == 9000


def test_of_another_training_or_damaged_nothing_is_taken(tmp_path):
    checkpoint = tmp_path / "training.pt"
    train_generator(_images(), _config(kimg=0.04), device=CPU, checkpoint=checkpoint)
    assert load_watch(checkpoint, "another") is None
    watch_file(checkpoint).write_bytes(b"x")
    assert load_watch(checkpoint, "another") is None
    keep = _Keep()
    train_generator(_images(), _config(kimg=0.08), device=CPU, checkpoint=checkpoint, progress=keep)
    assert keep.of(TrainingRecord) == []
    assert keep.of(QualityPoint)[0].kimg == pytest.approx(0.064)


@pytest.mark.parametrize("choice", ["best", "last"])
def test_the_state_that_was_asked_for_is_kept(monkeypatch, tmp_path, choice):
    distances = iter([3.0, 2.0, 1.0, 0.1, 5.0, 6.0, 7.0, 8.0])
    monkeypatch.setattr(quality, "energy_distance", lambda x, y: next(distances) if len(y) == 24 else 0.0)
    monkeypatch.setattr(watch, "_SMOOTHED_OVER", 2)
    images, config = _images(30), _config(keep=choice)
    result = train_generator(images, config, device=CPU)
    assert result.record.best_kimg == pytest.approx(0.064)
    assert result.kimg == pytest.approx(0.16)
    assert result.kept_kimg == pytest.approx(0.064 if choice == "best" else 0.16)
    early = train_generator(images, _config(kimg=0.064, quality_kimg=0.0), device=CPU)
    same = torch.equal(_weights(result), _weights(early))
    assert same == (choice == "best")


def test_previews_are_of_what_a_window_shows():
    keep = _Keep()
    train_generator(_images(), _config(), device=CPU, progress=keep)
    (scale,) = keep.of(QualityScale)
    assert (scale.n_images, scale.features) == (24, "texture")
    pairs = keep.of(NearestImages)[-1]
    assert pairs.samples.shape == pairs.images.shape == (8, 16, 16, 1)
    assert list(pairs.distances) == sorted(pairs.distances)
    known = {image.tobytes() for image in _images()} | {image[:, ::-1].tobytes() for image in _images()}
    assert all(image.tobytes() in known for image in pairs.images)
    assert len(keep.of(QualityPoint)) == 7
    assert "kimg: distance" in keep.of(QualityPoint)[0].lines()[0]


def test_a_generator_that_copies_is_told_of_in_the_training(monkeypatch):
    images = _images()
    monkeypatch.setattr(watch.Watch, "_draw", lambda self, progress: images.copy())
    keep = _Keep()
    result = train_generator(images, _config(), device=CPU, progress=keep)
    first = keep.of(TrainingWarnings)[0]
    assert first.kimg == pytest.approx(0.008)
    assert [warning.kind for warning in first.warnings] == ["copying"]
    assert [warning.kind for warning in result.record.warnings] == ["copying"]


def test_of_a_long_training_few_small_grids_are_kept():
    state = WatchState(next_preview=0, next_quality=0)
    images = np.zeros((4, 256, 256, 1), np.uint8)
    for number in range(200):
        point = GeneratorPoint(
            kimg=number, generator_loss=1, discriminator_loss=1, augment_p=0, kimg_per_hour=1
        )
        state.add_point(point, SampleGrid(kimg=number, images=images))
    kept = [kimg for kimg, _ in state.grids]
    assert 12 <= len(kept) <= 24
    assert kept[0] == 0
    assert len(set(np.diff(kept))) == 1
    assert state.grids[0][1].shape == (4, 96, 96, 1)
    assert small_grid(images[:, :32, :32]).shape == (4, 32, 32, 1)
