"""The student's loss and learning rate."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.data import IGNORE

POLY_POWER = 0.9
_WARM_UP_SHARE, _MAX_WARM_UP = 0.1, 100
_DICE_SMOOTHING = 1.0  # pixels


def student_loss(logits: Tensor, targets: Tensor, *, dice: bool) -> Tensor:
    """Return the mean cross-entropy over the pixels that count, plus the Dice loss if wanted.

    Parameters
    ----------
    logits
        (N, K, H, W), any float.
    targets
        (N, H, W) int64 in 0..K-1, or 255: no loss and no gradient.
    dice
        Add 1 - mean over the classes present of 2·|P ∩ T| / (|P| + |T|), with probabilities for P.
    """
    logits = logits.float()
    counted = targets != IGNORE
    total = F.cross_entropy(logits, targets, ignore_index=IGNORE, reduction="sum")
    loss = total / counted.sum().clamp(min=1)
    return loss + dice_loss(logits, targets, counted) if dice else loss


def dice_loss(logits: Tensor, targets: Tensor, counted: Tensor) -> Tensor:
    """Return the soft Dice loss over the whole batch, averaged over the classes that occur in it."""
    shares = logits.softmax(dim=1) * counted[:, None]
    truth = F.one_hot(targets.where(counted, 0), logits.shape[1]).movedim(-1, 1) * counted[:, None]
    overlap = (shares * truth).sum(dim=(0, 2, 3))
    sizes = shares.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))
    scores = (2 * overlap + _DICE_SMOOTHING) / (sizes + _DICE_SMOOTHING)
    present = truth.sum(dim=(0, 2, 3)) > 0
    return ((1 - scores) * present).sum() / present.sum().clamp(min=1)


def learning_rate(config: StudentConfig, step: int) -> float:
    """Return the learning rate of ``step`` (from 0), over the synthetic steps and then the self-training."""
    if step >= config.steps:
        share = (step - config.steps) / max(config.self_train_steps, 1)
        return config.learning_rate * config.self_train_rate * _cosine(share)
    if config.schedule == "poly":
        return config.learning_rate * (1 - step / config.steps) ** POLY_POWER
    warm_up = max(1, min(_MAX_WARM_UP, round(config.steps * _WARM_UP_SHARE)))
    return config.learning_rate * min(1.0, (step + 1) / warm_up) * _cosine(step / config.steps)


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the rate of all parameters."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def _cosine(share: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * share))
