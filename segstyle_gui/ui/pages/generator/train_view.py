"""The training of a generator: before it, while it runs, and what it left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.generator.training_record import TrainingRecord
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.training_runs import stored_record
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.generator.estimate import TrainingEstimate
from segstyle_gui.ui.pages.generator.kept import kept_text
from segstyle_gui.ui.pages.generator.live import LiveTraining
from segstyle_gui.ui.pages.generator.resume import UnfinishedTraining
from segstyle_gui.ui.pages.generator.train_head import TrainingHead
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.shell.job_bar import spoken_left
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.workers.job import Failure, Job, JobState, Update

_SEEDS = range(16)  # of the samples that a training shows
_STAGE = "train_generator"


@dataclass(frozen=True, slots=True)
class _Stored:
    run_id: int
    record: TrainingRecord
    images: NDArray[np.uint8]


class TrainView(QWidget):
    """Follows the training that its panel starts.

    Signals
    -------
    page_requested(str)
        The user wants the page of this key.
    bundled_requested
        The user wants the bundled generator instead.
    """

    page_requested = Signal(str)
    bundled_requested = Signal()

    def __init__(self, session: Session, panel: RunPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._job: Job | None = None
        self._live: LiveTraining | None = None
        self._shown_run = -1
        self.estimate = TrainingEstimate(session, self)
        self.unfinished = UnfinishedTraining(session, self)
        self._build()
        self._connect()
        self.refresh()

    @property
    def live(self) -> LiveTraining:
        """Grid and curves, made when they are first needed."""
        if self._live is None:
            self._live = LiveTraining()
            self.views.addWidget(self._live)
        return self._live

    @property
    def is_training(self) -> bool:
        """Whether a training goes on."""
        return self._job is not None and not self._job.is_over

    # What is done here

    def measure(self) -> None:
        """Measure how long a training with the present settings would take."""
        try:
            config = self._panel.config()
        except SegStyleError as error:
            self._session.notify("warning", error.message, error.hint)
            return
        self.estimate.measure(config)

    def resume(self) -> None:
        """Go on with the unfinished training, with the settings that it began with."""
        if self.unfinished.config is not None and self._panel.form is not None:
            self._panel.form.set_config(self.unfinished.config)
        self._panel.run()

    def _train(self) -> None:
        self._panel.run()

    def toggle_pause(self) -> None:
        """Hold the training, or let it go on."""
        if self._job is not None:
            self._job.resume() if self._job.state is JobState.PAUSED else self._job.pause()

    def keep(self) -> None:
        """Stop, and keep the generator as it is."""
        if self._job is not None and self.is_training:
            self._job.finish()

    def cancel(self) -> None:
        """Stop; a checkpoint is left."""
        if self._job is not None:
            self._job.cancel()

    # Building

    def _build(self) -> None:
        self.no_images = Banner("info", "", self.tr("Go to Images"))
        self.no_images.set_text(
            self.tr("A generator learns from images: import at least 16, better hundreds.")
        )
        self.unfinished_banner = Banner("info", "", self.tr("Resume"))
        self.retried = Banner("warning", "")
        self.head = TrainingHead()
        self.bundled = Banner("info", "", self.tr("Use it"))
        self.bundled.set_text(
            self.tr(
                "No time? One for near-infrared eyes is bundled. How well it fits your images is measured."
            )
        )
        self.empty = EmptyState(
            "generator",
            self.tr("No generator was trained here yet"),
            self.tr("It learns to draw images like yours; its features are what regions are made of. A"
                    " trained one can be imported instead, and one for near-infrared eyes is bundled."),
            self.tr("Train"),
        )  # fmt: skip
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        for widget in (self.no_images, self.unfinished_banner, self.retried, self.head, self.bundled):
            column.addWidget(widget)
        column.addWidget(self.views, 1)
        self.retried.hide()
        self.unfinished_banner.hide()

    def _connect(self) -> None:
        self.no_images.clicked.connect(self._go_to_images)
        self.unfinished_banner.clicked.connect(self.resume)
        self.empty.clicked.connect(self._train)
        self.bundled.clicked.connect(self.bundled_requested)
        self.head.measure.clicked.connect(self.measure)
        self.head.pause.clicked.connect(self.toggle_pause)
        self.head.keep.clicked.connect(self.keep)
        self.head.cancel.clicked.connect(self.cancel)
        self.estimate.text_changed.connect(self._show_estimate)
        self.estimate.busy_changed.connect(self.refresh)
        self.unfinished.changed.connect(self.refresh)
        self._panel.started.connect(self._follow)
        self._panel.config_changed.connect(self._settings_changed)

    # Before

    def _settings_changed(self) -> None:
        try:
            self.estimate.settings_changed(self._panel.config())
        except SegStyleError:  # the form says what is wrong
            self._show_estimate("")

    def _show_estimate(self, text: str) -> None:
        if not self.is_training:
            self.head.says.setText(text or self._usual_text())

    def _usual_text(self) -> str:
        run = self._trained_run()
        if run is not None:
            return kept_text(run)
        return self.tr("A training can be stopped at any time and goes on from there.")

    # While it runs

    def _follow(self, job: Job) -> None:
        self._job = job
        self.estimate.stop()
        self.retried.hide()
        try:
            self.unfinished.remember(self._panel.config())
        except SegStyleError as error:
            self._session.notify("warning", error.message, error.hint)
        self.live.clear()
        self._shown_run = -1
        job.previewed.connect(self._take)
        job.progressed.connect(self._show_update)
        job.changed.connect(self.refresh)
        job.failed.connect(self._tell_failure)
        job.finished.connect(self._over)
        self.head.says.setText(self.tr("Preparing the first step…"))
        self.refresh()

    def _take(self, value: Any) -> None:
        if hasattr(value, "config") and hasattr(value, "message"):  # begins again with less memory
            self.retried.set_text(value.message)
            self.retried.show()
            self.live.clear()
        else:
            self.live.take(value)

    def _show_update(self, update: Update) -> None:
        done = self.tr("{0} of {1} kimg").format(f"{update.done / 1000:.1f}", f"{update.total / 1000:g}")
        left = spoken_left(update.eta)
        self.head.says.setText(f"{done} · {left}" if left else done)

    def _tell_failure(self, failure: Failure) -> None:
        self.retried.set_text(f"{failure.message} {failure.hint}".strip())
        self.retried.show()

    def _over(self) -> None:
        self._show_estimate("")
        self.unfinished.refresh()
        self.refresh()

    # What there is

    def refresh(self, *_: object) -> None:
        """Show what can be done now."""
        project, job, training = self._session.project, self._job, self.is_training
        has_images = self._session.run("images") is not None
        may_run = project is not None and not project.readonly and has_images
        self.no_images.setVisible(not has_images)
        self._show_unfinished(may_run and not training)
        self.head.setVisible(has_images)
        self.head.show_job(job, may_measure=has_images and not self.estimate.is_busy)
        if not training:
            self.head.title.setText(self._title())
            self.head.says.setText(self.head.says.text() or self._usual_text())
        self.empty.button().setEnabled(may_run)
        shows_live = (
            training or self._trained_run() is not None or (job is not None and self.live.n_points > 0)
        )
        self.bundled.setVisible(may_run and self._session.run("generator") is None and not training)
        if self.isVisible():  # plots are made when they are looked at
            self.views.setCurrentWidget(self.live if shows_live else self.empty)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_run()
        self.refresh()

    def show_run(self) -> None:
        """Show curve and samples of the current run, if it is a training."""
        run, project, studio = self._trained_run(), self._session.project, self._session.studio
        if run is None or project is None or studio is None or self.is_training or not self.isVisible():
            return
        if run.id == self._shown_run:
            return
        self._shown_run = run.id

        def read(progress: Progress) -> _Stored:
            return _Stored(run.id, stored_record(project, run), studio.samples(_SEEDS, run=run))

        self._session.fetch(
            self.tr("Reading the training's curve"), read, self._show_stored, key="generator.curve"
        )

    def _show_stored(self, stored: _Stored) -> None:
        run = self._trained_run()
        if run is not None and run.id == stored.run_id and not self.is_training:
            self.live.show_record(stored.record)
            self.live.show_samples(stored.images, run.summary["kimg"])

    def _trained_run(self) -> RunRecord | None:
        run = self._session.run("generator")
        return run if run is not None and run.stage == _STAGE else None

    def _title(self) -> str:
        run = self._trained_run()
        if run is not None:
            return self.tr("Trained for {0} kimg").format(f"{run.summary.get('kimg', 0):,.1f}")
        images = self._session.run("images")
        count = images.summary.get("images", 0) if images is not None else 0
        return self.tr("Train a generator on your {0} images").format(f"{count:,}")

    def _show_unfinished(self, possible: bool) -> None:
        state = self.unfinished.state
        self.unfinished_banner.setVisible(possible and state is not None)
        if state is None:
            return
        when = f"{state.time.astimezone():%d %b %H:%M}"
        text = self.tr("A training stopped at {0} kimg ({1}). It can go on from there.")
        self.unfinished_banner.set_text(text.format(f"{state.done:.1f}", when))
        self.unfinished_banner.set_button(self.tr("Resume at {0} kimg").format(f"{state.done:.1f}"))

    def _go_to_images(self) -> None:
        self.page_requested.emit("images")
