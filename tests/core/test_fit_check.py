from __future__ import annotations

import numpy as np
import pytest

from segstyle_gui.core.fit_check import check_fit, image_features, kernel_distance
from segstyle_gui.core.near_eye import NearEyeConfig, render_near_eye


def _eyes(first: int, n: int) -> np.ndarray:
    config = NearEyeConfig(size=32, supersample=1)
    return np.stack([render_near_eye(first + i, config)[0] for i in range(n)])[..., None]


@pytest.fixture(scope="module")
def eyes() -> np.ndarray:
    return _eyes(0, 48)


def test_images_of_the_same_kind_score_like_two_halves_of_the_real_ones(eyes: np.ndarray) -> None:
    found = check_fit(eyes, _eyes(1000, 48))
    assert abs(found.distance - found.baseline) < 0.25
    assert found.verdict == "good"


def test_blur_noise_and_another_brightness_are_further_the_stronger(eyes: np.ndarray) -> None:
    others = _eyes(1000, 48).astype(float)
    rng = np.random.default_rng(0)
    noise = rng.normal(size=others.shape)
    distances = [
        check_fit(eyes, (others + level * noise).clip(0, 255).astype(np.uint8)).distance
        for level in (0.0, 8.0, 30.0)
    ]
    assert distances == sorted(distances)
    darker = check_fit(eyes, (others * 0.5).astype(np.uint8))
    assert darker.distance > 4 * max(darker.baseline, 0.25)
    stripes = np.tile((np.arange(32) % 4 * 80).astype(np.uint8)[None, :, None], (48, 32, 1, 1)).reshape(
        48, 32, 32, 1
    )
    assert check_fit(eyes, stripes).verdict == "poor"


def test_size_and_colour_channels_may_differ(eyes: np.ndarray) -> None:
    larger = np.repeat(np.repeat(eyes, 2, axis=1), 2, axis=2)
    colored = np.repeat(_eyes(1000, 48), 3, axis=3)
    assert image_features(larger).shape == image_features(colored).shape
    found = check_fit(eyes, colored)
    assert abs(found.distance - found.baseline) < 0.25
    assert (found.verdict, found.real_shape, found.drawn_shape) == ("channels", (32, 1), (32, 3))
    with pytest.raises(ValueError, match="at least 8"):
        check_fit(eyes, eyes[:7])


def test_the_kernel_distance_is_the_unbiased_estimate() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / 3 + 1) ** 3)

    own_x = np.mean([kernel(x[i], x[j]) for i in range(5) for j in range(5) if i != j])
    own_y = np.mean([kernel(y[i], y[j]) for i in range(4) for j in range(4) if i != j])
    cross = np.mean([kernel(a, b) for a in x for b in y])
    assert kernel_distance(x, y) == pytest.approx(own_x + own_y - 2 * cross)
    draws = [kernel_distance(rng.normal(size=(8, 3)), rng.normal(size=(8, 3))) for _ in range(400)]
    assert abs(np.mean(draws)) < 4 * np.std(draws) / 20  # no bias, whatever the number of rows
