"""Generators and clusterings of a project's runs, loaded when first asked for and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.artifacts import load_clustering, load_direction, load_generator, run_of_token
from segstyle_gui.pipeline.region_numbers import count_pixels
from segstyle_gui.pipeline.region_preview import RegionSource
from segstyle_gui.pipeline.remembering_generator import RememberingGenerator
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.pipeline.studio_cache import ByteCache, Shelf
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.clustering import Clustering
    from segstyle_gui.core.latent_shift import LatentShift


class LoadedRuns:
    """What was loaded last of one project; safe between threads.

    Where a run may be None, the current one is meant. ``StageError`` is raised where there is none.

    Parameters
    ----------
    project
        The open project.
    map_bytes
        Memory for feature maps of samples.
    """

    def __init__(self, project: Project, map_bytes: int) -> None:
        self._project = project
        self._maps = ByteCache(map_bytes)
        self._generators: Shelf[RememberingGenerator] = Shelf(2)
        self._clusterings: Shelf[Clustering] = Shelf(4)
        self._counts: Shelf[NDArray[np.uint32]] = Shelf(4)

    def generator(self, run: RunRecord | None) -> RememberingGenerator:
        """Return the generator of a run."""
        chosen = run or current_run(self._project, "generator")
        return self._generators.get(
            chosen.id,
            lambda: RememberingGenerator(load_generator(self._project, chosen), self._maps, chosen.id),
        )

    def generator_of(self, regions: RunRecord) -> RememberingGenerator:
        """Return the generator that regions were found in, even if another is current now."""
        return self.generator(run_of_token(self._project, regions.inputs["generator"]))

    def clustering(self, run: RunRecord | None) -> Clustering:
        """Return the clustering of a run of regions."""
        chosen = run or current_run(self._project, "regions")
        return self._clusterings.get(chosen.id, lambda: load_clustering(self._project, chosen))

    def regions(self, run: RunRecord | None, state: RegionState | None) -> RegionSource:
        """Return a run of regions with what draws them; the state is by default as it is now."""
        chosen = run or current_run(self._project, "regions")
        state = state or self._project.region_state_of(chosen)
        return RegionSource(chosen, self.generator_of(chosen), self.clustering(chosen), state)

    def direction(self, regions: RunRecord) -> LatentShift:
        """Return what the current direction adds to latents of the generator of these regions."""
        return load_direction(self._project, regions.inputs["generator"]).shift(1.0)

    def counts(self, source: RegionSource, progress: Progress) -> NDArray[np.uint32]:
        """Return (S, n_ids) pixels of every cluster id in the samples that the clusters were found on."""
        key = source.run.id, source.state.splits
        return self._counts.get(key, lambda: count_pixels(source, progress))

    def clear(self) -> None:
        """Let go of everything."""
        self._maps.clear()
        for shelf in (self._generators, self._clusterings, self._counts):
            shelf.clear()
