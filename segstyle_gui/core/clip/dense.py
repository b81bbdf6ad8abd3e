"""Dense CLIP embeddings: one embedding for each cell of a grid instead of one for the image.

CLIP's image towers end in attention over all positions. Its value path alone is linear at each position and
lands in the space that text is compared in, so a network can be asked place by place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from open_clip.modified_resnet import ModifiedResNet
from open_clip.transformer import VisionTransformer
from torch import Tensor

from segstyle_gui.core.clip.dense_options import Attention, Finer
from segstyle_gui.core.clip.dense_pass import DensePass, bytes_of_floats
from segstyle_gui.core.clip.dense_resnet import resnet_pass
from segstyle_gui.core.clip.dense_timm import is_timm_transformer, timm_pass
from segstyle_gui.core.clip.dense_transformer import transformer_pass

_MAX_WINDOWS = 8  # along a side
_LIVE_INPUTS = 60  # activations of a tower of unknown make, in numbers of its input


def dense_pass(
    visual: Any,
    size: int,
    *,
    encode: Callable[[Tensor], Tensor],
    native_size: int,
    stride: int,
    finer: Finer = "dilate",
    attention: Attention = "value",
) -> DensePass:
    """Return how a tower sees images on a grid of ``stride`` pixels.

    Parameters
    ----------
    visual
        The image tower of an open_clip model.
    size
        Wanted side of the images in pixels; made a multiple of the tower's own step.
    encode
        Embeds whole images, (N,3,s,s) -> (N,D).
    native_size
        Side s in pixels of the images the tower was trained on.
    stride
        Wanted step of the grid in pixels. A ResNet is dilated to it (32, 16, 8 or 4) or shown larger
        images. A transformer's patches are fixed, so the image is enlarged until one patch covers
        ``stride`` of its old pixels. Any other tower sees overlapping windows, at most 8 by 8.
    finer
        Of ResNets alone.
    attention
        Of transformers alone.

    Raises
    ------
    ConfigError
        If a ResNet cannot have this stride.
    """
    if isinstance(visual, ModifiedResNet):
        return resnet_pass(visual, size, stride, finer, native_size)
    if isinstance(visual, VisionTransformer) and visual.attn_pool is None and visual.pool_type != "none":
        return transformer_pass(visual, size, stride, attention, native_size)
    if is_timm_transformer(visual):
        return timm_pass(visual, size, stride, attention, native_size)
    return _window_pass(encode, size, native_size=native_size, stride=stride)


def _window_pass(
    encode: Callable[[Tensor], Tensor], size: int, *, native_size: int, stride: int
) -> DensePass:
    n_cells = min(max(size // stride, 1), _MAX_WINDOWS)
    return DensePass(
        side=size,
        cell=size // n_cells,
        grain=0,
        native=native_size,
        n_bytes=lambda pixels: bytes_of_floats(3 * pixels**2 + _LIVE_INPUTS * 3 * native_size**2),
        run=lambda images: window_dense(encode, images, native_size=native_size, n_cells=n_cells),
    )


def window_dense(
    encode: Callable[[Tensor], Tensor], images: Tensor, *, native_size: int, n_cells: int
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
    n_cells
        Cells along a side.

    Returns
    -------
    (N,D,n_cells,n_cells); the windows' centres follow the cells' centres as far as the border lets them.
    """
    side = images.shape[-1]
    window = max(side // 2, 1)
    starts = [
        min(max(round((i + 0.5) * side / n_cells - window / 2), 0), side - window) for i in range(n_cells)
    ]
    crops = (images[..., top : top + window, left : left + window] for top in starts for left in starts)
    embedded = torch.stack([encode(_resize(crop, native_size)) for crop in crops], dim=-1)
    return embedded.reshape(len(images), -1, n_cells, n_cells)


def _resize(images: Tensor, side: int) -> Tensor:
    if images.shape[-2:] == (side, side):
        return images
    return F.interpolate(images, size=(side, side), mode="bicubic", antialias=True, align_corners=False)
