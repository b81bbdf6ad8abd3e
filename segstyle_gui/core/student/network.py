"""The student's networks and the :class:`Student` that knows how its input and output are to be read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segstyle_gui.core.student.encoder import build_resnet18_8s
from segstyle_gui.errors import ConfigError

Architecture = Literal["unet", "resnet18_8s"]
Norm = Literal["group", "batch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentSpec:
    """Everything that fixes a student besides its weights.

    Parameters
    ----------
    architecture, width, norm
        See :class:`~segstyle_gui.core.student.config.StudentConfig`.
    class_ids
        Class id of each output channel, ascending, the first one 0 (background); gaps are allowed.
    class_names
        Their names for people; may be empty.
    channels
        1 (gray) or 3 (RGB).
    mean, std
        One value per channel, in gray levels 0..255; the input is (x - mean) / std.
    image_size
        Side of the training images in pixels: the scale at which real images are to be shown.
    """

    architecture: str
    class_ids: tuple[int, ...]
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    image_size: int
    width: int = 32
    norm: str = "batch"
    class_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        ids = self.class_ids
        if len(ids) < 2 or ids[0] != 0 or list(ids) != sorted(set(ids)) or ids[-1] > 254:
            raise ConfigError(f"Class ids are {ids}; wanted 0 and at least one more up to 254, ascending.")
        if self.channels not in (1, 3):
            raise ConfigError(f"A student of {self.channels} channels was asked for; wanted 1 or 3.")
        if len(self.mean) != self.channels or len(self.std) != self.channels or min(self.std) <= 0:
            raise ConfigError("Mean and deviation of the student's input do not fit its channels.")
        if self.class_names and len(self.class_names) != len(ids):
            raise ConfigError(f"{len(self.class_names)} class names were given for {len(ids)} classes.")

    @property
    def n_classes(self) -> int:
        """Number of output channels, background included."""
        return len(self.class_ids)


class ConvUnit(nn.Sequential):
    """3×3 convolution, normalisation, ReLU."""

    def __init__(self, n_in: int, n_out: int, norm: Norm, stride: int = 1) -> None:
        normalise = nn.BatchNorm2d(n_out) if norm == "batch" else nn.GroupNorm(n_out // 4, n_out)
        super().__init__(
            nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False), normalise, nn.ReLU(inplace=True)
        )


class UNet(nn.Module):
    """A compact U-Net: five levels, thin at full resolution, skip connections that add.

    Adding (after a 1×1 convolution at the lower resolution) instead of concatenating keeps the work at
    full resolution, which a CPU pays for in memory traffic, to two thin convolutions.
    """

    stride = 16  # sides of the input must be multiples of this

    def __init__(self, channels: int, n_classes: int, width: int = 32, norm: Norm = "batch") -> None:
        super().__init__()
        widths = [width // 2, width, 2 * width, 4 * width, 5 * width]
        steps = list(pairwise(widths))
        self.stem = ConvUnit(channels, widths[0], norm)
        self.down = nn.ModuleList(
            nn.Sequential(ConvUnit(a, b, norm, stride=2), ConvUnit(b, b, norm)) for a, b in steps
        )
        self.reduce = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in steps)
        self.up = nn.ModuleList(
            nn.Sequential(*(ConvUnit(a, a, norm) for _ in range(1 if level == 0 else 2)))
            for level, (a, _) in enumerate(steps)
        )
        self.head = nn.Conv2d(widths[0], n_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → logits (N, n_classes, H, W)."""
        x = self.stem(x)
        skips = [x]
        for down in self.down:
            x = down(x)
            skips.append(x)
        for level in reversed(range(len(self.down))):
            raised = F.interpolate(
                self.reduce[level](x), scale_factor=2, mode="bilinear", align_corners=False
            )
            x = self.up[level](raised + skips[level])
        return self.head(x)


class Student(nn.Module):
    """A network with the spec that says what goes in and what comes out."""

    mean: Tensor
    std: Tensor

    def __init__(self, spec: StudentSpec, network: nn.Module) -> None:
        super().__init__()
        self.spec = spec
        self.network = network
        self.register_buffer("mean", torch.tensor(spec.mean).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(spec.std).view(1, -1, 1, 1), persistent=False)

    @property
    def image_size(self) -> int:
        """Side of the training images in pixels."""
        return self.spec.image_size

    @property
    def stride(self) -> int:
        """Sides of the input must be multiples of this many pixels."""
        return int(self.network.stride)  # type: ignore[arg-type]

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.mean.device

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (N, n_classes, H, W) from (N, C, H, W) float gray levels in [0, 255]."""
        x = (images - self.mean) / self.std
        return self.network(x.contiguous(memory_format=torch.channels_last))


def build_student(spec: StudentSpec, *, encoder_weights: str = "") -> Student:
    """Return a student with fresh weights; ``encoder_weights`` as in StudentConfig (ResNet only).

    Raises
    ------
    ConfigError
        If the architecture is unknown, or its weights cannot be had.
    ModelFileError
        If the weights file is damaged or of another network.
    """
    network: nn.Module
    if spec.architecture == "unet":
        norm: Norm = "group" if spec.norm == "group" else "batch"
        network = UNet(spec.channels, spec.n_classes, spec.width, norm)
    elif spec.architecture == "resnet18_8s":
        network = build_resnet18_8s(spec.channels, spec.n_classes, encoder_weights)
    else:
        raise ConfigError(f"There is no student {spec.architecture!r}; wanted unet or resnet18_8s.")
    return Student(spec, network).to(memory_format=torch.channels_last)
