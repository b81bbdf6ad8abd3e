"""Each warning comes when it should, with what to do next, and a healthy training has none."""

from __future__ import annotations

import pytest

from segstyle_gui.core.generator.training_record import QualityPoint, QualityScale
from segstyle_gui.core.generator.training_warnings import TrainingState, find_warnings

SCALE = QualityScale(features="", baseline=0.01, copied=0.05, n_images=300, n_samples=256)


def _state(**changes):
    usual = {
        "generator_loss": 1.1,
        "discriminator_loss": 1.2,
        "augment_p": 0.3,
        "augment_limit": 0.85,
        "n_images": 300,
    }
    return TrainingState(**(usual | changes))


def _points(*changes):
    usual = {"distance": 0.2, "smoothed": 0.2, "spread": 0.95, "variety": 0.8, "nearest": 1.0, "copied": 0.03}
    return [QualityPoint(kimg=4.0 * (i + 1), **(usual | change)) for i, change in enumerate(changes)]


def _kinds(state, points, scale=SCALE):
    return [warning.kind for warning in find_warnings(state, points, scale)]


def test_a_healthy_training_has_none():
    falling = [{"distance": 3 / i, "smoothed": 3 / i} for i in range(1, 30)]
    assert _kinds(_state(), _points(*falling)) == []
    assert _kinds(_state(), [], None) == []


def test_an_untrained_generator_is_not_yet_a_collapsed_one():
    assert _kinds(_state(), _points({"spread": 0.05, "variety": 0.1})) == []


@pytest.mark.parametrize("poor", [{"variety": 0.02}, {"spread": 0.1, "variety": 0.1}])
def test_samples_that_become_alike_are_a_collapse(poor):
    assert _kinds(_state(), _points({}, {}, poor)) == ["collapse"]
    assert _kinds(_state(), _points(*[poor] * 3)) == ["collapse"], "they never varied, and should by now"


def test_copies_are_told_with_the_number_of_images():
    points = _points({}, {"copied": 0.6, "nearest": 0.3, "variety": 0.05})
    (found,) = find_warnings(_state(), points, SCALE)
    assert found.kind == "copying"
    assert "60%" in found.message
    assert "300 images" in found.message
    assert "--" not in found.hint


def test_images_that_are_alike_themselves_allow_likeness():
    film = QualityScale(features="", baseline=0.01, copied=0.4, n_images=300, n_samples=256)
    assert _kinds(_state(), _points({"copied": 0.6}), film) == []


def test_quality_that_gets_worse_for_long_is_told_with_the_best_moment():
    rising = [{"smoothed": 0.2}] + [{"smoothed": 0.4}] * 5
    (found,) = find_warnings(_state(), _points(*rising), SCALE)
    assert found.kind == "worse"
    assert "4 kimg" in found.message
    assert _kinds(_state(), _points(*rising[:-1])) == []
    assert _kinds(_state(), _points(*rising[:-1], {"smoothed": 0.25})) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"generator_loss": float("nan")}, "broken"),
        ({"discriminator_loss": float("inf")}, "broken"),
        ({"generator_loss": 9.0, "discriminator_loss": 0.01}, "lost"),
        ({"augment_p": 0.85}, "limit"),
    ],
)
def test_losses_and_augmentation(changes, kind):
    assert _kinds(_state(**changes), []) == [kind]


def test_fixed_augmentation_has_no_limit_to_reach():
    assert _kinds(_state(augment_p=0.9, augment_limit=0.0), []) == []
