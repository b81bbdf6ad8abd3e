"""Beside the run button of a training: how long it will take, and what an unfinished one has reached."""

from __future__ import annotations

from PySide6.QtCore import QObject

from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.checkpoints import CheckpointState, checkpoint_state
from segstyle_gui.pipeline.estimates import Estimate, time_estimate
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.common.spoken import spoken_time
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.workers.job import Failure


class TrainingAid(QObject):
    """Adds a button to a run panel that measures a few real steps and says the time that all would take."""

    def __init__(self, session: Session, panel: RunPanel) -> None:
        super().__init__(panel)
        self._session, self._panel = session, panel
        self.unfinished: CheckpointState | None = None
        self._button = plain_button(
            self.tr("How long will it take?"), "clock", self.tr("Measures a few real steps on this computer")
        )
        self._button.clicked.connect(self.estimate)
        panel.add_below_button(self._button)
        session.status_changed.connect(self._refresh)
        panel.config_changed.connect(self._forget)

    def look(self) -> None:
        """Read whether there is an unfinished training, and say so."""
        project, name = self._session.project, self._panel.stage.name
        if project is None or project.readonly:
            return
        self._session.fetch(
            self.tr("Looking for an unfinished training"),
            lambda progress: checkpoint_state(project, name),
            self._take_unfinished,
            key=f"unfinished.{name}",
        )

    def estimate(self) -> None:
        """Measure, then say how long the training takes with the present settings."""
        project, name = self._session.project, self._panel.stage.name
        if project is None:
            return
        try:
            config = self._panel.config()
        except SegStyleError as error:
            self._panel.set_note(f"{error.message} {error.hint}")
            return

        def measure(progress: Progress) -> Estimate:
            return time_estimate(project, name, config, progress=progress)

        self._panel.set_note(self.tr("Measuring a few steps…"))
        self._button.setEnabled(False)
        self._session.fetch(
            self.tr("Measuring the speed of the training"),
            measure,
            self._take_estimate,
            key=f"estimate.{name}",
            failed=self._tell_failure,
        )

    def _take_estimate(self, found: Estimate) -> None:
        self._refresh()
        whole = spoken_time(found.total_seconds)
        text = self.tr("On {0}: about {1} for {2} {3}.").format(
            found.device, whole, f"{found.units:,g}", found.unit
        )
        if found.usable_seconds is not None:
            text += " " + self.tr("Usable after about {0}.").format(spoken_time(found.usable_seconds))
        self._panel.set_note(text)

    def _take_unfinished(self, state: CheckpointState | None) -> None:
        self.unfinished = state
        if state is None:
            self._panel.set_run_text("")
            return
        when = state.time.astimezone()
        self._panel.set_run_text(self.tr("Go on with the training"))
        self._panel.set_note(
            self.tr("Stopped at {0} {1}, {2}. With other settings it begins anew.").format(
                f"{state.done:,g}", state.unit, f"{when:%d %b %H:%M}"
            )
        )

    def _tell_failure(self, failure: Failure) -> None:
        self._refresh()
        self._panel.set_note(f"{failure.message} {failure.hint}")

    def _forget(self) -> None:
        if self.unfinished is None and not self._panel.is_running:
            self._panel.set_note("")

    def _refresh(self) -> None:
        self._button.setVisible(not self._panel.is_running)
        self._button.setEnabled(self._panel.button.isEnabled())
