"""The card above a training: where it stands, and what can be done with it now."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.cards import Card
from segstyle_gui.ui.widgets.labels import MutedLabel
from segstyle_gui.workers.job import Job, JobState


class TrainingHead(Card):
    """A title, a sentence, and the buttons that make sense.

    Attributes
    ----------
    title, says
        Where the training stands.
    measure, pause, keep, cancel
        Buttons; what they do is the page's.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.says = MutedLabel()
        self.measure = plain_button(
            self.tr("How long will it take?"),
            "clock",
            self.tr("Does a few steps of the training and throws them away; takes some seconds"),
        )
        self.pause = plain_button(self.tr("Pause"), "pause", self.tr("Hold the training (Space)"))
        self.keep = plain_button(
            self.tr("Stop and keep"), "check", self.tr("End here: what was learnt so far is the generator")
        )
        self.cancel = plain_button(
            self.tr("Cancel"), "stop", self.tr("Stop; a checkpoint is kept, and the next training resumes it")
        )
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self.title)
        texts.addWidget(self.says)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(texts, 1)
        for button in (self.measure, self.pause, self.keep, self.cancel):
            row.addWidget(button)
        self.body.setContentsMargins(16, 12, 12, 12)
        self.body.addLayout(row)

    def show_job(self, job: Job | None, *, may_measure: bool) -> None:
        """Offer what can be done with a training; None or one that is over: there is none."""
        training = job is not None and not job.is_over
        self.measure.setVisible(not training)
        self.measure.setEnabled(may_measure)
        for button in (self.pause, self.keep, self.cancel):
            button.setVisible(training)
        if job is None or not training:
            return
        paused = job.state is JobState.PAUSED
        self.pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
        for button in (self.pause, self.keep):
            button.setEnabled(job.state is not JobState.QUEUED)
        words = {JobState.PAUSED: self.tr("Paused"), JobState.QUEUED: self.tr("Waiting for its turn")}
        self.title.setText(words.get(job.state, self.tr("Training")))
