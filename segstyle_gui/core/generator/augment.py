"""Adaptive discriminator augmentation (Karras et al. 2020b, "Training GANs with Limited Data").

Each transformation is drawn for each image with probability p, so that at p < 1 the generator still learns
the plain images. All are differentiable once with respect to the image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

P_MAX = 0.85  # beyond this augmentations leak into the generated images (2020b, section 2.2)
_STEPS_BETWEEN = 4


@dataclass(slots=True)
class AdaptiveStrength:
    """The controller of p: raises it while the discriminator is too sure of the training images.

    The measure is r_t = E[sign(D(real))] (2020b, eq. 1).
    """

    p: float
    target: float
    speed_images: float
    adaptive: bool
    sign_sum: float = 0.0
    sign_count: int = 0
    steps: int = 0

    def update(self, real_logits: Tensor) -> None:
        """Take in the logits of one batch of real images."""
        if not self.adaptive:
            return
        self.sign_sum += float(real_logits.sign().sum())
        self.sign_count += len(real_logits)
        self.steps += 1
        if self.steps % _STEPS_BETWEEN == 0:
            direction = math.copysign(1.0, self.sign_sum / self.sign_count - self.target)
            self.p = min(max(self.p + direction * self.sign_count / self.speed_images, 0.0), P_MAX)
            self.sign_sum, self.sign_count = 0.0, 0


def augment(images: Tensor, p: float, rng: torch.Generator, *, color: bool = True) -> Tensor:
    """Return augmented images.

    Parameters
    ----------
    images
        (N, C, R, R) float32 in [-1, 1].
    p
        Probability of each transformation, in [0, 1].
    rng
        Source of the draws, on the images' device.
    color
        Whether to change brightness and contrast too.
    """
    if p <= 0:
        return images
    draw = _Draw(len(images), p, rng, images.device)
    images = _warp(images, _geometry(draw))
    return _recolor(images, draw) if color else images


class _Draw:
    """Per-image random numbers that are at rest (0) where a transformation is not applied."""

    def __init__(self, n: int, p: float, rng: torch.Generator, device: torch.device) -> None:
        self.n, self.p, self.rng, self.device = n, p, rng, device

    def _applied(self) -> Tensor:
        return (torch.rand(self.n, generator=self.rng, device=self.device) < self.p).float()

    def uniform(self, half_width: float) -> Tensor:
        x = torch.rand(self.n, generator=self.rng, device=self.device) * 2 - 1
        return x * half_width * self._applied()

    def normal(self, std: float) -> Tensor:
        return torch.randn(self.n, generator=self.rng, device=self.device) * std * self._applied()

    def integer(self, n_values: int) -> Tensor:
        x = torch.randint(n_values, (self.n,), generator=self.rng, device=self.device)
        return x * self._applied()


def _geometry(draw: _Draw) -> Tensor:
    """Return (N, 2, 3) inverse affine maps: flips, turns, scaling and shifts, with the published spreads."""
    flip = 1 - 2 * draw.integer(2)
    angle = draw.integer(4) * (math.pi / 2) + draw.uniform(math.pi)
    scale = torch.exp2(draw.normal(0.2))
    stretch = torch.exp2(draw.normal(0.2))
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    shift_x = draw.uniform(0.25) + draw.normal(0.125)  # of half the image's width
    shift_y = draw.uniform(0.25) + draw.normal(0.125)
    rows = [cos * stretch * flip, -sin, shift_x, sin * flip, cos / stretch, shift_y]
    return torch.stack(rows, dim=1).view(-1, 2, 3)


def _warp(images: Tensor, maps: Tensor) -> Tensor:
    grid = F.affine_grid(maps, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _recolor(images: Tensor, draw: _Draw) -> Tensor:
    contrast = torch.exp2(draw.normal(0.5)).view(-1, 1, 1, 1)
    brightness = draw.normal(0.2).view(-1, 1, 1, 1)
    return images * contrast + brightness
