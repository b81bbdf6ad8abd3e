"""What a training shows and leaves behind: points of its curves, sample grids, warnings. No torch here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorPoint:
    """One point of the training's curve."""

    keep_all: ClassVar[bool] = True  # a curve wants every point

    kimg: float
    generator_loss: float
    discriminator_loss: float
    augment_p: float
    kimg_per_hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleGrid:
    """Samples of the averaged generator at fixed latents: ``images`` (N, R, R, C) uint8."""

    kimg: float
    images: Images


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPoint:
    """One measurement of the averaged generator's samples against the training images.

    Attributes
    ----------
    kimg
        Thousand images shown.
    distance
        Between samples and images (:mod:`segstyle_gui.core.generator.quality`); 0 is equal, and by chance it
        can be slightly below.
    smoothed
        The mean of the last three distances.
    spread
        Mean distance of two samples, in units of the mean distance of two images; 0 is one picture only.
    variety
        How far a sample is from the most similar other one, in units of the same among as many images
        (medians).
    nearest
        How far a sample is from the most similar training image, in units of how far these are from each
        other (medians); 0 is a copy.
    copied
        Share of samples, 0 to 1, that are less than half as far from a training image as these are from
        each other.
    """

    keep_all: ClassVar[bool] = True

    kimg: float
    distance: float
    smoothed: float
    spread: float
    variety: float
    nearest: float
    copied: float

    def lines(self) -> list[str]:
        """Return it in words, for a terminal."""
        return [
            f"{self.kimg:.1f} kimg: distance to your images {self.distance:.3f}, variety {self.variety:.2f}, "
            f"nearest training image {self.nearest:.2f}"
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityScale:
    """What a quality curve is read against.

    Attributes
    ----------
    features
        What the images are compared by, in words.
    baseline
        The largest distance of several random halvings of the training images: what chance alone makes.
    copied
        Share of the training images that have another one at less than half the typical distance.
    n_images, n_samples
        How many are compared.
    """

    features: str
    baseline: float
    copied: float
    n_images: int
    n_samples: int

    def lines(self) -> list[str]:
        """Return it in words, for a terminal."""
        apart = f"{self.baseline:.3f}"
        return [f"Two halves of your images are up to {apart} apart; good samples come near to that."]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestImages:
    """The samples most like a training image, each with that image.

    ``samples`` and ``images`` are (N, R, R, C) uint8, most alike first. ``distances`` (N,) are in units of
    how far the training images are from each other: 0 is a copy, 1 is as far as another image.
    """

    kimg: float
    samples: Images
    images: Images
    distances: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWarning:
    """Something that goes wrong: ``kind`` is a word for programs, ``message`` and ``hint`` for people."""

    kind: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWarnings:
    """All warnings that hold at this moment, none if there are none."""

    kimg: float
    warnings: tuple[TrainingWarning, ...] = ()

    def lines(self) -> list[str]:
        """Return them in words, for a terminal."""
        return [f"warning: {warning.message} {warning.hint}" for warning in self.warnings]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridHistory:
    """Earlier sample grids, to look back: ``images`` (T, N, S, S, C) uint8, after ``kimg`` (T,) each."""

    kimg: tuple[float, ...] = ()
    images: Images = field(default_factory=lambda: np.zeros((0, 0, 1, 1, 1), np.uint8))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """Everything that a training showed so far.

    ``scale`` and ``nearest`` are None until the first measurement. ``best_kimg`` is where the samples were
    nearest to the images, None without measurements.
    """

    points: tuple[GeneratorPoint, ...] = ()
    quality: tuple[QualityPoint, ...] = ()
    scale: QualityScale | None = None
    nearest: NearestImages | None = None
    warnings: tuple[TrainingWarning, ...] = ()
    grids: GridHistory = GridHistory()
    best_kimg: float | None = None
