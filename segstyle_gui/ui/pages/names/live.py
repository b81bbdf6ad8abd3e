"""The names page's live preview: what other words would say, as soon as they are written."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.found_names import Naming
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.catalog import is_current, stage_named
from segstyle_gui.pipeline.name_preview import preview_names
from segstyle_gui.ui.later import later
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.names.fits import Fits, fits_of
from segstyle_gui.ui.session import Session
from segstyle_gui.workers.job import Failure

_DELAY = 150  # ms after the last change


class LivePreview(QObject):
    """Asks CLIP anew when words, settings or regions change, where that needs no look at images.

    Signals
    -------
    changed
        :attr:`fits` is another one.

    Attributes
    ----------
    fits
        The scores of the present words and regions, None where they are those stored, or not known yet.
    """

    changed = Signal()

    def __init__(self, session: Session, panel: RunPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self.fits: Fits | None = None
        self._timer = later(self, _DELAY, self._ask)

    def ask(self) -> None:
        """Find out, a moment after the last change."""
        self._timer.start()

    def drop(self) -> None:
        """Show what is stored."""
        self._timer.stop()
        self._take(None)

    def _ask(self) -> None:
        project, studio, config = self._session.project, self._session.studio, self._config()
        if project is None or studio is None or config is None or self._is_stored(config):
            self._take(None)
            return

        def work(progress: Progress) -> Naming | None:
            with studio.text_models.at_hand():
                return preview_names(project, config, progress)

        title = self.tr("Trying the names")
        self._session.fetch(title, work, self._answered, key="names.preview", failed=self._failed)

    def _config(self) -> NamingConfig | None:
        """Return the present settings, None while they are half written or the stage runs."""
        if self._panel.form is None or self._panel.is_running:
            return None
        try:
            config = self._panel.config()
        except SegStyleError:
            return None
        return config if isinstance(config, NamingConfig) else None

    def _is_stored(self, config: NamingConfig) -> bool:
        """Return whether the current run has these scores; the margin changes none."""
        project, run = self._session.project, self._session.run("names")
        if project is None or run is None:
            return False
        same = replace(config, margin=float(run.config.get("margin", config.margin)))
        return is_current(project, stage_named("name_regions"), same) is not None

    def _answered(self, naming: Naming | None) -> None:
        self._take(naming)
        if naming is None:
            self._panel.set_note(self.tr("With these settings the samples are looked at anew."))

    def _failed(self, failure: Failure) -> None:
        self._take(None)  # running the stage will say why

    def _take(self, naming: Naming | None) -> None:
        run = self._session.run("names")
        self._panel.set_note(str(run.summary.get("remark", "")) if run is not None else "")
        before, self.fits = self.fits, None if naming is None else fits_of(naming)
        if before is not None or self.fits is not None:
            self.changed.emit()
