"""Self-training: the running mean of the student labels real images, and the student learns from both.

A teacher that averages the student's weights, and pseudo-labels where it is sure, narrow the gap between
generated and real images (Tarvainen & Valpola 2017; Hoyer et al. 2022, DAFormer). The teacher sees the plain
image and its mirror image, the student a changed one.
"""

from __future__ import annotations

import torch
from torch import Tensor

from segstyle_gui.core.student.data import IGNORE
from segstyle_gui.core.student.network import Student


@torch.no_grad()
def pseudo_labels(teacher: Student, images: Tensor, confidence: float, *, flip: bool) -> Tensor:
    """Label images with the teacher.

    Parameters
    ----------
    teacher
        In whichever mode; it is used in evaluation mode and put back.
    images
        (N, C, H, W) float gray levels in [0, 255].
    confidence
        Pixels whose largest probability is lower become 255.
    flip
        Average with the mirrored images' scores.

    Returns
    -------
    Tensor
        (N, H, W) int64 class indices or 255.
    """
    was_training = teacher.training
    teacher.eval()
    scores = teacher(images).float().softmax(dim=1)
    if flip:
        scores = (scores + teacher(images.flip(-1)).float().softmax(dim=1).flip(-1)) / 2
    teacher.train(was_training)
    best, labels = scores.max(dim=1)
    return labels.masked_fill(best < confidence, IGNORE)


def mix_batches(synthetic: tuple[Tensor, Tensor], real: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Put the real pairs in the place of as many synthetic ones at the end of the batch."""
    keep = len(synthetic[0]) - len(real[0])
    return torch.cat([synthetic[0][:keep], real[0]]), torch.cat([synthetic[1][:keep], real[1]])
