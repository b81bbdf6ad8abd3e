"""From seeds to latents w, moved along a direction where a shift says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from segstyle_gui.core.feature_tap import TappedGenerator
from segstyle_gui.core.generator.network import latents_from_seeds
from segstyle_gui.core.latent_shift import LatentShift


@torch.no_grad()
def latents_of(
    generator: TappedGenerator, seeds: Sequence[int], psi: float, shift: LatentShift | None = None
) -> Tensor:
    """Return the latents of some samples: (N, w_dim), or what :func:`moved` makes of them.

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
    return moved(generator, w, shift, lengths)


def moved(generator: TappedGenerator, w: Tensor, shift: LatentShift, lengths: Tensor) -> Tensor:
    """Return w + length x vector.

    Parameters
    ----------
    generator
        Whose latents they are.
    w
        (N, w_dim).
    shift
        Its vector, layers and space; the share plays no part.
    lengths
        (N,) float32, one for each sample.

    Returns
    -------
    Tensor
        (N, w_dim); (N, num_ws, w_dim) if the shift is of some layers; (N, w_dim + S) if it is of styles.

    Raises
    ------
    ValueError
        If the vector is of another generator; one of styles is refused when images are made.
    """
    if shift.space == "w" and shift.vector.shape != (w.shape[1],):
        raise ValueError(f"a direction of {shift.vector.shape} in a space of {w.shape[1]} dimensions")
    steps = lengths.to(w.device)[:, None] * torch.from_numpy(shift.vector).to(w.device)
    if shift.space == "styles":
        return torch.cat([w, steps], dim=1)
    if not shift.layers:
        return w + steps
    ws = w[:, None].repeat(1, generator.num_ws, 1)
    ws[:, list(shift.layers)] += steps[:, None]
    return ws
