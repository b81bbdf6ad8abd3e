"""Two runs of regions side by side, sample by sample."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.studio_records import RegionSamples
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.pages.regions.tables import colors_of, names_of
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.gallery import RegionGallery

SIZE = 128  # pixels a side


class Comparison(QObject):
    """Brings the regions of another run into the gallery, on the right of the present ones."""

    def __init__(self, session: Session, gallery: RegionGallery, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._gallery = session, gallery
        self._is_shown = False
        self._other: RunRecord | None = None

    @property
    def is_shown(self) -> bool:
        """Whether two runs are compared."""
        return self._is_shown

    def others(self) -> list[RunRecord]:
        """Return the runs to compare with, the newest first."""
        project, current = self._session.project, self._session.run("regions")
        if project is None or current is None:
            return []
        return [run for run in project.runs("regions")[::-1] if run.id != current.id]

    def set_shown(self, shown: bool, run: RunRecord | None = None) -> None:
        """Show another run (the newest other one by default) beside the present one, or only that."""
        others = self.others()
        self._other = run or (others[0] if others else None)
        self._is_shown = shown and self._other is not None
        if shown and self._other is None:
            self._session.notify(
                "info",
                self.tr("There is one run only"),
                self.tr("Find regions again with other settings, then compare the two."),
            )
        if not self._is_shown:
            self._gallery.clear_second()
        else:
            self.refresh(self._gallery.seeds)

    def refresh(self, seeds: Sequence[int]) -> None:
        """Draw the other run for these samples."""
        studio, project, run = self._session.studio, self._session.project, self._other
        if not self._is_shown or studio is None or project is None or run is None:
            return

        def draw(progress: Progress) -> tuple[RegionSamples, RegionState]:
            state = project.region_state_of(run)
            return studio.region_samples(seeds, size=SIZE, run=run, state=state, progress=progress), state

        self._session.fetch(self.tr("Drawing the other run"), draw, self._take, key="regions.compare")

    def _take(self, found: tuple[RegionSamples, RegionState]) -> None:
        samples, state = found
        current = self._session.run("regions")
        if (
            not self._is_shown
            or samples.seeds != self._gallery.seeds
            or current is None
            or self._other is None
        ):
            return
        titles = (
            self.tr("run {0}").format(current.id),
            self.tr("run {0}").format(self._other.id),
        )
        self._gallery.set_second(
            samples.clusters,
            state.cluster_to_region(),
            colors_of(state),
            images=samples.images,
            names=names_of(state),
            titles=titles,
        )
