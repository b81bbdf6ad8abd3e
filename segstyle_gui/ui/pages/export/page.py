"""The export page: formats, options, a preview of counts, and what was written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.progress import Progress
from segstyle_gui.export.report import ExportPreview, preview_export
from segstyle_gui.pipeline.export_masks import current_label_set
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.export.preview_table import PreviewTable
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.cards import Card
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import ElidedLabel, IconLabel, MutedLabel, SectionHeader
from segstyle_gui.ui.widgets.segmented import SegmentedControl
from segstyle_gui.workers.job import Failure

_STAGES = {"coco": "export_coco", "png": "export_png"}
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
        self.registry.add(
            ActionSpec(
                id="export.run",
                text=self.tr("Export"),
                shortcut="Ctrl+E",
                context=self.key,
                icon="export",
                tip=self.tr("Write the export with the present settings"),
            ),
            self.run,
            self,
        )
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY)
        self._timer.timeout.connect(self._count)
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
        self.table = PreviewTable()
        self.says = MutedLabel("")
        self.says.setWordWrap(True)
        self.banner = Banner("warning", "", self.tr("Go to Masks"))
        self.banner.clicked.connect(self._go_to_masks)
        self.result = _Result()
        self.empty = EmptyState(
            "export",
            self.tr("Nothing to export yet"),
            self.tr("Masks of your images are exported: let a student predict them first."),
            self.tr("Go to Masks"),
        )
        self.empty.clicked.connect(self._go_to_masks)
        counts = QWidget()
        inside = QVBoxLayout(counts)
        inside.setContentsMargins(24, 24, 24, 16)
        inside.setSpacing(12)
        inside.addWidget(self.result)
        inside.addWidget(SectionHeader(self.tr("What will be written")))
        inside.addWidget(self.says)
        inside.addWidget(self.table, 1)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(counts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.views, 1)
        self._build_side()

    def _build_side(self) -> None:
        self.side = QWidget()
        self.format = SegmentedControl([("coco", "COCO"), ("png", self.tr("PNG masks"))])
        self.format.setAccessibleName(self.tr("Format"))
        self.format.changed.connect(self._show_format)
        self.says_format = MutedLabel("")
        self.says_format.setWordWrap(True)
        self.panels = {
            key: RunPanel(self.session, stage, run_text=self.tr("Export"), basic=("folder", "overwrite"))
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
            panel.setVisible(key == "coco")
        column.addStretch(1)
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

    def _propose_folders(self) -> None:
        """Name a new folder beside the project, unless the user has named one."""
        project = self.session.project
        if project is None:
            return
        for key, panel in self.panels.items():
            form = panel.form
            if form is not None and not form.config().folder:
                form.set_value("folder", str(_free_folder(project.path.parent, f"{project.path.stem} {key}")))

    # Showing

    def _show_status(self) -> None:
        status = self.session.status()
        masks = status.get("predict_masks")
        self.views.setCurrentIndex(0 if masks is None or masks.run is None else 1)
        is_stale = masks is not None and masks.state == "stale"
        self.banner.setVisible(is_stale)
        if masks is not None and is_stale:
            self.banner.set_text(self.tr("The masks are of an earlier state: {0}.").format(masks.why))

    def _plan_count(self) -> None:
        if self._is_shown:
            self._timer.start()

    def _runs_changed(self, makes: str) -> None:
        if makes == "masks":
            self._plan_count()
        if makes in ("export_coco", "export_png"):
            run = self.session.run(makes)
            if run is not None:
                self.result.show_run(run)

    def _count(self) -> None:
        project = self.session.project
        masks = self.session.run("masks")
        if project is None or masks is None:
            return
        token = project.input_token("masks")
        if token == self._counted:
            return

        def count(progress: Progress) -> _Counts:
            label_set = current_label_set(project)
            return _Counts(label_set.classes, preview_export(label_set, progress=progress))

        def take(counts: _Counts) -> None:
            self._counted = token
            self._show_counts(counts)

        self.says.setText(self.tr("Counting…"))
        self.session.fetch(
            self.tr("Counting the export"), count, take, key="export.count", failed=self._tell_failure
        )

    def _show_counts(self, counts: _Counts) -> None:
        preview = counts.preview
        self.table.show_preview(counts.classes, preview)
        empties = len(preview.empty_images)
        text = self.tr("{0} images at their own size.").format(f"{preview.n_images:,}")
        if empties:
            some = ", ".join(Path(name).name for name in preview.empty_images[:5])
            text += " " + self.tr("{0} of them have no class at all: {1}").format(f"{empties:,}", some)
            text += "…" if empties > 5 else "."
        self.says.setText(text)

    def _tell_failure(self, failure: Failure) -> None:
        self.says.setText(f"{failure.message} {failure.hint}")

    def _go_to_masks(self) -> None:
        self.page_requested.emit("masks")


class _Result(Card):
    """Says what was written and that it was read back, with a button to the folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = ""
        self._title = QLabel("")
        self._title.setProperty("role", "title")
        self._path = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self._path.setProperty("role", "muted")
        button = plain_button(
            self.tr("Open folder"), "folder", self.tr("Show the export in the file manager")
        )
        button.clicked.connect(self._open)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self._title)
        texts.addWidget(self._path)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(IconLabel("check", color="success"))
        row.addLayout(texts, 1)
        row.addWidget(button)
        self.body.addLayout(row)
        self.hide()

    def show_run(self, run: RunRecord) -> None:
        """Show what an export wrote."""
        self._folder = run.summary["folder"]
        self._title.setText(
            self.tr("{0} images written, read back and compared.").format(f"{run.summary['images']:,}")
        )
        self._path.setText(self._folder)
        self.show()

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))


def _free_folder(parent: Path, name: str) -> Path:
    """Return a folder of this name that does not exist yet."""
    folder, number = parent / name, 2
    while folder.exists():
        folder, number = parent / f"{name} {number}", number + 1
    return folder
