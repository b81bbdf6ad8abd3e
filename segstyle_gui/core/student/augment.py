"""Random changes of (image, label map) pairs, so that a student of generated images reads real cameras.

The changes are torchvision's, one composed pipeline run for every image, with own ones for what it lacks:
illumination, glints, patches and fewer pixels. What matters most is what differs between a generator's frames
and another camera's: illumination and contrast, then sharpness and noise, then scale, turn and place.
Images are gray levels 0..1 in here.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as TF

from segstyle_gui.core.student.data import IGNORE

_BILINEAR = v2.InterpolationMode.BILINEAR
_BLUR_KERNEL = 9  # pixels
_SHARPNESS_SHARE = 0.7  # of the images: half of them blurred, half sharpened
_MAX_SPOTS = 4
_SEEDS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """Ranges of the random changes; each is 0 (or 1 for ``scale``) where it does nothing."""

    scale: float = 1.4  # largest magnification; the smallest is its inverse
    rotation: float = 15.0  # degrees either way
    shift: float = 0.15  # of the side, either way
    gamma: float = 0.5  # |log gamma|
    contrast: float = 0.4  # |log contrast|
    brightness: float = 0.3  # of the gray level, either way
    shading: float = 0.3  # |log illumination| of the low-frequency gradients
    blur: float = 1.5  # pixels, the largest sigma
    sharpen: float = 0.8  # amount of the unsharp mask
    noise: float = 0.05  # gray levels / 255, the largest deviation
    spots: float = 0.3  # share of images with glints
    occluders: float = 0.0  # share of images with a flat patch over them
    coarse: float = 0.15  # share of images shown at a lower resolution


STRENGTHS = {
    "standard": Strength(),
    "strong": Strength(
        gamma=0.7,
        contrast=0.6,
        brightness=0.4,
        shading=0.6,
        rotation=20.0,
        noise=0.08,
        spots=0.5,
        occluders=0.25,
    ),
}


#: Changes nothing.
STILL = Strength(**{field.name: float(field.name == "scale") for field in fields(Strength)})


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
            (N, C, H, W) float32, gray levels in [0, 255], C = 1 or 3.
        labels
            (N, H, W) int64, 255 where a pixel is not to be learnt.
        rng
            Generator on the CPU: the same state gives the same changes. It seeds PyTorch's global generator,
            from which torchvision draws and which is put back afterwards.

        Returns
        -------
        tuple
            New tensors of the same shapes; label pixels from outside the frame are 255.
        """
        pipeline = make_pipeline(self.strength, self.flip, images.shape[-2], images.shape[-1])
        seed = int(torch.randint(_SEEDS, (), generator=rng))
        with torch.random.fork_rng(devices=[images.device] if images.is_cuda else []):
            torch.manual_seed(seed)
            pairs = [
                pipeline(tv_tensors.Image(image), tv_tensors.Mask(label))
                for image, label in zip(images / 255.0, labels, strict=True)
            ]
        changed = torch.stack([image.as_subclass(Tensor) for image, _ in pairs])
        moved = torch.stack([label.as_subclass(Tensor) for _, label in pairs])
        return changed.clamp_(0.0, 1.0).mul_(255.0), moved


def make_augmenter(name: str, *, flip: bool) -> Augmenter | None:
    """Return the augmenter called ``name``; None for ``none`` without flips."""
    if name == "none":
        return Augmenter(STILL, flip=True) if flip else None
    return Augmenter(STRENGTHS[name], flip=flip)


@lru_cache(maxsize=8)
def make_pipeline(strength: Strength, flip: bool, height: int, width: int) -> v2.Transform:
    """Return what changes one pair of an image (C, H, W) in [0, 1] and its mask (H, W)."""
    s = strength
    mirror = [v2.RandomHorizontalFlip()] if flip else []
    return v2.Compose([v2.Identity(), *mirror, *_geometry(s, height, width), *_sharpness(s), *_light(s)])


def _geometry(s: Strength, height: int, width: int) -> list[v2.Transform]:
    """Move within a border that is wide enough for every draw: the image mirrored, the mask to be ignored."""
    if s.scale == 1 and s.rotation == 0 and s.shift == 0:
        return []
    cos, sin = math.cos(math.radians(s.rotation)), math.sin(math.radians(s.rotation))
    x = math.ceil((s.scale * (width * cos + height * sin) - width) / 2) + 1
    y = math.ceil((s.scale * (height * cos + width * sin) - height) / 2) + 1
    border = [x + round(s.shift * width), y + round(s.shift * height)]
    return [
        _Border(border),
        v2.RandomCrop((height + 2 * y, width + 2 * x)),  # the shift
        v2.RandomAffine(s.rotation, scale=(1 / s.scale, s.scale), interpolation=_BILINEAR, fill=None),
        v2.CenterCrop((height, width)),
    ]


