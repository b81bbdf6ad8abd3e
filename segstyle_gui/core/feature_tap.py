"""Read a generator through a tap (:class:`segstyle_gui.core.taps.FeatureTap`): vectors and score maps.

Each layer's feature map (N, C, H, W) is normalised pixel by pixel, then brought to the grid (bilinear up,
area average down), then the layers are stacked to vectors (D,). Only the first step is not linear, and it
happens at the layer's own size: so a score map, made of products with a centroid, can be computed there and
resized instead of the features, with the same result (:func:`score_maps`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from segstyle_gui.core.taps import FeatureTap, LayerTap, Normalize
from segstyle_gui.errors import ConfigError

_TINY = 1e-8


class TappedGenerator(Protocol):
    """What regions need of a generator (:class:`segstyle_gui.core.generator.network.Generator` has it)."""

    @property
    def resolution(self) -> int: ...  # noqa: D102
    @property
    def z_dim(self) -> int: ...  # noqa: D102
    @property
    def num_ws(self) -> int: ...  # noqa: D102
    @property
    def layer_names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def device(self) -> torch.device: ...  # noqa: D102
    def layer_channels(self, name: str) -> int: ...  # noqa: D102
    def layer_size(self, name: str) -> int: ...  # noqa: D102
    def mapping(self, z: Tensor, psi: float = 1.0) -> Tensor: ...  # noqa: D102
    def forward_intermediates(  # noqa: D102
        self, w: Tensor, layers: Sequence[str], *, image: bool = True
    ) -> tuple[Tensor | None, dict[str, Tensor]]: ...


def parse_layers(text: str, generator: TappedGenerator) -> tuple[str, ...]:
    """Return the layer names meant by ``text``: ``"auto"`` or names with commas between them.

    ``auto`` is three blocks, at most up to 128 px, and up to 64 px where 128 px would be the generator's last
    block: ``b16.conv1,b32.conv1,b64.conv1`` at 64 and at 128 px. Why: ``docs/adr/0006-three-layers.md``.

    Raises
    ------
    ConfigError
        If the generator has no such layer, or one is named twice.
    """
    if text.strip() == "auto":
        last = 128 if generator.resolution > 128 else min(generator.resolution, 64)
        return f"b{last // 4}.conv1", f"b{last // 2}.conv1", f"b{last}.conv1"
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in generator.layer_names]
    if unknown or not names or len(set(names)) != len(names):
        raise ConfigError(
            f"The layers are {text!r}; wanted some of {', '.join(generator.layer_names)}, each once.",
            hint='Use "auto" for the layers that suit the generator.',
        )
    return names


def normalized(x: Tensor, normalize: Normalize, n_layers: int) -> Tensor:
    """Apply the part of the normalisation that is not affine to (N, C, H, W)."""
    if normalize != "l2":
        return x
    return x / _lengths(x, n_layers)


def _lengths(x: Tensor, n_layers: int) -> Tensor:
    """Return (N, 1, H, W), what ``"l2"`` divides by."""
    return x.norm(dim=1, keepdim=True).clamp(min=_TINY) * n_layers**0.5


def layer_vectors(x: Tensor, layer: LayerTap) -> Tensor:
    """Apply a layer's affine map to rows (N, C)."""
    if layer.mean is not None:
        x = x - torch.from_numpy(layer.mean).to(x.device)
    if layer.projection is None:
        return x
    projection = torch.from_numpy(layer.projection).to(x.device)
    return x @ projection.T if projection.ndim == 2 else x * projection


def resize(x: Tensor, size: int) -> Tensor:
    """Bring maps (N, C, H, W) to size x size: bilinear up (corners not aligned), area average down."""
    if x.shape[-1] == size and x.shape[-2] == size:
        return x
    if x.shape[-1] > size:
        return F.adaptive_avg_pool2d(x, size)
    return F.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)


def feature_maps(tap: FeatureTap, maps: Mapping[str, Tensor], size: int) -> Tensor:
    """Return all vectors as (N, D, size, size): the definition, against which the faster ways are tested."""
    parts = []
    for layer in tap.layers:
        x = normalized(maps[layer.name], tap.normalize, len(tap.layers))
        rows = layer_vectors(x.movedim(1, -1).reshape(-1, layer.channels), layer)
        parts.append(resize(rows.view(len(x), *x.shape[2:], -1).movedim(-1, 1), size))
    return torch.cat(parts, dim=1)


def vectors_at(tap: FeatureTap, maps: Mapping[str, Tensor], pixels: Tensor) -> Tensor:
    """Return the vectors of some grid pixels without making all of them.

    Parameters
    ----------
    maps
        (N, C, H, W) by layer name.
    pixels
        (N, m) int64, index y * grid + x of the pixels of each sample.

    Returns
    -------
    Tensor
        (N, m, D).
    """
    y, x = pixels // tap.grid, pixels % tap.grid
    where = torch.stack([(x + 0.5) / tap.grid * 2 - 1, (y + 0.5) / tap.grid * 2 - 1], dim=-1).float()
    parts = []
    for layer in tap.layers:
        values = normalized(maps[layer.name], tap.normalize, len(tap.layers))
        if values.shape[-1] > tap.grid:
            values = F.adaptive_avg_pool2d(values, tap.grid)
        picked = F.grid_sample(
            values, where[:, None], mode="bilinear", padding_mode="border", align_corners=False
        )
        rows = picked[:, :, 0].movedim(1, -1).reshape(-1, layer.channels)
        parts.append(layer_vectors(rows, layer).view(*pixels.shape, -1))
    return torch.cat(parts, dim=-1)


def score_maps(
    tap: FeatureTap, maps: Mapping[str, Tensor], centroids: NDArray[np.float32], size: int
) -> Tensor:
    """Return scores (N, K, size, size): ``v . c - |c|^2 / 2`` of each pixel's vector v and each centroid c.

    The highest score is the nearest centroid, and half the difference of two squared distances is the
    difference of their scores. The products are made at each layer's own size; see the module's text.
    """
    first = next(iter(maps.values()))
    c = torch.from_numpy(np.ascontiguousarray(centroids)).to(first.device)
    total = -0.5 * c.square().sum(dim=1)[None, :, None, None]
    by_size: dict[int, Tensor] = {}
    for layer, piece in zip(tap.layers, tap.slices(), strict=True):
        x = maps[layer.name]
        scores = _layer_scores(x, layer, c[:, piece], tap.normalize, len(tap.layers))
        height = x.shape[-1]
        by_size[height] = by_size[height] + scores if height in by_size else scores
    return sum((resize(scores, size) for scores in by_size.values()), total)


def _layer_scores(x: Tensor, layer: LayerTap, c: Tensor, normalize: Normalize, n_layers: int) -> Tensor:
    weights, offset = c, 0.0 * c[:, 0]
    if layer.projection is not None:
        projection = torch.from_numpy(layer.projection).to(x.device)
        weights = c @ projection if projection.ndim == 2 else c * projection
    if layer.mean is not None:
        offset = weights @ torch.from_numpy(layer.mean).to(x.device)
    products = F.conv2d(x, weights[:, :, None, None])
    if normalize == "l2":
        products = products / _lengths(x, n_layers)
    return products - offset[None, :, None, None]
