"""The student page: loss and mIoU as they come, predictions as they get better, and the stage's settings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.stage import why_not
from segstyle_gui.pipeline.student_preview import student_preview
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.common.head import BannerRow, ToolRow
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.common.training_aid import TrainingAid
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.pages.student.live import StudentView
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.shell.job_bar import spoken_left
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import ElidedLabel
from segstyle_gui.workers.job import Job, JobState, Update

_BASIC = ("steps", "image_size", "batch_size", "flip")


@dataclass(frozen=True, slots=True)
class _Curve:
    run_id: int
    columns: list[str]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Seen:
    run: RunRecord
    preview: Any  # StudentPreview, or None where nothing can be labelled


class StudentPage(Page):
    """Where the student is trained and watched."""

    key = "student"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._curve_of = 0  # the run whose curve is shown; 0 for a training that goes on
        self._is_whole = False  # whether all points of the training are on the screen
        self._miou = ""
        self.add_run_action(
            self.run, self.tr("Train the student"), self.tr("Train a small network on the synthetic set")
        )
        self._build()
        self.panel.started.connect(self._watch)
        session.status_changed.connect(self._show_status)
        session.runs_changed.connect(self._runs_changed)

    # Page

    def activate(self) -> None:
        """Show the current run, or the training that goes on, whichever page started it."""
        self.panel.adopt_running()
        self._show_status()
        if not self.panel.is_running:
            self._load()
            self.aid.look()

    def sidebar(self) -> QWidget:
        """Return settings and former runs."""
        return self.panel

    def run(self) -> None:
        """Train with the present settings."""
        self.panel.run()

    # Building

    def _build(self) -> None:
        self.panel = RunPanel(
            self.session, "train_student", run_text=self.tr("Train the student"), basic=_BASIC
        )
        self.aid = TrainingAid(self.session, self.panel)
        self.view = StudentView()
        self.empty = EmptyState("student", "", "", self.tr("Go to Training set"))
        self.empty.clicked.connect(self._go_back)
        self.stale = BannerRow("stale", self.tr("Train again"))
        self.banner = self.stale.banner
        self.banner.clicked.connect(self.run)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools())
        column.addWidget(self.stale)
        column.addWidget(self.views, 1)

    def _tools(self) -> QWidget:
        tools = ToolRow()
        self.says = ElidedLabel("")
        self.says.setProperty("role", "muted")
        self.keep = plain_button(
            self.tr("Stop and keep"),
            "check",
            self.tr("End the training now; the best student so far is kept"),
        )
        self.keep.clicked.connect(self._finish)
        self.next = plain_button(self.tr("Next: Masks"), "next", self.tr("Let the student label your images"))
        self.next.clicked.connect(self._go_on)
        tools.row.addWidget(self.says, 1)
        tools.row.addWidget(self.keep)
        tools.row.addWidget(self.next)
        return tools

    # Showing

    def _show_status(self) -> None:
        project = self.session.project
        status = self.session.status().get("train_student")
        if project is None or status is None:
            return
        reason = why_not(project, self.panel.stage)
        self.views.setCurrentIndex(0 if reason and status.run is None else 1)
        self.empty.set_text(
            self.tr("No training set yet"),
            self.tr("The student learns from pairs of image and label map that the generator draws."),
            self.tr("Go to Training set"),
        )
        running = self.panel.is_running
        self.keep.setVisible(running)
        self.next.setVisible(status.run is not None and not running)
        stale = status.state == "stale" and not running
        text = self.tr("This student learnt from an earlier state: {0}.").format(status.why)
        self.stale.say(text if stale else "")
        self.banner.set_button(self.tr("Train again") if self.panel.button.isEnabled() else "")
        if not running:
            self.says.setText(self._about(status.run))

    def _about(self, run: RunRecord | None) -> str:
        """Return what is to be said of a finished student."""
        if run is None:
            return ""
        names = [str(name) for _, name, _ in run.summary.get("classes", [])]
        text = self.tr("Best mIoU {0} on {1} classes: {2}").format(
            f"{run.summary.get('best_miou', 0):.3f}", len(names), ", ".join(names)
        )
        corrected = run.summary.get("corrections")
        if not corrected:
            return text
        agrees = self.tr("agrees with {0} corrected masks: {1}, before {2}").format(
            corrected["images"], f"{corrected['miou']:.3f}", f"{corrected['miou_before']:.3f}"
        )
        return f"{text} · {agrees}"

    def _runs_changed(self, makes: str) -> None:
        if makes == "student" and not self.panel.is_running:
            self._load()

    # A training that goes on

    def _watch(self, job: Job) -> None:
        goes_on = self.aid.unfinished is not None
        if self._curve_of or not goes_on:  # else its first points are on the screen
            self.view.clear_curves()
            self._is_whole = not goes_on
        self._curve_of, self._miou = 0, ""
        self.says.setText(self.tr("Preparing the training…"))
        job.progressed.connect(self._show_progress)
        job.previewed.connect(self._take_preview)
        job.finished.connect(self._ended)
        self._show_status()

    def _show_progress(self, update: Update) -> None:
        step = self.tr("Step {0} of {1}").format(f"{update.done:,.0f}", f"{update.total:,.0f}")
        self.says.setText(" · ".join(part for part in (step, self._miou, spoken_left(update.eta)) if part))

    def _take_preview(self, value: Any) -> None:
        kind = type(value).__name__
        if kind == "StudentPoint":
            self._add_point(value)
        elif kind == "StudentPreview":
            self._show_predictions(value)
        elif kind == "Retried":
            self.view.clear_curves()
            self.session.notify("warning", self.tr("Trying with less memory"), value.message)

    def _add_point(self, point: Any) -> None:
        self.view.add_point(point.step, point.loss, point.val_miou)
        if not math.isnan(point.val_miou):
            self._miou = self.tr("mIoU {0}").format(f"{point.val_miou:.3f}")

    def _show_predictions(self, value: Any) -> None:
        run = self.session.run("synthetic_set")
        of_what = self.tr("real images") if value.real else self.tr("synthetic images held back")
        detail = self.tr("step {0} · {1}").format(f"{value.step:,}", of_what)
        self.view.show_pictures(value, run.summary["classes"] if run else [], detail)

    def _ended(self) -> None:
        self._show_status()
        self.aid.look()

    def _finish(self) -> None:
        if self.panel.job is not None and self.panel.is_running:
            self.panel.job.finish()
            self.says.setText(self.tr("Stopping and keeping the best…"))

    # The current run

    def _load(self) -> None:
        """Read the curve of the current run, and let its student label some images."""
        project, run = self.session.project, self.session.run("student")
        if project is None or run is None or run.id == self._curve_of:
            return

        def read(progress: Progress) -> _Curve:
            return _Curve(run.id, list(run.summary.get("curve", [])), project.array(run, "curve"))

        def label(progress: Progress) -> _Seen:
            return _Seen(run, student_preview(project, run, progress=progress))

        self.session.fetch(self.tr("Reading the curve"), read, self._show_curve, key="student.curve")
        title = self.tr("Labelling some images")
        self.session.fetch(title, label, self._show_seen, key="student.seen")

    def _show_curve(self, curve: _Curve) -> None:
        if self.panel.is_running:
            return
        job = self.panel.job
        just_watched = self._curve_of == 0 and job is not None and job.state is JobState.SUCCEEDED
        self._curve_of = curve.run_id
        if not (just_watched and self._is_whole):  # what is on the screen has more points
            self.view.show_curve(curve.columns, curve.values)

    def _show_seen(self, seen: _Seen) -> None:
        if not self.panel.is_running and seen.preview is not None:
            detail = self.tr("the best student · real images")
            self.view.show_pictures(seen.preview, seen.run.summary.get("classes", []), detail)

    def _go_back(self) -> None:
        self.page_requested.emit("training_set")

    def _go_on(self) -> None:
        self.page_requested.emit("masks")
