"""The discriminator (Karras et al. 2020, config E/F): residual, with minibatch standard deviation."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from segstyle_gui.core.generator.layers import FullyConnected, PlainConv
from segstyle_gui.core.generator.network import GeneratorSpec

_HALF = math.sqrt(0.5)


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions that halve the resolution, beside a 1×1 shortcut."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.conv0 = PlainConv(n_in, n_in, 3)
        self.conv1 = PlainConv(n_in, n_out, 3, down=True)
        self.skip = PlainConv(n_in, n_out, 1, down=True, bias=False, activate=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, n_in, H, W) to (N, n_out, H/2, W/2)."""
        shortcut = self.skip(x, gain=_HALF)
        return shortcut + self.conv1(self.conv0(x), gain=_HALF)


def minibatch_std(x: Tensor, group: int = 4) -> Tensor:
    """Append one channel: the standard deviation over groups of samples (Karras et al. 2018, section 3).

    A group is neighbours, so that a batch that is cut into pieces of whole groups gives the same.

    Parameters
    ----------
    x
        (N, C, H, W).
    group
        Samples a group; the largest divisor of N that is not above it is taken.
    """
    n, c, h, w = x.shape
    size = next(g for g in range(min(group, n), 0, -1) if n % g == 0)
    y = x.float().reshape(n // size, size, c, h, w)
    y = (y - y.mean(dim=1, keepdim=True)).square().mean(dim=1)
    y = (y + 1e-8).sqrt().mean(dim=(1, 2, 3))  # (n / size,)
    y = y.repeat_interleave(size).reshape(-1, 1, 1, 1).expand(-1, 1, h, w).to(x.dtype)
    return torch.cat([x, y], dim=1)


class Discriminator(nn.Module):
    """Images (N, img_channels, R, R) → logits (N, 1): high for real, low for generated."""

    def __init__(self, spec: GeneratorSpec) -> None:
        super().__init__()
        resolutions = spec.block_resolutions[::-1]  # R, …, 8, 4
        widths = [spec.channels[r] for r in resolutions]
        self.fromrgb = PlainConv(spec.img_channels, widths[0], 1)
        self.blocks = nn.ModuleList(ResidualBlock(a, b) for a, b in pairwise(widths))
        self.conv = PlainConv(widths[-1] + 1, widths[-1], 3)
        self.fc = FullyConnected(widths[-1] * 16, widths[-1], activate=True)
        self.out = FullyConnected(widths[-1], 1)

    def forward(self, images: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """Judge images in [-1, 1]; ``dtype`` is that of the convolutions."""
        x = self.fromrgb(images.to(dtype).contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            x = block(x)
        x = self.conv(minibatch_std(x))
        return self.out(self.fc(x.float().flatten(1)))
