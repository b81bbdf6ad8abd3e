"""The transformer's last block against values computed by hand, in float64 and head by head."""

import numpy as np
import pytest
import torch
from open_clip.model import resize_pos_embed

from segstyle_gui.core.clip.dense_transformer import resize_positions, transformer_dense

HEADS = 2  # of 16 numbers each (see conftest.TRANSFORMER)


def noise(side, n=2):
    return torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(side))


def numbers(tensor):
    return tensor.detach().numpy().astype(np.float64)


def normed(layer, x):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + layer.eps)
    return (x - x.mean(axis=-1, keepdims=True)) / spread * numbers(layer.weight) + numbers(layer.bias)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def weights_of(kind, query, key):
    """Return the (L,L) attention weights of one head."""
    scale = 1 / np.sqrt(query.shape[-1])
    if kind == "value":
        return np.eye(len(query))
    if kind == "sclip":
        return softmax(query @ query.T * scale) + softmax(key @ key.T * scale)
    return softmax(query @ query.T * scale)


def attention_by_hand(attention, x, kind):
    weight, bias = numbers(attention.in_proj_weight), numbers(attention.in_proj_bias)
    query, key, value = np.split(x @ weight.T + bias, 3, axis=-1)
    size = x.shape[-1] // HEADS
    heads = [slice(i * size, (i + 1) * size) for i in range(HEADS)]
    joined = np.concatenate([weights_of(kind, query[:, h], key[:, h]) @ value[:, h] for h in heads], axis=-1)
    return joined @ numbers(attention.out_proj.weight).T + numbers(attention.out_proj.bias)


def mlp_by_hand(mlp, x):
    from scipy.special import erf

    inner = x @ numbers(mlp.c_fc.weight).T + numbers(mlp.c_fc.bias)
    inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
    return inner @ numbers(mlp.c_proj.weight).T + numbers(mlp.c_proj.bias)


def last_block_by_hand(visual, tokens, kind):
    last = visual.transformer.resblocks[-1]
    found = attention_by_hand(last.attn, normed(last.ln_1, tokens), kind)
    if kind != "clearclip":
        found = tokens + found
        found = found + mlp_by_hand(last.mlp, normed(last.ln_2, found))
    return normed(visual.ln_post, found[1:]) @ numbers(visual.proj)


@pytest.mark.parametrize("kind", ["value", "sclip", "clearclip"])
def test_the_last_block_gives_the_values_computed_by_hand(transformer_clip, kind):
    visual = transformer_clip._model.visual
    with torch.inference_mode():
        tokens = visual.transformer.resblocks[0](visual._embeds(noise(32)))
        found = transformer_dense(visual, noise(32), kind).numpy()
    assert found.shape == (2, 32, 4, 4)
    for image, cells in zip(tokens, found, strict=True):
        wanted = last_block_by_hand(visual, numbers(image), kind)
        assert np.allclose(cells.reshape(32, -1).T, wanted, atol=1e-5)


def test_the_three_ways_differ(transformer_clip):
    visual = transformer_clip._model.visual
    with torch.inference_mode():
        ways = [transformer_dense(visual, noise(32), kind) for kind in ("value", "sclip", "clearclip")]
    for n, one in enumerate(ways):
        assert all(float((one - other).abs().max()) > 1e-3 for other in ways[:n])


def test_the_value_path_is_attention_that_looks_at_itself_alone(transformer_clip):
    """With one token only, softmax over one key is 1, so attention *is* its value path."""
    visual = transformer_clip._model.visual
    with torch.inference_mode():
        tokens = visual.transformer.resblocks[0](visual._embeds(noise(32)))
        alone = visual.transformer.resblocks[-1](tokens.reshape(-1, 1, 32)).reshape(tokens.shape)
        wanted = (visual.ln_post(alone[:, 1:]) @ visual.proj).transpose(1, 2).reshape(2, 32, 4, 4)
        assert torch.allclose(transformer_dense(visual, noise(32)), wanted, atol=1e-5)


@pytest.mark.parametrize("side", [2, 3, 7, 14])
def test_positions_are_resized_as_open_clip_does(transformer_clip, side):
    visual = transformer_clip._model.visual
    visual_type = type("Grid", (), {"grid_size": (side, side)})
    state = {"visual.positional_embedding": visual.positional_embedding.detach().clone()}
    resize_pos_embed(state, type("Model", (), {"visual": visual_type()})())
    found = resize_positions(visual.positional_embedding.detach()[1:], (4, 4), (side, side))
    assert torch.allclose(found, state["visual.positional_embedding"][1:], atol=1e-6)


def test_positions_of_the_same_grid_stay(transformer_clip):
    positions = transformer_clip._model.visual.positional_embedding[1:]
    assert resize_positions(positions, (4, 4), (4, 4)) is positions


def test_open_clips_custom_attention_keeps_its_own_norms(transformer_clip):
    from open_clip.transformer import Attention

    from segstyle_gui.core.clip.dense_transformer import _attend

    torch.manual_seed(0)
    attention = Attention(32, HEADS, qk_norm=True, scale_heads=True, inner_norm=True).eval()
    torch.nn.init.uniform_(attention.head_scale, 0.5, 1.5)
    one = torch.randn(5, 1, 32)  # a single token: every kind of attention sees only itself
    with torch.inference_mode():
        assert torch.allclose(_attend(attention, one, "value"), attention(one), atol=1e-6)
        assert torch.allclose(_attend(attention, one, "clearclip"), attention(one), atol=1e-6)
