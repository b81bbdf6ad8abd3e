import math

import pytest
import torch

from segstyle_gui.core.student import augment
from segstyle_gui.core.student.augment import STILL, Augmenter, Strength, gaussian_blur, make_augmenter


def _rng(seed=0):
    return torch.Generator().manual_seed(seed)


def _pair(n=6, size=32, channels=1):
    labels = torch.zeros(n, size, size, dtype=torch.long)
    labels[:, 8:20, 4:12] = 3
    images = torch.full((n, channels, size, size), 60.0) + 100.0 * (labels[:, None] == 3)
    return images, labels


def test_nothing_is_changed_by_no_strength():
    images, labels = _pair()
    same, same_labels = Augmenter(STILL, flip=False)(images, labels, _rng())
    assert torch.allclose(same, images, atol=0.01)
    assert torch.equal(same_labels, labels)
    assert make_augmenter("none", flip=False) is None


@pytest.mark.parametrize("name", ["standard", "strong"])
@pytest.mark.parametrize("channels", [1, 3])
def test_values_labels_and_shapes_stay_valid(name, channels):
    images, labels = _pair(channels=channels)
    changed, moved = make_augmenter(name, flip=True)(images, labels, _rng())
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert set(moved.unique().tolist()) <= {0, 3, 255}
    assert not torch.allclose(changed, images, atol=5)


def test_equal_generators_give_equal_changes():
    images, labels = _pair()
    once, again, other = (make_augmenter("strong", flip=True)(images, labels, _rng(s)) for s in (1, 1, 2))
    assert torch.equal(once[0], again[0])
    assert torch.equal(once[1], again[1])
    assert not torch.equal(once[0], other[0])


def test_image_and_labels_move_together():
    images, labels = _pair(n=32)
    moving = Augmenter(
        Strength(gamma=0, contrast=0, brightness=0, shading=0, blur=0, noise=0, spots=0, coarse=0), flip=True
    )
    changed, moved = moving(images, labels, _rng(3))
    inside = moved != 255
    agree = (changed[:, 0] > 110) == (moved == 3)
    assert (moved == 255).any()  # shrunk and shifted images leave the frame
    assert agree[inside].float().mean() > 0.97


def test_mirroring_alone_is_exact():
    images, labels = _pair(n=16)
    changed, moved = Augmenter(STILL, flip=True)(images, labels, _rng())
    mirrored = [bool(torch.equal(m, lab.flip(-1))) for m, lab in zip(moved, labels, strict=True)]
    assert 0 < sum(mirrored) < 16
    for image, flipped in zip(changed, mirrored, strict=True):
        assert torch.allclose(image, images[0].flip(-1) if flipped else images[0], atol=0.01)


def test_a_blurred_point_has_the_gaussians_width():
    point = torch.zeros(2, 1, 17, 17)
    point[:, :, 8, 8] = 1
    blurred = gaussian_blur(point, torch.tensor([0.8, 1.2]))
    assert blurred.sum(dim=(1, 2, 3)).tolist() == pytest.approx([1.0, 1.0], abs=1e-4)
    ratio = (blurred[:, 0, 8, 9] / blurred[:, 0, 8, 8]).tolist()
    assert ratio == pytest.approx([math.exp(-0.5 / 0.64), math.exp(-0.5 / 1.44)], rel=1e-4)


def test_illumination_is_smooth_and_positive():
    field = augment._illumination(torch.ones(4, 1, 32, 32), 0.6, _rng())
    assert field.min() > 0
    assert (field[..., 1:] - field[..., :-1]).abs().max() < 0.2
    assert field.std() > 0.01
