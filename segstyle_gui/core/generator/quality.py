"""How good are a generator's samples? Their distance to the training images, their variety, their likeness.

The distance is of the kind of KID (Bińkowski et al. 2018), an unbiased maximum mean discrepancy between
features, with another kernel and other features. The kernel is that of the energy distance (Székely and Rizzo
2013; an MMD by Sejdinovic et al. 2013): with x of the images and y of the samples

    (2 E|x - y| - E|x - x'| - E|y - y'|) / E|x - x'|

It is 0 for two equal sets and about 3 for an untrained generator. KID's cubic kernel ranked the same samples
alike, but ran from 0.4 to 500, and was noisier near 0. Inception knows photographs and would have to be
downloaded; in its place stand the means of the last three stages of the bundled near-eye CLIP's image
tower, a small residual network, standardised by the training images'. On other images than eyes its features
are those of a network trained for something else, which still tells blur, noise, contrast and layout apart.
Without the file, the features of :mod:`segstyle_gui.core.fit_check` stand in.

It says whether samples as a whole look like the images as a whole. It doesn't say that a single sample
is anatomically right, and figures of two sets of images, or of another paper, can't be compared.

Variety and likeness are taken between small pictures (16 × 16 px, gray, each brought to mean 0 and
deviation 1): enough to tell whether two show the same thing in the same place. That samples are nearer to
the training images than these are to each other is the sign of copying (after Meehan et al. 2020, "A
Non-Parametric Test to Detect Data-Copying"); each image's nearest other one stands in for images held back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist
from torch.nn import functional as F

from segstyle_gui.core.clip.choice import BUNDLED, bundled_clip
from segstyle_gui.core.fit_check import image_features
from segstyle_gui.core.generator.training_record import QualityScale

N_SAMPLES = 256
NEAR = 0.5  # of the typical distance between training images: nearer than this counts as copied
_MOST_IMAGES = 512  # whose features are compared: halves of them are as many as samples
_HALVINGS = 8
_SMALL = 16  # px
_DARKEST = 4.0  # gray levels of deviation below which a picture is flat: its noise isn't blown up
_N_PAIRS = 8
_BLOCK = 512

Features = NDArray[np.float64]
Vectors = NDArray[np.float32]
Extractor = Callable[[NDArray[np.uint8]], Features]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is found of samples; see :class:`QualityPoint` for the units.

    ``closest`` are the numbers of the samples most like a training image, ``matches`` those of these images,
    ``distances`` how alike they are.
    """

    distance: float
    spread: float
    variety: float
    nearest: float
    copied: float
    closest: NDArray[np.int64]
    matches: NDArray[np.int64]
    distances: NDArray[np.float32]


class QualityMeter:
    """Compares samples with training images, of which everything is computed once.

    Parameters
    ----------
    images
        (n, R, R, C) uint8, at least 4.
    mirror
        Whether mirrored images count as training images too.
    device
        Where features are computed.
    n_samples
        How many samples will be compared.
    """

    def __init__(
        self, images: NDArray[np.uint8], *, mirror: bool, device: torch.device, n_samples: int = N_SAMPLES
    ) -> None:
        rng = np.random.default_rng(0)
        chosen = images[np.sort(rng.permutation(len(images))[:_MOST_IMAGES])]
        self._extract, name = feature_extractor(device)
        raw = self._extract(chosen)
        self._mean, self._scale = raw.mean(axis=0), 1 / np.sqrt(np.maximum(raw.var(axis=0), 1e-8))
        self._real = self._standardised(raw)
        self._small = small_pictures(images)
        self._n_images = len(images)
        self._known = _with_mirrored(images, self._small) if mirror else self._small
        nearest, self._spread, self._variety = self._of_images(rng, n_samples)
        self._typical = max(float(np.median(nearest)), 1e-6)
        self.scale = QualityScale(
            features=name,
            baseline=self._baseline(rng),
            copied=float((nearest < NEAR * self._typical).mean()),
            n_images=len(chosen),
            n_samples=n_samples,
        )

    def compare(self, samples: NDArray[np.uint8]) -> Comparison:
        """Return what is found of (N, R, R, C) uint8 samples."""
        small = small_pictures(samples)
        few = small[: self._n_images]  # with as many as there are images: more would lie closer together
        among = _distances(few, few)
        np.fill_diagonal(among, np.inf)
        nearest, match = _nearest(small, self._known)
        nearest = nearest / self._typical
        order = np.argsort(nearest, kind="stable")[:_N_PAIRS]
        return Comparison(
            distance=energy_distance(self._real, self._standardised(self._extract(samples))),
            spread=_mean_finite(among) / self._spread,
            variety=float(np.median(among.min(axis=1))) / self._variety,
            nearest=float(np.median(nearest)),
            copied=float((nearest < NEAR).mean()),
            closest=order,
            matches=match[order] % self._n_images,
            distances=nearest[order],
        )

    def is_mirrored(self, sample: NDArray[np.uint8], image: NDArray[np.uint8]) -> bool:
        """Return whether ``image`` (R, R, C) is more like ``sample`` when mirrored."""
        one, plain, flipped = small_pictures(np.stack([sample, image, image[:, ::-1]]))
        known_mirrored = len(self._known) > self._n_images
        return known_mirrored and bool(np.square(one - flipped).sum() < np.square(one - plain).sum())

    def _standardised(self, features: Features) -> Features:
        return (features - self._mean) * self._scale

    def _baseline(self, rng: np.random.Generator) -> float:
        halves = [np.array_split(rng.permutation(len(self._real)), 2) for _ in range(_HALVINGS)]
        return max(energy_distance(self._real[a], self._real[b]) for a, b in halves)

    def _of_images(
        self, rng: np.random.Generator, n_samples: int
    ) -> tuple[NDArray[np.float32], float, float]:
        """Return the images' distances to their nearest others, and spread and variety of ``n_samples``."""
        chosen = np.sort(rng.permutation(self._n_images)[:_MOST_IMAGES])
        nearest = _nearest(self._small[chosen], self._known, own=chosen, period=self._n_images)[0]
        few = self._small[np.sort(rng.permutation(self._n_images)[:n_samples])]
        among = _distances(few, few)
        np.fill_diagonal(among, np.inf)
        variety = float(np.median(among.min(axis=1)))
        return nearest, max(_mean_finite(among), 1e-6), max(variety, 1e-6)


