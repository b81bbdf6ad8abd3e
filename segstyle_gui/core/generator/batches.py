"""Batches in parts: real images as the discriminator sees them, and what fakes are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segstyle_gui.core.generator.augment import AUGMENTATIONS, Augmentation, draw_augmentation
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.draws import FakeDraws, draw_fakes, image_order
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.ranks import Ranks
from segstyle_gui.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a batch.

    Attributes
    ----------
    real
        Images (n, C, R, R) float32, augmented.
    fakes
        What as many generated images are made from.
    augmentation
        What is done to these, None for nothing.
    """

    real: Tensor
    fakes: FakeDraws
    augmentation: Augmentation | None


class Batches:
    """Draws for whole batches, the same in every process, and keeps this process's parts of them.

    Parameters
    ----------
    images, config, ranks
        Of the training.
    generator
        Whose latents and noise are drawn.
    rng
        Source of all draws on the training's device.

    Raises
    ------
    ConfigError
        If a batch cannot be cut into equal parts.
    """

    def __init__(
        self,
        images: np.ndarray,
        config: TrainConfig,
        ranks: Ranks,
        generator: Generator,
        rng: torch.Generator,
    ) -> None:
        self.images, self.config, self.ranks = images, config, ranks
        self.generator, self.rng = generator, rng
        self.n_parts = _parts_of(config, ranks)

    def draw(self, images_seen: int, steps: int, p: float) -> list[Part]:
        """Return this process's parts of the batch after ``images_seen`` images, augmented by ``p``."""
        n, mine = self.config.batch_size, self.ranks.share_of(self.config.batch_size)
        real = self._real_images(images_seen, mine)
        seen, shown = self._draw_augmentation(n, p), self._draw_augmentation(n, p)
        fakes = self.draw_fakes(n, steps, purpose=1)
        parts = []
        for part in self.cut(len(real)):
            x, y = (None if drawn is None else drawn[mine][part] for drawn in (seen, shown))
            parts.append(Part(augmented(real[part], x), fakes[part], y))
        return parts

    def draw_fakes(self, n: int, steps: int, *, purpose: int) -> FakeDraws:
        """Return this process's share of what ``n`` fakes are made from; a step draws for two purposes."""
        choices = np.random.default_rng([self.config.seed, steps, purpose])
        return draw_fakes(
            self.generator, n, self.ranks.share_of(n), self.config.style_mixing, self.rng, choices
        )

    def _draw_augmentation(self, n: int, p: float) -> Augmentation | None:
        return draw_augmentation(
            n,
            p,
            AUGMENTATIONS[self.config.augmentations],
            self.rng,
            mirror=self.config.mirror,
            color=self.config.augment_color,
        )

    def _real_images(self, images_seen: int, mine: slice) -> Tensor:
        """Return this process's share of the next images (n, C, R, R) in [-1, 1], some mirrored."""
        n = self.config.batch_size
        index = image_order(len(self.images), images_seen, n, self.config.seed)[mine]
        batch = (
            torch.from_numpy(self.images[index]).to(self.rng.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        )
        if self.config.mirror:
            flip = torch.rand(n, generator=self.rng, device=self.rng.device)[mine] < 0.5
            batch = torch.where(flip[:, None, None, None], batch.flip(3), batch)
        return batch

    def cut(self, n: int) -> list[slice]:
        """Cut this process's ``n`` images into its parts."""
        size = n * self.ranks.size // self.n_parts
        return [slice(first, first + size) for first in range(0, n, size)]


def augmented(images: Tensor, augmentation: Augmentation | None) -> Tensor:
    """Return images, augmented if there is something to be done."""
    return images if augmentation is None else augmentation(images)


def _parts_of(config: TrainConfig, ranks: Ranks) -> int:
    """Return in how many parts a batch is cut, over all processes."""
    n = config.accumulate * ranks.size
    if config.batch_size % n:
        raise ConfigError(
            f"A batch of {config.batch_size} images cannot be cut into {n} equal parts "
            f"({config.accumulate} for each of {ranks.size} processes).",
            hint=f"Choose a batch size that {n} divides.",
        )
    return n
