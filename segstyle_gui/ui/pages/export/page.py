"""The export page: formats, options, a preview of counts, and what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.progress import Progress
from segstyle_gui.export.report import ExportPreview, preview_export
from segstyle_gui.pipeline.export_masks import current_label_set
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.later import later
from segstyle_gui.ui.pages.common.head import BannerRow, ToolRow
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.export.contents import ExportContents
from segstyle_gui.ui.pages.export.folders import free_folder, is_used
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import ElidedLabel, MutedLabel, SectionHeader
from segstyle_gui.ui.widgets.segmented import SegmentedControl
from segstyle_gui.workers.job import Failure, Job

_STAGES = {"coco": "export_coco", "png": "export_png"}
_BASIC = ("folder", "overwrite", "reviewed_only")
_DELAY = 300  # milliseconds after the last change of a mask


@dataclass(frozen=True, slots=True)
class _Counts:
    classes: tuple[LabelClass, ...]
    preview: ExportPreview


class ExportPage(Page):
    """Where masks leave the project."""

    key = "export"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._is_shown = False
        self._counted: object = None
        self.add_run_action(
            self.run,
            self.tr("Export"),
            self.tr("Write the export with the present settings"),
            shortcut="Ctrl+E",
            icon="export",
        )
        self._build()
        self._timer = later(self, _DELAY, self._count)
        session.masks_changed.connect(self._plan_count)
        session.runs_changed.connect(self._runs_changed)
        session.status_changed.connect(self._show_status)

    # Page

    def activate(self) -> None:
        """Count what would be written."""
        self._is_shown = True
        self._show_status()
        self._count()

    def deactivate(self) -> None:
        """Stop counting."""
        self._is_shown = False

    def sidebar(self) -> QWidget:
        """Return format, settings and former exports."""
        return self.side

    def run(self) -> None:
        """Write the export."""
        self._panel().run()

    # Building

    def _build(self) -> None:
        self.contents = ExportContents()
        self.result, self.table = self.contents.result, self.contents.table
        self.stale = BannerRow("stale", self.tr("Go to Masks"))
        self.banner = self.stale.banner
        self.banner.clicked.connect(self._go_to_masks)
        self.empty = EmptyState(
            "export",
            self.tr("Nothing to export yet"),
            self.tr("Masks of your images are exported: let a student predict them first."),
            self.tr("Go to Masks"),
        )
        self.empty.clicked.connect(self._go_to_masks)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(self.contents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools())
        column.addWidget(self.stale)
        column.addWidget(self.views, 1)
        self._build_side()

    def _tools(self) -> QWidget:
        tools = ToolRow()
        self.about = ElidedLabel("")
        self.about.setProperty("role", "muted")
        tools.row.addWidget(self.about, 1)
        return tools

    def _build_side(self) -> None:
        self.side = QWidget()
        self.format = SegmentedControl(
            [("coco", "COCO"), ("png", self.tr("PNG masks"))], name=self.tr("Format")
        )
        self.format.setToolTip(self.tr("What is written; both are read back and compared"))
        self.format.changed.connect(self._show_format)
        self.says_format = MutedLabel("")
        self.says_format.setWordWrap(True)
        self.panels = {
            key: RunPanel(self.session, stage, run_text=self.tr("Export"), basic=_BASIC)
            for key, stage in _STAGES.items()
        }
        head = QVBoxLayout()
        head.setContentsMargins(16, 16, 16, 0)
        head.setSpacing(8)
        head.addWidget(SectionHeader(self.tr("Format")))
        head.addWidget(self.format)
        head.addWidget(self.says_format)
        column = QVBoxLayout(self.side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        for key, panel in self.panels.items():
            column.addWidget(panel)
            panel.ready.connect(self._propose_folders)
            panel.config_changed.connect(self._plan_count)
            panel.started.connect(self._watch)
            panel.runs.chosen.connect(self.result.show_run)
            panel.setVisible(key == "coco")
        column.addStretch(1)
        self._exporting = self.panels["coco"]
        self._show_format("coco")

    def _panel(self) -> RunPanel:
        return self.panels[self.format.current]

    def _show_format(self, chosen: str) -> None:
        texts = {
            "coco": self.tr("One JSON file, read by CVAT, FiftyOne, detectron2 and others."),
            "png": self.tr(
                "One gray picture an image whose values are class ids, read by nnU-Net and all others."
            ),
        }
        self.says_format.setText(texts[chosen])
        for key, panel in self.panels.items():
            panel.setVisible(key == chosen)
        run = self.session.run(self._panel().stage.makes)
        if run is not None:
            self.result.show_run(run)
        else:
            self.result.hide()
        self._plan_count()

    def _propose_folders(self) -> None:
        """Name a folder beside the project, or beside the one of the export before, that is free."""
        project = self.session.project
        if project is None:
            return
        for key, panel in self.panels.items():
            if panel.form is None or panel.form.row("overwrite").value():
                continue
            now = str(panel.form.row("folder").value())
            wanted = Path(now) if now else project.path.parent / f"{project.path.stem} {key}"
            free = str(free_folder(wanted.expanduser()))
            if free != now and (not now or is_used(wanted.expanduser())):
                panel.form.set_value("folder", free)

    # Showing

    def _show_status(self) -> None:
        status = self.session.status()
        masks = status.get("predict_masks")
        self.views.setCurrentIndex(0 if masks is None or masks.run is None else 1)
        is_stale = masks is not None and masks.state == "stale"
        text = self.tr("The masks are of an earlier state: {0}.").format(masks.why if masks else "")
        self.stale.say(text if is_stale else "")
        self._show_about(None if masks is None else masks.run)

    def _show_about(self, masks: RunRecord | None) -> None:
        project = self.session.project
        if project is None or masks is None:
            self.about.setText("")
            return
        when = datetime.fromisoformat(masks.created).astimezone()
        self.about.setText(
            self.tr("Masks of {0}: {1} images, {2} corrected, {3} reviewed").format(
                f"{when:%d %b %H:%M}",
                f"{masks.summary.get('images', 0):,}",
                f"{len(project.corrected):,}",
                f"{len(project.reviewed):,}",
            )
        )

    def _plan_count(self, *_: object) -> None:
        self._show_about(self.session.run("masks"))
        if self._is_shown:
            self._timer.start()

    def _runs_changed(self, makes: str) -> None:
        if makes == "masks":
            self._plan_count()
        if makes == self._panel().stage.makes:
            run = self.session.run(makes)
            if run is not None:
                self.result.show_run(run)

    def _watch(self, job: Job) -> None:
        self._exporting = self._panel()
        self._exporting.set_note("")
        job.failed.connect(self._tell_export_failure)
        job.succeeded.connect(self._propose_folders)

    def _tell_export_failure(self, failure: Failure) -> None:
        """Say beside the button, too, what went wrong: the notice goes away."""
        self._exporting.set_note(f"{failure.message} {failure.hint}".strip())

    def _count(self) -> None:
        project = self.session.project
        masks = self.session.run("masks")
        if project is None or masks is None:
            return
        reviewed_only = self._reviewed_only()
        classes = self.session.state.classes if self.session.state else ()
        marks = project.input_token("reviewed") if reviewed_only else ""
        wanted = (project.input_token("masks"), marks, reviewed_only, classes)
        if wanted == self._counted:
            return

        def count(progress: Progress) -> _Counts:
            label_set = current_label_set(project, reviewed_only=reviewed_only)
            return _Counts(label_set.classes, preview_export(label_set, progress=progress))

        def take(counts: _Counts) -> None:
            self._counted = wanted
            self.contents.show_preview(counts.classes, counts.preview)

        self.contents.says.setText(self.tr("Counting…"))
        self.session.fetch(
            self.tr("Counting the export"), count, take, key="export.count", failed=self._tell_failure
        )

    def _reviewed_only(self) -> bool:
        form = self._panel().form
        return form is not None and bool(form.row("reviewed_only").value())

    def _tell_failure(self, failure: Failure) -> None:
        self._counted = None
        self.contents.show_problem(f"{failure.message} {failure.hint}")

    def _go_to_masks(self) -> None:
        self.page_requested.emit("masks")
