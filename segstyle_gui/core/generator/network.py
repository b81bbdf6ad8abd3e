"""The generator: mapping network z → w and synthesis network w → image, with named feature maps.

Layers bear NVIDIA's names: ``b64.conv1`` is the second styled convolution of the 64² block, after noise, bias
and activation (the layer that the paper calls the seventh).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from segstyle_gui.core.generator.layers import FullyConnected, Resample, StyledConv, ToImage
from segstyle_gui.core.generator.styles import split_styles
from segstyle_gui.errors import ConfigError

Noise = Literal["const", "random", "none"]

MAPPING_LR_MULTIPLIER = 0.01
_WIDEST, _DEEPEST = 16384, 64  # far above any published network


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorSpec:
    """Everything that fixes the shapes of a generator.

    Parameters
    ----------
    resolution
        Height and width of the images, a power of two from 16 to 1024.
    img_channels
        1 (gray) or 3 (RGB).
    z_dim, w_dim
        Sizes of the latents.
    mapping_layers
        Depth of the mapping network.
    channels
        Feature channels of each block, by resolution; see :func:`default_channels`.
    """

    resolution: int
    img_channels: int = 1
    z_dim: int = 512
    w_dim: int = 512
    mapping_layers: int = 8
    channels: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.resolution not in (16, 32, 64, 128, 256, 512, 1024):
            raise ConfigError(
                f"A generator of {self.resolution} px was asked for; wanted a power of two from 16 to 1024."
            )
        if self.img_channels not in (1, 3):
            raise ConfigError(
                f"A generator with {self.img_channels} image channels was asked for; wanted 1 or 3."
            )
        if not self.channels:
            object.__setattr__(self, "channels", default_channels(self.resolution))
        sizes = (self.z_dim, self.w_dim, self.mapping_layers, *self.channels.values())
        if min(sizes) < 1 or max(sizes) > _WIDEST or self.mapping_layers > _DEEPEST:
            raise ConfigError(
                f"A generator of {max(sizes):,} units or {self.mapping_layers:,} mapping layers was asked "
                f"for; wanted 1 to {_WIDEST:,} units and 1 to {_DEEPEST} layers."
            )
        missing = [r for r in self.block_resolutions if r not in self.channels]
        if missing:
            raise ConfigError(f"No channel count is given for the blocks of {missing} px.")

    @property
    def block_resolutions(self) -> tuple[int, ...]:
        """4, 8, … up to the image's resolution."""
        return tuple(2**i for i in range(2, self.resolution.bit_length()))


