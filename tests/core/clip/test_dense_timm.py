"""Transformers of timm: the same ways, tested against timm's own forward pass and the towers of open_clip."""

import numpy as np
import pytest
import torch
from open_clip.timm_model import TimmModel

from segstyle_gui.core.clip.dense import dense_pass
from segstyle_gui.core.clip.dense_timm import _attend, _tokens, is_timm_transformer, timm_dense

SIDE, PATCH = 160, 16  # of timm's smallest transformer for tests


@pytest.fixture(scope="module")
def tower():
    torch.manual_seed(0)
    made = TimmModel("test_vit", embed_dim=32, image_size=SIDE, pool="", proj="linear").eval()
    torch.nn.init.normal_(made.trunk.pos_embed, std=0.5)
    return made.requires_grad_(False)


def noise(side, n=2):
    return torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(side))


def test_tokens_and_what_follows_them_are_timms_own(tower):
    """With its own last block the class token gives what open_clip's tower gives."""
    trunk = tower.trunk
    with torch.inference_mode():
        tokens = _tokens(trunk, trunk.patch_embed.proj(noise(SIDE)))
        for block in trunk.blocks:
            tokens = block(tokens)
        found = tower.head(trunk.fc_norm(trunk.norm(tokens[:, :1])))[:, 0]
        assert torch.allclose(found, tower(noise(SIDE)), atol=1e-5)


@pytest.mark.parametrize("kind", ["value", "sclip", "clearclip"])
def test_attention_weights_are_those_of_the_method(tower, kind):
    attention = tower.trunk.blocks[-1].attn
    x = torch.randn(1, 5, tower.trunk.embed_dim, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = _attend(attention, x, kind)[0]
        query, key, value = attention.qkv(x)[0].chunk(3, dim=-1)
        size = query.shape[-1] // attention.num_heads
        heads = []
        for q, k, v in zip(query.split(size, -1), key.split(size, -1), value.split(size, -1), strict=True):
            own, other = ((f @ f.T / np.sqrt(size)).softmax(dim=-1) for f in (q, k))
            weights = {"value": torch.eye(5), "sclip": own + other, "clearclip": own}[kind]
            heads.append(weights @ v)
        assert torch.allclose(found, attention.proj(torch.cat(heads, dim=-1)), atol=1e-5)


def test_clearclip_drops_residual_and_mlp(tower):
    trunk = tower.trunk
    with torch.inference_mode():
        tokens = _tokens(trunk, trunk.patch_embed.proj(noise(SIDE)))
        for block in trunk.blocks[:-1]:
            tokens = block(tokens)
        last = trunk.blocks[-1]
        alone = _attend(last.attn, last.norm1(tokens), "clearclip")[:, 1:]
        wanted = tower.head(trunk.norm(alone)).transpose(1, 2).reshape(2, 32, SIDE // PATCH, SIDE // PATCH)
        assert torch.allclose(timm_dense(tower, noise(SIDE), "clearclip"), wanted, atol=1e-5)


@pytest.mark.parametrize(("size", "stride", "cells"), [(SIDE, 16, 10), (SIDE, 8, 20), (96, 32, 6)])
def test_the_grid_is_as_asked(tower, size, stride, cells):
    dense = dense_pass(tower, size, encode=tower, native_size=SIDE, stride=stride)
    with torch.inference_mode():
        assert dense.run(noise(dense.side)).shape == (2, 32, cells, cells)


def test_other_towers_are_left_to_windows(tower):
    assert is_timm_transformer(tower)
    assert not is_timm_transformer(tower.trunk)
    averaging = TimmModel("test_vit", embed_dim=32, image_size=SIDE, pool="avg", proj="linear")
    assert not is_timm_transformer(averaging)