def _sharpness(s: Strength) -> list[v2.Transform]:
    changes: list[v2.Transform] = []
    if s.blur > 0:
        blur = v2.GaussianBlur(_BLUR_KERNEL, sigma=(min(0.3, s.blur), s.blur))
        either = v2.RandomChoice([blur, v2.RandomAdjustSharpness(1 + s.sharpen, p=1.0)])
        changes.append(v2.RandomApply([either], p=_SHARPNESS_SHARE))
    if s.coarse > 0:
        changes.append(v2.RandomApply([FewerPixels()], p=s.coarse))
    return changes


def _light(s: Strength) -> list[v2.Transform]:
    jitter = v2.ColorJitter(
        brightness=s.brightness,
        contrast=(math.exp(-s.contrast), math.exp(s.contrast)),
        saturation=s.contrast / 2,
    )
    changes = [
        (s.gamma, Gamma(s.gamma)),
        (s.contrast + s.brightness, jitter),
        (s.shading, Illumination(s.shading)),
        (s.occluders, v2.RandomApply([Patch()], p=s.occluders)),
        (s.spots, v2.RandomApply([Glints()], p=s.spots)),
        (s.noise, Noise(s.noise)),
    ]
    return [change for amount, change in changes if amount > 0]


class _Border(v2.Pad):
    """Adds the mirrored image on every side, and pixels to be ignored to the mask."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if isinstance(inpt, tv_tensors.Mask):
            return TF.pad(inpt, self.padding, fill=IGNORE)
        return TF.pad(inpt, self.padding, padding_mode="reflect")


class _ValueChange(v2.Transform, ABC):
    """Base of the changes of values only: masks pass through."""

    def __init__(self, amount: float = 1.0) -> None:
        super().__init__()
        self.amount = amount

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if not isinstance(inpt, tv_tensors.Image):
            return inpt
        return tv_tensors.wrap(self._change(inpt.as_subclass(Tensor)), like=inpt)

    @abstractmethod
    def _change(self, image: Tensor) -> Tensor:
        """Return the changed image (C, H, W)."""


class Gamma(_ValueChange):
    """Random gamma, ``amount`` being the largest |log gamma|."""

    def _change(self, image: Tensor) -> Tensor:
        return TF.adjust_gamma(image, math.exp(self.amount * _between(-1, 1)))


class Noise(_ValueChange):
    """Gaussian noise of a random deviation up to ``amount``."""

    def _change(self, image: Tensor) -> Tensor:
        return TF.gaussian_noise(image, sigma=self.amount * _between(0, 1))


class FewerPixels(_ValueChange):
    """Shows the image as a camera or generator of fewer pixels would have."""

    def _change(self, image: Tensor) -> Tensor:
        size = list(image.shape[-2:])
        factor = _between(1.25, 2.5)
        small = TF.resize(image, [max(4, round(side / factor)) for side in size], antialias=True)
        return TF.resize(small, size, antialias=False)


class Illumination(_ValueChange):
    """Multiplies by a smooth field, a vignette and, of colour images, a tint of the light.

    ``amount`` is the largest |log| of the field.
    """

    def _change(self, image: Tensor) -> Tensor:
        y, x = _grid(image, -1, 1)
        field = TF.resize(torch.rand(1, 3, 3) * 2 - 1, list(image.shape[-2:]), antialias=False).to(
            image.device
        )
        field = field - _between(-0.15, 0.5) * (x * x + y * y)
        tint = (torch.rand(3, 1, 1) - 0.5).to(image.device) if len(image) == 3 else 0.0
        return image * torch.exp(self.amount * (_between(0, 1) * field + 0.5 * tint))


class Patch(_ValueChange):
    """Lays a flat patch over the image; what lies under it is still to be named."""

    def _change(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        h, w = (max(1, round(_between(0.06, 0.3) * side)) for side in (height, width))
        top, left = int(_between(0, height - h + 1)), int(_between(0, width - w + 1))
        return TF.erase(image, top, left, h, w, torch.rand(1, 1, 1).to(image.device))


class Glints(_ValueChange):
    """Adds up to four bright Gaussian spots, as the reflections of infrared lamps."""

    def _change(self, image: Tensor) -> Tensor:
        y, x = _grid(image, 0, 1)
        centre_y, centre_x, size, light = torch.rand(4, _MAX_SPOTS, 1, 1).to(image.device)
        sigma = 0.006 + 0.02 * size
        rows = light * torch.exp(-0.5 * ((y - centre_y) / sigma) ** 2)
        columns = torch.exp(-0.5 * ((x - centre_x) / sigma) ** 2)
        return (image + (rows * columns).sum(dim=0)).clamp_(0, 1)


def _between(low: float, high: float) -> float:
    return torch.empty(()).uniform_(low, high).item()


def _grid(image: Tensor, low: float, high: float) -> tuple[Tensor, Tensor]:
    """Return the places of rows (H, 1) and columns (1, W)."""
    y = torch.linspace(low, high, image.shape[-2], device=image.device)[:, None]
    x = torch.linspace(low, high, image.shape[-1], device=image.device)[None, :]
    return y, x
