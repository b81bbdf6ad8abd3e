"""Samples as CLIP sees them: embeddings to score by any prompt, and the best and worst of them to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.clip.prompts import TextEncoder
from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.found_direction import DirectionPreview
from segstyle_gui.core.generator.network import Generator, images_to_uint8
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.progress import Progress

_BATCH = 32
_SHOWN = 8  # best and worst samples of a preview


class ImageEncoder(TextEncoder, Protocol):
    """Embeds texts and images, as :class:`~segstyle_gui.core.clip.model.ClipModel` does."""

    def encode_images(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (N,D) float32 embeddings of length 1 of (N,H,W,C) uint8 images."""
        ...


@torch.no_grad()
def _draw(generator: Generator, config: DirectionConfig, seeds: Sequence[int]) -> NDArray[np.uint8]:
    return images_to_uint8(generator.synthesis(latents_of(generator, seeds, config.psi)))


def embed_samples(
    generator: Generator,
    clip: ImageEncoder,
    config: DirectionConfig,
    text: NDArray[np.float32],
    progress: Progress,
) -> NDArray[np.float16]:
    """Draw the samples and return their embeddings (n, D); every batch is shown with its scores so far."""
    found: list[NDArray[np.float16]] = []
    done = 0
    gallery = _Gallery(config.n_samples)
    for start in range(0, config.n_samples, _BATCH):
        seeds = config.seeds[start : start + _BATCH]
        images = _draw(generator, config, seeds)
        found.append(clip.encode_images(images).astype(np.float16))
        done += len(seeds)
        progress.preview(gallery.add(seeds, images, found[-1].astype(np.float32) @ text))
        progress.report(done, config.n_samples, f"Scored {done} of {config.n_samples} samples")
    return np.concatenate(found)


class _Gallery:
    """The best and worst samples so far."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._seen: list[NDArray[np.float32]] = []
        self._seeds = np.zeros(0, np.int64)
        self._scores = np.zeros(0, np.float32)
        self._images: NDArray[np.uint8] | None = None

    def add(
        self, seeds: Sequence[int], images: NDArray[np.uint8], scores: NDArray[np.float32]
    ) -> DirectionPreview:
        """Take note of a batch and return what is to be shown."""
        self._seen.append(scores)
        known = images if self._images is None else np.concatenate([self._images, images])
        every = np.concatenate([self._seeds, np.asarray(seeds, np.int64)])
        values = np.concatenate([self._scores, scores])
        order = np.argsort(-values, kind="stable")
        best, worst = order[:_SHOWN], order[::-1][:_SHOWN]
        kept = np.unique(np.concatenate([best, worst]))
        self._seeds, self._scores, self._images = every[kept], values[kept], known[kept]
        return DirectionPreview(
            total=self._total,
            scores=np.concatenate(self._seen),
            best_seeds=every[best],
            best_images=known[best],
            worst_seeds=every[worst],
            worst_images=known[worst],
        )


def best_and_worst(
    generator: Generator, config: DirectionConfig, scores: NDArray[np.float32]
) -> DirectionPreview:
    """Return what is shown when all samples are scored; the best and worst are drawn again."""
    order = np.argsort(-scores, kind="stable")
    ends = np.unique(np.concatenate([order[:_SHOWN], order[-_SHOWN:]]))
    seeds = [config.seeds[i] for i in ends.tolist()]
    shown = _Gallery(config.n_samples).add(seeds, _draw(generator, config, seeds), scores[ends])
    return replace(shown, scores=scores)