def default_channels(resolution: int, base: int = 32768, most: int = 512) -> dict[int, int]:
    """Return the published rule for block widths: min(base / resolution, most) channels."""
    return {2**i: min(base // 2**i, most) for i in range(2, resolution.bit_length())}


class MappingNetwork(nn.Module):
    """z (N, z_dim) → w (N, w_dim), with the running mean of w that truncation pulls towards."""

    w_avg: Tensor

    def __init__(self, z_dim: int, w_dim: int, n_layers: int) -> None:
        super().__init__()
        for i in range(n_layers):
            layer = FullyConnected(
                z_dim if i == 0 else w_dim, w_dim, activate=True, lr_multiplier=MAPPING_LR_MULTIPLIER
            )
            self.add_module(f"fc{i}", layer)
        self.n_layers = n_layers
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(self, z: Tensor, psi: float = 1.0) -> Tensor:
        """Map latents; ``psi`` < 1 pulls w towards its mean (truncation, 2019, appendix B)."""
        x = z * torch.rsqrt(z.square().mean(dim=1, keepdim=True) + 1e-8)
        for i in range(self.n_layers):
            x = self.get_submodule(f"fc{i}")(x)
        return x if psi == 1.0 else torch.lerp(self.w_avg, x, psi)


class SynthesisBlock(nn.Module):
    """One resolution: (conv0 ×2), conv1, and the block's contribution to the image (skip architecture)."""

    const: nn.Parameter

    def __init__(self, n_in: int, n_out: int, w_dim: int, resolution: int, img_channels: int) -> None:
        super().__init__()
        self.is_first = n_in == 0
        if self.is_first:
            self.const = nn.Parameter(torch.randn(n_out, resolution, resolution))
        else:
            self.conv0 = StyledConv(n_in, n_out, w_dim, resolution, up=True)
            self.resample = Resample()
        self.conv1 = StyledConv(n_out, n_out, w_dim, resolution, up=False)
        self.torgb = ToImage(n_out, img_channels, w_dim)


class SynthesisNetwork(nn.Module):
    """w → image; the blocks are the submodules ``b4``, ``b8`` and so on."""

    def __init__(self, spec: GeneratorSpec) -> None:
        super().__init__()
        self.block_names = [f"b{r}" for r in spec.block_resolutions]
        n_in = 0
        for resolution in spec.block_resolutions:
            n_out = spec.channels[resolution]
            block = SynthesisBlock(n_in, n_out, spec.w_dim, resolution, spec.img_channels)
            self.add_module(f"b{resolution}", block)
            n_in = n_out

    def run(
        self,
        ws: Tensor,
        layers: Sequence[str] = (),
        *,
        shifts: Mapping[str, Tensor] = MappingProxyType({}),
        noise: Noise | Mapping[str, Tensor] = "const",
        image: bool = True,
        dtype: torch.dtype = torch.float32,
    ) -> tuple[Tensor | None, dict[str, Tensor]]:
        """Synthesise from (N, num_ws, w_dim), keeping the maps of ``layers``; stops early if it can.

        ``shifts`` (N, C) by layer name are added to the styles. ``noise`` may also be given: maps
        (N, 1, r, r) by layer.
        """
        kept: dict[str, Tensor] = {}
        wanted = set(layers)
        x: Tensor = ws.new_zeros(())
        picture: Tensor | None = None
        for index, name in enumerate(self.block_names):
            block: SynthesisBlock = self.get_submodule(name)  # type: ignore[assignment]
            first = 2 * index - 1  # the latent that conv0 takes; conv1 and torgb take the next two
            if block.is_first:
                x = block.const.to(dtype)[None].expand(len(ws), -1, -1, -1)
                x = x.contiguous(memory_format=torch.channels_last)
            else:
                given = _noise(f"{name}.conv0", block.conv0, len(ws), noise)
                x = block.conv0(x, ws[:, first], given, shifts.get(f"{name}.conv0"))
                _keep(kept, wanted, f"{name}.conv0", x)
            given = _noise(f"{name}.conv1", block.conv1, len(ws), noise)
            x = block.conv1(x, ws[:, first + 1], given, shifts.get(f"{name}.conv1"))
            _keep(kept, wanted, f"{name}.conv1", x)
            if image:
                added = block.torgb(x, ws[:, first + 2])
                picture = added if picture is None else block.resample.upsample(picture) + added
            elif not wanted:
                break
        return picture, kept


def _noise(name: str, layer: StyledConv, n: int, mode: Noise | Mapping[str, Tensor]) -> Tensor | None:
    if not isinstance(mode, str):
        return mode[name]
    if mode == "none":
        return None
    if mode == "const":
        return layer.noise_const
    shape = (n, 1, layer.resolution, layer.resolution)
    return torch.randn(shape, device=layer.noise_const.device)


def _keep(kept: dict[str, Tensor], wanted: set[str], name: str, x: Tensor) -> None:
    if name in wanted:
        wanted.remove(name)
        kept[name] = x.float()


class Generator(nn.Module):
    """StyleGAN2's generator (Karras et al. 2020, config E/F: skip generator, no progressive growing)."""

    def __init__(self, spec: GeneratorSpec) -> None:
        super().__init__()
        self.spec = spec
        self.mapping = MappingNetwork(spec.z_dim, spec.w_dim, spec.mapping_layers)
        self.synthesis_network = SynthesisNetwork(spec)
        self.num_ws = 2 * len(spec.block_resolutions)

    @property
    def resolution(self) -> int:
        """Height and width of the images in pixels."""
        return self.spec.resolution

    @property
    def img_channels(self) -> int:
        """1 for gray, 3 for RGB."""
        return self.spec.img_channels

    @property
    def z_dim(self) -> int:
        """Length of z."""
        return self.spec.z_dim

    @property
    def w_dim(self) -> int:
        """Length of w."""
        return self.spec.w_dim

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.mapping.w_avg.device

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Layers whose feature maps can be tapped, in the order of synthesis."""
        names = [f"b{r}.{conv}" for r in self.spec.block_resolutions for conv in ("conv0", "conv1")]
        return tuple(names[1:])  # the 4² block has no conv0

    def layer_size(self, name: str) -> int:
        """Return the height and width in pixels of the feature maps of layer ``name``."""
        self._check_layers([name])
        return int(name[1 : name.index(".")])

    def layer_channels(self, name: str) -> int:
        """Return the number of channels of layer ``name``."""
        return self.spec.channels[self.layer_size(name)]

    def synthesis(self, w: Tensor, **options: object) -> Tensor:
        """Return images (N, img_channels, R, R) float32, about [-1, 1] (not clamped).

        ``w`` is that of :meth:`forward_intermediates`, ``options`` are those of :meth:`SynthesisNetwork.run`
        (noise, dtype).
        """
        ws, shifts = self._unpacked(w)
        picture, _ = self.synthesis_network.run(ws, shifts=shifts, **options)  # type: ignore[arg-type]
        assert picture is not None
        return picture

    def forward(self, z: Tensor, psi: float = 1.0) -> Tensor:
        """Map z (N, z_dim) to images (N, img_channels, R, R)."""
        return self.synthesis(self.mapping(z, psi))

    def forward_intermediates(
        self,
        w: Tensor,
        layers: Sequence[str],
        *,
        noise: Noise = "const",
        image: bool = True,
        dtype: torch.dtype = torch.float32,
    ) -> tuple[Tensor | None, dict[str, Tensor]]:
        """Synthesise and return the feature maps of some layers.

        Parameters
        ----------
        w
            (N, w_dim); (N, w_dim + S), w and what is added to all styles
            (:mod:`segstyle_gui.core.generator.styles`); or (N, num_ws, w_dim), one latent for each layer.
        layers
            Names from :attr:`layer_names`.
        noise
            ``"const"``: the generator's own fixed noise; ``"random"``; ``"none"``.
        image
            If false no image is made, and synthesis ends at the last wanted layer.
        dtype
            Of the convolutions; everything returned is float32.

        Returns
        -------
        tuple
            The images (N, img_channels, R, R) or None, and the maps (N, C, H, W) by layer name.

        Raises
        ------
        ConfigError
            If a layer does not exist.
        """
        self._check_layers(layers)
        ws, shifts = self._unpacked(w)
        return self.synthesis_network.run(ws, layers, shifts=shifts, noise=noise, image=image, dtype=dtype)

    def _unpacked(self, w: Tensor) -> tuple[Tensor, Mapping[str, Tensor]]:
        if w.ndim == 3:
            return w, {}
        ws = w[:, None, : self.w_dim].expand(-1, self.num_ws, -1)
        return ws, split_styles(self, w[:, self.w_dim :])

    def _check_layers(self, layers: Sequence[str]) -> None:
        for name in layers:
            if name not in self.layer_names:
                raise ConfigError(
                    f"The generator has no layer {name!r}.",
                    hint=f"Its layers are {', '.join(self.layer_names)}.",
                )


def latents_from_seeds(seeds: Sequence[int], z_dim: int) -> Tensor:
    """Return z (N, z_dim) float32, one row for each seed, as NVIDIA's tools draw it (numpy's MT19937)."""
    rows = [np.random.RandomState(int(seed)).randn(z_dim) for seed in seeds]
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def images_to_uint8(images: Tensor) -> np.ndarray:
    """Convert (N, C, H, W) in [-1, 1] to (N, H, W, C) uint8, clamping what lies outside."""
    scaled = (images.detach().float() * 127.5 + 127.5).round().clamp(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
