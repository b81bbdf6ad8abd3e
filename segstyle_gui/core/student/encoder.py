"""The paper's student: ResNet-18 kept at stride 8 by dilation, with a linear head."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from segstyle_gui.core.checkpoint_file import UNREADABLE
from segstyle_gui.errors import ConfigError, ModelFileError

IMAGENET = "imagenet"
FEATURE_CHANNELS = 512
HEAD_DEVIATION = 0.01


class Resnet18Stride8(nn.Module):
    """ResNet-18 features at stride 8, 1×1 convolution, bilinear to the input's size."""

    stride = 8  # sides of the input must be multiples of this

    def __init__(self, encoder: nn.Module, n_classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Conv2d(FEATURE_CHANNELS, n_classes, 1)
        nn.init.normal_(self.head.weight, 0.0, HEAD_DEVIATION)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def features(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → (N, 512, H/8, W/8)."""
        return self.encoder.forward_features(x)  # type: ignore[operator]

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → logits (N, n_classes, H, W)."""
        logits = self.head(self.features(x))
        return F.interpolate(logits, size=x.shape[-2:], mode="bilinear", align_corners=False)


def build_resnet18_8s(channels: int, n_classes: int, weights: str = "") -> Resnet18Stride8:
    """Return the network; ``weights`` is empty (random), ``imagenet`` or the path of a weights file.

    Raises
    ------
    ConfigError
        If ImageNet's weights cannot be fetched.
    ModelFileError
        If the file is missing, damaged or holds another network.
    """
    encoder = _imagenet_encoder(channels) if weights == IMAGENET else _encoder(channels)
    if weights and weights != IMAGENET:
        _load_encoder(encoder, _read_weights(Path(weights)), Path(weights), channels)
    return Resnet18Stride8(encoder, n_classes)


def _encoder(channels: int, *, pretrained: bool = False) -> nn.Module:
    import timm  # here, because it takes seconds and the U-Net does not need it

    return timm.create_model(
        "resnet18", pretrained=pretrained, in_chans=channels, num_classes=0, global_pool="", output_stride=8
    )


def _imagenet_encoder(channels: int) -> nn.Module:
    try:
        return _encoder(channels, pretrained=True)
    except (OSError, RuntimeError) as error:  # no network, no cache: the hub's errors are all of these
        raise ConfigError(
            "ImageNet's weights for ResNet-18 were not found here and could not be fetched.",
            hint="Choose a file of them as encoder weights, or leave that empty to start from random ones.",
        ) from error


def _read_weights(path: Path) -> Mapping[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (*UNREADABLE, SafetensorError) as error:
        raise ModelFileError(
            f"{path.name} is not a readable weights file; wanted .safetensors or a plain .pth.",
            hint="Download it again.",
        ) from error
    tensors = content.get("state_dict", content) if isinstance(content, dict) else {}
    return {str(name): value for name, value in tensors.items() if isinstance(value, Tensor)}


def _load_encoder(encoder: nn.Module, tensors: Mapping[str, Tensor], path: Path, channels: int) -> None:
    """Load ImageNet-style weights; the first layer's colours are summed for a gray network."""
    wanted = encoder.state_dict()
    state = {name: tensor for name, tensor in tensors.items() if name in wanted}
    counters = {name: tensor for name, tensor in wanted.items() if name.endswith("num_batches_tracked")}
    state = {**counters, **state}  # older files lack them
    first = state.get("conv1.weight")
    if first is not None and channels == 1 and first.ndim == 4 and first.shape[1] == 3:
        state["conv1.weight"] = first.sum(dim=1, keepdim=True)
    try:
        encoder.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise ModelFileError(
            f"{path.name} does not hold a ResNet-18; {len(state)} of {len(wanted)} tensors were found.",
            hint="Choose weights of torchvision's or timm's resnet18.",
        ) from error