def energy_distance(x: Features, y: Features) -> float:
    """Return how far rows ``y`` (m, D) are from rows ``x`` (n, D); each at least 2. See the module's text."""
    own_x, own_y = _mean_of_pairs(x), _mean_of_pairs(y)
    return (2 * float(cdist(x, y).mean()) - own_x - own_y) / max(own_x, 1e-12)


def _mean_of_pairs(x: Features) -> float:
    return float(pdist(x).mean())


def feature_extractor(device: torch.device) -> tuple[Extractor, str]:
    """Return the function from (N, H, W, 1 or 3) uint8 to (N, D) features, and its name in words."""
    if bundled_clip() is None:
        return image_features, "brightness and texture"
    from segstyle_gui.core.clip.model import load_clip

    with torch.random.fork_rng(devices=[]):  # a network is made before its weights are read: that draws
        clip = load_clip(BUNDLED, device=device)

    def extract(images: NDArray[np.uint8]) -> Features:
        return clip.stage_means(images).astype(np.float64)

    return extract, "a small network trained on near-infrared eyes"


@torch.no_grad()
def small_pictures(images: NDArray[np.uint8]) -> Vectors:
    """Return (N, 256) float32: gray pictures of 16 × 16 px, each of mean 0 and about deviation 1."""
    parts = [_small(images[i : i + _BLOCK]) for i in range(0, len(images), _BLOCK)]
    return np.concatenate(parts)


def _small(images: NDArray[np.uint8]) -> Vectors:
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().mean(dim=1, keepdim=True)
    flat = F.adaptive_avg_pool2d(x, min(_SMALL, x.shape[-1])).flatten(1)
    flat = flat - flat.mean(dim=1, keepdim=True)
    deviation = flat.square().mean(dim=1, keepdim=True).sqrt()
    pictures: Vectors = (flat / (deviation + _DARKEST)).numpy()
    return pictures


def _with_mirrored(images: NDArray[np.uint8], small: Vectors) -> Vectors:
    return np.concatenate([small, small_pictures(images[:, :, ::-1])])


def _distances(a: Vectors, b: Vectors) -> NDArray[np.float32]:
    """Return the root mean square differences (n, m) of rows."""
    squares = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)[None] - 2 * a @ b.T
    found: NDArray[np.float32] = np.sqrt(np.maximum(squares, 0) / a.shape[1])
    return found


def _nearest(
    a: Vectors, b: Vectors, *, own: NDArray[np.int64] | None = None, period: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return each row's distance to its nearest row of ``b``, and which that is.

    Rows of ``b`` whose number is ``own[i]``, or that and a multiple of ``period``, are not counted for row i.
    """
    least, which = [], []
    for first in range(0, len(a), _BLOCK):
        block = _distances(a[first : first + _BLOCK], b)
        if own is not None:
            for start in range(0, len(b), period):
                block[np.arange(len(block)), start + own[first : first + _BLOCK]] = np.inf
        which.append(block.argmin(axis=1))
        least.append(block.min(axis=1))
    return np.concatenate(least), np.concatenate(which)


def _mean_finite(distances: NDArray[np.float32]) -> float:
    return float(distances[np.isfinite(distances)].mean())
