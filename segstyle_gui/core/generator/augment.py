"""Adaptive discriminator augmentation (Karras et al. 2020b, "Training GANs with Limited Data").

Each transformation is drawn for each image with probability p and rests otherwise. While p stays below 0.8
plain images remain the most frequent ones, so that the generator learns these and not the augmented ones
(section 2.2). The noise and cutout of the paper are left out: it found them to do harm (section 3).
All are differentiable once with respect to the image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

P_MAX = 0.8  # beyond this augmentations leak into the generated images (2020b, section 2.2)
_STEPS_BETWEEN = 4


@dataclass(slots=True)
class AdaptiveStrength:
    """The controller of p: raises it while the discriminator is too sure of the training images.

    The measure is r_t = E[sign(D(real))] over four batches (2020b, eq. 1 and section 3).
    """

    p: float
    target: float
    speed_images: float
    adaptive: bool
    sign_sum: float = 0.0
    sign_count: int = 0
    steps: int = 0

    def update(self, sign_sum: float, count: int) -> None:
        """Take in one batch of ``count`` real images: the sum of the signs of their logits."""
        if not self.adaptive:
            return
        self.sign_sum += sign_sum
        self.sign_count += count
        self.steps += 1
        if self.steps % _STEPS_BETWEEN == 0:
            direction = math.copysign(1.0, self.sign_sum / self.sign_count - self.target)
            self.p = min(max(self.p + direction * self.sign_count / self.speed_images, 0.0), P_MAX)
            self.sign_sum, self.sign_count = 0.0, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreads:
    """How far each transformation goes; 0 leaves it out.

    Attributes
    ----------
    quarter_turns
        Whether images are turned by 90, 180 and 270 degrees.
    turn
        Largest turn in radians, both ways.
    scale, stretch
        Standard deviations of log2 of the size and of the ratio of width to height.
    shift
        Largest shift, as a share of the side, both ways; a finer one of normal distribution joins it.
    contrast, brightness
        Standard deviations of log2 of the contrast, and of what is added (images are in [-1, 1]).
    """

    quarter_turns: bool
    turn: float
    scale: float
    stretch: float
    shift: float
    contrast: float
    brightness: float


AUGMENTATIONS: Mapping[str, Spreads] = {
    # the published spreads (2020b, appendix B)
    "general": Spreads(
        quarter_turns=True,
        turn=math.pi,
        scale=0.2,
        stretch=0.2,
        shift=0.125,
        contrast=0.5,
        brightness=0.2,
    ),
    # for images with a way up, whose gray values mean something: what another camera, pose or lamp would do
    "medical": Spreads(
        quarter_turns=False,
        turn=math.pi / 12,
        scale=0.2,
        stretch=0.1,
        shift=0.125,
        contrast=0.3,
        brightness=0.2,
    ),
}


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What is done to each of N images: inverse maps (N, 2, 3), contrasts and brightnesses (N, 1, 1, 1)."""

    maps: Tensor
    contrast: Tensor
    brightness: Tensor

    def __getitem__(self, part: slice) -> Augmentation:
        """Return what is done to some of the images."""
        return Augmentation(self.maps[part], self.contrast[part], self.brightness[part])

    def __call__(self, images: Tensor) -> Tensor:
        """Return (N, C, R, R) float32 images in [-1, 1], augmented."""
        return torch.addcmul(self.brightness, _warp(images, self.maps), self.contrast)


def draw_augmentation(
    n: int, p: float, spreads: Spreads, rng: torch.Generator, *, mirror: bool, color: bool
) -> Augmentation | None:
    """Draw what is done to ``n`` images; None if ``p`` is 0.

    Parameters
    ----------
    n
        Number of images.
    p
        Probability of each transformation, in [0, 1].
    spreads
        How far each goes, from :data:`AUGMENTATIONS`.
    rng
        Source of the draws, which are made on its device.
    mirror
        Whether left and right may change places.
    color
        Whether brightness and contrast change too.
    """
    if p <= 0:
        return None
    draw = _Draw(n, p, rng)
    maps = _geometry(draw, spreads, mirror)
    contrast = torch.exp2(draw.normal(spreads.contrast if color else 0.0)).view(-1, 1, 1, 1)
    brightness = draw.normal(spreads.brightness if color else 0.0).view(-1, 1, 1, 1)
    return Augmentation(maps, contrast, brightness)


class _Draw:
    """Per-image random numbers that are at rest (0) where a transformation is not applied."""

    def __init__(self, n: int, p: float, rng: torch.Generator) -> None:
        self.n, self.p, self.rng, self.device = n, p, rng, rng.device

    def _applied(self, p: float) -> Tensor:
        return (torch.rand(self.n, generator=self.rng, device=self.device) < p).float()

    def uniform(self, half_width: float, p: float | None = None) -> Tensor:
        x = torch.rand(self.n, generator=self.rng, device=self.device) * 2 - 1
        return x * half_width * self._applied(self.p if p is None else p)

    def normal(self, std: float) -> Tensor:
        return torch.randn(self.n, generator=self.rng, device=self.device) * std * self._applied(self.p)

    def integer(self, n_values: int) -> Tensor:
        x = torch.randint(n_values, (self.n,), generator=self.rng, device=self.device)
        return x * self._applied(self.p)


def _geometry(draw: _Draw, spreads: Spreads, mirror: bool) -> Tensor:
    """Return (N, 2, 3) inverse affine maps: flips, turns before and after a stretch, sizes and shifts.

    Two turns by any angle, each with probability 1 - √(1 - p), make p for both together (2020b, appendix B).
    """
    p_turn = 1 - math.sqrt(1 - draw.p)
    flip = 1 - 2 * draw.integer(2 if mirror else 1)
    first = draw.integer(4 if spreads.quarter_turns else 1) * (math.pi / 2)
    first = first + draw.uniform(spreads.turn, p_turn)
    scale, stretch = torch.exp2(draw.normal(spreads.scale)), torch.exp2(draw.normal(spreads.stretch))
    second = draw.uniform(spreads.turn, p_turn)
    wide, high = torch.diag_embed(torch.stack([stretch, 1 / stretch], 1) / scale[:, None]), _mirroring(flip)
    turned = _turning(first) @ wide @ _turning(second) @ high
    # positions run from -1 to 1, so that a share of the side counts double
    shifts = [2 * (draw.uniform(spreads.shift) + draw.normal(spreads.shift)) for _ in "xy"]
    return torch.cat([turned, torch.stack(shifts, dim=1)[:, :, None]], dim=2)


def _turning(angle: Tensor) -> Tensor:
    cos, sin = torch.cos(angle), torch.sin(angle)
    return torch.stack([cos, -sin, sin, cos], dim=1).view(-1, 2, 2)


def _mirroring(flip: Tensor) -> Tensor:
    return torch.diag_embed(torch.stack([flip, torch.ones_like(flip)], dim=1))


def _warp(images: Tensor, maps: Tensor) -> Tensor:
    """Warp, four samples a pixel so that what shrinks does not alias; images at rest stay as they are."""
    n, channels, height, width = images.shape
    grid = F.affine_grid(maps, [n, channels, 2 * height, 2 * width], align_corners=False)
    fine = F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    at_rest = torch.eye(2, 3, device=maps.device)
    moved = (maps != at_rest).any(dim=2).any(dim=1)
    return torch.where(moved[:, None, None, None], F.avg_pool2d(fine, 2), images)
