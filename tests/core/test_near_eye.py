"""The rendered eyes: exact labels, determinism, the rare class, and what the camera sees."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.near_eye import (
    CLASS_NAMES,
    EyeParameters,
    NearEyeConfig,
    draw_parameters,
    render_eye,
    render_near_eye,
)
from segstyle_gui.errors import ConfigError

SKIN, SCLERA, IRIS, PUPIL, LENS = range(5)


def plain_eye(**changes: Any) -> EyeParameters:
    """An open eye that looks straight ahead: a circular pupil, no lashes, no camera faults."""
    drawn = draw_parameters(np.random.default_rng(4), NearEyeConfig(rare_share=0.0))
    plain: dict[str, Any] = {
        "gaze_yaw": 0.0,
        "gaze_pitch": 0.0,
        "upper_lashes": 0,
        "lower_lashes": 0,
        "brow_hairs": 0,
        "lid_waviness": 0.0,
        "pupil_irregularity": 0.0,
        "pupil_ratio": 0.4,
        "iris_radius": 0.45,
        "half_width": 1.0,
        "upper_height": 0.6,
        "lower_height": 0.6,
        "offset_x": 0.0,
        "offset_y": 0.0,
        "roll": 0.0,
    }
    return dataclasses.replace(drawn, **(plain | changes))


def test_image_and_label_map_are_bytes_of_the_wanted_size() -> None:
    for size in (48, 128):
        image, label_map, parameters = render_near_eye(3, NearEyeConfig(size=size))
        assert image.shape == label_map.shape == (size, size)
        assert image.dtype == label_map.dtype == np.uint8
        assert label_map.max() < len(CLASS_NAMES)
        assert isinstance(parameters, EyeParameters)


def test_same_seed_same_bytes_and_other_seed_other_eye() -> None:
    config = NearEyeConfig(size=64)
    first, second, other = (render_near_eye(seed, config) for seed in (8, 8, 9))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
    assert first[2] == second[2] != other[2]
    assert np.abs(first[0].astype(int) - other[0]).mean() > 5


def test_parameters_alone_determine_the_image() -> None:
    config = NearEyeConfig(size=64)
    image, label_map, parameters = render_near_eye(21, config)
    again = EyeParameters(**dataclasses.asdict(parameters))
    assert np.array_equal(render_eye(again, config)[0], image)
    assert np.array_equal(render_eye(again, config)[1], label_map)


@pytest.mark.parametrize("seed", range(6))
def test_small_and_large_render_the_same_scene(seed: int) -> None:
    small, small_map, small_parameters = render_near_eye(seed, NearEyeConfig(size=64))
    large, large_map, large_parameters = render_near_eye(seed, NearEyeConfig(size=128))
    assert small_parameters == large_parameters
    assert (large_map[::2, ::2] == small_map).mean() > 0.95
    averaged = large.reshape(64, 2, 64, 2).mean(axis=(1, 3))
    assert np.corrcoef(averaged.ravel(), small.ravel())[0, 1] > 0.95


def test_every_class_appears_and_lens_only_where_drawn() -> None:
    config = NearEyeConfig(size=64)
    seen = set()
    for seed in range(24):
        _, label_map, parameters = render_near_eye(seed, config, opaque_lens=seed % 6 == 0)
        present = set(np.unique(label_map).tolist())
        assert (LENS in present) == parameters.has_opaque_lens == (seed % 6 == 0)
        assert {SKIN, SCLERA, IRIS} <= present
        seen |= present
    assert seen == set(range(len(CLASS_NAMES)))


def test_share_of_opaque_lenses_follows_the_config() -> None:
    def share(rare_share: float) -> float:
        config = NearEyeConfig(rare_share=rare_share)
        drawn = [draw_parameters(np.random.default_rng(seed), config) for seed in range(300)]
        return sum(parameters.has_opaque_lens for parameters in drawn) / len(drawn)

    assert 0.007 <= share(0.03) <= 0.065
    assert share(0.5) == pytest.approx(0.5, abs=0.1)
    assert share(0.0) == 0.0
    assert share(1.0) == 1.0


def test_pupil_area_is_the_circle_it_was_given() -> None:
    parameters = plain_eye()
    _, label_map = render_eye(parameters, NearEyeConfig(size=256))
    radius = 0.4 * 0.45 * 128
    assert (label_map == PUPIL).sum() == pytest.approx(math.pi * radius**2, rel=0.01)
    rows, columns = np.nonzero(label_map == PUPIL)
    assert rows.mean() == pytest.approx(127.5, abs=0.3)
    assert columns.mean() == pytest.approx(127.5, abs=0.3)


def test_gaze_foreshortens_and_displaces_the_pupil() -> None:
    yaw = 20.0
    _, label_map = render_eye(plain_eye(gaze_yaw=yaw), NearEyeConfig(size=256))
    radius = 0.4 * 0.45 * 128
    area = math.pi * radius**2 * math.cos(math.radians(yaw))
    assert (label_map == PUPIL).sum() == pytest.approx(area, rel=0.01)
    rows, columns = np.nonzero(label_map == PUPIL)
    shift = 0.45 * math.sqrt(2.05**2 - 1.0) * math.sin(math.radians(yaw)) * 128
    assert columns.mean() == pytest.approx(127.5 + shift, abs=0.5)
    assert rows.mean() == pytest.approx(127.5, abs=0.5)


def test_lids_clip_the_pupil() -> None:
    _, open_map = render_eye(plain_eye(), NearEyeConfig(size=256))
    _, half_map = render_eye(plain_eye(upper_height=0.06), NearEyeConfig(size=256))
    # The corners' line lies 0.06 below the middle, so this lid's top just touches the pupil's centre.
    ratio = (half_map == PUPIL).sum() / (open_map == PUPIL).sum()
    assert ratio == pytest.approx(0.5, abs=0.05)


def test_opaque_part_fills_its_share_of_the_pupil() -> None:
    parameters = plain_eye(has_opaque_lens=True, lens_share=0.8, lens_tone=0.8)
    image, label_map = render_eye(parameters, NearEyeConfig(size=256))
    radius = 0.8 * 0.4 * 0.45 * 128
    assert (label_map == LENS).sum() == pytest.approx(math.pi * radius**2, rel=0.01)
    assert image[label_map == LENS].mean() > image[label_map == IRIS].mean() + 40


def test_left_and_right_eyes_are_mirror_images() -> None:
    left, right = (render_eye(plain_eye(is_left=side), NearEyeConfig(size=128))[1] for side in (True, False))
    assert (left[:, ::-1] == right).mean() > 0.99
    assert (left == right).mean() < 0.985


def test_lashes_turn_to_skin_only_what_they_cover() -> None:
    config = NearEyeConfig(size=128)
    bare = render_eye(plain_eye(), config)[1]
    hanging = plain_eye(upper_lashes=80, lash_curl=-0.5, lash_length=0.4)
    covered = render_eye(hanging, config)[1]
    changed = bare != covered
    assert 20 < changed.sum() < 0.1 * (bare != SKIN).sum()
    assert (covered[changed] == SKIN).mean() > 0.9  # the rest had been split between two classes


@pytest.mark.parametrize("seed", range(8))
def test_pupil_lies_in_the_iris_and_tones_are_ordered(seed: int) -> None:
    image, label_map, _ = render_near_eye(seed, opaque_lens=False)
    inner = np.isin(label_map, (IRIS, PUPIL))
    for line in np.nonzero((label_map == PUPIL).any(axis=1))[0]:
        pupil = np.nonzero(label_map[line] == PUPIL)[0]
        hull = np.nonzero(inner[line])[0]
        assert hull[0] < pupil[0]
        assert pupil[-1] < hull[-1]
    tone = [np.median(image[label_map == index]) for index in (PUPIL, IRIS, SCLERA, SKIN)]
    assert tone[0] + 10 < tone[1] < tone[2]
    assert tone[1] < tone[3]


def test_glints_do_not_change_the_labels() -> None:
    config = NearEyeConfig(size=128)
    one = render_eye(plain_eye(glint_count=1), config)
    four = render_eye(plain_eye(glint_count=4), config)
    assert np.array_equal(one[1], four[1])
    assert (four[0] > 240).sum() > (one[0] > 240).sum() > 0


@pytest.mark.parametrize(
    "changes", [{"size": 8}, {"size": 4096}, {"rare_share": -0.1}, {"rare_share": 1.5}, {"supersample": 0}]
)
def test_config_out_of_range_names_the_field(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(changes))):
        NearEyeConfig(**changes)
