"""Pairs of a synthetic set before it is made: which would be dropped, and what the classes would share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.region_preview import RegionSource, as_rgb
from segstyle_gui.pipeline.studio_records import TrainingPairs

if TYPE_CHECKING:
    from segstyle_gui.core.generator.network import Generator
    from segstyle_gui.core.labelled_samples import SampleSource
    from segstyle_gui.core.latent_shift import LatentShift
    from segstyle_gui.core.synthetic_config import SyntheticConfig
    from segstyle_gui.core.synthetic_preview import FilterMeasure


def label_source(
    generator: Generator,
    regions: RegionSource,
    config: SyntheticConfig,
    direction: LatentShift | None = None,
) -> SampleSource:
    """Return what makes the pairs of a set with these settings; raises StageError without any class.

    ``direction`` is what a share that the settings ask for is moved by.
    """
    from segstyle_gui.core.labelled_samples import SampleSource
    from segstyle_gui.core.synthetic import class_ids_of, shift_of_set, synthetic_size

    class_ids_of(regions.state)
    size = synthetic_size(config, generator.resolution)
    shift = shift_of_set(config, regions.clustering, direction)
    return SampleSource(generator, regions.clustering, regions.state, config.psi, size, shift)


def measure_pairs(source: SampleSource, config: SyntheticConfig, progress: Progress) -> FilterMeasure:
    """Measure where dropping begins and the balance of classes on the first images of the set."""
    from segstyle_gui.core.synthetic_preview import measure_filter

    return measure_filter(source, config, progress=progress)


def draw_pairs(
    source: SampleSource, measured: FilterMeasure, seeds: Sequence[int], progress: Progress
) -> TrainingPairs:
    """Draw the pairs of some seeds."""
    from segstyle_gui.core.synthetic_preview import filtered_pairs

    pairs = filtered_pairs(source, seeds, measured.thresholds, progress=progress)
    return TrainingPairs(
        seeds=tuple(seeds),
        images=as_rgb(pairs.images),
        labels=pairs.labels,
        doubt=pairs.doubt,
        dropped=pairs.dropped,
        doubt_threshold=measured.thresholds.doubt,
        class_shares=measured.class_shares,
        n_measured=measured.n_images,
    )
