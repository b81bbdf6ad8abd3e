"""Two ways to a generator that is trained already: a file, looked at first, or the bundled one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.generator_card import SUFFIXES, GeneratorCard, inspect_generator
from segstyle_gui.pipeline.import_generator import BUNDLED
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.generator.facts import FitChecks
from segstyle_gui.ui.pages.generator.preview_card import PreviewCard
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.buttons import Button, plain_button
from segstyle_gui.ui.widgets.cards import Card
from segstyle_gui.ui.widgets.labels import IconLabel, MutedLabel
from segstyle_gui.workers.job import Failure, Job

_WIDEST = 104 * GRID  # px; two cards side by side are wide enough then


class ImportView(QWidget):
    """Imports with its panel's stage, says what came of it, and how well it fits.

    Signals
    -------
    samples_wanted
        The user wants to see what the generator draws.
    """

    samples_wanted = Signal()

    def __init__(
        self, session: Session, panel: RunPanel, fits: FitChecks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._panel, self._fits = session, panel, fits
        self._imported = False
        self._looking: Job | None = None
        self.file_button = plain_button(self.tr("Choose a file…"), "open")
        self.bundled_button = plain_button(self.tr("Use the bundled generator"), "generator")
        self.problem = Banner("error", "")
        self.result = Banner("success", "", self.tr("See its samples"))
        self._build()
        self.file_button.clicked.connect(self.choose)
        self.bundled_button.clicked.connect(self.use_bundled)
        self.result.clicked.connect(self.samples_wanted)
        self.preview.import_wanted.connect(self._import_shown)
        self.preview.left.connect(self._leave)
        self.preview.class_chosen.connect(self._look_at_class)
        self.setAcceptDrops(True)
        panel.started.connect(self._follow)
        panel.session.status_changed.connect(self.refresh)
        fits.changed.connect(self.refresh)
        self.refresh()

    def choose(self) -> None:
        """Ask for a file and show what it holds."""
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Generator"), "", self.tr("Generators ({0});;All files (*)").format(patterns)
        )
        if name:
            self.look_at(Path(name))

    def look_at(self, path: Path, class_index: int | None = None) -> None:
        """Read a file in a job and show what it holds; nothing is imported yet."""
        self.problem.hide()
        self._imported = False
        self.preview.set_busy(True)

        def read(progress: Progress) -> GeneratorCard:
            return inspect_generator(path, class_index=class_index, progress=progress)

        self._looking = self._session.fetch(
            self.tr("Reading {0}").format(path.name),
            read,
            self._show_card,
            key="generator.preview",
            failed=self._tell_failure,
        )
        self._looking.finished.connect(partial(self.preview.set_busy, False))
        self._looking.finished.connect(self.refresh)
        self.reading.setText(self.tr("Reading {0} and drawing a few samples…").format(path.name))
        self.refresh()

    def use_bundled(self) -> None:
        """Import the bundled near-eye generator."""
        self.import_source(BUNDLED)

    def import_source(self, source: str, class_index: int = -1) -> None:
        """Import a file, or the bundled generator by its name; of a model with classes, one of them."""
        self._set_source(source, class_index)
        self._panel.run()

    def _set_source(self, source: str, class_index: int) -> None:
        if self._panel.form is not None:
            self._panel.form.set_value("source", source)
            self._panel.form.set_value("class_index", class_index)

    def refresh(self) -> None:
        """Show what can be done now."""
        project = self._session.project
        may_run = project is not None and not project.readonly and not self._panel.is_running
        self.file_button.setEnabled(may_run and self._panel.form is not None)
        self.bundled_button.setEnabled(may_run and self._panel.form is not None)
        self.preview.button.setEnabled(may_run and self._panel.form is not None and not self._is_looking)
        self.reading.setVisible(self._is_looking)
        self._show_result()

    def _build(self) -> None:
        own = _Card(
            "folder",
            self.tr("A file"),
            self.tr("A StyleGAN2 generator: by SegStyle (.safetensors), by NVIDIA (.pkl), or by rosinality's"
                    " stylegan2-pytorch (.pt). Choose it or drop it here. It is only read, never run, and you"
                    " see what it draws before it is imported."),
            self.file_button,
        )  # fmt: skip
        bundled = _Card(
            "eye",
            self.tr("Near-infrared eyes"),
            self.tr("Bundled: 128 × 128 pixels, gray, trained on rendered eyes. Good for a first look, and"
                    " for eye trackers' images. How well it fits yours is measured when it is in."),
            self.bundled_button,
        )  # fmt: skip
        self.reading = MutedLabel("")
        self.reading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        cards = QWidget()
        cards.setMaximumWidth(_WIDEST)
        grid = QGridLayout(cards)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(16)
        grid.addWidget(own, 0, 0)
        grid.addWidget(bundled, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.problem)
        column.addWidget(self.result)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(cards, 100)
        middle.addStretch(1)
        choices = QWidget()
        choice_column = QVBoxLayout(choices)
        choice_column.setContentsMargins(0, 0, 0, 0)
        choice_column.addStretch(1)
        choice_column.addLayout(middle)
        choice_column.addWidget(self.reading)
        choice_column.addStretch(2)
        self.preview = PreviewCard()
        self._views = QStackedWidget()
        self._views.addWidget(choices)
        self._views.addWidget(self.preview)
        column.addWidget(self._views, 1)
        for widget in (self.problem, self.result, self.reading):
            widget.hide()

    @property
    def _is_looking(self) -> bool:
        return self._looking is not None and not self._looking.is_over

    def _show_card(self, card: GeneratorCard) -> None:
        self.preview.show_card(card)
        self._set_source(str(card.path), self.preview.class_index)  # the panel's button does the same
        self._views.setCurrentWidget(self.preview)

    def _look_at_class(self, number: int) -> None:
        if self.preview.card is not None:
            self.look_at(self.preview.card.path, number)

    def _import_shown(self) -> None:
        if self.preview.card is not None:
            self.import_source(str(self.preview.card.path), self.preview.class_index)

    def _leave(self) -> None:
        self._views.setCurrentIndex(0)
        self.refresh()

    # Files that are dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that are called like a generator's."""
        if self.file_button.isEnabled() and _dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Show what a dropped file holds."""
        path = _dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.look_at(path)

    def _follow(self, job: Job) -> None:
        self.problem.hide()
        self._imported = False
        job.failed.connect(self._tell_failure)
        job.succeeded.connect(self._done)
        job.finished.connect(self.refresh)
        self.refresh()

    def _tell_failure(self, failure: Failure) -> None:
        self.problem.set_text(f"{failure.message} {failure.hint}".strip())
        self.problem.show()

    def _done(self, _: object) -> None:
        self._imported = True
        self._leave()
        self._fits.check()

    def _show_result(self) -> None:
        self.result.setVisible(self._imported)
        run = self._session.run("generator")
        if not self._imported or run is None:
            return
        source = str(run.summary.get("source", ""))
        name = self.tr("The bundled generator") if source == BUNDLED else Path(source).name
        fit = self._fits.fit
        if self._fits.is_busy:
            self.result.set_kind("info")
            text = self.tr("{0} is in. Comparing what it draws with your images…").format(name)
        elif fit is not None:
            self.result.set_kind(fit.kind)
            text = self.tr("{0} is in. {1}. {2}").format(name, fit.headline, fit.text)
        else:
            self.result.set_kind("success")
            text = self.tr("{0} is in.").format(name)
        self.result.set_text(text)


def _dropped_file(event: QDropEvent) -> Path | None:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in SUFFIXES), None)


class _Card(Card):
    """An icon, a title, a text and a button at the foot."""

    def __init__(self, icon: str, title: str, text: str, button: Button) -> None:
        super().__init__()
        head = QLabel(title)
        head.setProperty("role", "title")
        self.body.setContentsMargins(24, 24, 24, 24)
        self.body.setSpacing(12)
        self.body.addWidget(IconLabel(icon, 3 * GRID))
        self.body.addWidget(head)
        self.body.addWidget(MutedLabel(text))
        self.body.addStretch(1)
        self.body.addWidget(button)
