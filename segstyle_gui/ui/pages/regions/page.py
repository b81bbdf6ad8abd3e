"""The regions page: the gallery, the merge tree over it, and the panel beside it, put together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.pipeline.studio_records import RegionNumbers, RegionSamples
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.later import later
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.pages.regions.comparison import Comparison
from segstyle_gui.ui.pages.regions.editing import RegionEditing
from segstyle_gui.ui.pages.regions.feed import RegionFeed
from segstyle_gui.ui.pages.regions.granularity import Granularity
from segstyle_gui.ui.pages.regions.panel import RegionPanel
from segstyle_gui.ui.pages.regions.scribble_bar import PART_COLORS, ScribbleBar
from segstyle_gui.ui.pages.regions.specs import MENU, is_usable, region_specs
from segstyle_gui.ui.pages.regions.tool_row import RegionToolRow
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.dendrogram import MergeTreeView
from segstyle_gui.ui.views.gallery import RegionGallery
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.workers.job import Failure

_STATISTICS_DELAY = 400  # milliseconds after the last edit


class RegionsPage(Page):
    """Where regions are looked at and shaped."""

    key = "regions"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self.editing = RegionEditing(session, self)
        self.feed = RegionFeed(session, self)
        self._solo: frozenset[int] | None = None
        for spec, slot in region_specs(self):
            self.registry.add(spec, slot, self)
        self._build()
        self.comparison = Comparison(session, self.gallery, self)
        self.granularity = Granularity(session, self.feed, self.gallery, self.tree, self.tools, self)
        self._connect()
        self._overlay_changed(*self.tools.overlay())
        self._refresh_actions()

    # Building

    def _build(self) -> None:
        self.tools = RegionToolRow(self.registry)
        self.tree = MergeTreeView()
        self.gallery = RegionGallery()
        self.scribble_bar = ScribbleBar()
        self.banner = Banner("warning", "", self.tr("Find regions"))
        self.empty = EmptyState(
            "regions",
            self.tr("No regions yet"),
            self.tr(
                "Find regions: the features of the generator are clustered, and similar clusters merged."
            ),
            self.tr("Find regions"),
        )
        gallery_view = QWidget()
        inside = QVBoxLayout(gallery_view)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        for widget in (self.tree, self.scribble_bar):
            inside.addWidget(widget)
        inside.addWidget(self.gallery, 1)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(gallery_view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addWidget(self.banner)
        column.addWidget(self.views, 1)
        self.panel = RegionPanel(self.session, self.registry, self.editing)
        self.setFocusProxy(self.gallery)

    def _connect(self) -> None:
        session, gallery = self.session, self.gallery
        self.feed.samples_changed.connect(self._show_samples)
        self.feed.detail_ready.connect(self._show_detail)
        gallery.sample_opened.connect(self.feed.fetch_detail)
        self.feed.failed.connect(self._tell_failure)
        session.regions_changed.connect(self._show_regions)
        session.runs_changed.connect(self._run_changed)
        session.status_changed.connect(self._show_status)
        session.selection_changed.connect(self._show_selection)
        session.hover_changed.connect(self._show_hover)
        gallery.region_hovered.connect(self._hovered)
        gallery.selection_wanted.connect(session.select)
        gallery.menu_wanted.connect(self._show_menu)
        gallery.scribble_accepted.connect(self.accept_scribble)
        gallery.scribble_cancelled.connect(self.end_scribble)
        gallery.scribble_changed.connect(self._count_strokes)
        self.scribble_bar.accepted.connect(self.accept_scribble)
        self.scribble_bar.cancelled.connect(self.end_scribble)
        self.scribble_bar.group_chosen.connect(gallery.choose_group)
        self.tools.overlay_changed.connect(self._overlay_changed)
        self.tree.cluster_hovered.connect(self._cluster_hovered)
        self.tree.clusters_clicked.connect(self._clusters_clicked)
        self.panel.solo_wanted.connect(self.solo_regions)
        self.empty.clicked.connect(self._find_regions)
        self.banner.clicked.connect(self._find_regions)
        self._statistics_timer = later(self, _STATISTICS_DELAY, self._fetch_statistics)

    # Page

    def activate(self) -> None:
        """Load samples and tree if they are missing or others."""
        self._show_status()
        self.feed.refresh()
        self._show_regions()

    def sidebar(self) -> QWidget:
        """Return classes, inspector and settings."""
        return self.panel

    # Showing

    def _show_status(self) -> None:
        status = self.session.status().get("find_regions")
        if status is None:
            return
        self.views.setCurrentIndex(0 if status.run is None else 1)
        self.banner.setVisible(status.state == "stale")
        self.banner.set_text(self.tr("These regions are of an earlier generator: {0}.").format(status.why))
        if self.session.run("generator") is None:
            self.empty.set_text(
                self.tr("No generator yet"),
                self.tr("Regions are found in a generator: train one on your images, or import one."),
                self.tr("Go to Generator"),
            )

    def _run_changed(self, makes: str) -> None:
        if makes == "regions":
            self._solo = None
            self.gallery.set_solo(None)
            self.feed.refresh()

    def _show_samples(self) -> None:
        samples = self.feed.samples
        if samples is not None:
            self.gallery.set_samples(samples.seeds, samples.images, samples.clusters)
            self._show_regions()
            self.comparison.refresh(samples.seeds)

    def _show_detail(self, samples: RegionSamples) -> None:
        state = self.session.state
        if state is not None and samples.n_splits == len(state.splits):
            self.gallery.set_detail(samples.seeds[0], samples.images[0], samples.clusters[0])

    def _show_regions(self) -> None:
        state = self.session.state
        if state is None:
            return
        self.granularity.show_state()
        self._show_selection()
        self._statistics_timer.start()
        self.feed.refresh()

    def _show_selection(self) -> None:
        self.gallery.set_selection(self.session.selection)
        self._refresh_actions()

    def _show_hover(self) -> None:
        self.gallery.set_hover(self.session.hover)

    def _refresh_actions(self) -> None:
        project = self.session.project
        can_edit = project is not None and not project.readonly
        for spec in self.registry.specs(self.key):
            usable = is_usable(spec.id, len(self.session.selection), can_edit=can_edit)
            self.registry.action(spec.id).setEnabled(usable)

    def _overlay_changed(self, mode: str, opacity: float) -> None:
        self.gallery.set_overlay(mode, opacity)  # type: ignore[arg-type]

    # What the pointer means

    def _hovered(self, region: int | None, seed: int | None) -> None:
        self.session.hover_region(region)

    def _cluster_hovered(self, cluster: int | None) -> None:
        state = self.session.state
        if state is not None:
            found = None if cluster is None else int(state.cluster_to_region()[cluster])
            self.session.hover_region(found or None)

    def _clusters_clicked(self, clusters: Sequence[int]) -> None:
        state = self.session.state
        if state is not None:
            table = state.cluster_to_region()
            self.session.select({int(table[cluster]) for cluster in clusters} - {0})

    def _show_menu(self, region: int | None, place: QPoint) -> None:
        if region is not None and region not in self.session.selection:
            self.session.select({region})
        menu = QMenu(self)
        for spec in self.registry.specs(self.key):
            action = self.registry.action(spec.id)
            if action.isEnabled() and spec.id in MENU:
                menu.addAction(action)
        menu.exec(place)

    # Scribbles

    def start_scribble(self) -> None:
        """Let the user draw on two parts of the selected region."""
        if len(self.session.selection) != 1:
            self.session.notify("info", self.tr("Select one region to split"))
            return
        self.gallery.start_scribble(len(PART_COLORS), PART_COLORS)
        self.scribble_bar.begin()
        self.gallery.setFocus()

    def accept_scribble(self) -> None:
        """Split by the strokes."""
        groups = [group for group in self.gallery.scribbles() if group]
        if len(groups) < 2:
            self.scribble_bar.ask_for_more()
            return
        self.end_scribble()
        self.editing.split_by(groups)

    def end_scribble(self) -> None:
        """Go back to selecting."""
        self.gallery.end_scribble()
        self.scribble_bar.hide()

    def _count_strokes(self) -> None:
        self.scribble_bar.show_counts([len(group) for group in self.gallery.scribbles()])

    # Looking

    def solo(self) -> None:
        """Show the selected regions alone, or all again."""
        self.solo_regions(self.session.selection)

    def solo_regions(self, ids: frozenset[int]) -> None:
        """Show these regions alone; the same ones again, or none, show all."""
        self._solo = None if not ids or ids == self._solo else frozenset(ids)
        self.gallery.set_solo(self._solo)

    def select_all(self) -> None:
        """Select every region."""
        state = self.session.state
        self.session.select(region.id for region in state.regions) if state else None

    def select_none(self) -> None:
        """Select no region."""
        self.session.select(())

    def other_samples(self) -> None:
        """Draw the samples after the present ones."""
        self.feed.show_seeds_from(self.feed.first_seed + max(1, len(self.gallery.seeds)))

    def first_samples(self) -> None:
        """Draw the samples from seed 0 again."""
        self.feed.show_seeds_from(0)

    def compare(self, shown: bool) -> None:
        """Show the run before beside the present one."""
        self.comparison.set_shown(shown)
        if shown and not self.comparison.is_shown:
            self.registry.action("regions.compare").setChecked(False)

    def gallery_lens(self) -> None:
        """Let all samples show the same part, enlarged, or all of themselves again."""
        self.gallery.toggle_lens()

    def _fetch_statistics(self) -> None:
        state, studio = self.session.state, self.session.studio
        if state is not None and studio is not None:
            self.session.fetch(
                self.tr("Counting pixels"),
                lambda progress: studio.statistics(state, progress=progress),
                self._take_statistics,
                key="regions.statistics",
            )

    def _take_statistics(self, numbers: dict[int, RegionNumbers]) -> None:
        self.panel.set_numbers(numbers)

    def _find_regions(self) -> None:
        if self.session.run("generator") is None:
            self.page_requested.emit("generator")
        else:
            self.panel.run()

    def _tell_failure(self, failure: Failure) -> None:
        self.session.notify("error", failure.message, failure.hint, failure.details)
