"""What a direction does: other samples moved along it by several strengths, and how well each then fits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.direction_fit import DirectionFit
from segstyle_gui.core.direction_samples import ImageEncoder
from segstyle_gui.core.found_direction import Direction
from segstyle_gui.core.generator.network import Generator, images_to_uint8
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.latents import latents_of, moved
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.resizing import resize_images
from segstyle_gui.errors import StageError

_BATCH = 32

STRIP_PSI = 0.7  # of the samples that are moved, as regions are found on by default
STRIP_ALPHAS = (-3.0, 0.0, 1.5, 3.0, 4.5, 6.0, 7.5, 9.0, 12.0)  # the paper's effective strength is about 6
_STRIP_SAMPLES = 24
_STRIP_KEPT = 6  # whose images are stored
_STRIP_SIZE = 128  # px, at most
_ENOUGH = 0.8  # of the moved samples that shall fit
_FURTHEST = 9.0  # that is chosen unasked: CLIP likes samples that fall apart, too


@torch.no_grad()
def sweep(
    generator: Generator,
    step: LatentShift,
    seeds: Sequence[int],
    alphas: Sequence[float],
    *,
    psi: float = STRIP_PSI,
) -> NDArray[np.uint8]:
    """Draw samples moved along a direction.

    Parameters
    ----------
    generator
        Read where it is.
    step
        What a strength of 1 adds; its share plays no part.
    seeds
        The samples.
    alphas
        Strengths; below 0 goes the other way.
    psi
        Truncation, before the move.

    Returns
    -------
    numpy.ndarray
        (n_seeds, n_alphas, R, R, C) uint8.
    """
    w = latents_of(generator, seeds, psi).repeat_interleave(len(alphas), dim=0)
    lengths = torch.tensor(list(alphas), dtype=torch.float32).repeat(len(seeds))
    latents = moved(generator, w, step, lengths)
    images = [images_to_uint8(generator.synthesis(some)) for some in latents.split(_BATCH)]
    return np.concatenate(images).reshape(len(seeds), len(alphas), *images[0].shape[1:])


class Strip:
    """A few samples that nothing was learnt from.

    Parameters
    ----------
    generator, clip
        Draws them, and sees them.
    text
        (D,) from :func:`segstyle_gui.core.direction_text.text_axis`.
    config
        Gives the strength if one is wanted, and the seeds that are taken already.
    """

    def __init__(
        self,
        generator: Generator,
        clip: ImageEncoder,
        text: NDArray[np.float32],
        config: DirectionConfig,
    ) -> None:
        self.config = config
        self._generator, self._clip, self._text = generator, clip, text
        self.seeds = range(config.seeds.stop, config.seeds.stop + _STRIP_SAMPLES)
        self.alphas = tuple(sorted({*STRIP_ALPHAS, config.alpha}))

    def direction(
        self,
        step: LatentShift,
        fit: DirectionFit,
        scores: NDArray[np.float32],
        channels: tuple[tuple[str, int], ...],
        progress: Progress,
    ) -> Direction:
        """Measure what each strength of a step does and return the direction with the one to take.

        Raises
        ------
        StageError
            If moved samples do not fit better.
        """
        images, strip_scores = self._measure(step, progress)
        fitting = (strip_scores >= fit.threshold).mean(axis=0)
        before = self.alphas.index(0.0)
        chosen = self._choose(fitting, strip_scores, before)
        if strip_scores[:, chosen].mean() <= strip_scores[:, before].mean():
            raise StageError(
                "The prompt and this generator share too little: samples moved along the direction do not "
                "come to fit it.",
                hint="Describe something that the samples do show, or score more samples.",
            )
        return Direction(
            prompt=self.config.prompt,
            opposite=self.config.opposite,
            vector=step.vector,
            alpha=self.alphas[chosen],
            layers=step.layers,
            space=step.space,
            channels=channels,
            accuracy=fit.accuracy,
            n_positive=fit.n_positive,
            threshold=fit.threshold,
            share_before=float(fitting[before]),
            share_after=float(fitting[chosen]),
            seeds=np.array(self.config.seeds, np.int64),
            scores=scores,
            strip_seeds=np.array(self.seeds[:_STRIP_KEPT], np.int64),
            strip_alphas=np.array(self.alphas, np.float32),
            strip=images,
            strip_scores=strip_scores[:_STRIP_KEPT],
        )

    def _measure(
        self, step: LatentShift, progress: Progress
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        images: list[NDArray[np.uint8]] = []
        scores = np.empty((len(self.seeds), len(self.alphas)), np.float32)
        for index, seed in enumerate(self.seeds):
            progress.report(index, len(self.seeds), "Moving samples")
            row = sweep(self._generator, step, [seed], self.alphas)[0]
            scores[index] = self._clip.encode_images(row) @ self._text
            if index < _STRIP_KEPT:
                images.append(resize_images(row, min(row.shape[1], _STRIP_SIZE)))
        progress.report(1, 1, "Direction found")
        return np.stack(images), scores

    def _choose(self, fitting: NDArray[np.float64], scores: NDArray[np.float32], before: int) -> int:
        """Return the index of the strength asked for, else of the least after which most samples fit."""
        if self.config.alpha > 0:
            return self.alphas.index(self.config.alpha)
        near = slice(before, self.alphas.index(_FURTHEST) + 1)
        enough = np.flatnonzero(fitting[near] >= _ENOUGH)
        return before + int(enough[0] if len(enough) else scores[:, near].mean(axis=0).argmax())
