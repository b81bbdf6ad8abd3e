"""Uses a direction: stores the strength that was chosen, then finds regions again with moved samples."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.configs import config_from_values
from segstyle_gui.pipeline.find_direction import moved_regions
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.session import Session
from segstyle_gui.workers.job import Job


class DirectionUse(QObject):
    """Runs one or two stages after another.

    Signals
    -------
    changed
        :attr:`is_running` is another.
    used(RunRecord)
        The new run of regions.
    """

    changed = Signal()
    used = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._share = 0.0
        self.job: Job | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is at work."""
        return self.job is not None and not self.job.is_over

    def start(self, run: RunRecord, alpha: float, share: float) -> None:
        """Find regions with ``share`` (above 0, at most 1) of the samples moved by ``alpha`` (above 0).

        The direction of ``run`` is stored again first if its own strength is another; samples are not
        scored again for that.
        """
        self._share = share
        if abs(alpha - float(run.summary["alpha"])) < 1e-6:
            self._find_regions()
            return
        try:
            config = _config_with(run, alpha)
        except SegStyleError as error:
            self._session.notify("warning", error.message, error.hint)
            return
        job = self._session.run_stage("find_direction", config)
        job.succeeded.connect(self._find_regions)
        self._watch(job)

    def _find_regions(self, *_: object) -> None:
        project = self._session.project
        if project is None:
            return
        job = self._session.run_stage("find_regions", moved_regions(project, self._share))
        job.succeeded.connect(self.used)
        self._watch(job)

    def _watch(self, job: Job) -> None:
        self.job = job
        job.finished.connect(self.changed)
        self.changed.emit()


def _config_with(run: RunRecord, alpha: float) -> DirectionConfig:
    values = {name: value for name, value in run.config.items() if value is not None}
    presets = {"segstyle": DirectionConfig()}
    config: DirectionConfig = config_from_values(
        DirectionConfig, presets, "segstyle", {**values, "alpha": alpha}
    )
    return config
