"""Find by text: the direction in W along which samples come to fit a prompt (Pakhomov et al. 2021).

Unlike the paper's code, samples are shown to CLIP as CLIP was trained to see images, the best and worst of
them are compared instead of all with a fixed cosine, the direction has length 1, and its effect is measured
on other samples.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.clip.prompts import TextEncoder
from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.direction_fit import DirectionFit, fit_direction, orthogonal
from segstyle_gui.core.direction_samples import ImageEncoder, best_and_worst, embed_samples
from segstyle_gui.core.found_direction import Direction
from segstyle_gui.core.generator.network import Generator, images_to_uint8
from segstyle_gui.core.labelled_samples import resize_images
from segstyle_gui.core.latents import latents_of, moved
from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.errors import ConfigError, StageError

_BATCH = 32
_WORDINGS = ("{}", "a photo of {}.", "a close-up photo of {}.", "a black and white photo of {}.")

STRIP_PSI = 0.7  # of the samples that are moved, as regions are found on by default
STRIP_ALPHAS = (-3.0, 0.0, 1.5, 3.0, 4.5, 6.0, 7.5, 9.0, 12.0)  # the paper's effective strength is about 6
_STRIP_SAMPLES = 24
_STRIP_KEPT = 6  # whose images are stored
_STRIP_SIZE = 128  # px, at most
_ENOUGH = 0.8  # of the moved samples that shall fit


def find_direction(
    generator: Generator,
    clip: ImageEncoder,
    config: DirectionConfig,
    *,
    others: Sequence[NDArray[np.float32]] = (),
    embeddings: NDArray[np.float16] | None = None,
    progress: Progress = SILENT,
) -> tuple[Direction, NDArray[np.float16]]:
    """Find the direction of a prompt.

    Parameters
    ----------
    generator
        Read where it is.
    clip
        Scores the samples.
    config
        All settings.
    others
        (w_dim,) vectors of directions that shall not be changed.
    embeddings
        (n, D) of the samples, from an earlier search with the same generator, CLIP, number and seed of the
        samples and truncation; then no sample is drawn again.
    progress
        Told of every batch, and shown it as a :class:`DirectionPreview`.

    Returns
    -------
    tuple
        The direction, and the embeddings (n, D) for the next prompt.

    Raises
    ------
    ConfigError
        If there is no prompt, a block does not exist, or there are too few positive samples.
    StageError
        If text and generator share nothing: scores are alike, latents do not tell them, or moving samples
        does not make them fit.
    """
    layers = parse_blocks(config.layers, generator)
    text = text_axis(clip, config)
    if embeddings is None:
        embeddings = embed_samples(generator, clip, config, text, part(progress, 0.0, 0.85))
    scores = embeddings.astype(np.float32) @ text
    progress.preview(best_and_worst(generator, config, scores))
    latents = latents_of(generator, config.seeds, config.psi).cpu().numpy()
    fit = fit_direction(latents, scores, config)
    vector = orthogonal(fit.vector, others)
    strip = _Strip(generator, clip, text, vector, layers, config)
    return strip.direction(fit, scores, part(progress, 0.85, 1.0)), embeddings


def text_axis(clip: TextEncoder, config: DirectionConfig) -> NDArray[np.float32]:
    """Return (D,) float32: an embedding's product with it is its score for the prompt over the opposite.

    Raises
    ------
    ConfigError
        If there is no prompt, or it is the opposite.
    """
    prompt, opposite = _sentences(config.prompt), _sentences(config.opposite)
    if not prompt:
        raise ConfigError(
            "There is no prompt.", hint='Say what to find: --prompt "an eye with a white pupil".'
        )
    if prompt == opposite:
        raise ConfigError(
            f"The prompt and its opposite are both {config.prompt!r}.", hint="Say what is different."
        )
    axis = _mean_embedding(clip, prompt)
    return axis - _mean_embedding(clip, opposite) if opposite else axis


def parse_blocks(text: str, generator: Generator) -> tuple[int, ...]:
    """Return the indices of the latents of some blocks: ``"b4-b16"`` or ``"b32"``; none for ``"all"``.

    Raises
    ------
    ConfigError
        If the generator has no such block.
    """
    if text.strip().casefold() in ("", "all"):
        return ()
    blocks = [f"b{r}" for r in generator.spec.block_resolutions]
    found = re.fullmatch(r"(b\d+)(?:\s*[-–]\s*(b\d+))?", text.strip())
    first, last = (found[1], found[2] or found[1]) if found else ("", "")
    if first not in blocks or last not in blocks or blocks.index(first) > blocks.index(last):
        raise ConfigError(
            f"The blocks are {text!r}; wanted all, or a range of {', '.join(blocks)}.",
            hint=f"Write for example {blocks[0]}-{blocks[len(blocks) // 2]}.",
        )
    begin = max(0, 2 * blocks.index(first) - 1)  # block p takes the latents 2p - 1 (not the first one) and 2p
    end = 2 * blocks.index(last) + 1 + (last == blocks[-1])  # and the last one its image's too
    return tuple(range(begin, end))


@torch.no_grad()
def sweep(
    generator: Generator,
    vector: NDArray[np.float32],
    seeds: Sequence[int],
    alphas: Sequence[float],
    *,
    psi: float = STRIP_PSI,
    layers: Sequence[int] = (),
) -> NDArray[np.uint8]:
    """Draw samples moved along a direction.

    Parameters
    ----------
    generator
        Read where it is.
    vector
        (w_dim,) float32 of length 1.
    seeds
        The samples.
    alphas
        Strengths; below 0 goes the other way.
    psi
        Truncation, before the move.
    layers
        Latents that are moved; empty moves all.

    Returns
    -------
    numpy.ndarray
        (n_seeds, n_alphas, R, R, C) uint8.
    """
    w = latents_of(generator, seeds, psi).repeat_interleave(len(alphas), dim=0)
    lengths = torch.tensor(list(alphas), dtype=torch.float32).repeat(len(seeds))
    ws = moved(generator, w, vector, lengths, layers)
    images = [images_to_uint8(generator.synthesis(some)) for some in ws.split(_BATCH)]
    return np.concatenate(images).reshape(len(seeds), len(alphas), *images[0].shape[1:])


class _Strip:
    """Other samples moved by several strengths, and how well each then fits."""

    def __init__(
        self,
        generator: Generator,
        clip: ImageEncoder,
        text: NDArray[np.float32],
        vector: NDArray[np.float32],
        layers: tuple[int, ...],
        config: DirectionConfig,
    ) -> None:
        self.config = config
        self.vector, self.layers = vector, layers
        self._generator, self._clip, self._text = generator, clip, text
        self.seeds = range(config.seeds.stop, config.seeds.stop + _STRIP_SAMPLES)
        self.alphas = tuple(sorted({*STRIP_ALPHAS, config.alpha}))

    def direction(self, fit: DirectionFit, scores: NDArray[np.float32], progress: Progress) -> Direction:
        """Measure what each strength does and return the direction with the one to take."""
        images, strip_scores = self._measure(progress)
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
            vector=self.vector,
            alpha=self.alphas[chosen],
            layers=self.layers,
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

    def _measure(self, progress: Progress) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        images: list[NDArray[np.uint8]] = []
        scores = np.empty((len(self.seeds), len(self.alphas)), np.float32)
        for index, seed in enumerate(self.seeds):
            progress.report(index, len(self.seeds), "Moving samples")
            row = sweep(self._generator, self.vector, [seed], self.alphas, layers=self.layers)[0]
            scores[index] = self._clip.encode_images(row) @ self._text
            if index < _STRIP_KEPT:
                images.append(resize_images(row, min(row.shape[1], _STRIP_SIZE)))
        progress.report(1, 1, "Direction found")
        return np.stack(images), scores

    def _choose(self, fitting: NDArray[np.float64], scores: NDArray[np.float32], before: int) -> int:
        """Return the index of the strength asked for, else of the least after which most samples fit."""
        if self.config.alpha > 0:
            return self.alphas.index(self.config.alpha)
        enough = np.flatnonzero(fitting[before:] >= _ENOUGH)
        return before + int(enough[0] if len(enough) else scores[:, before:].mean(axis=0).argmax())


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(" ".join(piece.split()) for piece in text.split("|") if piece.strip())


def _mean_embedding(clip: TextEncoder, sentences: Sequence[str]) -> NDArray[np.float32]:
    texts = [wording.replace("{}", sentence) for sentence in sentences for wording in _WORDINGS]
    mean = clip.encode_texts(texts).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)
