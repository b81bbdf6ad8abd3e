"""A generator that keeps what it made of the latents it saw last, so that looking twice costs little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from segstyle_gui.pipeline.studio_cache import ByteCache

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from segstyle_gui.core.generator.network import Generator

    Kept = tuple[Tensor | None, dict[str, Tensor]]  # of one sample: image (C, R, R), maps (H, W, C) by layer


class RememberingGenerator:
    """A generator in front of a cache of images and feature maps; core takes it for the generator itself.

    It is a :class:`~segstyle_gui.core.feature_tap.TappedGenerator`: every function of core that reads
    features gets them from the cache where they are known.

    Parameters
    ----------
    generator
        The one that makes what is not known.
    cache
        May be shared between generators.
    name
        Tells this generator's entries from those of others.
    """

    def __init__(self, generator: Generator, cache: ByteCache, name: object) -> None:
        self.generator = generator
        self._cache, self._name = cache, name

    @property
    def resolution(self) -> int:
        """Height and width of the images in pixels."""
        return self.generator.resolution

    @property
    def z_dim(self) -> int:
        """Length of z."""
        return self.generator.z_dim

    @property
    def num_ws(self) -> int:
        """How many latents synthesis takes, one for each layer."""
        return self.generator.num_ws

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Layers whose feature maps can be tapped."""
        return self.generator.layer_names

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.generator.device

    def layer_channels(self, name: str) -> int:
        """Return the number of channels of a layer."""
        return self.generator.layer_channels(name)

    def layer_size(self, name: str) -> int:
        """Return the height and width in pixels of a layer's maps."""
        return self.generator.layer_size(name)

    def mapping(self, z: Tensor, psi: float = 1.0) -> Tensor:
        """Map z (N, z_dim) to w (N, w_dim)."""
        return self.generator.mapping(z, psi)

    def forward_intermediates(
        self, w: Tensor, layers: Sequence[str], *, image: bool = True
    ) -> tuple[Tensor | None, dict[str, Tensor]]:
        """Return images (N, C, R, R), or None, and maps (N, C, H, W) by layer."""
        keys = [(self._name, tuple(layers), row.tobytes()) for row in w.detach().cpu().numpy()]
        found: list[Kept | None] = [self._cache.get(key) for key in keys]
        missing = [i for i, one in enumerate(found) if one is None or (image and one[0] is None)]
        if missing:
            pictures, maps = self.generator.forward_intermediates(w[missing], layers, image=image)
            for row, i in enumerate(missing):
                own = {name: _channels_last(maps[name][row]) for name in layers}
                one = None if pictures is None else pictures[row].clone(), own
                self._cache.put(keys[i], one, _bytes(one))
                found[i] = one
        return _stacked([one for one in found if one is not None], layers, image=image)


def _bytes(one: Kept) -> int:
    tensors = [tensor for tensor in (one[0], *one[1].values()) if tensor is not None]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _channels_last(x: Tensor) -> Tensor:
    """Return a copy (H, W, C) of a map (C, H, W): a view would keep the whole batch.

    Channels come last in memory as the generator gives them; products with centroids are three times as
    fast then.
    """
    import torch

    return x.movedim(0, -1).clone(memory_format=torch.contiguous_format)


def _stacked(
    samples: Sequence[Kept], layers: Sequence[str], *, image: bool
) -> tuple[Tensor | None, dict[str, Tensor]]:
    import torch

    pictures = [picture for picture, _ in samples if picture is not None]
    maps = {name: torch.stack([own[name] for _, own in samples]).movedim(-1, 1) for name in layers}
    return torch.stack(pictures) if image else None, maps
