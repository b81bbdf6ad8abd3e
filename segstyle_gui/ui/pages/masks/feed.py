"""What the masks page reads in jobs: the list, the reference masks, and masks as they are being made."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.pipeline.export_masks import mask_classes
from segstyle_gui.pipeline.predict_masks import MaskPreview
from segstyle_gui.ui.pages.masks.references import References, read_references
from segstyle_gui.ui.pages.masks.table import MaskTable, read_table
from segstyle_gui.ui.session import Session
from segstyle_gui.workers.job import Job


class MaskFeed(QObject):
    """Keep what is read the same as the project's current runs.

    Attributes
    ----------
    table
        The images of the current masks, or all images while masks are predicted for the first time.
    preview
        The mask that was predicted last while a prediction goes on, else None.

    Signals
    -------
    table_changed(MaskTable)
    references_changed(object)
        The :class:`References` of the current comparison, None if there are none.
    previewed(MaskPreview)
        A mask was just predicted.
    preview_over
        The prediction ended.
    """

    table_changed = Signal(object)
    references_changed = Signal(object)
    previewed = Signal(object)
    preview_over = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.table: MaskTable | None = None
        self.preview: MaskPreview | None = None
        session.runs_changed.connect(self._run_changed)
        session.jobs.job_added.connect(self._watch)
        for job in session.jobs.unfinished("stage"):
            self._watch(job)

    @property
    def is_current(self) -> bool:
        """Whether the table is that of the current masks."""
        masks = self._session.run("masks")
        return self.table is not None and masks is not None and self.table.masks == masks

    def classes(self) -> tuple[LabelClass, ...]:
        """Return the classes of the masks, and those that were made since."""
        project, masks, state = self._session.project, self._session.run("masks"), self._session.state
        now = state.classes if state else ()
        if project is None or masks is None:
            return now
        known = mask_classes(project, masks, project.mask_state(masks))
        ids = {one.id for one in known}
        return (*known, *(one for one in now if one.id not in ids))

    def refresh(self) -> None:
        """Read the list, unless it is the current one."""
        session = self._session
        project, masks, images = session.project, session.run("masks"), session.run("images")
        if project is None or images is None or (masks is None and self.preview is None):
            return
        table = self.table
        if table is not None and table.masks == masks and (masks is not None or table.images == images):
            return
        session.fetch(
            self.tr("Reading the list of masks"),
            lambda progress: read_table(project, masks, images, progress),
            self._take_table,
            key="masks.table",
        )

    def refresh_references(self) -> None:
        """Look which label maps the current comparison used, without waiting for a slow disk."""
        project, run, classes = self._session.project, self._session.run("evaluation"), self.classes()
        if project is None or run is None:
            self.references_changed.emit(None)
            return
        home = project.path.parent
        self._session.fetch(
            self.tr("Looking for reference masks"),
            lambda progress: read_references(run, classes, home),
            self._take_references,
            key="masks.references",
        )

    def _take_table(self, table: MaskTable) -> None:
        self.table = table
        self.table_changed.emit(table)

    def _take_references(self, references: References | None) -> None:
        self.references_changed.emit(references)

    def _run_changed(self, makes: str) -> None:
        if makes in ("masks", "images"):
            self.refresh()
        if makes == "evaluation":
            self.refresh_references()

    def _watch(self, job: Job) -> None:
        if job.lane == "stage":
            job.previewed.connect(self._take_preview)
            job.finished.connect(self._end_preview)

    def _take_preview(self, value: Any) -> None:
        if isinstance(value, MaskPreview):
            self.preview = value
            self.refresh()
            self.previewed.emit(value)

    def _end_preview(self) -> None:
        if self.preview is not None:
            self.preview = None
            self.preview_over.emit()
