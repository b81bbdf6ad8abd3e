"""The studio: what a window looks at, drawn and counted on demand and kept while it is in view."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState, Split
from segstyle_gui.core.cluster_config import ClusterConfig
from segstyle_gui.core.found_direction import DIRECTION_ARRAYS, Direction
from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.core.synthetic_config import SyntheticConfig
from segstyle_gui.pipeline.direction_preview import draw_sweep
from segstyle_gui.pipeline.loaded_runs import LoadedRuns
from segstyle_gui.pipeline.region_numbers import counted_numbers, stored_numbers
from segstyle_gui.pipeline.region_preview import draw_patches, draw_regions, draw_samples, region_of
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.pipeline.studio_cache import ByteCache, Shelf
from segstyle_gui.pipeline.studio_records import (
    GeneratorFacts,
    Place,
    RegionNumbers,
    RegionSamples,
    TrainingPairs,
)
from segstyle_gui.pipeline.text_model import TextModels
from segstyle_gui.pipeline.training_preview import draw_pairs, label_source, measure_pairs
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.fit_check import FitCheck
    from segstyle_gui.core.synthetic_preview import FilterMeasure

__all__ = ["GeneratorFacts", "Place", "RegionNumbers", "RegionSamples", "Studio", "TrainingPairs"]

_MAP_BYTES = 384 << 20
_DRAWN_BYTES = 64 << 20  # of samples with the ids of their pixels
_FIT_IMAGES = 256  # of each kind that a check of the fit compares, up to 128 px; fewer of larger ones
_FEWEST_FIT_IMAGES = 32
_PAIRS = 48  # of a training set that are shown unless others are asked for


class Studio:
    """Draws samples and regions of one project, for jobs of any thread.

    Generators and clusterings stay loaded by run, and feature maps of the samples drawn last are kept, so
    that another size, a split or a look back costs no second synthesis. Nothing here changes the project.

    Parameters
    ----------
    project
        The open project.
    map_bytes
        Memory for feature maps of samples.

    Attributes
    ----------
    text_models
        Keeps the CLIP of the last prompt for the next one.
    """

    def __init__(self, project: Project, *, map_bytes: int = _MAP_BYTES) -> None:
        self.project = project
        self._loaded = LoadedRuns(project, map_bytes)
        self._drawn = ByteCache(_DRAWN_BYTES)
        self.text_models = TextModels()
        self._measures: Shelf[FilterMeasure] = Shelf(4)

    def clear(self) -> None:
        """Let go of everything that is kept, when memory is short."""
        self._loaded.clear()
        self._drawn.clear()
        self._measures.clear()
        self.text_models.clear()

    # Samples

    def samples(
        self,
        seeds: Sequence[int],
        *,
        psi: float = 0.7,
        run: RunRecord | None = None,
        size: int = 0,
        progress: Progress = SILENT,
    ) -> NDArray[np.uint8]:
        """Draw samples.

        Parameters
        ----------
        seeds
            One for each sample.
        psi
            Truncation.
        run
            Of a generator, by default the current one.
        size
            Pixels a side; 0 is the generator's.
        progress
            Told of every batch.

        Returns
        -------
        (N, size, size, 3) uint8.

        Raises
        ------
        StageError
            If there is no generator.
        """
        generator = self._loaded.generator(run).generator
        return draw_samples(generator, seeds, psi, size, progress=progress)

    def generator_facts(self, run: RunRecord | None = None) -> GeneratorFacts:
        """Return what the generator of a run (by default the current one) is made of."""
        generator = self._loaded.generator(run).generator
        names = generator.layer_names
        return GeneratorFacts(
            resolution=generator.resolution,
            channels=generator.img_channels,
            layers=tuple(
                (name, generator.layer_size(name), generator.layer_channels(name)) for name in names
            ),
            n_parameters=sum(parameter.numel() for parameter in generator.parameters()),
            z_dim=generator.z_dim,
            w_dim=generator.w_dim,
        )

    def fit_check(self, run: RunRecord | None = None, *, progress: Progress = SILENT) -> FitCheck:
        """Compare a generator's samples with the project's images (:mod:`segstyle_gui.core.fit_check`).

        Raises
        ------
        StageError
            If there are no images or no generator.
        """
        from segstyle_gui.core.fit_check import check_fit

        pixels = self.project.array(current_run(self.project, "images"), "pixels")
        generator = self._loaded.generator(run).generator
        count = _fit_images(generator.resolution)
        chosen = np.random.default_rng(0).permutation(len(pixels))[:count]
        drawn = self.samples(range(count), psi=1.0, run=run, progress=part(progress, 0, 0.7))
        channels = generator.img_channels
        return check_fit(pixels[np.sort(chosen)], drawn[..., :channels])

    # Regions

    def region_samples(
        self,
        seeds: Sequence[int],
        *,
        size: int = 128,
        run: RunRecord | None = None,
        state: RegionState | None = None,
        progress: Progress = SILENT,
    ) -> RegionSamples:
        """Draw samples with the cluster id of every pixel.

        Parameters
        ----------
        seeds
            One for each sample.
        size
            Pixels a side of images and ids.
        run
            Of regions, by default the current one.
        state
            Whose splits are drawn; by default as that run's regions are now.
        progress
            Told of every batch.

        Returns
        -------
        RegionSamples
            Shared with whoever asks for the same: its arrays are read-only.

        Raises
        ------
        StageError
            If there are no regions.
        """
        source = self._loaded.regions(run, state)
        key = source.run.id, tuple(seeds), size, source.state.splits
        known: RegionSamples | None = self._drawn.get(key)
        if known is None:
            known = draw_regions(source, seeds, size, progress=progress)
            self._drawn.put(key, known, known.images.nbytes + known.clusters.nbytes)
        return known

    def plan_split(
        self,
        region_id: int,
        *,
        state: RegionState | None = None,
        n_parts: int = 2,
        examples: Sequence[Sequence[Place]] = (),
        progress: Progress = SILENT,
    ) -> Split:
        """Return a split of a region; the project is not changed.

        Parameters
        ----------
        region_id
            The region to divide.
        state
            Regions to plan with; by default as they are now.
        n_parts
            Number of parts if there are no examples.
        examples
            One group of places for each part: what was scribbled on it.
        progress
            Told of every batch.

        Raises
        ------
        ProjectError
            If there is no such region.
        ConfigError
            If there is only one group of examples, or an empty one.
        StageError
            If the region has too few pixels.
        """
        from segstyle_gui.core.label_maps import Point
        from segstyle_gui.core.splitting import split_region

        source = self._loaded.regions(None, state)
        region_of(source.state, region_id)
        return split_region(
            source.generator,
            source.clustering,
            source.state,
            region_id,
            config=ClusterConfig(**source.run.config),
            n_parts=n_parts,
            examples=[[Point(place.seed, place.y, place.x) for place in group] for group in examples],
            progress=progress,
        )

    def statistics(
        self, state: RegionState | None = None, *, progress: Progress = SILENT
    ) -> dict[int, RegionNumbers]:
        """Return share, presence and stability of every region by its id.

        Regions of base clusters need nothing but what was stored; parts of splits are counted in the
        samples that the clusters were found on, once for the same splits.
        """
        run = current_run(self.project, "regions")
        state = state or self.project.region_state_of(run)
        clustering = self._loaded.clustering(run)
        stored = stored_numbers(clustering, state)
        if len(stored) == len(state.regions):
            return stored
        counts = self._loaded.counts(self._loaded.regions(run, state), progress)
        return counted_numbers(clustering, state, counts) | stored

    def patches(
        self,
        region_id: int,
        *,
        n: int = 6,
        size: int = 64,
        state: RegionState | None = None,
        progress: Progress = SILENT,
    ) -> NDArray[np.uint8]:
        """Return crops of the samples in which a region is biggest, what is outside of it dimmed.

        Returns
        -------
        (m, size, size, 3) uint8 with m ≤ n; fewer where the region is in fewer samples.

        Raises
        ------
        ProjectError
            If there is no such region.
        """
        source = self._loaded.regions(None, state)
        counts = source.clustering.sample_counts
        if max(region_of(source.state, region_id).clusters) >= source.clustering.n_clusters:
            counts = self._loaded.counts(source, part(progress, 0, 0.7))
        return draw_patches(source, region_id, counts, n=n, size=size, progress=part(progress, 0.7, 1))

    def linkage(self, run: RunRecord | None = None) -> NDArray[np.float64]:
        """Return the merge tree (K - 1, 4) of a run of regions, by default the current one."""
        return self._loaded.clustering(run).linkage

    # Find by text

    def sweep(
        self,
        run: RunRecord,
        seeds: Sequence[int],
        alphas: Sequence[float],
        *,
        size: int = 0,
        progress: Progress = SILENT,
    ) -> NDArray[np.uint8]:
        """Draw samples moved by several strengths along the direction of a run.

        Returns
        -------
        (n_seeds, n_alphas, size, size, 3) uint8; a size of 0 is the generator's.

        Raises
        ------
        StageError
            If the project does not have the direction's generator any more.
        """
        direction = Direction.from_arrays(self.project.arrays(run, DIRECTION_ARRAYS))
        generator = self._loaded.generator_of(run).generator
        return draw_sweep(generator, direction, seeds, alphas, size, progress)

    # Training set

    def class_preview(
        self,
        seeds: Sequence[int] = (),
        *,
        config: SyntheticConfig | None = None,
        size: int = 0,
        state: RegionState | None = None,
        progress: Progress = SILENT,
    ) -> TrainingPairs:
        """Draw pairs of image and label map, and say which of them a synthetic set would drop.

        Thresholds are measured on the set's first images, once for the same settings and classes.

        Parameters
        ----------
        seeds
            One for each pair; by default the first 48 of the set.
        config
            Of the set, by default the stage's defaults.
        size
            Pixels a side, instead of ``config.size``.
        state
            By default the regions as they are now.
        progress
            Told of every batch.

        Raises
        ------
        StageError
            If no region has a class, or the settings ask for a direction and there is none.
        """
        config = config or SyntheticConfig()
        config = dataclasses.replace(config, size=size or config.size)
        regions = self._loaded.regions(None, state)
        direction = self._loaded.direction(regions.run) if config.wants_direction else None
        source = label_source(self._loaded.generator_of(regions.run).generator, regions, config, direction)
        key = regions.run.id, regions.state.digest(), config, direction and direction.vector.tobytes()
        measured = self._measures.get(key, lambda: measure_pairs(source, config, part(progress, 0, 0.8)))
        wanted = tuple(seeds) or tuple(config.seeds[:_PAIRS])
        return draw_pairs(source, measured, wanted, part(progress, 0.8, 1))


def _fit_images(resolution: int) -> int:
    """Return how many samples a check draws: large ones take long, and are compared at 64 px anyway."""
    return max(min(_FIT_IMAGES, _FEWEST_FIT_IMAGES), min(_FIT_IMAGES, _FIT_IMAGES * 128**2 // resolution**2))
