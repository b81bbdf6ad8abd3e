"""Random changes of (image, label map) pairs, so that a student of generated images reads real cameras.

Everything is one tensor operation over the batch with its own random numbers for every image. What differs
between a generator's frames and another camera's comes first: illumination and contrast, then sharpness and
noise, then the scale, turn and place of what is seen. Images are gray levels 0..1 in here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

IGNORE = 255
_BLUR_RADIUS = 4  # pixels
_MAX_SPOTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """Ranges of the random changes; each is 0 (or 1 for ``scale``) where it does nothing."""

    scale: float = 1.4  # largest magnification; the smallest is its inverse
    stretch: float = 1.1  # largest ratio of the two axes
    rotation: float = 15.0  # degrees either way
    shift: float = 0.15  # of the side, either way
    gamma: float = 0.5  # |log gamma|
    contrast: float = 0.4  # |log contrast|
    brightness: float = 0.15  # gray levels / 255
    shading: float = 0.3  # |log illumination| of the low-frequency gradients
    blur: float = 1.5  # pixels, the largest sigma
    sharpen: float = 0.8  # largest amount of the unsharp mask
    noise: float = 0.05  # gray levels / 255, the largest deviation
    spots: float = 0.3  # share of images with glints
    occluders: float = 0.0  # share of images with a flat patch over them
    coarse: float = 0.3  # share of batches shown at a lower resolution


STRENGTHS = {
    "standard": Strength(),
    "strong": Strength(
        gamma=0.7,
        contrast=0.6,
        brightness=0.2,
        shading=0.6,
        rotation=20.0,
        noise=0.08,
        spots=0.5,
        occluders=0.25,
    ),
}


#: Changes nothing.
STILL = Strength(
    scale=1.0,
    stretch=1.0,
    rotation=0.0,
    shift=0.0,
    gamma=0.0,
    contrast=0.0,
    brightness=0.0,
    shading=0.0,
    blur=0.0,
    sharpen=0.0,
    noise=0.0,
    spots=0.0,
    coarse=0.0,
)


class Augmenter:
    """Applies one :class:`Strength`; all randomness comes from the generator handed in."""

    def __init__(self, strength: Strength, *, flip: bool) -> None:
        self.strength = strength
        self.flip = flip

    def __call__(self, images: Tensor, labels: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Change a batch.

        Parameters
        ----------
        images
            (N, C, H, W) float32, gray levels in [0, 255].
        labels
            (N, H, W) int64, 255 where a pixel is not to be learnt.
        rng
            Generator on the CPU: the same state gives the same changes.

        Returns
        -------
        tuple
            New tensors of the same shapes; label pixels from outside the frame are 255.
        """
        images, labels = self._geometry(images / 255.0, labels, rng)
        return self._photometry(images, rng).clamp_(0.0, 1.0).mul_(255.0), labels

    def photometry(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """Change values only: (N, C, H, W) in [0, 255] → the same."""
        return self._photometry(images / 255.0, rng).clamp_(0.0, 1.0).mul_(255.0)

    def _geometry(self, images: Tensor, labels: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        matrices = _affine_matrices(len(images), self.strength, self.flip, rng).to(images.device)
        grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
        moved = F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)
        shifted = (labels + 1).float()[:, None]  # 0 stands for outside
        shifted = F.grid_sample(shifted, grid, mode="nearest", padding_mode="zeros", align_corners=False)
        labels = shifted[:, 0].round().long() - 1
        return moved, labels.masked_fill(labels < 0, IGNORE)

    def _photometry(self, images: Tensor, rng: torch.Generator) -> Tensor:
        images = _sharpness(images, self.strength, rng)
        images = _coarse(images, self.strength, rng)
        images = _tone(images, self.strength, rng)
        images = images * _illumination(images, self.strength.shading, rng)
        images = _occlude(images, self.strength.occluders, rng)
        images = _add_spots(images, self.strength.spots, rng)
        return _add_noise(images, self.strength.noise, rng)


def make_augmenter(name: str, *, flip: bool) -> Augmenter | None:
    """Return the augmenter called ``name``; None for ``none`` without flips."""
    if name == "none":
        return Augmenter(STILL, flip=True) if flip else None
    return Augmenter(STRENGTHS[name], flip=flip)


def _uniform(n: int, low: float, high: float, rng: torch.Generator) -> Tensor:
    return torch.rand(n, generator=rng) * (high - low) + low


def _affine_matrices(n: int, strength: Strength, flip: bool, rng: torch.Generator) -> Tensor:
    """Return (N, 2, 3) for affine_grid: from places in the output to places in the input."""
    zoom = torch.exp(-_uniform(n, -1, 1, rng) * math.log(strength.scale))
    ratio = torch.exp(_uniform(n, -0.5, 0.5, rng) * math.log(strength.stretch))
    angle = _uniform(n, -1, 1, rng) * math.radians(strength.rotation)
    mirror = torch.where(torch.rand(n, generator=rng) < 0.5, -1.0, 1.0) if flip else torch.ones(n)
    cos, sin = torch.cos(angle), torch.sin(angle)
    x, y = zoom * ratio, zoom / ratio
    place = (torch.rand(n, 2, generator=rng) * 2 - 1) * 2 * strength.shift
    rows = [mirror * x * cos, -x * sin, place[:, 0], mirror * y * sin, y * cos, place[:, 1]]
    return torch.stack(rows, dim=1).view(n, 2, 3)


def _sharpness(images: Tensor, strength: Strength, rng: torch.Generator) -> Tensor:
    """Blur some of the images and sharpen some (unsharp mask): x + a·(x - blurred), a from -1 up."""
    n = len(images)
    sigma = _uniform(n, 0.3, max(strength.blur, 0.3), rng)
    amount = torch.where(
        torch.rand(n, generator=rng) < 0.5, torch.full((n,), -1.0), _uniform(n, 0, strength.sharpen, rng)
    )
    used = torch.rand(n, generator=rng) < 0.7
    if strength.blur == 0 or not bool(used.any()):
        return images
    amount = (amount * used).to(images.device).view(-1, 1, 1, 1)
    return images + amount * (images - gaussian_blur(images, sigma))


def gaussian_blur(images: Tensor, sigma: Tensor) -> Tensor:
    """Blur each of (N, C, H, W) with its own ``sigma`` (N,) in pixels; edges are mirrored."""
    n, channels, height, width = images.shape
    radius = min(_BLUR_RADIUS, height - 1, width - 1)
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float32)
    kernels = torch.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
    kernels = (
        (kernels / kernels.sum(dim=1, keepdim=True)).repeat_interleave(channels, dim=0).to(images.device)
    )
    x = images.reshape(1, n * channels, height, width)
    x = F.pad(x, (radius, radius, radius, radius), mode="reflect")
    x = F.conv2d(x, kernels[:, None, None, :], groups=n * channels)
    x = F.conv2d(x, kernels[:, None, :, None], groups=n * channels)
    return x.view(n, channels, height, width)


