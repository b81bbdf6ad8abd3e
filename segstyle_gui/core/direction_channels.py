"""From scored samples to a few style channels that make the thing (StyleSpace, Wu et al. 2021, section 4).

A channel is the better, the more its mean in the samples that have the thing differs from that in all
samples, and the less it varies among them: |mean| / deviation of (s - mean of all) / deviation of all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.direction_fit import DirectionFit, held_out_accuracy, scored_ends
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.generator.styles import style_sizes, styles_of
from segstyle_gui.core.latents import latents_of
from segstyle_gui.errors import StageError

_BATCH = 256
_TINY = 1e-6  # of the largest deviation; a channel below does not vary


def fit_channels(
    styles: NDArray[np.float32],
    scores: NDArray[np.float32],
    config: DirectionConfig,
    usable: NDArray[np.bool_] | None = None,
) -> DirectionFit:
    """Find the channels that differ most between the samples of the highest scores and all.

    Parameters
    ----------
    styles
        (n, S) float32.
    scores
        (n,), high where the thing is seen.
    config
        Shares, number of channels, least accuracy.
    usable
        (S,) channels that may be taken; all by default.

    Returns
    -------
    DirectionFit
        ``vector`` (S,) is 0 but in the chosen channels; it moves them by one standard deviation (root mean
        square over them), each in proportion to how much it differs.

    Raises
    ------
    ConfigError
        If there are too few positive samples.
    StageError
        If all scores are alike, no channel may be taken, or the channels tell hardly better than chance.
    """
    best, worst = scored_ends(scores, config)
    deviation = styles.std(axis=0)
    free = deviation > _TINY * deviation.max()
    free &= True if usable is None else usable
    if not free.any():
        raise StageError(
            "Every style channel is used by the other directions.", hint="Take fewer directions out."
        )
    rows = np.concatenate([best, worst])
    x = np.where(free, (styles[rows] - styles.mean(axis=0)) / np.where(free, deviation, 1), 0)
    y = np.repeat([1, 0], [len(best), len(worst)])
    accuracy = held_out_accuracy(x, y, lambda: ChannelClassifier(config.n_channels), config)
    found = ChannelClassifier(config.n_channels).fit(x, y)
    steps = found.weights / np.sqrt(np.square(found.weights[found.channels]).mean())
    return DirectionFit.of(steps * deviation, accuracy, scores[best])


class ChannelClassifier:
    """Tells samples apart by their best channels, as scikit-learn's classifiers do.

    Attributes
    ----------
    channels
        (n_channels or fewer,) indices, the best first.
    weights
        (S,) mean of the positive samples in these channels, 0 elsewhere.
    """

    def __init__(self, n_channels: int) -> None:
        self._n = n_channels

    def fit(self, x: NDArray[np.floating], y: NDArray[np.int64]) -> ChannelClassifier:
        """Learn from (n, S) standardised styles; ``y`` (n,) is 1 for positive samples, else 0."""
        positive = x[y == 1]
        mean, spread = positive.mean(axis=0), positive.std(axis=0)
        self.channels = np.argsort(-np.abs(mean) / np.maximum(spread, _TINY), kind="stable")[: self._n]
        self.weights = np.zeros(x.shape[1])
        self.weights[self.channels] = mean[self.channels]
        self._threshold = float((positive @ self.weights).mean() + (x[y == 0] @ self.weights).mean()) / 2
        return self

    def predict(self, x: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return (n,) 1 or 0."""
        return (x @ self.weights > self._threshold).astype(np.int64)


@torch.no_grad()
def sample_styles(generator: Generator, seeds: Sequence[int], psi: float) -> NDArray[np.float32]:
    """Return the styles (n, S) of some samples."""
    parts = [
        styles_of(generator, latents_of(generator, seeds[start : start + _BATCH], psi)).cpu().numpy()
        for start in range(0, len(seeds), _BATCH)
    ]
    return np.concatenate(parts)


def usable_channels(
    generator: Generator, blocks: Sequence[str], others: Sequence[NDArray[np.float32]]
) -> NDArray[np.bool_]:
    """Return (S,) bool: channels of the blocks (of all if none is named) that no other direction moves."""
    sizes = style_sizes(generator)
    wanted = [not blocks or layer.partition(".")[0] in blocks for layer in sizes]
    usable = np.repeat(wanted, list(sizes.values()))
    for other in others:
        usable &= other == 0
    return usable


def channel_names(generator: Generator, vector: NDArray[np.float32]) -> tuple[tuple[str, int], ...]:
    """Return layer and number of each channel that a vector (S,) moves, in the order of synthesis."""
    names = [(layer, index) for layer, size in style_sizes(generator).items() for index in range(size)]
    return tuple(names[place] for place in np.flatnonzero(vector).tolist())
