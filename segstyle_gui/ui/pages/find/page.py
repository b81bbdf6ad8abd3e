"""The page that finds by text: from a sentence to a direction, from a direction to regions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.found_direction import DirectionPreview
from segstyle_gui.core.progress import Progress
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.common.head import BannerRow
from segstyle_gui.ui.pages.find.panel import FindPanel
from segstyle_gui.ui.pages.find.prompt_row import PromptRow
from segstyle_gui.ui.pages.find.result_view import FoundRun, ResultView, fine_alphas, read_found
from segstyle_gui.ui.pages.find.search_view import SearchView
from segstyle_gui.ui.pages.find.specs import find_specs
from segstyle_gui.ui.pages.find.using import DirectionUse
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.workers.job import Failure, Job

_SIZE = 128  # px; most of a side of moved samples


class FindPage(Page):
    """Where a rare thing is made common from a sentence."""

    key = "find"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._found: FoundRun | None = None
        self._refusal = ""
        self._new_regions: RunRecord | None = None
        self.using = DirectionUse(session, self)
        self._build()
        for spec, slot in find_specs(self):
            self.registry.add(spec, slot, self)
        self._connect()

    # Page

    def activate(self) -> None:
        """Show the current direction."""
        self.panel.picker.activate()
        self._show_status()
        self._load()

    def sidebar(self) -> QWidget:
        """Return the figures of the direction, model, settings and former searches."""
        return self.panel

    # What the actions do

    def run(self) -> None:
        """Begin the search, or stop it."""
        if self.run_panel.is_running and self.run_panel.job is not None:
            self.run_panel.job.cancel()
        elif self.row.prompt.text().strip():
            self.run_panel.run()
        else:
            self.write()

    def write(self) -> None:
        """Go to the sentence."""
        self.row.prompt.setFocus()
        self.row.prompt.selectAll()

    def use(self) -> None:
        """Find regions again with moved samples, as the card says."""
        if self.panel.card.button.isEnabled():
            self.panel.card.button.click()

    def weaker(self) -> None:
        """Go to the strength before in the strip."""
        self.result.step(-1)

    def stronger(self) -> None:
        """Go to the next strength of the strip."""
        self.result.step(1)

    # Building

    def _build(self) -> None:
        self.row = PromptRow()
        self.panel = FindPanel(self.session)
        self.run_panel = self.panel.run_panel
        self.banner_row = BannerRow("stale")
        self.banner = self.banner_row.banner
        self.banner.clicked.connect(self._banner_clicked)
        self.empty = EmptyState("find", "", "", "")
        self.empty.clicked.connect(self._empty_clicked)
        self.search = SearchView()
        self.result = ResultView()
        self.views = QStackedWidget()
        for view in (self.empty, self.search, self.result):
            self.views.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.row)
        column.addWidget(self.banner_row)
        column.addWidget(self.views, 1)
        self.setFocusProxy(self.row)
        run = self.session.run("direction")
        config = run.config if run else {}
        self.row.set_texts(
            str(config.get("prompt", "")), str(config.get("opposite", DirectionConfig().opposite))
        )
        self._hand_over()

    def _connect(self) -> None:
        session = self.session
        session.runs_changed.connect(self._runs_changed)
        session.status_changed.connect(self._show_status)
        self.row.changed.connect(self._hand_over)
        self.row.wanted.connect(self.run)
        self.run_panel.ready.connect(self._hand_over)
        self.run_panel.started.connect(self._watch)
        self.result.alpha_changed.connect(self.panel.card.set_alpha)
        self.panel.card.used.connect(self._use)
        self.using.changed.connect(self._show_status)
        self.using.used.connect(self._regions_found)

    # The search

    def _hand_over(self) -> None:
        """Give the sentences to the stage; its own α is for the slider to change."""
        prompt, opposite = self.row.prompt.text(), self.row.opposite.text()
        self.run_panel.set_own(prompt=prompt, opposite=opposite, alpha=0.0, download=False)
        self._show_status()

    def _watch(self, job: Job) -> None:
        self._refusal = ""
        config = self.run_panel.config()
        self.search.begin(self.row.prompt.text(), config.top_share)
        job.progressed.connect(self.search.show_progress)
        job.previewed.connect(self._take_preview)
        job.failed.connect(self._refused)
        job.finished.connect(self._ended)
        self._show_status()

    def _take_preview(self, value: Any) -> None:
        if isinstance(value, DirectionPreview):
            self.search.show_preview(value)

    def _refused(self, failure: Failure) -> None:
        self._refusal = f"{failure.message} {failure.hint}".strip()

    def _ended(self) -> None:
        self._show_status()
        self._load()

    # The result

    def _runs_changed(self, makes: str) -> None:
        if makes == "direction":
            self._refusal = ""
            run = self.session.run("direction")
            if run is not None and not self.run_panel.is_running:
                self.row.set_texts(str(run.config["prompt"]), str(run.config["opposite"]))
                self._hand_over()
            self._load()

    def _load(self) -> None:
        project, run = self.session.project, self.session.run("direction")
        if project is None or run is None or (self._found is not None and self._found.run.id == run.id):
            return

        def read(progress: Progress) -> FoundRun:
            return read_found(project, run)

        self.session.fetch(self.tr("Reading the direction"), read, self._take_found, key="find.direction")

    def _take_found(self, found: FoundRun) -> None:
        self._found = found
        self.result.show_direction(found.direction)
        self.panel.card.show_run(found.run)
        self._show_status()
        self._fetch_sweep(found)

    def _fetch_sweep(self, found: FoundRun) -> None:
        studio = self.session.studio
        if studio is None:
            return
        alphas = fine_alphas(found.direction)
        seeds = found.direction.strip_seeds.tolist()
        size = min(_SIZE, found.direction.strip.shape[2])

        def draw(progress: Progress) -> NDArray[np.uint8]:
            return studio.sweep(found.run, seeds, alphas, size=size, progress=progress)

        def take(images: NDArray[np.uint8]) -> None:
            if self._found is found:
                self.result.set_sweep(images, alphas)

        self.session.fetch(self.tr("Moving samples"), draw, take, key="find.sweep")

    def _use(self, share: float) -> None:
        if self._found is not None:
            self.using.start(self._found.run, self.result.alpha, share)

    def _regions_found(self, run: RunRecord) -> None:
        self._new_regions = run
        new = run.summary.get("new", [])
        kept = run.summary.get("kept", [])
        self.session.select(new)
        self.session.notify(
            "success",
            self.tr("Regions found again"),
            self.tr("{0} new, {1} kept with their names.").format(len(new), len(kept)),
        )
        self._show_status()

    # Showing

    def _show_status(self) -> None:
        status = self.session.status().get("find_direction")
        project = self.session.project
        if status is None or project is None:
            return
        running = self.run_panel.is_running
        blocked = project.readonly or self.session.run("generator") is None or self.using.is_running
        self.row.set_running(running, enabled=not blocked)
        shown = self.result if status.run is not None and self._found is not None else self.empty
        self.views.setCurrentWidget(self.search if running else shown)
        self.panel.card.setVisible(shown is self.result and not running)
        self.panel.card.set_blocked(self._why_not_use())
        self._show_empty()
        self._show_banner(status.why if status.state == "stale" else "")

    def _why_not_use(self) -> str:
        project = self.session.project
        if project is not None and project.readonly:
            return self.tr("The project is open read-only.")
        return self.tr("Finding regions with these samples…") if self.using.is_running else ""

    def _show_empty(self) -> None:
        if self.session.run("generator") is None:
            self.empty.set_text(
                self.tr("No generator yet"),
                self.tr("Samples of a generator are searched: train one on your images, or import one."),
                self.tr("Go to Generator"),
            )
        else:
            self.empty.set_text(
                self.tr("What are you looking for?"),
                self.tr(
                    "Write a sentence above, such as “an eye looking to the left”. Samples are compared"
                    " with it, and the direction along which they come to fit it makes a rare thing common."
                ),
                self.tr("Write a sentence"),
            )

    def _show_banner(self, stale: str) -> None:
        """Show the most pressing of: a refusal, regions that were found, a stale direction."""
        running = self.run_panel.is_running or self.using.is_running
        found = self._new_regions
        if self._refusal:
            self._tell("warning", self._refusal, "")
        elif found is not None and self.session.run("regions") == found:
            new = len(found.summary.get("new", []))
            text = self.tr("Regions were found again with moved samples; %n of them are new.", "", new)
            self._tell("success", text, self.tr("Next: Regions"))
        elif stale:
            text = self.tr("This direction is of an earlier state: {0}.").format(stale)
            self._tell("stale", text, self.tr("Find again"))
        else:
            self._tell("info", "", "")
        self.banner_row.setVisible(bool(self.banner.text()) and not running)

    def _tell(self, kind: str, text: str, button: str) -> None:
        self.banner.set_kind(kind)
        self.banner.set_text(text)
        self.banner.set_button(button)

    def _banner_clicked(self) -> None:
        if self._new_regions is not None and self.session.run("regions") == self._new_regions:
            self.page_requested.emit("regions")
        else:
            self.run()

    def _empty_clicked(self) -> None:
        if self.session.run("generator") is None:
            self.page_requested.emit("generator")
        else:
            self.write()
