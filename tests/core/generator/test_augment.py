"""Adaptive augmentation: at rest it changes nothing, its strength follows the measure, its gradients flow."""

from __future__ import annotations

import pytest
import torch

from segstyle_gui.core.generator.augment import P_MAX, AdaptiveStrength, augment


def _images(n=64):
    return torch.rand(n, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_zero_probability_returns_the_images():
    images = _images()
    assert augment(images, 0.0, torch.Generator()) is images


def test_share_of_touched_images_grows_with_p():
    images, shares = _images(400), []
    for p in (0.05, 0.5):
        result = augment(images, p, torch.Generator().manual_seed(1))
        shares.append(float(((result - images).abs().amax(dim=(1, 2, 3)) > 1e-4).float().mean()))
    assert 0.1 < shares[0] < 0.6 < 0.95 < shares[1]


def test_without_color_the_values_stay_in_range():
    images = _images(100)
    assert (
        float(augment(images, 0.8, torch.Generator().manual_seed(2), color=False).abs().max()) <= 1.0 + 1e-5
    )
    assert float(augment(images, 0.8, torch.Generator().manual_seed(2), color=True).abs().max()) > 1.2


def test_gradients_reach_the_images():
    images = _images(8).requires_grad_(True)
    augment(images, 0.9, torch.Generator().manual_seed(3)).sum().backward()
    assert float(images.grad.abs().sum()) > 0


def _strength(**changes):
    settings = {"p": 0.3, "target": 0.6, "speed_images": 1000.0, "adaptive": True}
    return AdaptiveStrength(**(settings | changes))


@pytest.mark.parametrize(("logit", "direction"), [(5.0, 1), (-5.0, -1)])
def test_strength_follows_overconfidence(logit, direction):
    strength = _strength()
    for _ in range(4):
        strength.update(torch.full((10, 1), logit))
    assert strength.p == pytest.approx(0.3 + direction * 40 / 1000)


def test_strength_stays_within_its_bounds():
    strength = _strength(p=P_MAX)
    for _ in range(400):
        strength.update(torch.ones(10, 1))
    assert strength.p == P_MAX
    for _ in range(4000):
        strength.update(-torch.ones(10, 1))
    assert strength.p == 0.0


def test_fixed_strength_never_changes():
    strength = _strength(adaptive=False)
    for _ in range(40):
        strength.update(torch.ones(10, 1))
    assert strength.p == 0.3
