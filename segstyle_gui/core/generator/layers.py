"""The building blocks that StyleGAN2's two networks share.

Formulas follow Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), section 2 and
appendix B, and "A Style-Based Generator Architecture" (2019). Convolutions run in the dtype of their input;
styles, demodulation and biases are computed in float32.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LRELU_SLOPE = 0.2
LRELU_GAIN = math.sqrt(2.0)


def leaky_relu(x: Tensor) -> Tensor:
    """Leaky ReLU in place; the gain √2 is folded into what comes before it (it is homogeneous)."""
    return F.leaky_relu(x, LRELU_SLOPE, inplace=True)


class FullyConnected(nn.Module):
    """Linear layer with equalised learning rate: weights are stored N(0,1) and scaled at run time."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        activate: bool = False,
        bias_init: float = 0.0,
        lr_multiplier: float = 1.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in) / lr_multiplier)
        self.bias = nn.Parameter(torch.full((n_out,), float(bias_init)))
        self.weight_gain = lr_multiplier / math.sqrt(n_in)
        self.bias_gain = lr_multiplier
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, n_in) float32 to (N, n_out)."""
        gain = LRELU_GAIN if self.activate else 1.0
        y = F.linear(x, self.weight * (self.weight_gain * gain), self.bias * (self.bias_gain * gain))
        return leaky_relu(y) if self.activate else y


class Resample(nn.Module):
    """The low-pass filter [1, 3, 3, 1] ⊗ [1, 3, 3, 1] before or after a change of resolution."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
        self.register_buffer("kernel", torch.outer(taps, taps)[None, None], persistent=False)

    def _depthwise(self, x: Tensor, gain: float) -> Tensor:
        return (self.kernel * gain).to(x.dtype).expand(x.shape[1], 1, 4, 4)

    def blur(self, x: Tensor, padding: int, gain: float = 1.0) -> Tensor:
        """Filter (N, C, H, W) at its own resolution; the result is H + 2·padding − 3 high."""
        return F.conv2d(x, self._depthwise(x, gain), padding=padding, groups=x.shape[1])

    def upsample(self, x: Tensor) -> Tensor:
        """Double the resolution of (N, C, H, W)."""
        kernel = self._depthwise(x, 4.0)
        return F.conv_transpose2d(x, kernel, stride=2, padding=1, groups=x.shape[1])

    def downsample(self, x: Tensor) -> Tensor:
        """Halve the resolution of (N, C, H, W).

        In float32 the filter strides; in bfloat16 it is faster to filter all and to keep every second pixel.
        """
        if x.dtype != torch.bfloat16:
            return F.conv2d(x, self._depthwise(x, 1.0), padding=1, stride=2, groups=x.shape[1])
        return self.blur(x, padding=1)[:, :, ::2, ::2].contiguous(memory_format=torch.channels_last)


def demodulation(weight: Tensor, style: Tensor) -> Tensor:
    """Return 1/σ per sample and output channel, (N, O), of weights modulated by ``style`` (2020, eq. 3).

    σ² = Σ_i s_i² Σ_k w_oik²: the sum over the kernel is taken once for the batch, so that no per-sample
    weights are ever made.
    """
    power = weight.square().sum(dim=(2, 3))  # (O, I)
    return torch.rsqrt(style.square() @ power.t() + 1e-8)


def _per_channel(x: Tensor, dtype: torch.dtype) -> Tensor:
    return x.to(dtype)[:, :, None, None]


def pointwise(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """1×1 convolution as a matrix product, which keeps the channels-last layout even with one channel."""
    return F.linear(x.permute(0, 2, 3, 1), weight[:, :, 0, 0], bias).permute(0, 3, 1, 2)


class StyledConv(nn.Module):
    """Modulated 3×3 convolution, noise, bias and leaky ReLU; doubles the resolution if ``up``."""

    noise_const: Tensor

    def __init__(self, n_in: int, n_out: int, w_dim: int, resolution: int, *, up: bool) -> None:
        super().__init__()
        self.affine = FullyConnected(w_dim, n_in, bias_init=1.0)
        self.weight = nn.Parameter(torch.randn(n_out, n_in, 3, 3))
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.resolution = resolution
        self.resample = Resample() if up else None

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, shift: Tensor | None = None) -> Tensor:
        """Map (N, I, h, h) to (N, O, R, R).

        ``noise`` is (R, R), (N, 1, R, R) or None; ``shift`` (N, I) is added to the styles.
        """
        style = self.affine(w)
        if shift is not None:
            style = style + shift
        scale = demodulation(self.weight, style) * LRELU_GAIN
        y = self._convolve(x * _per_channel(style, x.dtype))
        bias = (self.bias * LRELU_GAIN).to(y.dtype)[:, None, None]
        y = torch.addcmul(bias, y, _per_channel(scale, y.dtype))
        if noise is not None:
            y += (noise * (self.noise_strength * LRELU_GAIN)).to(y.dtype)
        return leaky_relu(y)

    def _convolve(self, x: Tensor) -> Tensor:
        weight = self.weight.to(x.dtype)
        if self.resample is None:
            return F.conv2d(x, weight, padding=1)
        y = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        return self.resample.blur(y, padding=1, gain=4.0)


class ToImage(nn.Module):
    """Modulated 1×1 convolution without demodulation: feature map to image channels."""

    def __init__(self, n_in: int, img_channels: int, w_dim: int) -> None:
        super().__init__()
        self.affine = FullyConnected(w_dim, n_in, bias_init=1.0)
        self.weight = nn.Parameter(torch.randn(img_channels, n_in, 1, 1))
        self.bias = nn.Parameter(torch.zeros(img_channels))
        self.weight_gain = 1 / math.sqrt(n_in)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Map (N, I, R, R) to (N, img_channels, R, R) float32."""
        style = self.affine(w) * self.weight_gain
        y = pointwise(x * _per_channel(style, x.dtype), self.weight.to(x.dtype))
        return y.float() + self.bias[:, None, None]


class PlainConv(nn.Module):
    """Convolution with equalised learning rate, optional ÷2 of the resolution, bias and leaky ReLU."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int,
        *,
        down: bool = False,
        bias: bool = True,
        activate: bool = True,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None
        self.weight_gain = 1 / math.sqrt(n_in * kernel**2)
        self.activate = activate
        self.resample = Resample() if down else None

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        """Map (N, I, H, W) to (N, O, H, W) or (N, O, H/2, W/2); ``gain`` scales the result."""
        gain = gain * (LRELU_GAIN if self.activate else 1.0)
        weight = (self.weight * (self.weight_gain * gain)).to(x.dtype)
        bias = None if self.bias is None else (self.bias * gain).to(x.dtype)
        y = self._convolve(x, weight, bias)
        if not self.activate:
            return y
        # A 1x1 convolution's result is a view: changed in place, its gradient would be copied several times.
        return F.leaky_relu(y, LRELU_SLOPE) if weight.shape[-1] == 1 else leaky_relu(y)

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if weight.shape[-1] == 1:
            return pointwise(x if self.resample is None else self.resample.downsample(x), weight, bias)
        if self.resample is None:
            return F.conv2d(x, weight, bias, padding=1)
        return F.conv2d(self.resample.blur(x, padding=2), weight, bias, stride=2)
