"""The losses of StyleGAN2's two players (Karras et al. 2020, section 3.1; Mescheder et al. 2018 for R1)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from segstyle_gui.core.generator.discriminator import Discriminator


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Non-saturating logistic loss: mean of −log σ(D(fake))."""
    return F.softplus(-fake_logits).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Logistic loss: mean of −log σ(D(real)) − log(1 − σ(D(fake)))."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def r1_penalty(
    discriminator: Discriminator, real: Tensor, gamma: float, dtype: torch.dtype = torch.float32
) -> Tensor:
    """γ/2 · E‖∇D(x)‖² over the real images as the discriminator sees them (augmented).

    ``dtype`` is that of the convolutions; the gradient itself and its norm are float32.
    """
    real = real.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(real, dtype).sum(), real, create_graph=True)
    return gamma / 2 * gradient.square().sum(dim=(1, 2, 3)).mean()


def path_lengths(images: Tensor, ws: Tensor, noise: Tensor) -> Tensor:
    """‖Jᵀy‖ for random y, one value for each image (2020, eq. 4).

    Parameters
    ----------
    images
        (N, C, R, R), made from ``ws``.
    ws
        (N, num_ws, w_dim) that require gradients.
    noise
        y, of the images' shape, drawn from N(0, 1).
    """
    y = noise / math.sqrt(images[0, 0].numel())
    (gradient,) = torch.autograd.grad((images * y).sum(), ws, create_graph=True)
    return gradient.square().sum(dim=2).mean(dim=1).sqrt()
