"""Dense CLIP embeddings: one embedding for each cell of a grid instead of one for the image.

Both networks end in attention over all positions. Its value path alone, ``c_proj(v_proj(x))``, is linear at
each position and lands in the space that text is compared in (Zhou et al., MaskCLIP, ECCV 2022, section 3.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from open_clip.modified_resnet import Bottleneck, ModifiedResNet
from open_clip.transformer import VisionTransformer
from torch import Tensor

from segstyle_gui.errors import ConfigError

RESNET_STRIDES = (32, 16, 8, 4)
_MAX_WINDOWS = 8  # along a side


def dense_embeddings(
    visual: Any,
    images: Tensor,
    *,
    encode: Callable[[Tensor], Tensor],
    native_size: int,
    stride: int,
) -> Tensor:
    """Return embeddings on a grid of ``stride`` pixels.

    Parameters
    ----------
    visual
        The image tower of an open_clip model.
    images
        (N,3,S,S) float, normalised as the model wants; S is made a multiple of the tower's own step.
    encode
        Embeds whole images, (N,3,s,s) -> (N,D).
    native_size
        Side s in pixels of the images the tower was trained on.
    stride
        Wanted step of the grid in pixels. A ResNet is dilated to it (32, 16, 8 or 4). A transformer's
        patches are fixed, so the image is enlarged until one patch covers ``stride`` of its old pixels. Any
        other tower sees overlapping windows, at most 8 by 8.

    Returns
    -------
    (N,D,h,w), not normalised.

    Raises
    ------
    ConfigError
        If a ResNet cannot have this stride.
    """
    if isinstance(visual, ModifiedResNet):
        return resnet_dense(visual, images, stride)
    if isinstance(visual, VisionTransformer) and visual.attn_pool is None and visual.pool_type != "none":
        return transformer_dense(visual, images, stride)
    return window_dense(encode, images, native_size=native_size, stride=stride)


def resnet_dense(visual: Any, images: Tensor, stride: int) -> Tensor:
    """Run CLIP's ResNet without its last poolings and project every position by the value path.

    A pooling that is left out becomes a 2 x 2 average at stride 1 (its edge repeated to the right and
    below), and all later 3 x 3 convolutions and poolings reach twice as far. So every position that
    the original has is computed from the same numbers and agrees with it up to rounding; the others
    fill in between.

    Parameters
    ----------
    visual
        An open_clip ``ModifiedResNet`` in evaluation mode.
    images
        (N,3,S,S) float; S is resized to a multiple of 32, where the two grids coincide.
    stride
        32 (undilated), 16, 8 or 4 pixels.

    Returns
    -------
    (N,D,S/stride,S/stride).
    """
    if stride not in RESNET_STRIDES:
        raise ConfigError(f"The stride is {stride}; a CLIP ResNet can have 32, 16, 8 or 4 pixels.")
    x = visual.stem(_to_multiple(images, RESNET_STRIDES[0]))
    reached, dilation = 4, 1
    for layer in (visual.layer1, visual.layer2, visual.layer3, visual.layer4):
        for block in layer:
            reached *= block.stride
            dilate = block.stride > 1 and reached > stride
            x = _run_block(block, x, dilation, dilate=dilate)
            dilation *= block.stride if dilate else 1
    pool = visual.attnpool
    x = F.linear(x.movedim(1, -1), pool.v_proj.weight, pool.v_proj.bias)
    return F.linear(x, pool.c_proj.weight, pool.c_proj.bias).movedim(-1, 1)


def transformer_dense(visual: Any, images: Tensor, stride: int) -> Tensor:
    """Run CLIP's vision transformer with the value path in place of the last block's attention.

    The last block keeps its residual and MLP, as in MaskCLIP; position embeddings are resized bicubically.

    Parameters
    ----------
    visual
        An open_clip ``VisionTransformer`` in evaluation mode.
    images
        (N,3,S,S) float.
    stride
        Pixels of ``images`` that one patch shall cover; at least as fine as the network's own patch.

    Returns
    -------
    (N,D,h,w) with h = w = S/stride.
    """
    patch = visual.patch_size[0]
    n_cells = max(1, round(images.shape[-1] / min(stride, patch)))
    images = _resize(images, n_cells * patch)
    tokens = _tokens(visual, visual.conv1(images))
    *earlier, last = visual.transformer.resblocks
    for block in earlier:
        tokens = block(tokens)
    tokens = tokens + last.ls_1(_attention_norm(last)(_value_path(last.attn, last.ln_1(tokens))))
    tokens = tokens + last.ls_2(last.mlp(last.ln_2(tokens)))
    embedded = visual.ln_post(tokens[:, 1:])
    if visual.proj is not None:
        embedded = embedded @ visual.proj
    return embedded.transpose(1, 2).reshape(len(images), -1, n_cells, n_cells)


def window_dense(
    encode: Callable[[Tensor], Tensor], images: Tensor, *, native_size: int, stride: int
) -> Tensor:
    """Embed windows of a quarter of the image's area as whole images; works with every tower.

    Parameters
    ----------
    encode
        (N,3,s,s) -> (N,D).
    images
        (N,3,S,S) float.
    native_size
        Side s in pixels that ``encode`` wants.
    stride
        Wanted step; the grid has S/stride cells a side, from 1 to 8.

    Returns
    -------
    (N,D,h,w); the windows' centres follow the cells' centres as far as the border lets them.
    """
    side = images.shape[-1]
    n_cells = min(max(side // stride, 1), _MAX_WINDOWS)
    window = side // 2
    starts = [
        min(max(round((i + 0.5) * side / n_cells - window / 2), 0), side - window) for i in range(n_cells)
    ]
    crops = [images[..., top : top + window, left : left + window] for top in starts for left in starts]
    embedded = torch.stack([encode(_resize(crop, native_size)) for crop in crops], dim=-1)
    return embedded.reshape(len(images), -1, n_cells, n_cells)


def _run_block(block: Bottleneck, x: Tensor, dilation: int, *, dilate: bool) -> Tensor:
    """Run one residual block at a dilation; ``dilate`` replaces its pooling by the one at stride 1."""
    pool = (lambda y: _dilated_average(y, dilation)) if dilate else block.avgpool
    y = block.act1(block.bn1(block.conv1(x)))
    y = F.conv2d(y, block.conv2.weight, padding=dilation, dilation=dilation)
    y = pool(block.act2(block.bn2(y)))
    y = block.bn3(block.conv3(y))
    if block.downsample is not None:
        shortcut_pool, convolution, norm = block.downsample
        x = norm(convolution(pool(x) if dilate else shortcut_pool(x)))
    return block.act3(y + x)


def _dilated_average(x: Tensor, reach: int) -> Tensor:
    """Average each position with those ``reach`` to the right, below and both; edges repeat."""
    padded = F.pad(x, (0, reach, 0, reach), mode="replicate")
    height, width = x.shape[-2:]
    right, below = padded[..., :height, reach:], padded[..., reach:, :width]
    return 0.25 * (x + right + below + padded[..., reach:, reach:])


def _tokens(visual: Any, patches: Tensor) -> Tensor:
    """Return class token and patches (N, 1 + h w, C) with position embeddings of the patches' grid."""
    n, _, height, width = patches.shape
    own, grid = visual.positional_embedding[:1], visual.positional_embedding[1:]
    grid = grid.T.reshape(1, -1, *visual.grid_size)
    if (height, width) != tuple(visual.grid_size):
        grid = F.interpolate(grid, size=(height, width), mode="bicubic", align_corners=False)
    first = (visual.class_embedding + own).expand(n, 1, -1)
    tokens: Tensor = visual.ln_pre(torch.cat([first, (patches + grid).flatten(2).transpose(1, 2)], dim=1))
    return tokens


