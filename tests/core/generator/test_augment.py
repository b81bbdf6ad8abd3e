"""Adaptive augmentation: what rests is untouched, its strength follows the measure, its gradients flow."""

from __future__ import annotations

import math

import pytest
import torch

from segstyle_gui.core.generator.augment import (
    AUGMENTATIONS,
    P_MAX,
    AdaptiveStrength,
    draw_augmentation,
)


def _images(n=64):
    return torch.rand(n, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1


def _drawn(n, p, kind="general", *, seed=1, mirror=True, color=True):
    rng = torch.Generator().manual_seed(seed)
    return draw_augmentation(n, p, AUGMENTATIONS[kind], rng, mirror=mirror, color=color)


def test_zero_probability_draws_nothing():
    assert _drawn(4, 0.0) is None


def test_images_at_rest_are_untouched_and_their_share_falls_with_p():
    images, shares = _images(400), []
    for p in (0.05, 0.5):
        result = _drawn(400, p)(images)
        shares.append(float((result == images).all(dim=3).all(dim=2).all(dim=1).float().mean()))
    assert shares[0] > 0.5 > 0.1 > shares[1]


def test_plain_images_stay_the_most_frequent_at_the_highest_strength():
    """No other orientation may be as frequent, else the generator could learn it (no leak)."""
    maps = _drawn(20_000, P_MAX, color=False).maps
    turns = torch.atan2(maps[:, 1, 0], maps[:, 1, 1])
    at_rest = float((turns.abs() < 1e-6).float().mean())
    quarter = float(((turns - math.pi / 2).abs() < 1e-6).float().mean())
    assert at_rest > 1.5 * quarter > 0


@pytest.mark.parametrize("kind", sorted(AUGMENTATIONS))
def test_nothing_is_mirrored_where_left_and_right_must_differ(kind):
    def mirrored(mirror):
        return float(
            (torch.linalg.det(_drawn(500, 0.8, kind, mirror=mirror).maps[:, :, :2]) < 0).float().mean()
        )

    assert mirrored(mirror=False) == 0
    assert 0.25 < mirrored(mirror=True) < 0.55


def test_medical_images_keep_their_way_up():
    maps = _drawn(2000, 0.8, "medical", mirror=False).maps
    turns = torch.atan2(maps[:, 1, 0], maps[:, 1, 1]).abs()
    assert math.radians(20) < float(turns.max()) < math.radians(40)  # two turns of 15 degrees, and a stretch
    assert float(torch.atan2(*_drawn(2000, 0.8).maps[:, 1, :2].T).abs().max()) > 3


def test_shifts_have_the_published_spread():
    shifts = _drawn(4000, 1.0).maps[:, :, 2] / 2  # as shares of the side
    assert float(shifts.std()) == pytest.approx(math.hypot(0.125, 0.125 / math.sqrt(3)), rel=0.05)


def test_what_is_made_smaller_does_not_alias():
    """Columns of black and white become gray when an image is halved, not black or white ones."""
    stripes = (torch.arange(16) % 2 * 2.0 - 1).expand(1, 1, 16, 16).contiguous()
    drawn = _drawn(1, 1.0)
    drawn.maps.copy_(torch.tensor([[[2.0, 0, 0], [0, 2.0, 0]]]))
    drawn.contrast.fill_(1)
    drawn.brightness.zero_()
    assert float(drawn(stripes)[0, 0, 6:10, 6:10].abs().max()) < 0.05


def test_without_color_the_values_stay_in_range():
    images = _images(100)
    assert float(_drawn(100, 0.8, color=False)(images).abs().max()) <= 1.0 + 1e-5
    assert float(_drawn(100, 0.8)(images).abs().max()) > 1.2


def test_a_part_is_augmented_as_in_the_whole():
    images, drawn = _images(8), _drawn(8, 0.7)
    torch.testing.assert_close(drawn[slice(2, 5)](images[2:5]), drawn(images)[2:5])


def test_gradients_reach_the_images():
    images = _images(8).requires_grad_(True)
    _drawn(8, 0.9)(images).sum().backward()
    assert float(images.grad.abs().sum()) > 0


def _strength(**changes):
    settings = {"p": 0.3, "target": 0.6, "speed_images": 1000.0, "adaptive": True}
    return AdaptiveStrength(**(settings | changes))


@pytest.mark.parametrize(("logit", "direction"), [(5.0, 1), (-5.0, -1)])
def test_strength_follows_overconfidence(logit, direction):
    strength = _strength()
    for _ in range(4):
        strength.update(math.copysign(10, logit), 10)
    assert strength.p == pytest.approx(0.3 + direction * 40 / 1000)


def test_strength_stays_within_its_bounds():
    strength = _strength(p=P_MAX)
    for _ in range(400):
        strength.update(10, 10)
    assert strength.p == P_MAX
    for _ in range(4000):
        strength.update(-10, 10)
    assert strength.p == 0.0


def test_fixed_strength_never_changes():
    strength = _strength(adaptive=False)
    for _ in range(40):
        strength.update(10, 10)
    assert strength.p == 0.3
