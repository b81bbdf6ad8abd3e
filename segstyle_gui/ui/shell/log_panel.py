"""The log: what was told and done since the window opened."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from segstyle_gui.ui.session import Notice, Session
from segstyle_gui.ui.widgets.labels import SectionHeader
from segstyle_gui.workers.job import FINAL, Job

_MOST_LINES = 2000


class LogPanel(QWidget):
    """Lines with the time; text can be selected and copied."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setMaximumBlockCount(_MOST_LINES)
        self._text.setAccessibleName(self.tr("Log of this session"))
        header = QHBoxLayout()
        header.addWidget(SectionHeader(self.tr("Log")))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 8, 8)
        column.addLayout(header)
        column.addWidget(self._text)
        session.notified.connect(self._add_notice)
        session.jobs.job_changed.connect(self._add_job)

    def text(self) -> str:
        """Return all lines."""
        return self._text.toPlainText()

    def _add_notice(self, notice: Notice) -> None:
        self._add(" ".join(part for part in (notice.title, notice.text) if part))
        if notice.details:
            self._text.appendPlainText(notice.details)

    def _add_job(self, job: Job) -> None:
        if job.lane == "stage" and (job.state in FINAL or job.state == "running"):
            seconds = f" ({job.update.elapsed:.1f} s)" if job.update and job.is_over else ""
            self._add(f"{job.title}: {job.state}{seconds}")

    def _add(self, text: str) -> None:
        self._text.appendPlainText(f"{datetime.now():%H:%M:%S}  {text}")
