"""The generator page: train one, import one, look at its samples."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.pipeline.starting_generator import PROJECT
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.config_sources import SourceEditor
from segstyle_gui.ui.pages.common.run_list import RunList
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.generator.facts import FactsPanel, FitChecks
from segstyle_gui.ui.pages.generator.import_view import ImportView
from segstyle_gui.ui.pages.generator.samples import SampleBrowser
from segstyle_gui.ui.pages.generator.specs import generator_specs
from segstyle_gui.ui.pages.generator.train_view import TrainView
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.segmented import SegmentedControl

_BASIC = ("kimg", "batch_size", "mirror", "augment")
_TRAIN, _IMPORT, _SAMPLES = "train", "import", "samples"


class GeneratorPage(Page):
    """Where the generator comes from."""

    key = "generator"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._is_shown = False
        self.fits = FitChecks(session, self)
        self._build_side()
        self._build()
        # Kept here: the registry forgets them when the page is thrown away, which is before its last signals.
        self._own = {spec.id: self.registry.add(spec, slot, self) for spec, slot in generator_specs(self)}
        session.status_changed.connect(self._refresh)
        session.runs_changed.connect(self._runs_changed)
        self.training.unfinished.changed.connect(self._refresh)
        self.show_part(_SAMPLES if session.run("generator") is not None else _TRAIN)

    # Page

    def activate(self) -> None:
        """Show what there is; before a first training, measure how long it would take."""
        self._is_shown = True
        self.training.unfinished.refresh()
        self._show_part(self.parts.current)
        if self.train_panel.form is not None:
            self._first_estimate()

    def deactivate(self) -> None:
        """Stop measuring."""
        self._is_shown = False
        self.training.estimate.stop()

    def sidebar(self) -> QWidget:
        """Return settings or facts, and the former generators."""
        return self.side

    # What the actions do

    def show_part(self, part: str) -> None:
        """Show ``"train"``, ``"import"`` or ``"samples"``."""
        self.parts.set_current(part)
        self._show_part(part)

    def train(self) -> None:
        """Train with the present settings."""
        self.show_part(_TRAIN)
        if not self.train_panel.is_running:
            self.train_panel.run()

    def resume(self) -> None:
        """Go on with the unfinished training."""
        self.show_part(_TRAIN)
        self.training.resume()

    def estimate(self) -> None:
        """Measure how long a training would take."""
        self.show_part(_TRAIN)
        self.training.measure()

    def import_file(self) -> None:
        """Ask for a file and show what it holds."""
        self.show_part(_IMPORT)
        self.importing.choose()

    def take_generator(self, path: Path) -> None:
        """Show what a file holds that was dropped on the window."""
        self.show_part(_IMPORT)
        self.importing.look_at(path)

    def import_bundled(self) -> None:
        """Import the bundled generator."""
        self.show_part(_IMPORT)
        self.importing.use_bundled()

    # Building

    def _build(self) -> None:
        self.training = TrainView(self.session, self.train_panel)
        self.training.page_requested.connect(self.page_requested)
        self.training.bundled_requested.connect(self.import_bundled)
        self.train_panel.started.connect(self._refresh)
        self.importing = ImportView(self.session, self.import_panel, self.fits)
        self.importing.samples_wanted.connect(self._show_samples)
        self.samples = SampleBrowser(self.session)
        self.stale = Banner("stale", "", self.tr("Train again"))
        self.stale.clicked.connect(self.train)
        self.views = QStackedWidget()
        for view in (self.training, self.importing, self.samples):
            self.views.addWidget(view)
        around = QVBoxLayout()
        around.setContentsMargins(16, 0, 16, 0)
        around.addWidget(self.stale)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tool_row())
        column.addLayout(around)
        column.addWidget(self.views, 1)

    def _tool_row(self) -> QWidget:
        tools = QWidget()
        tools.setProperty("role", "surface")
        tools.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        tools.setFixedHeight(48)
        items = [
            (_TRAIN, self.tr("Train")),
            (_IMPORT, self.tr("Import")),
            (_SAMPLES, self.tr("Samples")),
        ]
        self.parts = SegmentedControl(items, name=self.tr("Part of the page"))
        self.parts.button(_TRAIN).setToolTip(self.tr("Train a generator on your images"))
        self.parts.button(_IMPORT).setToolTip(self.tr("Take a generator that is trained already"))
        self.parts.button(_SAMPLES).setToolTip(self.tr("Look at what the current generator draws"))
        self.parts.changed.connect(self._show_part)
        self.next = plain_button(
            self.tr("Next: Find regions"), "next", self.tr("Cluster what the generator has learnt")
        )
        self.next.clicked.connect(self._go_on)
        row = QHBoxLayout(tools)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self.parts)
        row.addStretch(1)
        row.addWidget(self.next)
        return tools

    def _build_side(self) -> None:
        self.side = QWidget()
        self.train_panel = RunPanel(self.session, "train_generator", run_text=self.tr("Train"), basic=_BASIC)
        self.import_panel = RunPanel(self.session, "import_generator", run_text=self.tr("Import"))
        self.facts = FactsPanel(self.session, self.fits)
        self.runs = RunList(self.session, "generator", self.side)
        self.train_panel.ready.connect(self._first_estimate)
        self.train_panel.ready.connect(self._offer_start)
        self.import_panel.ready.connect(self._refresh)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(16, 0, 16, 16)
        inside.addWidget(self.runs)
        self._runs_holder = holder
        column = QVBoxLayout(self.side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.train_panel, self.import_panel, self.facts, holder):
            column.addWidget(widget)
        column.addStretch(1)

    # Showing

    def _show_part(self, part: str) -> None:
        views = {_TRAIN: self.training, _IMPORT: self.importing, _SAMPLES: self.samples}
        self.views.setCurrentWidget(views[part])
        self.train_panel.setVisible(part == _TRAIN)
        self.import_panel.setVisible(part == _IMPORT)
        self._refresh()
        if part == _SAMPLES and self._is_shown:
            self.samples.refresh()

    def _refresh(self, *_: object) -> None:
        part, run = self.parts.current, self.session.run("generator")
        self.parts.button(_SAMPLES).setEnabled(run is not None)
        self.next.setVisible(run is not None and not self.training.is_training)
        self._runs_holder.setVisible(part == _SAMPLES)
        if part in (_SAMPLES, _IMPORT):
            self.facts.refresh()
        self.facts.setVisible(part != _TRAIN and run is not None)
        self._show_stale()
        self._offer_start()
        self.importing.refresh()
        self._refresh_actions()

    def _offer_start(self) -> None:
        """Let a training start from the project's generator only when there is one."""
        form = self.train_panel.form
        editor = form.row("start_from").editor if form is not None else None
        if isinstance(editor, SourceEditor):
            has_one = self.session.run("generator") is not None
            editor.offer(PROJECT, has_one, self.tr("The project has no generator yet"))

    def _show_stale(self) -> None:
        status = self.session.status().get("train_generator")
        is_stale = status is not None and status.state == "stale" and not self.training.is_training
        self.stale.setVisible(is_stale)
        if status is not None and is_stale:
            self.stale.set_text(
                self.tr("This generator learnt from an earlier state: {0}.").format(status.why)
            )

    def _refresh_actions(self) -> None:
        project, run = self.session.project, self.session.run("generator")
        may_run = project is not None and not project.readonly
        training, has_images = self.training.is_training, self.session.run("images") is not None
        enabled = {
            "train": may_run and has_images and not training,
            "resume": may_run and has_images and not training and self.training.unfinished.state is not None,
            "pause": training,
            "keep": training,
            "estimate": has_images and not training,
            "import_file": may_run,
            "import_bundled": may_run,
            "check_fit": self.fits.is_possible,
            "other_samples": run is not None,
            "first_samples": run is not None,
            "copy_seed": run is not None,
        }
        for name, is_enabled in enabled.items():
            self._own[f"generator.{name}"].setEnabled(is_enabled)

    def _runs_changed(self, makes: str) -> None:
        if makes == "generator" and self._is_shown:
            self.training.show_run()
            if self.parts.current == _SAMPLES:
                self.samples.refresh()
        if makes in ("generator", "images"):
            self.training.refresh()
            self._refresh()

    def _first_estimate(self) -> None:
        """Measure without being asked, once: when there are images and no generator yet."""
        wanted = self.session.run("generator") is None and self.session.run("images") is not None
        busy = self.training.is_training or self.training.estimate.is_busy
        if wanted and not busy and self.isVisible() and not self.training.estimate.is_known:
            self.training.measure()

    def _show_samples(self) -> None:
        self.show_part(_SAMPLES)

    def _go_on(self) -> None:
        self.page_requested.emit("regions")
