"""From seeds to latents w, moved along a direction where a shift says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segstyle_gui.core.feature_tap import TappedGenerator
from segstyle_gui.core.generator.network import latents_from_seeds
from segstyle_gui.core.latent_shift import LatentShift


@torch.no_grad()
def latents_of(
    generator: TappedGenerator, seeds: Sequence[int], psi: float, shift: LatentShift | None = None
) -> Tensor:
    """Return the latents of some samples: (N, w_dim), or (N, num_ws, w_dim) if a shift moves some layers.

    Parameters
    ----------
    generator
        Maps z to w.
    seeds
        One sample each.
    psi
        Truncation; a shift is added to the truncated latents.
    shift
        Moves some of the samples.
    """
    z = latents_from_seeds(seeds, generator.z_dim).to(generator.device)
    w = generator.mapping(z, psi)
    if shift is None:
        return w
    lengths = torch.from_numpy(shift.moves(seeds).astype(np.float32)).to(generator.device)
    return moved(generator, w, shift.vector, lengths, shift.layers)


def moved(
    generator: TappedGenerator,
    w: Tensor,
    vector: NDArray[np.float32],
    lengths: Tensor,
    layers: Sequence[int] = (),
) -> Tensor:
    """Return w + length x vector.

    Parameters
    ----------
    w
        (N, w_dim).
    vector
        (w_dim,).
    lengths
        (N,) float32, one for each sample.
    layers
        Latents that are moved; empty moves all.

    Returns
    -------
    Tensor
        (N, w_dim), or (N, num_ws, w_dim) if ``layers`` are given.

    Raises
    ------
    ValueError
        If the vector is of another generator.
    """
    if vector.shape != (w.shape[1],):
        raise ValueError(f"a direction of {vector.shape} in a space of {w.shape[1]} dimensions")
    steps = lengths.to(w.device)[:, None] * torch.from_numpy(vector).to(w.device)
    if not layers:
        return w + steps
    ws = w[:, None].repeat(1, generator.num_ws, 1)
    ws[:, list(layers)] += steps[:, None]
    return ws
