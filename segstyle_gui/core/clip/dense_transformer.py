"""Dense embeddings of CLIP's vision transformer: what the last block makes of each patch.

In the last block of a CLIP that was trained on whole images, queries and keys gather what the image is about,
so its patches hardly tell where anything is. Three ways around it are known; all keep the block's values:

- *value*: every patch keeps to itself, attention becomes ``out_proj(v_proj(x))`` (Zhou et al., MaskCLIP, ECCV
  2022, section 3.2).
- *sclip*: attention weights are softmax(q q^T) + softmax(k k^T) (Wang et al., SCLIP: Rethinking Self-
  Attention for Dense Vision-Language Inference, ECCV 2024).
- *clearclip*: attention weights are softmax(q q^T), and the last block's residual and MLP are dropped (Lan et
  al., ClearCLIP: Decomposing CLIP Representations for Dense Vision-Language Inference, ECCV 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from segstyle_gui.core.clip.dense_options import Attention
from segstyle_gui.core.clip.dense_pass import DensePass, bytes_of_floats

_LIVE_WIDTHS = 12  # of a token: itself, its norm, query, key, value, and the two wide halves of the MLP


def transformer_pass(visual: Any, size: int, stride: int, attention: Attention, native: int) -> DensePass:
    """Return how CLIP's vision transformer sees images of ``size`` pixels a side on a grid of ``stride``.

    Parameters
    ----------
    visual
        An open_clip ``VisionTransformer`` in evaluation mode.
    size
        Wanted side of the images. A patch cannot get smaller, so the images are enlarged until one covers
        ``stride`` of their pixels.
    stride
        Pixels; at least as fine as the network's own patch.
    attention
        What the last block does.
    native
        Pixels a side the network was trained on.
    """
    patch, width = visual.patch_size[0], visual.conv1.out_channels
    return patch_pass(
        size, stride, patch, width, native, lambda images: transformer_dense(visual, images, attention)
    )


def patch_pass(
    size: int, stride: int, patch: int, width: int, native: int, run: Callable[[Tensor], Tensor]
) -> DensePass:
    """Return the pass of a transformer with patches of ``patch`` pixels and tokens of ``width`` numbers."""
    return DensePass(
        side=max(1, round(size / min(stride, patch))) * patch,
        cell=patch,
        grain=patch,
        native=native,
        n_bytes=lambda pixels: bytes_of_floats(((pixels / patch) ** 2 + 1) * _LIVE_WIDTHS * width),
        run=run,
    )


def transformer_dense(visual: Any, images: Tensor, attention: Attention = "value") -> Tensor:
    """Run CLIP's vision transformer with another last block.

    Parameters
    ----------
    visual
        An open_clip ``VisionTransformer`` in evaluation mode.
    images
        (N,3,S,S) float, S a multiple of the patch.
    attention
        What the last block does (see the module's head); *value* and *sclip* keep its residual and MLP.

    Returns
    -------
    (N,D,h,w) with h = w = S/patch.
    """
    patches = visual.conv1(images)
    tokens = _tokens(visual, patches)
    *earlier, last = visual.transformer.resblocks
    for block in earlier:
        tokens = block(tokens)
    looked = last.ls_1(_attention_norm(last)(_attend(last.attn, last.ln_1(tokens), attention)))
    if attention == "clearclip":
        tokens = looked
    else:
        tokens = tokens + looked
        tokens = tokens + last.ls_2(last.mlp(last.ln_2(tokens)))
    embedded = visual.ln_post(tokens[:, 1:])
    if visual.proj is not None:
        embedded = embedded @ visual.proj
    return embedded.transpose(1, 2).reshape(len(images), -1, *patches.shape[-2:])


def _tokens(visual: Any, patches: Tensor) -> Tensor:
    """Return class token and patches (N, 1 + h w, C) with position embeddings of the patches' grid."""
    own, grid = visual.positional_embedding[:1], visual.positional_embedding[1:]
    grid = resize_positions(grid, visual.grid_size, (patches.shape[-2], patches.shape[-1]))
    first = (visual.class_embedding + own).expand(len(patches), 1, -1)
    tokens = torch.cat([first, patches.flatten(2).transpose(1, 2) + grid], dim=1)
    embedded: Tensor = visual.ln_pre(tokens)
    return embedded


def resize_positions(positions: Tensor, old: tuple[int, int], new: tuple[int, int]) -> Tensor:
    """Return the position embeddings (h w, C) of another grid, resampled as open_clip does on loading.

    Bicubic with antialiasing, so that a smaller grid averages instead of picking places.
    """
    if tuple(old) == tuple(new):
        return positions
    grid = positions.T.reshape(1, -1, *old)
    grid = F.interpolate(grid, size=new, mode="bicubic", antialias=True, align_corners=False)
    return grid.flatten(2)[0].T


def _attend(attention: Any, x: Tensor, kind: Attention) -> Tensor:
    """Return (N,L,C): the last attention of tokens (N,L,C) after its norm, with other weights."""
    heads = F.linear(x, attention.in_proj_weight, attention.in_proj_bias).unflatten(
        -1, (3, attention.num_heads, -1)
    )
    query, key, value = heads.permute(2, 0, 3, 1, 4)  # each (N,heads,L,C/heads)
    value = gather(_normed(attention, "ln_q", query), _normed(attention, "ln_k", key), value, kind)
    head_scale = getattr(attention, "head_scale", None)
    if head_scale is not None:
        value = value * head_scale
    joined = _normed(attention, "ln_inner", value.transpose(1, 2).flatten(2))
    return F.linear(joined, attention.out_proj.weight, attention.out_proj.bias)


def gather(query: Tensor, key: Tensor, value: Tensor, kind: Attention) -> Tensor:
    """Return (N,heads,L,d): the values that every token gathers, given those of each head (N,heads,L,d)."""
    if kind == "sclip":
        return _alike(query, value) + _alike(key, value)
    return _alike(query, value) if kind == "clearclip" else value


def _alike(features: Tensor, value: Tensor) -> Tensor:
    """Return values gathered by softmax(f f^T / sqrt(d)) of each head."""
    return F.scaled_dot_product_attention(features, features, value)


def _normed(attention: Any, name: str, x: Tensor) -> Tensor:
    """Return ``x`` after a norm that only open_clip's custom attention has."""
    norm = getattr(attention, name, None)
    return x if norm is None else norm(x)


def _attention_norm(block: Any) -> Any:
    """Return the norm after attention that open_clip's custom blocks have."""
    return getattr(block, "ln_attn", torch.nn.Identity())
