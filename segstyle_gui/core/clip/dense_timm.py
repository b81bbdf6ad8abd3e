"""Dense embeddings of the transformers that open_clip takes from timm, as some medical CLIPs have them.

The same as :mod:`segstyle_gui.core.clip.dense_transformer` for networks whose layers are called otherwise.
"""

from __future__ import annotations

from typing import Any

import torch
from open_clip.timm_model import TimmModel
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor

from segstyle_gui.core.clip.dense_options import Attention
from segstyle_gui.core.clip.dense_pass import DensePass
from segstyle_gui.core.clip.dense_transformer import gather, patch_pass, resize_positions


def is_timm_transformer(visual: Any) -> bool:
    """Return whether an image tower is a plain timm transformer that pools by its class token."""
    trunk = getattr(visual, "trunk", None)
    if not isinstance(visual, TimmModel) or not isinstance(trunk, VisionTransformer):
        return False
    plain = trunk.global_pool == "token" and trunk.cls_token is not None and trunk.num_prefix_tokens == 1
    return bool(plain and trunk.pos_embed is not None and not trunk.no_embed_class)


def timm_pass(visual: Any, size: int, stride: int, attention: Attention, native: int) -> DensePass:
    """Return how such a tower sees images, as ``transformer_pass`` does for open_clip's own."""
    patch, width = visual.trunk.patch_embed.patch_size[0], visual.trunk.embed_dim
    return patch_pass(
        size, stride, patch, width, native, lambda images: timm_dense(visual, images, attention)
    )


def timm_dense(visual: Any, images: Tensor, attention: Attention = "value") -> Tensor:
    """Run the tower with another last block.

    Parameters
    ----------
    visual
        An open_clip ``TimmModel`` for which :func:`is_timm_transformer` holds, in evaluation mode.
    images
        (N,3,S,S) float, S a multiple of the patch.
    attention
        What the last block does.

    Returns
    -------
    (N,D,h,w) with h = w = S/patch.
    """
    trunk = visual.trunk
    patches = trunk.patch_embed.proj(images)
    tokens = _tokens(trunk, patches)
    *earlier, last = trunk.blocks
    for block in earlier:
        tokens = block(tokens)
    looked = last.ls1(_attend(last.attn, last.norm1(tokens), attention))
    if attention == "clearclip":
        tokens = looked
    else:
        tokens = tokens + looked
        tokens = tokens + last.ls2(last.mlp(last.norm2(tokens)))
    embedded: Tensor = visual.head(trunk.head(trunk.fc_norm(trunk.norm(tokens[:, 1:]))))
    return embedded.transpose(1, 2).reshape(len(images), -1, *patches.shape[-2:])


def _tokens(trunk: Any, patches: Tensor) -> Tensor:
    """Return class token and patches (N, 1 + h w, C) with position embeddings of the patches' grid."""
    own, grid = trunk.pos_embed[0, :1], trunk.pos_embed[0, 1:]
    grid = resize_positions(grid, trunk.patch_embed.grid_size, (patches.shape[-2], patches.shape[-1]))
    first = (trunk.cls_token[0] + own).expand(len(patches), 1, -1)
    x = trunk.patch_embed.norm(patches.flatten(2).transpose(1, 2))
    embedded: Tensor = trunk.norm_pre(torch.cat([first, x + grid], dim=1))
    return embedded


def _attend(attention: Any, x: Tensor, kind: Attention) -> Tensor:
    """Return (N,L,C): the last attention of tokens (N,L,C) after its norm, with other weights."""
    heads = attention.qkv(x).unflatten(-1, (3, attention.num_heads, -1))
    query, key, value = heads.permute(2, 0, 3, 1, 4)
    gathered = gather(attention.q_norm(query), attention.k_norm(key), value, kind)
    found: Tensor = attention.proj(attention.norm(gathered.transpose(1, 2).flatten(2)))
    return found
