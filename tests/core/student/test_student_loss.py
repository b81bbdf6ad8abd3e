import math

import pytest
import torch

from segstyle_gui.core.student.config import PAPER, StudentConfig
from segstyle_gui.core.student.loss import dice_loss, learning_rate, student_loss


@pytest.mark.parametrize("dice", [False, True])
def test_ignored_pixels_have_no_gradient(dice):
    torch.manual_seed(0)
    logits = torch.randn(2, 3, 4, 4, requires_grad=True)
    targets = torch.randint(0, 3, (2, 4, 4))
    targets[:, :2] = 255
    student_loss(logits, targets, dice=dice).backward()
    assert (logits.grad[:, :, :2] == 0).all()
    assert (logits.grad[:, :, 2:] != 0).any()


def test_a_batch_without_a_pixel_that_counts_is_no_trouble():
    logits = torch.randn(1, 3, 4, 4, requires_grad=True)
    loss = student_loss(logits, torch.full((1, 4, 4), 255), dice=True)
    loss.backward()
    assert loss.item() == 0
    assert (logits.grad == 0).all()


def test_cross_entropy_of_equal_logits_is_log_of_the_classes():
    loss = student_loss(torch.zeros(1, 5, 2, 2), torch.tensor([[[0, 1], [4, 255]]]), dice=False)
    assert loss.item() == pytest.approx(math.log(5))


def test_dice_is_zero_for_the_truth_and_near_one_for_the_opposite():
    truth = (torch.rand(1, 32, 32, generator=torch.Generator().manual_seed(0)) > 0.5).long()
    sure = 40.0 * torch.stack([1 - truth, truth], dim=1).float()
    counted = torch.ones_like(truth, dtype=torch.bool)
    assert dice_loss(sure, truth, counted).item() == pytest.approx(0, abs=1e-3)
    assert dice_loss(sure.flip(1), truth, counted).item() > 0.99


def test_the_papers_rate_falls_as_a_power():
    assert learning_rate(PAPER, 0) == pytest.approx(1e-4)
    assert learning_rate(PAPER, 500) == pytest.approx(1e-4 * 0.5**0.9)


def test_the_cosine_rate_warms_up_falls_and_starts_lower_for_self_training():
    config = StudentConfig(steps=1000, learning_rate=1.0, self_train_steps=100, self_train_rate=0.2)
    assert learning_rate(config, 0) == pytest.approx(0.01, rel=1e-3)
    assert learning_rate(config, 500) == pytest.approx(0.5)
    assert learning_rate(config, 999) < 1e-4
    assert learning_rate(config, 1000) == pytest.approx(0.2)
    assert learning_rate(config, 1050) == pytest.approx(0.1)
