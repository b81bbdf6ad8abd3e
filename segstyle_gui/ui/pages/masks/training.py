"""Train the student again with what the user corrected, then label all images again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.student.config import PRESETS, StudentConfig
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.pipeline.configs import config_from_values
from segstyle_gui.pipeline.stage import why_not
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.session import Session
from segstyle_gui.workers.job import Job

_STAGE = "train_student"


class CorrectionTraining(QObject):
    """Two stages in a row.

    Parameters
    ----------
    session
        With an open project.
    predict
        Starts the prediction once the student is trained; returns its job.

    Signals
    -------
    changed
        It began or ended, or may be possible now.
    """

    changed = Signal()

    def __init__(
        self, session: Session, predict: Callable[[], Job | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._predict = session, predict
        self._job: Job | None = None
        session.status_changed.connect(self.changed)
        session.masks_changed.connect(self._masks_changed)

    @property
    def is_running(self) -> bool:
        """Whether the student is being trained, or the images are being labelled again."""
        return self._job is not None and not self._job.is_over

    @property
    def n_masks(self) -> int:
        """How many images the user corrected or reviewed."""
        project = self._session.project
        return len(project.corrected | project.reviewed) if project else 0

    def why_not(self) -> str:
        """Return why it cannot be done now, empty if it can."""
        project = self._session.project
        if project is None or project.readonly:
            return self.tr("The project is open read-only.")
        if self._session.jobs.is_busy("stage"):
            return self.tr("Another job is running.")
        if not self.n_masks:
            return self.tr("Correct a mask, or mark one as reviewed, and the student can learn from it.")
        return why_not(project, stage_named(_STAGE))

    def explanation(self) -> str:
        """Return what will happen, in a few sentences."""
        project, run = self._session.project, self._session.run("student")
        if project is None:
            return ""
        text = self.tr(
            "{0} corrected and {1} reviewed masks join the training set. The student trains again{2},"
            " then all images are labelled again. Your masks stay as they are."
        )
        time = "" if run is None else self.tr(" (last time {0})").format(_spoken_time(run.seconds))
        return text.format(len(project.corrected), len(project.reviewed), time)

    def start(self) -> Job | None:
        """Train, then predict; None, with a notice, if it cannot be done."""
        reason = self.why_not()
        if reason:
            self._session.notify("info", self.tr("Not yet"), reason)
            return None
        self._job = self._session.run_stage(_STAGE, student_config(self._session.run("student")))
        self._job.succeeded.connect(self._trained)
        self._job.finished.connect(self.changed)
        self.changed.emit()
        return self._job

    def _trained(self, run: RunRecord) -> None:
        self._job = self._predict()
        if self._job is not None:
            self._job.finished.connect(self.changed)

    def _masks_changed(self, image_ids: object) -> None:
        self.changed.emit()


def student_config(run: RunRecord | None) -> StudentConfig:
    """Return the settings of a former training, as far as they are known today; corrections count."""
    default = StudentConfig()
    known = {} if run is None else {k: v for k, v in run.config.items() if hasattr(default, k)}
    try:
        config: StudentConfig = config_from_values(
            StudentConfig, {"segstyle": default, **PRESETS}, "segstyle", known
        )
    except SegStyleError:  # values of another version, refused today
        config = default
    if config.corrections_share > 0:
        return config
    share = {"corrections_share": default.corrections_share}
    counted: StudentConfig = config_from_values(StudentConfig, {"segstyle": config}, "segstyle", share)
    return counted


def _spoken_time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
