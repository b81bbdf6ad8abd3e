"""How long a training will take here, measured on demand and said in a sentence."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.estimates import MEASURED_SIDE, Estimate, at_length, time_estimate
from segstyle_gui.ui.pages.common.spoken import spoken_time
from segstyle_gui.ui.session import Session
from segstyle_gui.workers.job import Failure, Job

_STAGE = "train_generator"
#: Settings that change how long a training is or what it leaves, but not how long a step takes.
_FREE = {
    "kimg": 1.0,
    "checkpoint_minutes": 1.0,
    "preview_kimg": 1.0,
    "quality_kimg": 1.0,
    "keep": "last",
    "seed": 0,
}


class TrainingEstimate(QObject):
    """Measures, and keeps the answer for as long as the settings allow.

    Signals
    -------
    text_changed(str)
        What to tell.
    busy_changed(bool)
        It measures, or stopped doing so.
    """

    text_changed = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._measured: tuple[Any, Estimate] | None = None
        self._job: Job | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it measures."""
        return self._job is not None and not self._job.is_over

    @property
    def is_known(self) -> bool:
        """Whether it has measured once."""
        return self._measured is not None

    def measure(self, config: Any) -> None:
        """Do a few steps of this training in a job and tell how long all would take."""
        project = self._session.project
        if project is None:
            return

        def work(progress: Progress) -> Estimate:
            return time_estimate(project, _STAGE, config, progress=progress)

        def take(estimate: Estimate) -> None:
            self._measured = (_speed_key(config), estimate)
            self.text_changed.emit(sentence(estimate))

        self.text_changed.emit(self.tr("Doing a few steps to measure the speed…"))
        self._job = self._session.fetch(
            self.tr("Measuring the speed"),
            work,
            take,
            lane="estimate",
            key="generator.estimate",
            failed=self._fail,
        )
        self._job.finished.connect(self._tell_idle)
        self.busy_changed.emit(True)

    def settings_changed(self, config: Any) -> None:
        """Tell the time for other settings, if what was measured answers that."""
        if self.is_busy:
            self.stop()
        if self._measured is None:
            self.text_changed.emit("")
            return
        key, estimate = self._measured
        if key == _speed_key(config):
            self.text_changed.emit(sentence(at_length(estimate, config.kimg)))
        else:
            self.text_changed.emit(self.tr("The settings are others now: measure again."))

    def stop(self) -> None:
        """Stop measuring."""
        if self._job is not None:
            self._job.cancel()
            self.text_changed.emit("")

    def _fail(self, failure: Failure) -> None:
        self.text_changed.emit(f"{failure.message} {failure.hint}".strip())

    def _tell_idle(self) -> None:
        self.busy_changed.emit(self.is_busy)


def sentence(estimate: Estimate) -> str:
    """Return an estimate as a person says it."""
    said = [_tr("all {0} kimg in {1}").format(f"{estimate.units:g}", spoken_time(estimate.total_seconds))]
    if estimate.good_seconds is not None and estimate.good_seconds < 0.95 * estimate.total_seconds:
        said.insert(0, _tr("good in {0}").format(spoken_time(estimate.good_seconds)))
    if estimate.usable_seconds is not None and estimate.usable_seconds < 0.95 * estimate.total_seconds:
        said.insert(0, _tr("usable in about {0}").format(spoken_time(estimate.usable_seconds)))
    text = _tr("On this computer ({0}): {1}.").format(estimate.device, ", ".join(said))
    if len(said) > 1 and estimate.side > MEASURED_SIDE:
        text += " " + _tr("Usable and good were measured at {0} × {0} px; larger images take more.").format(
            MEASURED_SIDE
        )
    if estimate.device.startswith("processor"):
        text += " " + _tr("No GPU was found.")
    return text


def _speed_key(config: Any) -> Any:
    return dataclasses.replace(config, **_FREE)


def _tr(text: str) -> str:
    return QCoreApplication.translate("GeneratorPage", text)
