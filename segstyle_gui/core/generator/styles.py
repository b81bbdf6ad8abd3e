"""Styles: the factors that a styled convolution takes from w, one for each of its input channels.

All styles together are StyleSpace (Wu et al. 2021), where single channels change single things. Those of the
layers that make the image are left out: they change tones, but none of the maps that regions are read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from segstyle_gui.core.generator.layers import StyledConv
    from segstyle_gui.core.generator.network import Generator


def style_sizes(generator: Generator) -> Mapping[str, int]:
    """Return the number of styles of each layer, in the order of synthesis."""
    return {name: _convolution(generator, name).affine.bias.shape[0] for name in generator.layer_names}


def styles_of(generator: Generator, w: Tensor) -> Tensor:
    """Return all styles (N, S) float32 of w (N, w_dim), one layer after the other."""
    return torch.cat([_convolution(generator, name).affine(w) for name in generator.layer_names], dim=1)


def split_styles(generator: Generator, values: Tensor) -> dict[str, Tensor]:
    """Return (N, S) as (N, C) by layer; nothing for (N, 0).

    Raises
    ------
    ValueError
        If the generator has another number of styles.
    """
    if not values.shape[1]:
        return {}
    sizes = style_sizes(generator)
    if values.shape[1] != sum(sizes.values()):
        raise ValueError(f"{values.shape[1]} styles for a generator that has {sum(sizes.values())}")
    return dict(zip(sizes, values.split(list(sizes.values()), dim=1), strict=True))


def _convolution(generator: Generator, name: str) -> StyledConv:
    layer: StyledConv = generator.synthesis_network.get_submodule(name)  # type: ignore[assignment]
    return layer
