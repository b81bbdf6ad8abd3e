from itertools import pairwise

import numpy as np
import pytest
import torch

from segstyle_gui.core.student.config import PredictConfig
from segstyle_gui.core.student.network import StudentSpec, build_student
from segstyle_gui.core.student.predict import predict_image, predict_label_map, tile_starts


def _student(channels=1, norm="batch", ids=(0, 2, 7)):
    torch.manual_seed(0)
    spec = StudentSpec(
        architecture="unet",
        class_ids=ids,
        channels=channels,
        mean=(120.0,) * channels,
        std=(60.0,) * channels,
        image_size=32,
        width=8,
        norm=norm,
    )
    return build_student(spec).eval()


def _image(height, width, channels=1, seed=0):
    rng = np.random.default_rng(seed)
    shape = (height, width) if channels == 1 else (height, width, channels)
    return rng.integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("size", [(37, 53), (32, 32), (1, 1), (5, 90), (200, 3)])
def test_scores_have_the_images_size_and_sum_to_one(size):
    scores = predict_image(_student(), _image(*size))
    assert scores.shape == (3, *size)
    assert scores.dtype == np.float32
    assert scores.sum(axis=0) == pytest.approx(np.ones(size), abs=1e-5)


@pytest.mark.parametrize("scales", ["1", "0.75,1,1.5"])
def test_rgb_and_scales(scales):
    scores = predict_image(_student(channels=3), _image(37, 53, 3), PredictConfig(scales=scales))
    assert scores.shape == (3, 37, 53)
    assert scores.sum(axis=0) == pytest.approx(np.ones((37, 53)), abs=1e-5)


def test_flipping_makes_mirror_images_agree():
    image = _image(40, 48)
    student = _student()
    plain = predict_image(student, image[:, ::-1])[:, :, ::-1]
    assert predict_image(student, image) == pytest.approx(plain, abs=1e-5)
    one_way = PredictConfig(flip=False)
    assert np.abs(predict_image(student, image, one_way) - plain).max() > 1e-4


def test_tiles_agree_with_the_whole():
    student, image = _student(), _image(192, 256)
    whole = predict_image(student, image)
    tiled = predict_image(student, image, PredictConfig(tile=128, overlap=64))
    assert np.abs(tiled - whole).mean() < 0.01
    assert (tiled.argmax(axis=0) == whole.argmax(axis=0)).mean() > 0.97


@pytest.mark.parametrize(
    ("length", "tile", "overlap"), [(100, 64, 16), (64, 64, 32), (1000, 128, 64), (65, 64, 0)]
)
def test_tiles_cover_everything_and_overlap(length, tile, overlap):
    starts = tile_starts(length, tile, overlap)
    assert starts[0] == 0
    assert starts[-1] + tile >= length
    assert starts[-1] + tile == max(length, tile)
    assert all(b - a <= tile - overlap for a, b in pairwise(starts))


def test_label_maps_hold_class_ids_at_the_originals_size():
    label_map, confidence = predict_label_map(_student(), _image(61, 90), "crop")
    assert label_map.shape == confidence.shape == (61, 90)
    assert (label_map.dtype, confidence.dtype) == (np.uint8, np.float32)
    assert set(np.unique(label_map)) <= {0, 2, 7}
    assert 1 / 3 - 1e-5 <= confidence.min() <= confidence.max() <= 1 + 1e-5


def test_strips_do_not_change_the_result(monkeypatch):
    student, image = _student(), _image(61, 90)
    whole = predict_label_map(student, image, "pad")
    monkeypatch.setattr("segstyle_gui.core.student.predict._STRIP_BYTES", 3 * 4 * 90 * 7)
    strips = predict_label_map(student, image, "pad")
    assert (whole[0] == strips[0]).all()
    assert whole[1] == pytest.approx(strips[1])


def test_other_channels_and_types_are_refused():
    with pytest.raises(ValueError, match="channels"):
        predict_image(_student(), _image(8, 8, 3))
    with pytest.raises(ValueError, match="uint8"):
        predict_image(_student(), np.zeros((8, 8), np.float32))
