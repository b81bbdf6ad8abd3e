"""Does a generator draw images like these? A distance between two sets of images, without downloads.

It is a kernel distance like KID (Bińkowski et al. 2018): the unbiased squared maximum mean discrepancy with
the polynomial kernel ``(x·y / D + 1)³``. In the place of Inception's features stand cheap ones that need no
weights: a histogram of intensities, histograms of gradient lengths at four scales, and the responses of 32
random but fixed filters of 5 × 5 px at three scales, rectified, by mean and deviation. Histograms enter by
the square roots of their shares; every feature is standardised over both sets and cut off at ± 4. The scale
ends near 16, for sets without anything in common.

It sees brightness, contrast, sharpness and texture, and of shapes only what shows in those: it tells another
kind of image, not a slightly wrong anatomy.

The baseline is the same distance between two halves of the real images, averaged over several halvings:
what a perfect generator would score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

Verdict = Literal["good", "fair", "poor", "channels"]

_SIDE = 64  # pixels to which all images are brought
_BINS = 16
_FILTERS = 32
_HALVINGS = 8
_MOST = 4.0  # deviations
_GOOD, _FAIR = 0.3, 2.0  # above the baseline; a tenth more light makes 1.2, a blur to half the size 2


@dataclass(frozen=True, slots=True)
class FitCheck:
    """How far generated images are from the real ones.

    ``distance`` and ``baseline`` are on the same scale (0 is equal; slightly below 0 happens by chance).
    ``real_shape`` and ``drawn_shape`` are pixels a side and channels. ``verdict`` is a word for the excess of
    distance over baseline, or ``"channels"`` if one set is gray and the other is not.
    """

    distance: float
    baseline: float
    verdict: Verdict
    real_shape: tuple[int, int]
    drawn_shape: tuple[int, int]


def check_fit(real: NDArray[np.uint8], drawn: NDArray[np.uint8], *, seed: int = 0) -> FitCheck:
    """Compare generated images with real ones.

    Parameters
    ----------
    real, drawn
        (N, H, W, 1 or 3) uint8, at least 8 of each; sizes may differ. Colours are averaged to gray.
    seed
        Of the halvings.
    """
    if min(len(real), len(drawn)) < 8:
        raise ValueError(f"there are {len(real)} and {len(drawn)} images; wanted at least 8 of each")
    x, y = _standardised(image_features(real), image_features(drawn))
    rng = np.random.default_rng(seed)
    halves = [np.array_split(rng.permutation(len(x)), 2) for _ in range(_HALVINGS)]
    baseline = float(np.mean([kernel_distance(x[a], x[b]) for a, b in halves]))
    distance = kernel_distance(x, y)
    excess = distance - max(baseline, 0.0)
    verdict: Verdict = "good" if excess < _GOOD else "fair" if excess < _FAIR else "poor"
    shapes = (real.shape[1], real.shape[3]), (drawn.shape[1], drawn.shape[3])
    return FitCheck(distance, baseline, verdict if shapes[0][1] == shapes[1][1] else "channels", *shapes)


def _standardised(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring each set's features to mean 0 and variance 1 over both, each set weighing the same."""
    mean = (x.mean(axis=0) + y.mean(axis=0)) / 2
    variance = (np.square(x - mean).mean(axis=0) + np.square(y - mean).mean(axis=0)) / 2
    scale = 1 / np.sqrt(np.maximum(variance, 1e-8))
    return np.clip((x - mean) * scale, -_MOST, _MOST), np.clip((y - mean) * scale, -_MOST, _MOST)


def kernel_distance(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the unbiased squared MMD of rows (n, D) and (m, D) with the kernel (x·y / D + 1)³."""
    d, n, m = x.shape[1], len(x), len(y)
    xx, yy, xy = (((a @ b.T) / d + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    own_x = (xx.sum() - np.trace(xx)) / (n * (n - 1))
    own_y = (yy.sum() - np.trace(yy)) / (m * (m - 1))
    return float(own_x + own_y - 2 * xy.mean())


@torch.no_grad()
def image_features(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return (N, D) features of images (N, H, W, C) uint8; see the module's text."""
    parts = [_features(_squares(images[i : i + 64])) for i in range(0, len(images), 64)]
    return torch.cat(parts).double().numpy()


def _squares(images: NDArray[np.uint8]) -> Tensor:
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().mean(dim=1, keepdim=True)
    if x.shape[-1] != _SIDE:
        x = F.interpolate(x, size=(_SIDE, _SIDE), mode="bilinear", antialias=True, align_corners=False)
    return x / 255


def _features(x: Tensor) -> Tensor:
    parts = [_histogram(x, 1.0)]
    rng = torch.Generator().manual_seed(0)
    filters = torch.randn(_FILTERS, 1, 5, 5, generator=rng)
    filters -= filters.mean(dim=(2, 3), keepdim=True)
    for scale in range(4):
        level = F.avg_pool2d(x, 2**scale)
        dy, dx = level.diff(dim=2)[..., 1:], level.diff(dim=3)[:, :, 1:]
        parts.append(_histogram((dy.square() + dx.square()).sqrt(), 0.5))
        if scale < 3:
            response = F.conv2d(level, filters).relu().flatten(2)
            parts += [response.mean(dim=2), response.std(dim=2)]
    return torch.cat(parts, dim=1)


def _histogram(values: Tensor, most: float) -> Tensor:
    """Return (N, bins): roots of the shares of an image's values in equal bins up to ``most`` and above."""
    place = (values.flatten(1) / most * _BINS).long().clamp(0, _BINS - 1)
    shares = torch.full(place.shape, 1 / place.shape[1])
    return torch.zeros(len(values), _BINS).scatter_add_(1, place, shares).sqrt()
