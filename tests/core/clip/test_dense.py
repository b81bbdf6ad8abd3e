import numpy as np
import pytest
import torch

from segstyle_gui.core.clip import dense_resnet
from segstyle_gui.core.clip.dense_resnet import resnet_dense, resnet_pass
from segstyle_gui.errors import ConfigError


def noise(side, n=2):
    return torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(side))


def relative_error(found, wanted):
    """Return the error in units of how much ``wanted`` varies from place to place."""
    return float((found - wanted).norm() / (wanted - wanted.mean(dim=(-2, -1), keepdim=True)).norm())


def undilated(visual, x):
    """Let open_clip run its own forward pass, then the value path as two plain linear maps."""
    seen = []
    hook = visual.layer4.register_forward_hook(lambda layer, given, made: seen.append(made))
    pool = visual.attnpool
    visual.attnpool = torch.nn.Identity()  # has positions for one side only
    try:
        visual(x)
    finally:
        hook.remove()
        visual.attnpool = pool
    return pool.c_proj(pool.v_proj(seen[0].permute(0, 2, 3, 1))).permute(0, 3, 1, 2)


@pytest.mark.parametrize("side", [64, 96, 160])
@pytest.mark.parametrize("stride", [32, 16, 8, 4])
def test_a_dilated_resnet_equals_the_original_on_its_grid(resnet_clip, side, stride):
    visual, x = resnet_clip._model.visual, noise(side)
    with torch.inference_mode():
        found = resnet_dense(visual, x, stride)
        wanted = undilated(visual, x)
    assert found.shape == (2, 32, side // stride, side // stride)
    step = 32 // stride
    assert relative_error(found[..., ::step, ::step], wanted) < 1e-4


def test_dilating_without_the_averages_is_far_off(resnet_clip, monkeypatch):
    monkeypatch.setattr(dense_resnet, "_dilated_average", lambda x, reach: x)
    visual, x = resnet_clip._model.visual, noise(64)
    with torch.inference_mode():
        assert relative_error(resnet_dense(visual, x, 16)[..., ::2, ::2], undilated(visual, x)) > 0.3


def test_positions_between_are_not_copies(resnet_clip):
    with torch.inference_mode():
        found = resnet_dense(resnet_clip._model.visual, noise(64), 8)
    assert relative_error(found[..., 2::4, 2::4], found[..., ::4, ::4]) > 0.3


def test_a_wrong_stride_is_refused(resnet_clip):
    with pytest.raises(ConfigError, match="32, 16, 8 or 4"):
        resnet_pass(resnet_clip._model.visual, 64, 12, "dilate", 64)


def test_enlarging_is_the_plain_network_on_larger_images(resnet_clip):
    images = np.random.default_rng(0).integers(0, 256, size=(2, 64, 64, 3), dtype=np.uint8)
    found = resnet_clip.dense(images, stride=16, finer="enlarge")
    with torch.inference_mode():
        wanted = undilated(resnet_clip._model.visual, resnet_clip._prepare(images, 128)).numpy()
    assert found.shape == (2, 32, 4, 4)
    assert np.allclose(found, wanted, atol=1e-5)
    assert not np.allclose(found, resnet_clip.dense(images, stride=16), atol=0.1)


@pytest.mark.parametrize(("stride", "cells"), [(32, 4), (8, 4), (4, 8), (2, 16)])
def test_the_transformers_grid_gets_as_fine_as_asked(transformer_clip, stride, cells):
    images = np.random.default_rng(0).integers(0, 256, size=(2, 20, 20, 1), dtype=np.uint8)
    assert transformer_clip.dense(images, stride=stride).shape == (2, 32, cells, cells)


def test_any_other_tower_is_shown_windows(pooling_clip):
    images = np.random.default_rng(0).integers(0, 256, size=(3, 32, 32, 3), dtype=np.uint8)
    changed = images.copy()
    changed[:, 24:, 24:] = 255 - changed[:, 24:, 24:]
    before, after = pooling_clip.dense(images, stride=8), pooling_clip.dense(changed, stride=8)
    assert before.shape == (3, 32, 4, 4)
    moved = np.abs(after - before).max(axis=(0, 1)) > 1e-4
    assert moved[-1, -1]
    assert not moved[:2, :].any()


@pytest.mark.parametrize("name", ["resnet_clip", "transformer_clip"])
def test_embeddings_follow_what_is_where(name, request):
    clip = request.getfixturevalue(name)
    image = np.zeros((1, 128, 128, 3), dtype=np.uint8)
    image[:, :, 64:] = np.random.default_rng(0).integers(0, 256, size=(1, 128, 64, 3), dtype=np.uint8)
    cells = clip.dense(image, stride=8, size=128)[0]
    left, right = cells[:, :, 2:4].mean(axis=(1, 2)), cells[:, :, -4:-2].mean(axis=(1, 2))
    cosine = left @ right / np.linalg.norm(left) / np.linalg.norm(right)
    assert cosine < 0.95