def _value_path(attention: Any, x: Tensor) -> Tensor:
    """Return what attention gives if every token looks at itself alone: ``out_proj(v_proj(x))``."""
    bias = None if attention.in_proj_bias is None else attention.in_proj_bias.chunk(3)[2]
    values = F.linear(x, attention.in_proj_weight.chunk(3)[2], bias)
    head_scale = getattr(attention, "head_scale", None)
    if head_scale is not None:
        values = (values.unflatten(-1, (attention.num_heads, -1)) * head_scale[:, 0]).flatten(-2)
    inner_norm = getattr(attention, "ln_inner", None)
    return F.linear(
        values if inner_norm is None else inner_norm(values),
        attention.out_proj.weight,
        attention.out_proj.bias,
    )


def _attention_norm(block: Any) -> Callable[[Tensor], Tensor]:
    """Return the norm after attention that open_clip's custom blocks have."""
    return getattr(block, "ln_attn", torch.nn.Identity())


def _to_multiple(images: Tensor, step: int) -> Tensor:
    return _resize(images, max(1, round(images.shape[-1] / step)) * step)


def _resize(images: Tensor, side: int) -> Tensor:
    if images.shape[-2:] == (side, side):
        return images
    return F.interpolate(images, size=(side, side), mode="bicubic", antialias=True, align_corners=False)