def _coarse(images: Tensor, strength: Strength, rng: torch.Generator) -> Tensor:
    """Show half of a batch as a camera or generator of fewer pixels would have, now and then."""
    draw = torch.rand(2, generator=rng).tolist()
    if draw[0] >= strength.coarse:
        return images
    height, width = images.shape[-2:]
    factor = 1.25 + 1.25 * draw[1]
    half = (len(images) + 1) // 2
    small = F.interpolate(
        images[:half],
        size=(max(4, round(height / factor)), max(4, round(width / factor))),
        mode="bilinear",
        antialias=True,
    )
    raised = F.interpolate(small, size=(height, width), mode="bilinear", align_corners=False)
    return torch.cat([raised, images[half:]])


def _tone(images: Tensor, strength: Strength, rng: torch.Generator) -> Tensor:
    """Random gamma, contrast about the image's mean, and brightness; small gains of each colour."""
    n, channels = images.shape[:2]
    gamma = torch.exp(_uniform(n, -1, 1, rng) * strength.gamma).to(images.device).view(-1, 1, 1, 1)
    contrast = torch.exp(_uniform(n, -1, 1, rng) * strength.contrast).to(images.device).view(-1, 1, 1, 1)
    offset = (_uniform(n, -1, 1, rng) * strength.brightness).to(images.device).view(-1, 1, 1, 1)
    images = images.clamp(1e-3, 1.0).pow(gamma)
    if channels == 3:
        gains = (torch.rand(n, 3, generator=rng) - 0.5) * 0.5 * strength.contrast
        images = images * torch.exp(gains).to(images.device).view(n, 3, 1, 1)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return (images - mean) * contrast + mean + offset


