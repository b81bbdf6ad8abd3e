"""Training: it learns, it can be stopped and resumed to the same weights, and it refuses what cannot work."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from segstyle_gui.core.generator.config import PRESETS, TrainConfig
from segstyle_gui.core.generator.network import latents_from_seeds
from segstyle_gui.core.generator.train import train_generator
from segstyle_gui.core.generator.training_record import GeneratorPoint, SampleGrid
from segstyle_gui.core.progress import Cancelled, StopHere
from segstyle_gui.errors import ConfigError

CPU = torch.device("cpu")


def _config(**changes):
    settings = {
        "batch_size": 8,
        "z_dim": 8,
        "w_dim": 8,
        "channel_base": 128,
        "channel_max": 16,
        "kimg": 0.32,
        "precision": "float32",
        "augment_p": 0.2,
        "preview_kimg": 0.08,
    }
    return TrainConfig(**(settings | changes))


def _images(n=40):
    """Bright left halves of varying brightness on black, 16²."""
    images = np.zeros((n, 16, 16, 1), np.uint8)
    images[:, :, :8] = np.random.default_rng(0).integers(150, 255, (n, 1, 1, 1))
    return images


class _StopAfter:
    def __init__(self, n_reports, error=Cancelled):
        self.left, self.error = n_reports, error

    def report(self, done, total, message=""):
        self.left -= 1
        if self.left == 0:
            raise self.error

    def preview(self, value):
        pass


class _Keep:
    def __init__(self):
        self.reports, self.previews = [], []

    def report(self, done, total, message=""):
        self.reports.append((done, total))

    def preview(self, value):
        self.previews.append(value)


def _weights(result):
    return torch.cat([tensor.flatten() for tensor in result.generator.state_dict().values()])


def test_stopped_and_resumed_equals_uninterrupted(tmp_path):
    config, images = _config(path_length_weight=2.0), _images()
    whole = train_generator(images, config, device=CPU)
    checkpoint = tmp_path / "work" / "training.pt"
    for n_reports in (7, 12):
        with pytest.raises(Cancelled):
            train_generator(images, config, device=CPU, checkpoint=checkpoint, progress=_StopAfter(n_reports))
    resumed = train_generator(images, config, device=CPU, checkpoint=checkpoint)
    assert resumed.kimg == whole.kimg == pytest.approx(0.32)
    torch.testing.assert_close(_weights(resumed), _weights(whole), rtol=0, atol=0)


def test_stop_here_returns_what_was_learnt_and_can_still_be_continued(tmp_path):
    config, images = _config(), _images()
    checkpoint = tmp_path / "training.pt"
    early = train_generator(
        images, config, device=CPU, checkpoint=checkpoint, progress=_StopAfter(7, StopHere)
    )
    assert 0 < early.kimg < config.kimg
    later = train_generator(images, config, device=CPU, checkpoint=checkpoint)
    torch.testing.assert_close(
        _weights(later), _weights(train_generator(images, config, device=CPU)), rtol=0, atol=0
    )


def test_longer_training_goes_on_from_the_checkpoint(tmp_path):
    checkpoint = tmp_path / "training.pt"
    train_generator(_images(), _config(kimg=0.08), device=CPU, checkpoint=checkpoint)
    keep = _Keep()
    train_generator(_images(), _config(kimg=0.16), device=CPU, checkpoint=checkpoint, progress=keep)
    assert keep.reports[0][0] == 88


def test_checkpoint_of_other_images_is_put_aside(tmp_path):
    checkpoint = tmp_path / "training.pt"
    train_generator(_images(), _config(kimg=0.04), device=CPU, checkpoint=checkpoint)
    keep = _Keep()
    train_generator(255 - _images(), _config(kimg=0.04), device=CPU, checkpoint=checkpoint, progress=keep)
    assert keep.reports[0][0] == 8
    assert (tmp_path / "training.pt.old").exists()


def test_damaged_checkpoint_is_put_aside(tmp_path):
    checkpoint = tmp_path / "training.pt"
    checkpoint.write_bytes(b"not a checkpoint")
    train_generator(_images(), _config(kimg=0.04), device=CPU, checkpoint=checkpoint)
    assert (tmp_path / "training.pt.old").read_bytes() == b"not a checkpoint"


def test_samples_come_to_look_like_the_images():
    result = train_generator(
        _images(), _config(kimg=3.2, learning_rate=0.005, augment="none", mirror=False), device=CPU
    )
    samples = result.generator(latents_from_seeds(range(8), 8))
    assert float(samples[..., :8].mean()) > 0.2
    assert float(samples[..., 8:].mean()) < -0.6


def test_reports_and_previews():
    keep = _Keep()
    result = train_generator(_images(), _config(), device=CPU, progress=keep)
    assert keep.reports[-1] == (320, 320)
    points = [value for value in keep.previews if isinstance(value, GeneratorPoint)]
    grids = [value for value in keep.previews if isinstance(value, SampleGrid)]
    assert tuple(points) == result.record.points
    assert [round(point.kimg, 3) for point in points] == [0.008, 0.088, 0.168, 0.248]
    assert grids[0].images.shape == (16, 16, 16, 1)
    assert grids[0].images.dtype == np.uint8


@pytest.mark.parametrize("changes", [{"accumulate": 2}, {"augmentations": "medical", "mirror": False}])
def test_every_way_of_training_resumes_to_the_same_weights(tmp_path, changes):
    config, images = _config(path_length_weight=2.0, kimg=0.048, **changes), _images()
    checkpoint = tmp_path / "training.pt"
    with pytest.raises(Cancelled):
        train_generator(images, config, device=CPU, checkpoint=checkpoint, progress=_StopAfter(3))
    resumed = train_generator(images, config, device=CPU, checkpoint=checkpoint)
    whole = train_generator(images, config, device=CPU)
    torch.testing.assert_close(_weights(resumed), _weights(whole), rtol=0, atol=0)


def test_a_batch_in_parts_trains_as_the_whole_batch():
    config = _config(kimg=0.064, path_length_weight=2.0, r1_interval=2, augment_p=0.3)
    whole = train_generator(_images(), config, device=CPU)
    parts = train_generator(_images(), dataclasses.replace(config, accumulate=2), device=CPU)
    torch.testing.assert_close(_weights(parts), _weights(whole), rtol=1e-3, atol=1e-3)


def test_a_batch_that_cannot_be_cut_is_refused():
    with pytest.raises(ConfigError, match="8 images cannot be cut into 3"):
        train_generator(_images(), _config(accumulate=3), device=CPU)


@pytest.mark.parametrize(
    ("images", "text"),
    [
        (np.zeros((15, 16, 16, 1), np.uint8), "15 images"),
        (np.zeros((20, 16, 32, 1), np.uint8), "shape"),
        (np.zeros((20, 16, 16, 1), np.float32), "float32"),
    ],
)
def test_unusable_images_are_refused(images, text):
    with pytest.raises(ConfigError, match=text):
        train_generator(images, _config(), device=CPU)


def test_config_out_of_range_names_field_value_and_range():
    with pytest.raises(ConfigError, match=r"TrainConfig.batch_size is 0; wanted 4 to 512 images"):
        TrainConfig(batch_size=0)
    with pytest.raises(ConfigError, match="augment is 'ADA'"):
        TrainConfig(augment="ADA")


def test_paper_preset_is_the_published_recipe():
    paper = PRESETS["paper"]
    assert (paper.mapping_layers, paper.w_dim, paper.channel_base, paper.path_length_weight) == (
        8,
        512,
        32768,
        2.0,
    )
