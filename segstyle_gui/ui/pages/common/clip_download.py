"""The download of a CLIP model: asked for, consented to, watched, stopped."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.ui.pages.common.clip_entries import ClipEntry
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.bars import ProgressStrip
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.labels import MutedLabel
from segstyle_gui.workers.job import Failure, Job, Update


class ClipDownload(QWidget):
    """Hidden while nothing need be downloaded.

    Signals
    -------
    downloaded
        The model is on this computer now.
    """

    downloaded = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._entry: ClipEntry | None = None
        self._folder = ""
        self.job: Job | None = None
        self._says = MutedLabel("")
        self._strip = ProgressStrip()
        self.ask = plain_button("", "download")
        self.ask.clicked.connect(self._ask)
        self.agree = plain_button(self.tr("Download"), "download")
        self.agree.clicked.connect(self.start)
        self.decline = plain_button(self.tr("Not now"))
        self.decline.clicked.connect(self._reset)
        self.stop = plain_button(self.tr("Stop"), "stop", self.tr("Another download goes on from here"))
        self.stop.clicked.connect(self._stop)
        self._buttons = QStackedWidget()
        for row in ((self.ask,), (self.agree, self.decline), (self.stop,)):
            self._buttons.addWidget(_row(*row))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._says)
        column.addWidget(self._strip)
        column.addWidget(self._buttons)
        self._reset()

    def set_entry(self, entry: ClipEntry, folder: str) -> None:
        """Offer the download of this model, if it is missing; ``folder`` is where downloads go."""
        if self.job is not None:
            return
        if self._entry is None or self._entry.settings != entry.settings or not entry.missing_mb:
            self._entry, self._folder = entry, folder
            self._reset()

    def start(self) -> None:
        """Download the model; the user has agreed."""
        entry = self._entry
        if entry is None or entry.choice is None:
            return
        name, tag = entry.choice.name, entry.choice.tag

        def work(progress: Progress) -> str:
            from segstyle_gui.core.clip.cache import download_weights

            return str(download_weights(name, tag, progress=progress))

        self._show(2, self.tr("Connecting…"))
        self._strip.set_share(None)
        self._strip.show()
        title = self.tr("Downloading CLIP {0}").format(entry.title)
        job = self._session.fetch(title, work, self._done, lane="download", failed=self._failed)
        job.progressed.connect(self._progress)
        job.cancelled.connect(self._cancelled)
        self.job = job

    def _ask(self) -> None:
        if self._entry is not None:
            licence = self._entry.choice.licence if self._entry.choice else ""
            self._show(
                1,
                self.tr(
                    "{0} MB ({1}) come from huggingface.co into {2}. Nothing of yours is sent. Download it?"
                ).format(self._entry.missing_mb, licence, self._folder),
            )

    def _progress(self, update: Update) -> None:
        self._strip.set_share(update.share if update.total > 0 else None)
        self._says.setText(update.message)

    def _done(self, path: str) -> None:
        self.job = None
        self._session.notify("success", self.tr("CLIP model downloaded"), path)
        self._reset()
        self.downloaded.emit()

    def _failed(self, failure: Failure) -> None:
        self.job = None
        self._reset()
        self._says.setText(f"{failure.message} {failure.hint}")
        self._says.show()

    def _cancelled(self) -> None:
        self.job = None
        self._reset()

    def _stop(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def _reset(self) -> None:
        missing = self._entry.missing_mb if self._entry else 0
        self.ask.setText(self.tr("Download {0} MB…").format(missing))
        self.ask.setToolTip(self.tr("Nothing is downloaded before you have agreed"))
        self._strip.hide()
        self._show(0, "")
        self.setVisible(missing > 0)

    def _show(self, buttons: int, text: str) -> None:
        self._buttons.setCurrentIndex(buttons)
        self._says.setText(text)
        self._says.setVisible(bool(text))


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return holder