def _illumination(images: Tensor, amount: float, rng: torch.Generator) -> Tensor:
    """Return (N, 1, H, W) factors: a smooth field and a vignette, drawn for each image."""
    n = len(images)
    height, width = images.shape[-2:]
    field = (torch.rand(n, 1, 3, 3, generator=rng) * 2 - 1).to(images.device)
    field = F.interpolate(field, size=(height, width), mode="bilinear", align_corners=True)
    vignette = _uniform(n, -0.3, 1.0, rng).to(images.device).view(-1, 1, 1, 1)
    y = torch.linspace(-1, 1, height, device=images.device).view(1, 1, -1, 1)
    x = torch.linspace(-1, 1, width, device=images.device).view(1, 1, 1, -1)
    strength = (torch.rand(n, generator=rng) * amount).to(images.device).view(-1, 1, 1, 1)
    return torch.exp(strength * (field - vignette * (x * x + y * y) * 0.5))


def _occlude(images: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """Lay a flat soft patch over some images; what lies under it is still to be named."""
    n = len(images)
    numbers = torch.rand(6, n, generator=rng).to(images.device).view(6, n, 1, 1, 1)
    if share == 0:
        return images
    height, width = images.shape[-2:]
    y = torch.linspace(0, 1, height, device=images.device).view(1, 1, -1, 1)
    x = torch.linspace(0, 1, width, device=images.device).view(1, 1, 1, -1)
    half_y, half_x = 0.03 + 0.12 * numbers[2], 0.03 + 0.12 * numbers[3]
    inside = ((y - numbers[0]).abs() < half_y) & ((x - numbers[1]).abs() < half_x) & (numbers[5] < share)
    return torch.where(inside, numbers[4], images)


def _add_spots(images: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """Add up to four bright Gaussian spots, as the glints of infrared lamps."""
    n = len(images)
    numbers = torch.rand(4, n, _MAX_SPOTS, generator=rng).to(images.device)
    shown = (torch.rand(n, generator=rng) < share).to(images.device).view(n, 1, 1, 1)
    if share == 0:
        return images
    height, width = images.shape[-2:]
    y = torch.linspace(0, 1, height, device=images.device).view(1, 1, -1)
    x = torch.linspace(0, 1, width, device=images.device).view(1, 1, -1)
    sigma = (0.006 + 0.02 * numbers[2])[..., None]
    rows = torch.exp(-0.5 * ((y - numbers[0][..., None]) / sigma) ** 2)
    columns = torch.exp(-0.5 * ((x - numbers[1][..., None]) / sigma) ** 2)
    light = torch.einsum("nsh,nsw->nhw", rows * numbers[3][..., None], columns)[:, None]
    return images + light * shown


def _add_noise(images: Tensor, amount: float, rng: torch.Generator) -> Tensor:
    if amount == 0:
        return images
    deviation = _uniform(len(images), 0, amount, rng).view(-1, 1, 1, 1)
    noise = torch.randn(images.shape, generator=rng) * deviation
    return images + noise.to(images.device)
