"""Start a training from a trained generator: of the same size, or of half or a quarter of it (then it grows).

What both have in common is copied by name. A grown generator's new blocks add nothing to the image at first
(their ToImage starts at zero), so that its first images are those of before, enlarged. Widths and latents are
those of the generator that is given; gray and RGB are converted.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.network import Generator, GeneratorSpec, default_channels
from segstyle_gui.errors import ConfigError

_GROWTH = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Start:
    """What a training starts from: a generator and, where it is known, the tensors of its discriminator."""

    generator: Generator
    discriminator: Mapping[str, Tensor] | None = None

    def digest(self) -> str:
        """Return a hash of the generator's weights."""
        digest = hashlib.sha256()
        for name, tensor in sorted(self.generator.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()


def trained_spec(
    config: TrainConfig, resolution: int, img_channels: int, start: Start | None
) -> GeneratorSpec:
    """Return the shapes of the generator that is trained.

    Raises
    ------
    ConfigError
        If the images are not 1, 2 or 4 times the size of the generator to start from.
    """
    if start is None:
        return config.spec(resolution, img_channels)
    known = start.generator.spec
    if resolution / known.resolution not in _GROWTH:
        sizes = ", ".join(str(known.resolution * factor) for factor in _GROWTH)
        raise ConfigError(
            f"The generator to start from makes images of {known.resolution} px and yours have "
            f"{resolution} px; wanted images of {sizes} px.",
            hint="Import the images at one of these sizes, or start from another generator.",
        )
    return GeneratorSpec(
        resolution=resolution,
        img_channels=img_channels,
        z_dim=known.z_dim,
        w_dim=known.w_dim,
        mapping_layers=known.mapping_layers,
        channels=_grown_channels(config, known, resolution),
    )


def _grown_channels(config: TrainConfig, known: GeneratorSpec, resolution: int) -> dict[int, int]:
    """Keep the known widths; a new block has the config's, from half of the block below up to all of it."""
    channels = {r: known.channels[r] for r in known.block_resolutions}
    usual = default_channels(resolution, config.channel_base, config.channel_max)
    for r in sorted(usual):
        if r not in channels:
            below = channels[r // 2]
            channels[r] = min(max(usual[r], below // 2), below)
    return channels


def started_generator(spec: GeneratorSpec, start: Start | None) -> Generator:
    """Return a generator of ``spec`` with the weights of ``start`` where it has them."""
    generator = Generator(spec)
    if start is None:
        return generator
    known = start.generator.state_dict()
    _copy(generator, {name: _to_image(name, tensor, spec.img_channels) for name, tensor in known.items()})
    with torch.no_grad():
        for r in spec.block_resolutions:
            if r > start.generator.resolution:
                generator.get_parameter(f"synthesis_network.b{r}.torgb.weight").zero_()
    return generator


def started_discriminator(spec: GeneratorSpec, start: Start | None) -> tuple[Discriminator, bool]:
    """Return a discriminator with the weights of ``start``, and whether it has all of them from there."""
    discriminator = Discriminator(spec)
    if start is None or start.discriminator is None:
        return discriminator, False
    new_blocks = int(math.log2(spec.resolution // start.generator.resolution))
    known = {
        _renumbered(name, new_blocks): _from_image(name, tensor, spec.img_channels)
        for name, tensor in start.discriminator.items()
        if not (new_blocks and name.startswith("fromrgb."))
    }
    copied = _copy(discriminator, known)
    return discriminator, copied == len(discriminator.state_dict())


def freeze_blocks(discriminator: Discriminator, n: int) -> None:
    """Freeze what the discriminator does first: input layer and ``n`` blocks (Mo et al. 2020, FreezeD)."""
    if n > 0:
        for module in (discriminator.fromrgb, *discriminator.blocks[:n]):
            module.requires_grad_(False)


def _copy(module: torch.nn.Module, known: Mapping[str, Tensor]) -> int:
    """Copy the tensors that ``module`` has under the same name and shape; return how many."""
    copied = 0
    for name, tensor in module.state_dict().items():
        if name in known and known[name].shape == tensor.shape:
            tensor.copy_(known[name])
            copied += 1
    return copied


def _renumbered(name: str, new_blocks: int) -> str:
    """Return a discriminator's name for a tensor below ``new_blocks``: its blocks count from the image on."""
    if not name.startswith("blocks."):
        return name
    _, number, rest = name.split(".", 2)
    return f"blocks.{int(number) + new_blocks}.{rest}"


def _to_image(name: str, tensor: Tensor, img_channels: int) -> Tensor:
    """Convert a generator's last layers: gray is the mean of red, green and blue."""
    if ".torgb." not in name or ".affine." in name or len(tensor) == img_channels:
        return tensor
    mean = tensor.mean(dim=0, keepdim=True)
    return mean.expand(img_channels, *tensor.shape[1:])


def _from_image(name: str, tensor: Tensor, img_channels: int) -> Tensor:
    """Convert a discriminator's first layer: gray counts as equal red, green and blue.

    The layer divides by the square root of its number of inputs (equalised learning rate).
    """
    if name != "fromrgb.weight" or tensor.shape[1] == img_channels:
        return tensor
    gray = tensor.sum(dim=1, keepdim=True) / math.sqrt(tensor.shape[1])
    return gray.expand(-1, img_channels, -1, -1) / math.sqrt(img_channels)
