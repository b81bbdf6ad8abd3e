"""Brings the samples and their clusters for the gallery, and the merge tree, whenever they are others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.studio_records import RegionSamples
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.session import Session
from segstyle_gui.workers.job import Failure

SAMPLE_SIZE = 128  # pixels a side
DETAIL_SIZE = 512  # of a sample that is looked at alone
FIRST_SAMPLES = 24  # shown while the others are being drawn
N_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class _Tree:
    run_id: int
    linkage: NDArray[np.float64]


class RegionFeed(QObject):
    """Knows which samples the gallery is to show, and asks for them in jobs.

    Signals
    -------
    samples_changed
        :attr:`samples` are others.
    tree_changed
        :attr:`linkage` is another.
    detail_ready(RegionSamples)
        One sample, finer.
    failed(Failure)
        The samples cannot be drawn.
    """

    samples_changed = Signal()
    tree_changed = Signal()
    detail_ready = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._first_seed = 0
        self._tree: _Tree | None = None
        self._tree_asked = 0  # run
        self._shown: tuple[int, int, int] | None = None  # run, splits and first seed of the samples
        self._wanted: tuple[int, int, int] | None = None
        self.samples: RegionSamples | None = None

    @property
    def linkage(self) -> NDArray[np.float64] | None:
        """The merge tree (K - 1, 4) of the current run, None until it is there."""
        run = self._session.run("regions")
        is_current = self._tree is not None and run is not None and self._tree.run_id == run.id
        return self._tree.linkage if is_current and self._tree is not None else None

    @property
    def first_seed(self) -> int:
        """Seed of the first sample; the others follow."""
        return self._first_seed

    def show_seeds_from(self, seed: int) -> None:
        """Ask for other samples."""
        self._first_seed = max(0, seed)
        self.refresh()

    def refresh(self) -> None:
        """Ask for what is missing: samples of another run, or ids of a new split."""
        run, state = self._session.run("regions"), self._session.state
        if run is None or state is None or self._session.studio is None:
            return
        wanted = (run.id, len(state.splits), self._first_seed)
        if run.id != self._tree_asked:
            self._tree_asked = run.id
            self._fetch_tree(run)
        if wanted not in (self._shown, self._wanted):
            self._wanted = wanted
            is_new = self._shown is None or (self._shown[0], self._shown[2]) != (wanted[0], wanted[2])
            self._fetch(FIRST_SAMPLES if is_new else N_SAMPLES, wanted)

    def fetch_detail(self, seed: int) -> None:
        """Draw one sample finer, for looking at it alone."""
        studio = self._session.studio
        if studio is None:
            return

        def draw(progress: Progress) -> RegionSamples:
            return studio.region_samples([seed], size=DETAIL_SIZE, progress=progress)

        self._session.fetch(self.tr("Drawing a sample"), draw, self.detail_ready.emit, key="regions.detail")

    def _fetch(self, n_samples: int, wanted: tuple[int, int, int]) -> None:
        studio = self._session.studio
        assert studio is not None
        seeds = range(self._first_seed, self._first_seed + n_samples)

        def draw(progress: Progress) -> RegionSamples:
            return studio.region_samples(seeds, size=SAMPLE_SIZE, progress=progress)

        def take(samples: RegionSamples) -> None:
            self.samples, self._shown = samples, wanted
            self.samples_changed.emit()
            if n_samples < N_SAMPLES:
                self._fetch(N_SAMPLES, wanted)
            elif self._wanted == wanted:
                self._wanted = None

        self._session.fetch(
            self.tr("Drawing samples"), draw, take, key="regions.samples", failed=self._tell_failure
        )

    def _fetch_tree(self, run: RunRecord) -> None:
        studio = self._session.studio
        assert studio is not None

        def read(progress: Progress) -> _Tree:
            return _Tree(run.id, studio.linkage(run))

        self._session.fetch(self.tr("Reading the merge tree"), read, self._take_tree, key="regions.tree")

    def _take_tree(self, tree: _Tree) -> None:
        self._tree = tree
        self.tree_changed.emit()

    def _tell_failure(self, failure: Failure) -> None:
        self._wanted = None
        self.failed.emit(failure)
