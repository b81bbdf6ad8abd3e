"""The job bar: the one long job that runs, how far it is, how long it takes, and its buttons."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.icons import icon
from segstyle_gui.ui.widgets.labels import ElidedLabel, MutedLabel
from segstyle_gui.workers.job import Job, JobState, Update

_STEPS = 1000


class JobBar(QWidget):
    """One row under the pages; quiet while nothing runs."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._actions = session, actions
        self._job: Job | None = None
        self.setObjectName("job_bar")
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(44)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        self._title = ElidedLabel("")
        self._title.setMaximumWidth(220)
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(240)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(self.tr("Progress of the running job"))
        self._text = ElidedLabel("")
        self._text.setProperty("role", "muted")
        for widget, stretch in ((self._title, 0), (self._bar, 0), (self._text, 1)):
            row.addWidget(widget, stretch)
        self._buttons = {name: _button(actions, f"job.{name}") for name in ("pause", "finish", "cancel")}
        for button in self._buttons.values():
            row.addWidget(button)
        self._saved = MutedLabel("")
        row.addWidget(self._saved)
        session.jobs.job_added.connect(self._look)
        session.jobs.job_changed.connect(self._look)
        session.edits_changed.connect(self._tell_saved)
        self._look()

    @property
    def job(self) -> Job | None:
        """The job that is shown."""
        return self._job

    def _look(self) -> None:
        job = self._session.jobs.active("stage")
        if job is not self._job:
            self._watch(job)
        running = job is not None
        for widget in (self._bar, self._title, self._text):
            widget.setVisible(running)
        pausable = job is not None and job.pausable
        self._buttons["pause"].setVisible(pausable)
        keeps = job is not None and job.keeps
        self._buttons["finish"].setVisible(keeps)
        self._buttons["cancel"].setVisible(running)
        for name in self._buttons:
            can = {"pause": pausable, "finish": keeps, "cancel": running}[name]
            self._actions.action(f"job.{name}").setEnabled(can)
        paused = job is not None and job.state is JobState.PAUSED
        pause = self._actions.action("job.pause")
        pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
        pause.setIcon(icon("play" if paused else "pause"))
        self._tell_saved()

    def _watch(self, job: Job | None) -> None:
        if self._job is not None:
            self._job.progressed.disconnect(self._show)
        self._job = job
        if job is not None:
            self._title.setText(job.title)
            self._bar.setRange(0, 0)
            self._text.setText("")
            job.progressed.connect(self._show)
            if job.update is not None:
                self._show(job.update)

    def _show(self, update: Update) -> None:
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(round(update.share * _STEPS))
        parts = [update.message, spoken_left(update.eta)]
        self._text.setText(" · ".join(part for part in parts if part))

    def _tell_saved(self) -> None:
        count = len(self._session.history()) if self._session.project is not None else 0
        one = self.tr("Every edit is saved · undo keeps 1 edit")
        many = self.tr("Every edit is saved · undo keeps {0} edits").format(f"{count:,}")
        text = "" if not count else one if count == 1 else many
        self._saved.setText(text)
        self._saved.setVisible(bool(text) and self._job is None)


def _tr(text: str) -> str:
    return QCoreApplication.translate("JobBar", text)


def spoken_left(seconds: float | None) -> str:
    """Return a remaining time as a person says it, empty if it is not known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return _tr("{0} s left").format(max(1, round(seconds)))
    minutes = seconds / 60
    if minutes < 90:
        return _tr("{0} min left").format(round(minutes))
    hours = minutes / 60
    return _tr("{0} h left").format(f"{hours:.1f}" if hours < 10 else f"{hours:.0f}")


def _button(actions: Actions, action_id: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions.action(action_id))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFixedHeight(28)
    return button
