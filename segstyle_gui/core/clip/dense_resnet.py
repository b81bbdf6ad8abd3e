"""Dense embeddings of CLIP's ResNet: dilated exactly, or of enlarged images."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from open_clip.modified_resnet import Bottleneck
from torch import Tensor

from segstyle_gui.core.clip.dense_options import Finer
from segstyle_gui.core.clip.dense_pass import DensePass, bytes_of_floats
from segstyle_gui.errors import ConfigError

RESNET_STRIDES = (32, 16, 8, 4)
_PLAIN = RESNET_STRIDES[0]


def resnet_pass(visual: Any, size: int, stride: int, finer: Finer, native: int) -> DensePass:
    """Return how CLIP's ResNet sees images of ``size`` pixels a side on a grid of ``stride`` pixels.

    Parameters
    ----------
    visual
        An open_clip ``ModifiedResNet`` in evaluation mode.
    size
        Wanted side of the images; taken to the nearest multiple of 32, where the two grids coincide.
    stride
        32 (plain), 16, 8 or 4 pixels.
    finer
        ``"dilate"``: see :func:`resnet_dense`. ``"enlarge"``: the images get 32 / ``stride`` times as large
        and the network stays as it is, which costs the same and shows it details larger than in training.
    native
        Pixels a side the network was trained on.

    Raises
    ------
    ConfigError
        If the stride is another one.
    """
    if stride not in RESNET_STRIDES:
        raise ConfigError(f"The stride is {stride}; a CLIP ResNet can have 32, 16, 8 or 4 pixels.")
    side = max(1, round(size / _PLAIN)) * _PLAIN
    if finer == "enlarge":
        side, stride = side * _PLAIN // stride, _PLAIN
    return DensePass(
        side=side,
        cell=stride,
        grain=_PLAIN,
        native=native,
        n_bytes=lambda pixels: _activation_bytes(visual, pixels, stride),
        run=lambda images: resnet_dense(visual, images, stride),
    )


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
        (N,3,S,S) float, S a multiple of 32.
    stride
        32 (undilated), 16, 8 or 4 pixels.

    Returns
    -------
    (N,D,S/stride,S/stride), by the value path ``c_proj(v_proj(x))`` of the attention pool (Zhou et al.,
    MaskCLIP, ECCV 2022, section 3.2).
    """
    x = visual.stem(images)
    reached, dilation = 4, 1
    for block in _blocks(visual):
        reached *= block.stride
        dilate = block.stride > 1 and reached > stride
        x = _run_block(block, x, dilation, dilate=dilate)
        dilation *= block.stride if dilate else 1
    pool = visual.attnpool
    x = F.linear(x.movedim(1, -1), pool.v_proj.weight, pool.v_proj.bias)
    return F.linear(x, pool.c_proj.weight, pool.c_proj.bias).movedim(-1, 1)


def _blocks(visual: Any) -> list[Any]:
    return [
        block for layer in (visual.layer1, visual.layer2, visual.layer3, visual.layer4) for block in layer
    ]


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


def _activation_bytes(visual: Any, side: int, stride: int) -> int:
    """Return what the hungriest block keeps for one image: its input, two inner maps, output and shortcut."""
    most = 3.0 * visual.conv1.out_channels * (side / 2) ** 2
    reached = 4
    for block in _blocks(visual):
        before = (side / min(reached, max(stride, 4))) ** 2
        reached *= block.stride
        after = (side / min(reached, stride)) ** 2
        n_in, n_mid, n_out = block.conv1.in_channels, block.conv1.out_channels, block.conv3.out_channels
        most = max(most, before * (n_in + 2 * n_mid), before * n_in + after * 3 * n_out)
    return bytes_of_floats(most)
