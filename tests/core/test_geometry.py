"""Originals into the model's square and scores back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import ndimage

from segstyle_gui.core.geometry import (
    Fit,
    ModelView,
    fit_image,
    fit_label_map,
    model_view,
    resize_image,
    thumbnail,
)

SIZES = [(200, 200), (300, 200), (201, 333), (64, 64), (30, 17), (8, 90)]


def ramp(width: int, height: int) -> np.ndarray:
    """Return a smooth picture: x in red, y in green, 0 in blue."""
    x = (np.arange(width) + 0.5) / width * 255
    y = (np.arange(height) + 0.5) / height * 255
    return np.dstack(
        [np.tile(x, (height, 1)), np.tile(y[:, None], (1, width)), np.zeros((height, width))]
    ).astype(np.uint8)


def test_boxes() -> None:
    assert Fit.of(300, 200, "crop").box == (50, 0, 250, 200)
    assert Fit.of(200, 300, "crop").box == (0, 50, 200, 250)
    assert Fit.of(300, 200, "pad").box == (0, -50, 300, 250)
    assert Fit.of(300, 200, "resize").box == (0, 0, 300, 200)
    assert Fit.of(301, 200, "crop").box == (50, 0, 250, 200)


@pytest.mark.parametrize("policy", ["crop", "pad", "resize"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_points_go_there_and_back(width: int, height: int, policy: str) -> None:
    fit = Fit.of(width, height, policy)
    left, top, right, bottom = fit.box
    corners = np.array([[left, top], [right, bottom]])
    np.testing.assert_allclose(fit.to_square(corners, 64), [[0, 0], [64, 64]])
    points = np.random.default_rng(0).uniform(0, width, (20, 2))
    np.testing.assert_allclose(fit.to_original(fit.to_square(points, 64), 64), points)


def test_json_round_trip_and_refusals() -> None:
    fit = Fit.of(301, 200, "pad")
    assert Fit.from_json(json.loads(json.dumps(fit.to_json()))) == fit
    for wrong in (
        {},
        {"width": 3, "height": None, "policy": "crop"},
        {"width": 3, "height": 3, "policy": "x"},
    ):
        with pytest.raises(ValueError, match="fit"):
            Fit.from_json(wrong)
    with pytest.raises(ValueError, match="0×5"):
        Fit.of(0, 5, "crop")


@pytest.mark.parametrize("policy", ["crop", "pad", "resize"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_fitted_shape_and_dtype(width: int, height: int, policy: str) -> None:
    colors = fit_image(ramp(width, height), Fit.of(width, height, policy), 64)
    gray = fit_image(ramp(width, height)[..., 0], Fit.of(width, height, policy), 64)
    assert colors.shape == (64, 64, 3)
    assert gray.shape == (64, 64)
    assert colors.dtype == gray.dtype == np.uint8


@pytest.mark.parametrize("policy", ["crop", "pad", "resize"])
def test_fitted_pixels_lie_where_the_points_say(policy: str) -> None:
    width, height, size = 300, 200, 64
    fit = Fit.of(width, height, policy)
    square = fit_image(ramp(width, height), fit, size).astype(float)
    for row, column in [(32, 20), (25, 40), (40, 33)]:
        x, y = fit.to_original(np.array([[column + 0.5, row + 0.5]]), size)[0]
        np.testing.assert_allclose(square[row, column, :2], [x / width * 255, y / height * 255], atol=2)


def test_pad_bars_are_black_and_the_rest_is_not() -> None:
    white = np.full((100, 200), 255, np.uint8)
    square = fit_image(white, Fit.of(200, 100, "pad"), 64)
    assert (square[16:48] == 255).all()
    assert (square[:16] == 0).all()
    assert (square[48:] == 0).all()


def test_an_image_of_the_right_size_is_not_resampled() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 90), dtype=np.uint8)
    np.testing.assert_array_equal(fit_image(noise, Fit.of(90, 64, "crop"), 64), noise[:, 13:77])


def test_shrinking_is_antialiased() -> None:
    checks = (np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = fit_image(checks, Fit.of(512, 512, "crop"), 32)
    assert np.abs(small.astype(int) - 127).max() <= 2


def test_fit_and_image_must_agree() -> None:
    with pytest.raises(ValueError, match="the fit is for"):
        fit_image(np.zeros((10, 20), np.uint8), Fit.of(10, 20, "crop"), 16)
    with pytest.raises(ValueError, match="uint16"):
        resize_image(np.zeros((10, 20), np.uint16), 5, 5)


@pytest.mark.parametrize(("policy", "shape"), [("crop", (64, 96)), ("pad", (43, 64)), ("resize", (64, 64))])
def test_model_view_has_the_training_scale(policy: str, shape: tuple[int, int]) -> None:
    array, view = model_view(ramp(300, 200), policy, 64)
    assert array.shape == (*shape, 3)
    assert (view.view_height, view.view_width) == shape


def test_model_view_shows_the_training_crop_at_its_centre() -> None:
    image = ramp(384, 256)
    array, _ = model_view(image, "crop", 64)
    square = fit_image(image, Fit.of(384, 256, "crop"), 64)
    inner = (slice(None), slice(4, -4))  # the filter sees beyond the crop at its two cut sides
    np.testing.assert_allclose(array[:, 16:80][inner].astype(int), square[inner].astype(int), atol=1)


@pytest.mark.parametrize(("width", "height"), [(300, 200), (40, 50), (131, 97), (16, 700)])
def test_scores_to_original_is_half_pixel_bilinear(width: int, height: int) -> None:
    view = ModelView.of(width, height, "crop", 32)
    scores = np.random.default_rng(2).normal(size=(3, view.view_height, view.view_width)).astype(np.float32)
    rows = (np.arange(height) + 0.5) * view.view_height / height - 0.5
    columns = (np.arange(width) + 0.5) * view.view_width / width - 0.5
    grid = np.meshgrid(rows, columns, indexing="ij")
    wanted = np.stack([ndimage.map_coordinates(one, grid, order=1, mode="nearest") for one in scores])
    resized = view.scores_to_original(scores)
    assert resized.shape == (3, height, width)
    assert resized.dtype == np.float32
    np.testing.assert_allclose(resized, wanted, atol=1e-5)
    strip = view.scores_to_original(scores, rows=(5, 15))
    np.testing.assert_array_equal(strip, resized[:, 5:15])


def test_scores_of_the_same_size_come_back_unchanged() -> None:
    view = ModelView.of(64, 64, "crop", 64)
    scores = np.random.default_rng(2).normal(size=(2, 64, 64)).astype(np.float32)
    back = view.scores_to_original(scores)
    np.testing.assert_array_equal(back, scores)
    assert not np.shares_memory(back, scores)


def test_a_labelled_disc_survives_the_way_there_and_back() -> None:
    y, x = np.mgrid[:150, :240]
    inside = (x - 120) ** 2 + (y - 75) ** 2 < 45**2
    for policy in ("crop", "pad", "resize"):
        array, view = model_view((inside * 255).astype(np.uint8), policy, 64)
        scores = np.stack([1 - array / 255.0, array / 255.0])
        labels = view.scores_to_original(scores).argmax(axis=0)
        overlap = (labels.astype(bool) & inside).sum() / (labels.astype(bool) | inside).sum()
        assert overlap > 0.97, policy


def test_scores_must_fit_the_view() -> None:
    with pytest.raises(ValueError, match="the view is"):
        ModelView.of(64, 64, "crop", 64).scores_to_original(np.zeros((2, 32, 32), np.float32))


def test_thumbnail() -> None:
    assert thumbnail(ramp(300, 200)).shape == (64, 96, 3)
    assert thumbnail(ramp(300, 200)[..., 0], 30).shape == (20, 30)
    assert thumbnail(ramp(20, 10)).shape == (10, 20, 3)
    assert thumbnail(ramp(8, 9000)).shape == (96, 1, 3)


def test_label_maps_go_where_the_image_goes() -> None:
    label_map = np.repeat(np.repeat(np.arange(6, dtype=np.uint8).reshape(2, 3), 4, axis=0), 4, axis=1)
    shown = {
        policy: fit_label_map(label_map, Fit.of(12, 8, policy), 4, outside=9)
        for policy in ("crop", "pad", "resize")
    }
    assert shown["crop"].tolist() == [[0, 1, 1, 2]] * 2 + [[3, 4, 4, 5]] * 2
    assert shown["resize"].tolist() == [[0, 1, 1, 2]] * 2 + [[3, 4, 4, 5]] * 2
    assert shown["pad"].tolist() == [[9] * 4, [0, 1, 1, 2], [3, 4, 4, 5], [9] * 4]
    assert np.array_equal(
        fit_label_map(label_map[:8, :8], Fit.of(8, 8, "pad"), 8, outside=9), label_map[:8, :8]
    )
    with pytest.raises(ValueError, match="the fit is for"):
        fit_label_map(label_map, Fit.of(8, 12, "crop"), 4, outside=9)
