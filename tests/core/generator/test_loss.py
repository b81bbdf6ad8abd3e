"""Losses and penalties against values that can be computed by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from segstyle_gui.core.generator.loss import discriminator_loss, generator_loss, path_lengths, r1_penalty


def test_logistic_losses_at_known_logits():
    zero = torch.zeros(4, 1)
    assert float(generator_loss(zero)) == pytest.approx(math.log(2))
    assert float(discriminator_loss(zero, zero)) == pytest.approx(2 * math.log(2))
    assert float(discriminator_loss(torch.full((4, 1), 20.0), torch.full((4, 1), -20.0))) < 1e-6
    assert float(generator_loss(torch.full((4, 1), -20.0))) == pytest.approx(20.0, rel=1e-6)


class _Linear(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, images, dtype=torch.float32):
        return (images * self.weights).sum(dim=(1, 2, 3))[:, None]


def test_r1_of_a_linear_judge_is_its_squared_weights():
    weights = torch.randn(1, 4, 4)
    penalty = r1_penalty(_Linear(weights), torch.randn(3, 1, 4, 4), gamma=5.0)
    torch.testing.assert_close(penalty, 2.5 * weights.square().sum())


def test_path_length_of_a_linear_map():
    """For x = a·w with one latent, Jᵀy = a·Σy, whose mean square is a² when y is scaled by 1/√pixels."""
    a, noise = 3.0, torch.randn(4000, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    ws = torch.randn(4000, 1, 1, requires_grad=True)
    images = a * ws[:, :, :, None].expand(-1, 1, 2, 2)
    lengths = path_lengths(images, ws, noise)
    assert float(lengths.square().mean()) == pytest.approx(a**2, rel=0.1)
