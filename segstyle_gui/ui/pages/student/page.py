"""The student page: loss and mIoU as they come, predictions as they get better, and the stage's settings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.stage import why_not
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.common.training_aid import TrainingAid
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.pages.student.gallery import predicted_pictures
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.curves import CurvePlot
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader
from segstyle_gui.workers.job import Job

_BASIC = ("steps", "image_size", "batch_size", "flip")
_LOSS, _MIOU = "loss", "mIoU"


@dataclass(frozen=True, slots=True)
class _Curve:
    run_id: int
    columns: list[str]
    values: NDArray[np.float64]


class StudentPage(Page):
    """Where the student is trained and watched."""

    key = "student"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._curve_of = 0  # the run whose curve is shown; 0 for a training that goes on
        self.registry.add(
            ActionSpec(
                id="student.run",
                text=self.tr("Train the student"),
                shortcut="Ctrl+R",
                context=self.key,
                icon="play",
                tip=self.tr("Train a small network on the synthetic set"),
            ),
            self.run,
            self,
        )
        self._build()
        self.panel.started.connect(self._watch)
        session.status_changed.connect(self._show_status)
        session.runs_changed.connect(self._runs_changed)

    # Page

    def activate(self) -> None:
        """Show the current run, or the training that goes on."""
        self._show_status()
        if not self.panel.is_running:
            self._load_curve()
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
        self.loss = CurvePlot(self.tr("Loss"), series=[_LOSS], x_label=self.tr("steps"))
        self.miou = CurvePlot(self.tr("Validation mIoU"), series=[_MIOU], x_label=self.tr("steps"))
        for plot in (self.loss, self.miou):
            plot.set_empty_text(self.tr("No training yet"))
        curves = QWidget()
        beside = QHBoxLayout(curves)
        beside.setContentsMargins(0, 0, 0, 8)
        beside.setSpacing(24)
        beside.addWidget(self.loss)
        beside.addWidget(self.miou)
        self.header = SectionHeader(self.tr("What the student sees"))
        self.grid = ImageGrid(tile=160)
        self.grid.setAccessibleName(self.tr("Predictions of the student"))
        self.grid.set_empty_text(
            self.tr("Predictions appear while the student trains"), self.tr("They get better as it learns.")
        )
        pictures = QWidget()
        inside = QVBoxLayout(pictures)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.addWidget(self.header)
        inside.addWidget(self.grid, 1)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(curves)
        self.split.addWidget(pictures)
        self.split.setSizes([320, 400])
        holder = QWidget()
        around = QVBoxLayout(holder)
        around.setContentsMargins(16, 16, 16, 0)
        around.addWidget(self.split)
        self.empty = EmptyState("student", "", "", self.tr("Go to Training set"))
        self.empty.clicked.connect(self._go_back)
        self.banner = Banner("warning", "", self.tr("Train again"))
        self.banner.clicked.connect(self.run)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools())
        column.addWidget(self.banner)
        column.addWidget(self.views, 1)

    def _tools(self) -> QWidget:
        tools = QWidget()
        tools.setProperty("role", "surface")
        tools.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        tools.setFixedHeight(48)
        self.says = MutedLabel("")
        self.keep = plain_button(
            self.tr("Stop and keep"),
            "check",
            self.tr("End the training now; the best student so far is kept"),
        )
        self.keep.clicked.connect(self.session.finish_job)
        self.next = plain_button(self.tr("Next: Masks"), "next", self.tr("Let the student label your images"))
        self.next.clicked.connect(self._go_on)
        row = QHBoxLayout(tools)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(16)
        row.addWidget(self.says, 1)
        row.addWidget(self.keep)
        row.addWidget(self.next)
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
        self.banner.setVisible(status.state == "stale" and not running)
        self.banner.set_text(self.tr("This student learnt from an earlier state: {0}.").format(status.why))
        if status.run is not None and not running:
            self._show_run(status.run)

    def _show_run(self, run: RunRecord) -> None:
        classes = ", ".join(str(name) for _, name, _ in run.summary.get("classes", []))
        self.says.setText(
            self.tr("Best mIoU {0} on {1} classes: {2}").format(
                f"{run.summary.get('best_miou', 0):.3f}", len(run.summary.get("classes", [])), classes
            )
        )

    def _runs_changed(self, makes: str) -> None:
        if makes == "student" and not self.panel.is_running:
            self._load_curve()

    # A training that goes on

    def _watch(self, job: Job) -> None:
        self._curve_of = 0
        for plot in (self.loss, self.miou):
            plot.clear()
        self.says.setText(self.tr("Preparing the training…"))
        job.previewed.connect(self._take_preview)
        job.finished.connect(self._ended)
        self._show_status()

    def _take_preview(self, value: Any) -> None:
        kind = type(value).__name__
        if kind == "StudentPoint":
            self.loss.add_point(value.step, {_LOSS: value.loss})
            if not math.isnan(value.val_miou):
                self.miou.add_point(value.step, {_MIOU: value.val_miou})
                self.says.setText(
                    self.tr("Step {0}: mIoU {1}").format(f"{value.step:,}", f"{value.val_miou:.3f}")
                )
        elif kind == "StudentPreview":
            self._show_predictions(value)
        elif kind == "Retried":
            self.session.notify("warning", self.tr("Trying with less memory"), value.message)

    def _show_predictions(self, value: Any) -> None:
        run = self.session.run("synthetic_set")
        classes = run.summary["classes"] if run else []
        self.grid.set_images(predicted_pictures(value.images, value.label_maps, classes))
        of_what = self.tr("real images") if value.real else self.tr("synthetic images held back")
        self.header.set_detail(self.tr("step {0} · {1}").format(f"{value.step:,}", of_what))

    def _ended(self) -> None:
        self._show_status()
        self.aid.look()

    # The current run

    def _load_curve(self) -> None:
        project, run = self.session.project, self.session.run("student")
        if project is None or run is None or run.id == self._curve_of:
            return

        def read(progress: Progress) -> _Curve:
            return _Curve(run.id, list(run.summary.get("curve", [])), project.array(run, "curve"))

        self.session.fetch(self.tr("Reading the curve"), read, self._show_curve, key="student.curve")

    def _show_curve(self, curve: _Curve) -> None:
        if self.panel.is_running or not {"step", "loss", "val_miou"} <= set(curve.columns):
            return
        self._curve_of = curve.run_id
        step, loss, miou = (curve.values[:, curve.columns.index(n)] for n in ("step", "loss", "val_miou"))
        self.loss.set_curve(step, {_LOSS: loss})
        measured = ~np.isnan(miou)
        self.miou.set_curve(step[measured], {_MIOU: miou[measured]})

    def _go_back(self) -> None:
        self.page_requested.emit("training_set")

    def _go_on(self) -> None:
        self.page_requested.emit("masks")
