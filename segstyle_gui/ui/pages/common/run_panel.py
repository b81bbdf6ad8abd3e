"""The sidebar of a stage: its settings, the button that runs it, and the runs to go back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.core.generator.domains import PRESETS as DOMAIN_PRESETS
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.pipeline.configs import config_from_values
from segstyle_gui.pipeline.stage import Stage, why_not
from segstyle_gui.ui.config_form import ConfigForm
from segstyle_gui.ui.pages.common.run_list import RunList
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.buttons import primary_button
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader
from segstyle_gui.workers.job import Job


@dataclass(frozen=True, slots=True)
class _Settings:
    """What a form needs; importing it may import torch, hence a job brings it."""

    config_type: type[Any]
    presets: Mapping[str, Any]
    start: Any


class RunPanel(QWidget):
    """Settings of one stage and all that can be done with them.

    Parameters
    ----------
    session
        With an open project.
    stage_name
        Such as ``"find_regions"``.
    run_text
        What the button says, such as "Find regions".
    basic
        Fields that are shown at once; the others are under "More settings".
    hidden
        Fields that the page sets itself.

    Signals
    -------
    ready
        The form is there; :meth:`config` can be used from now on.
    started(Job)
        The user ran the stage.
    config_changed
        A setting is another one.
    """

    ready = Signal()
    started = Signal(object)
    config_changed = Signal()

    def __init__(
        self,
        session: Session,
        stage_name: str,
        *,
        run_text: str,
        basic: Sequence[str] = (),
        hidden: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.stage = session, stage_named(stage_name)
        self._shown_text = run_text
        self._run_text, self._basic, self._hidden = run_text, tuple(basic), tuple(hidden)
        self._own: dict[str, Any] = {}
        self.form: ConfigForm | None = None
        self.job: Job | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(12)
        self._column.addWidget(SectionHeader(self.tr("Settings")))
        self._place = QVBoxLayout()
        self._column.addLayout(self._place)
        self.why = MutedLabel("")
        self.why.setWordWrap(True)
        self.note = MutedLabel("")
        self.note.setWordWrap(True)
        self._column.addWidget(self.why)
        self.button = primary_button(self._run_text, self.tr(self.stage.help))
        self.button.clicked.connect(self._clicked)
        self._column.addWidget(self.button)
        self._column.addWidget(self.note)
        self._below = QVBoxLayout()
        self._column.addLayout(self._below)
        self.set_note("")
        self.runs = RunList(session, self.stage.makes, self)
        self._column.addWidget(self.runs)
        self._column.addStretch(1)
        session.status_changed.connect(self.refresh)
        session.fetch(self.tr("Reading the settings"), self._read_settings, self._show_form)
        self.refresh()

    # Used by pages

    def config(self, **values: Any) -> Any:
        """Return the config as it is set, with the page's own values and ``values`` put in.

        Raises
        ------
        ConfigError
            If a setting cannot be used, or the form is not there yet.
        """
        if self.form is None:
            raise SegStyleError(
                self.tr("The settings are still being read."), hint=self.tr("Try again at once.")
            )
        config = self.form.config()
        own = {**self._own, **values}
        return config_from_values(type(config), {"now": config}, "now", own) if own else config

    def set_own(self, **values: Any) -> None:
        """Set fields that the page is in charge of (named in ``hidden``)."""
        self._own.update(values)
        self.config_changed.emit()

    def run(self, **values: Any) -> Job | None:
        """Run the stage with the present settings; None, with a notice, if they cannot be used."""
        try:
            config = self.config(**values)
        except SegStyleError as error:
            self.session.notify("warning", error.message, error.hint)
            return None
        return self._follow(self.session.run_stage(self.stage.name, config))

    def adopt_running(self) -> Job | None:
        """Follow the run of this stage that was started elsewhere, if there is one and it is not followed."""
        job = self.session.jobs.active("stage")
        title = QCoreApplication.translate("Stages", self.stage.title)
        return self._follow(job) if job is not None and job.title == title and not self.is_running else None

    def set_note(self, text: str) -> None:
        """Say something below the button, such as how long the run will take."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def set_run_text(self, text: str) -> None:
        """Let the button say something else, such as "Go on with the training"; empty for its first text."""
        self._shown_text = text or self._run_text
        self.refresh()

    def add_below_button(self, widget: QWidget) -> None:
        """Put one more widget between the button and the former runs."""
        self._below.addWidget(widget)

    @property
    def is_running(self) -> bool:
        """Whether a run of this panel waits or goes on."""
        return self.job is not None and not self.job.is_over

    def refresh(self) -> None:
        """Enable what can be done now."""
        project = self.session.project
        if project is None:
            return
        reason = (
            self.tr("The project is open read-only.") if project.readonly else why_not(project, self.stage)
        )
        self.why.setText(_sentence(reason))
        self.why.setVisible(bool(reason) and not self.is_running)
        self._show_button(reason)
        if self.form is not None:
            self.form.setEnabled(not self.is_running)

    # Inside

    def _follow(self, job: Job) -> Job:
        self.job = job
        job.finished.connect(self.refresh)
        self.refresh()
        self.started.emit(job)
        return job

    def _clicked(self) -> None:
        if self.is_running and self.job is not None:
            self.job.cancel()
            self.refresh()
        else:
            self.run()

    def _show_button(self, reason: str) -> None:
        """Let the button run, cancel, or wait for a run that is being cancelled; only the first is loud."""
        stopping = self.is_running and self.job is not None and self.job.control.is_cancelled
        running = self.tr("Stopping…") if stopping else self.tr("Cancel")
        self.button.setText(running if self.is_running else self._shown_text)
        can_run = not reason and self.form is not None
        self.button.setEnabled(not stopping if self.is_running else can_run)
        role = "danger" if self.is_running else "primary"
        if self.button.property("role") != role:
            self.button.setProperty("role", role)
            self.button.style().unpolish(self.button)
            self.button.style().polish(self.button)
        goes_on = self.tr("Stop now; the next run with the same settings goes on from here")
        tip = goes_on if self.stage.resumes else self.tr("Stop now; the former runs stay as they are")
        self.button.setToolTip(tip if self.is_running else self.tr(self.stage.help))

    def _read_settings(self, progress: Progress) -> _Settings:
        config_type, presets = self.stage.config, self.stage.presets
        last = _last_config(self.session, self.stage, presets)
        general = {name: preset for name, preset in presets.items() if name not in DOMAIN_PRESETS}
        return _Settings(config_type, general, last)

    def _show_form(self, found: _Settings) -> None:
        self.form = ConfigForm(found.config_type, found.presets, basic=self._basic)
        for name in self._hidden:
            self.form.row(name).setVisible(False)
        self.form.set_config(found.start)
        self.form.changed.connect(self.config_changed)
        self._place.addWidget(self.form)
        self.refresh()
        self.ready.emit()


def _last_config(session: Session, stage: Stage, presets: Mapping[str, Any]) -> Any:
    """Return the config of the current run, as far as this version knows its fields, else the defaults."""
    run = session.run(stage.makes)
    default = presets["segstyle"]
    if run is None or run.stage != stage.name:
        return default
    known = {
        name: value for name, value in run.config.items() if hasattr(default, name) and value is not None
    }
    try:
        return config_from_values(type(default), presets, "segstyle", known)
    except SegStyleError:  # a run of another version, with values that are refused today
        return default


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
