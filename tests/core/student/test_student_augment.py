import dataclasses
import math

import pytest
import torch
from torchvision import tv_tensors

from segstyle_gui.core.student.augment import (
    STILL,
    STRENGTHS,
    Augmenter,
    FewerPixels,
    Glints,
    Illumination,
    Patch,
    Strength,
    make_augmenter,
)


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


def test_the_global_random_state_neither_matters_nor_changes():
    images, labels = _pair()
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        results.append(make_augmenter("strong", flip=True)(images, labels, _rng()))
        assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])


def test_images_of_a_batch_are_changed_differently_and_the_input_stays():
    images, labels = _pair()
    kept, kept_labels = images.clone(), labels.clone()
    changed, _ = make_augmenter("strong", flip=True)(images, labels, _rng())
    assert torch.equal(images, kept)
    assert torch.equal(labels, kept_labels)
    assert not any(torch.equal(changed[0], other) for other in changed[1:])


@pytest.mark.parametrize("name", list(STRENGTHS))
def test_the_frame_is_filled_by_mirroring_whatever_is_drawn(name):
    s = STRENGTHS[name]
    moving = dataclasses.replace(STILL, scale=s.scale, rotation=s.rotation, shift=s.shift)
    images, labels = torch.full((200, 1, 24, 32), 200.0), torch.ones(200, 24, 32, dtype=torch.long)
    changed, moved = Augmenter(moving, flip=True)(images, labels, _rng())
    assert torch.allclose(changed, images, atol=0.01)
    assert 0.05 < (moved == 255).float().mean() < 0.5
    assert set(moved.unique().tolist()) == {1, 255}


def test_moves_reach_the_ranges_asked_for():
    images, labels = _pair(n=200, size=64)
    labels[:] = 0
    labels[:, 24:40, 24:40] = 1
    _, moved = Augmenter(dataclasses.replace(STILL, scale=1.4), flip=False)(images, labels, _rng())
    areas = (moved == 1).sum(dim=(1, 2)) / 256
    assert 0.45 < areas.min() < 0.6  # 1 / 1.4² = 0.51
    assert 1.8 < areas.max() < 2.1  # 1.4² = 1.96
    _, moved = Augmenter(dataclasses.replace(STILL, shift=0.15), flip=False)(images, labels, _rng())
    columns = torch.tensor([(m == 1).nonzero()[:, 1].float().mean() for m in moved]) - 31.5
    assert columns.abs().max() == pytest.approx(0.15 * 64, abs=1)


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


def test_a_blurred_point_has_a_gaussians_width_in_the_range():
    images = torch.zeros(40, 1, 17, 17)
    images[:, :, 8, 8] = 255
    blurring = dataclasses.replace(STILL, blur=1.2)
    blurred, _ = Augmenter(blurring, flip=False)(images, torch.zeros(40, 17, 17, dtype=torch.long), _rng())
    assert blurred.sum(dim=(1, 2, 3)).tolist() == pytest.approx([255.0] * 40, rel=1e-4)
    near, diagonal = (blurred[:, 0, 8, 9] / blurred[:, 0, 8, 8]), (blurred[:, 0, 9, 9] / blurred[:, 0, 8, 8])
    assert torch.allclose(diagonal, near**2, atol=1e-4)
    assert near.max() <= math.exp(-0.5 / 1.44) + 1e-4
    assert near.max() > math.exp(-0.5)
    assert 0 < (near > 0).sum() < 40


def test_sharpening_steepens_edges():
    images, labels = _pair(n=30)
    sharp, _ = Augmenter(dataclasses.replace(STILL, blur=0.01, sharpen=0.8), flip=False)(
        images, labels, _rng()
    )
    spans = sharp.amax(dim=(1, 2, 3)) - sharp.amin(dim=(1, 2, 3))
    assert spans.min() == pytest.approx(100, abs=0.1)
    assert spans.max() > 110


@pytest.mark.parametrize("channels", [1, 3])
def test_illumination_is_smooth_and_positive(channels):
    torch.manual_seed(0)
    field = torch.stack([Illumination(0.6)(tv_tensors.Image(torch.ones(channels, 32, 32))) for _ in range(4)])
    assert field.min() > 0
    assert (field[..., 1:] - field[..., :-1]).abs().max() < 0.2
    assert field.std() > 0.01
    assert (channels == 3) == (not torch.allclose(field[:, 0], field[:, -1]))


@pytest.mark.parametrize("change", [Illumination(0.6), Glints(), Patch(), FewerPixels()])
def test_own_changes_leave_the_mask_alone_and_keep_the_types(change):
    torch.manual_seed(0)
    images, labels = _pair(n=1, channels=3)
    image, mask = change(tv_tensors.Image(images[0] / 255), tv_tensors.Mask(labels[0]))
    assert isinstance(image, tv_tensors.Image)
    assert isinstance(mask, tv_tensors.Mask)
    assert image.shape == images[0].shape
    assert torch.equal(mask, labels[0])
    assert not torch.allclose(image, images[0] / 255, atol=0.01)


def test_glints_only_brighten_and_a_patch_is_flat():
    torch.manual_seed(0)
    ground = tv_tensors.Image(torch.full((3, 64, 64), 0.3))
    lit = Glints()(ground)
    assert lit.min() >= 0.3
    assert 0.6 < lit.max() <= 1
    assert (lit < 0.31).float().mean() > 0.8  # the spots are small
    patched = Patch()(ground)
    assert len(patched.unique()) == 2
    assert 0.003 < (patched != 0.3).float().mean() < 0.1


def test_fewer_pixels_lose_detail_but_not_the_mean():
    torch.manual_seed(0)
    image = tv_tensors.Image(torch.rand(1, 64, 64))
    coarse = FewerPixels()(image)
    assert coarse.std() < 0.8 * image.std()
    assert float(coarse.mean()) == pytest.approx(float(image.mean()), abs=0.01)
