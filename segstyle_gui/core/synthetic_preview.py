"""A look at what a synthetic set would hold and drop, before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.labelled_samples import (
    BATCH,
    IGNORE,
    LabelledSamples,
    SampleSource,
    Thresholds,
    filter_samples,
    image_doubt,
    measure_thresholds,
    render_batches,
)
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.core.synthetic import CALIBRATION_IMAGES
from segstyle_gui.core.synthetic_config import SyntheticConfig


@dataclass(frozen=True, slots=True)
class FilterMeasure:
    """What the first images of a set say of all of it.

    ``class_shares`` are shares 0 to 1 of the learnt pixels of those kept, by class id; ``n_images`` is how
    many were looked at.
    """

    thresholds: Thresholds
    class_shares: dict[int, float]
    n_images: int


@dataclass(frozen=True, slots=True)
class FilteredPairs:
    """Images (N, H, W, C), labels (N, H, W) with 255 where nothing is learnt, doubt and dropped (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    doubt: NDArray[np.float32]
    dropped: NDArray[np.bool_]


def measure_filter(
    source: SampleSource, config: SyntheticConfig, *, progress: Progress = SILENT
) -> FilterMeasure:
    """Measure the thresholds of a set on its first images, as its making does.

    Parameters
    ----------
    source
        Of ``config.psi`` and the size that the set will have.
    config
        The set's settings.
    progress
        Told of every batch.
    """
    seeds = config.seeds[:CALIBRATION_IMAGES]
    raws: list[LabelledSamples] = []
    for raw in render_batches(source, seeds):
        raws.append(raw)
        progress.report(min(len(raws) * BATCH, len(seeds)), len(seeds), "Looking at the first images")
    thresholds = measure_thresholds(
        raws, drop_share=config.drop_share, ignore_share=config.ignore_margin_share
    )
    pixels = np.zeros(256, np.int64)
    for raw in raws:
        pixels += np.bincount(filter_samples(raw, thresholds)[0].labels.reshape(-1), minlength=256)
    learnt = pixels[:IGNORE]
    shares = {i: float(learnt[i] / learnt.sum()) for i in np.flatnonzero(learnt).tolist()}
    return FilterMeasure(thresholds, shares, len(seeds))


def filtered_pairs(
    source: SampleSource, seeds: Sequence[int], thresholds: Thresholds, *, progress: Progress = SILENT
) -> FilteredPairs:
    """Return the pairs of some seeds, the dropped ones too, with what of each is learnt."""
    keep_all = Thresholds(np.inf, thresholds.margin)
    batches, doubts = [], []
    for raw in render_batches(source, seeds):
        batches.append(filter_samples(raw, keep_all)[0])
        doubts.append(image_doubt(raw.margins))
        progress.report(min(len(batches) * BATCH, len(seeds)), len(seeds), "Drawing pairs")
    doubt = np.concatenate(doubts)
    return FilteredPairs(
        np.concatenate([batch.images for batch in batches]),
        np.concatenate([batch.labels for batch in batches]),
        doubt,
        doubt > thresholds.doubt,
    )
