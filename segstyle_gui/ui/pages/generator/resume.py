"""An unfinished training: how far it had come, and the settings with which it goes on."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.pipeline.checkpoints import CheckpointState, checkpoint_state
from segstyle_gui.pipeline.configs import config_from_values
from segstyle_gui.pipeline.stage import config_to_dict
from segstyle_gui.ui.session import Session

_STAGE = "train_generator"
_SETTING = f"window.last_config.{_STAGE}"


class UnfinishedTraining(QObject):
    """Knows whether the next training can go on from a checkpoint.

    A checkpoint is continued by a training with the same settings, hence they are kept in the project when
    a training begins.

    Signals
    -------
    changed
        :attr:`state` may be another.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.state: CheckpointState | None = None
        self.config: Any = None

    def remember(self, config: Any) -> None:
        """Keep the settings of a training that begins."""
        if self._session.project is not None:
            self._session.project.set_setting(_SETTING, config_to_dict(config))

    def refresh(self) -> None:
        """Look for a checkpoint."""
        project = self._session.project
        if project is None:
            return
        values = project.settings().get(_SETTING)

        def look(progress: Progress) -> tuple[CheckpointState | None, Any]:
            state = checkpoint_state(project, _STAGE)
            return state, _config(values) if state is not None and values else None

        self._session.fetch(
            self.tr("Looking for a checkpoint"), look, self._take, lane="disk", key="generator.checkpoint"
        )

    def _take(self, found: tuple[CheckpointState | None, Any]) -> None:
        self.state, self.config = found
        self.changed.emit()


def _config(values: dict[str, Any]) -> Any:
    """Return the config of these values, None if this version does not take them."""
    stage = stage_named(_STAGE)
    known = {name: value for name, value in values.items() if hasattr(stage.config(), name)}
    try:
        return config_from_values(stage.config, stage.presets, "segstyle", known)
    except SegStyleError:
        return None
