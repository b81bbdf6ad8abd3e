"""Use a student on real images of any size and shape."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from segstyle_gui.core.geometry import model_view
from segstyle_gui.core.student.config import PredictConfig
from segstyle_gui.core.student.network import Student

DEFAULT = PredictConfig()
_STRIP_BYTES = 64 << 20  # of class scores at the original's size


def predict_image(
    student: Student, view: NDArray[np.uint8], config: PredictConfig = DEFAULT
) -> NDArray[np.float32]:
    """Return the class scores of one image at its own size.

    Parameters
    ----------
    student
        Used in evaluation mode, on the device it is on.
    view
        (h, w) or (h, w, 3) uint8 at the scale of the training images.
    config
        Mirror image, scales, tiles.

    Returns
    -------
    np.ndarray
        (n_classes, h, w) float32, probabilities that sum to 1 over the classes.

    Raises
    ------
    ValueError
        If the view is not uint8 or has other channels than the student.
    """
    image = _to_tensor(view, student)
    student.eval()
    with torch.inference_mode():
        total = torch.zeros((), device=student.device)
        scales = config.scale_values()
        for scale in scales:
            total = total + _scores_at_scale(student, image, scale, config)
    return (total / len(scales))[0].cpu().numpy()


def predict_label_map(
    student: Student, original: NDArray[np.uint8], policy: str, config: PredictConfig = DEFAULT
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Label every pixel of an original.

    Parameters
    ----------
    student
        See :func:`predict_image`.
    original
        (H, W) or (H, W, 3) uint8, windowed as the training images were.
    policy
        How images were fitted to the training square: ``crop``, ``pad`` or ``resize``.
    config
        Mirror image, scales, tiles.

    Returns
    -------
    tuple
        Class ids (H, W) uint8 and the probability of each (H, W) float32.
    """
    view, way_back = model_view(original, policy, student.image_size)
    scores = predict_image(student, view, config)
    height, width = original.shape[:2]
    ids = np.array(student.spec.class_ids, np.uint8)
    label_map = np.empty((height, width), np.uint8)
    confidence = np.empty((height, width), np.float32)
    rows = max(1, _STRIP_BYTES // (4 * width * len(ids)))
    for top in range(0, height, rows):
        strip = way_back.scores_to_original(scores, rows=(top, min(top + rows, height)))
        label_map[top : top + rows] = ids[strip.argmax(axis=0)]
        confidence[top : top + rows] = strip.max(axis=0)
    return label_map, confidence


def _to_tensor(view: NDArray[np.uint8], student: Student) -> Tensor:
    channels = 1 if view.ndim == 2 else view.shape[-1]
    if view.dtype != np.uint8 or view.ndim not in (2, 3) or channels != student.spec.channels:
        raise ValueError(
            f"view is {view.shape} {view.dtype}; wanted uint8 of {student.spec.channels} channels"
        )
    x = torch.from_numpy(np.ascontiguousarray(view)).to(student.device).float()
    return x[None, None] if view.ndim == 2 else x.permute(2, 0, 1)[None]


def _scores_at_scale(student: Student, image: Tensor, scale: float, config: PredictConfig) -> Tensor:
    height, width = image.shape[-2:]
    if scale != 1.0:
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        image = F.interpolate(image, size=size, mode="bilinear", antialias=scale < 1)
    scores = _scores(student, image, config)
    if config.flip:
        scores = (scores + _scores(student, image.flip(-1), config).flip(-1)) / 2
    if scores.shape[-2:] != (height, width):
        scores = F.interpolate(scores, size=(height, width), mode="bilinear", align_corners=False)
    return scores


def _scores(student: Student, image: Tensor, config: PredictConfig) -> Tensor:
    """Return probabilities (1, K, H, W), tile by tile if the image is larger than a tile."""
    height, width = image.shape[-2:]
    if max(height, width) <= config.tile:
        return _padded_scores(student, image)
    total = image.new_zeros(1, student.spec.n_classes, height, width)
    weights = image.new_zeros(1, 1, height, width)
    for top in tile_starts(height, config.tile, config.overlap):
        for left in tile_starts(width, config.tile, config.overlap):
            part = image[..., top : top + config.tile, left : left + config.tile]
            weight = _blend_weights(part.shape[-2], part.shape[-1], config.overlap).to(image.device)
            place = (..., slice(top, top + part.shape[-2]), slice(left, left + part.shape[-1]))
            total[place] += _padded_scores(student, part) * weight
            weights[place] += weight
    return total / weights


def tile_starts(length: int, tile: int, overlap: int) -> list[int]:
    """Return where tiles begin so that they cover ``length`` and overlap by at least ``overlap``."""
    if length <= tile:
        return [0]
    n = -(-(length - overlap) // max(1, tile - overlap))
    return [round(i * (length - tile) / (n - 1)) for i in range(n)]


def _blend_weights(height: int, width: int, overlap: int) -> Tensor:
    """Return (H, W) weights that fall towards the edges over ``overlap`` pixels and are never 0."""

    def ramp(length: int) -> Tensor:
        nearest = torch.minimum(torch.arange(length), torch.arange(length).flip(0)) + 1.0
        return (nearest / max(overlap, 1)).clamp(max=1.0) ** 2

    return ramp(height)[:, None] * ramp(width)[None, :]


def _padded_scores(student: Student, image: Tensor) -> Tensor:
    """Mirror the image outwards to the network's multiple (at least twice that), predict, cut back."""
    height, width = image.shape[-2:]
    add_y = _missing(height, student.stride)
    add_x = _missing(width, student.stride)
    rows = _mirrored(height, add_y, image.device)
    columns = _mirrored(width, add_x, image.device)
    scores = student(image[..., rows[:, None], columns[None, :]]).float().softmax(dim=1)
    top, left = add_y // 2, add_x // 2
    return scores[..., top : top + height, left : left + width]


def _missing(length: int, stride: int) -> int:
    return max(2 * stride, -(-length // stride) * stride) - length


def _mirrored(length: int, add: int, device: torch.device) -> Tensor:
    """Return ``length + add`` indices that run back and forth over 0..length-1, any ``add``."""
    if length == 1:
        return torch.zeros(1 + add, dtype=torch.long, device=device)
    positions = torch.arange(-(add // 2), length + add - add // 2, device=device)
    period = 2 * (length - 1)
    folded = positions.remainder(period)
    return torch.minimum(folded, period - folded)
