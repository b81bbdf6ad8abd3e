"""The random numbers of one training step, drawn at once for the whole batch.

A batch may be worked off in parts, one after another or by several processes. Each part takes its piece of
the same draws, so that the parts together do what the whole batch would have done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segstyle_gui.core.generator.network import Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeDraws:
    """What generated images are made from.

    Attributes
    ----------
    latents
        (n, z_dim).
    other
        Latents of the second style (n, z_dim), None without style mixing.
    mix_from
        The first latent w that the second style takes.
    noise
        (n, 1, r, r) for each layer by name.
    """

    latents: Tensor
    other: Tensor | None
    mix_from: int
    noise: Mapping[str, Tensor]

    def __getitem__(self, part: slice) -> FakeDraws:
        """Return the draws of some of the images."""
        other = None if self.other is None else self.other[part]
        noise = {name: maps[part] for name, maps in self.noise.items()}
        return FakeDraws(latents=self.latents[part], other=other, mix_from=self.mix_from, noise=noise)


def draw_fakes(
    generator: Generator,
    n: int,
    share: slice,
    style_mixing: float,
    rng: torch.Generator,
    choices: np.random.Generator,
) -> FakeDraws:
    """Draw for ``n`` images and keep those of ``share``.

    ``choices`` decides whether styles are mixed (probability ``style_mixing``) and where: numbers of the
    processor, which no GPU has to be waited for.
    """
    mixed = bool(choices.random() < style_mixing)
    mix_from = int(choices.integers(1, generator.num_ws))

    def normal(*shape: int) -> Tensor:
        return torch.randn((n, *shape), generator=rng, device=rng.device)[share]

    latents = normal(generator.z_dim)
    other = normal(generator.z_dim) if mixed else None
    sides = {name: generator.layer_size(name) for name in generator.layer_names}
    noise = {name: normal(1, side, side) for name, side in sides.items()}
    return FakeDraws(latents=latents, other=other, mix_from=mix_from, noise=noise)


def image_order(n_images: int, first: int, n: int, seed: int) -> np.ndarray:
    """Return the indices (n,) of the images shown after ``first`` others; each pass has its own order."""
    positions = np.arange(first, first + n)
    epochs = positions // n_images
    index = np.empty(n, dtype=np.int64)
    for epoch in np.unique(epochs):
        order = np.random.default_rng([seed, int(epoch)]).permutation(n_images)
        index[epochs == epoch] = order[positions[epochs == epoch] % n_images]
    return index
