"""The quality of samples: what the distance, the variety and the likeness say of samples made on purpose."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstyle_gui.core.fit_check import image_features
from segstyle_gui.core.generator import quality
from segstyle_gui.core.generator.quality import QualityMeter, energy_distance, feature_extractor
from segstyle_gui.core.near_eye import NearEyeConfig, render_near_eye

CPU = torch.device("cpu")


def _eyes(first, n):
    config = NearEyeConfig(size=32, supersample=1)
    return np.stack([render_near_eye(first + i, config)[0] for i in range(n)])[..., None]


@pytest.fixture(scope="module")
def eyes():
    return _eyes(0, 64)


@pytest.fixture(scope="module")
def others():
    return _eyes(1000, 64)


@pytest.fixture(scope="module")
def meter(eyes):
    with pytest.MonkeyPatch.context() as patch:  # cheap features: what is tested does not depend on them
        patch.setattr(quality, "feature_extractor", lambda device: (image_features, "texture"))
        return QualityMeter(eyes, mirror=True, device=CPU, n_samples=64)


def test_other_images_of_the_same_kind_are_as_far_as_chance_makes_them(meter, others):
    found = meter.compare(others)
    assert abs(found.distance) < 2 * max(meter.scale.baseline, 0.01)
    assert 0.8 < found.spread < 1.2
    assert 0.8 < found.variety < 1.25
    assert 0.75 < found.nearest < 1.25
    assert found.copied < 0.1


def test_worse_samples_are_further(meter, others):
    noise = np.random.default_rng(0).normal(size=others.shape)
    distances = [
        meter.compare((others + level * noise).clip(0, 255).astype(np.uint8)).distance
        for level in (0, 5, 20, 60)
    ]
    assert distances == sorted(distances)
    assert distances[-1] > 20 * max(meter.scale.baseline, 0.01)


def test_duplicates_have_no_variety(meter, others):
    few = meter.compare(np.repeat(others[:8], 8, axis=0))
    assert few.variety < 0.05
    assert few.spread > 0.7
    one = meter.compare(np.repeat(others[:1], 64, axis=0))
    assert one.spread < 0.05


@pytest.mark.parametrize("mirrored", [False, True])
def test_copies_are_found_with_their_image(meter, eyes, others, mirrored):
    copies = eyes[:, :, ::-1] if mirrored else eyes
    found = meter.compare(np.concatenate([others[:32], copies[10:42]]))
    assert found.copied == pytest.approx(0.5, abs=0.05)
    assert (found.distances < 0.1).all()
    assert set(found.closest) <= set(range(32, 64))
    assert (found.matches == found.closest - 32 + 10).all()
    assert meter.is_mirrored(copies[10], eyes[10]) == mirrored


def test_the_distance_is_the_unbiased_formula():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))

    def apart(a, b):
        return float(np.sqrt(np.square(a - b).sum()))

    xx = np.mean([apart(x[i], x[j]) for i in range(5) for j in range(5) if i != j])
    yy = np.mean([apart(y[i], y[j]) for i in range(4) for j in range(4) if i != j])
    xy = np.mean([apart(a, b) for a in x for b in y])
    assert energy_distance(x, y) == pytest.approx((2 * xy - xx - yy) / xx)
    draws = [energy_distance(rng.normal(size=(8, 3)), rng.normal(size=(8, 3))) for _ in range(400)]
    assert abs(np.mean(draws)) < 4 * np.std(draws) / 20  # no bias, whatever the number of rows


def test_the_bundled_network_sees_shapes_and_leaves_the_random_numbers_alone(eyes, others):
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    extract, name = feature_extractor(CPU)
    assert "near-infrared" in name
    shifted = others[:24].copy()
    shifted[:, :16] = np.roll(others[:24, :16], 5, axis=2)  # the upper half slips: same texture, wrong shape
    real, plain, wrong = extract(eyes[:24]), extract(others[:24]), extract(shifted)
    assert energy_distance(real, wrong) > energy_distance(real, plain) + 0.05
    torch.testing.assert_close(torch.rand(4), wanted)
