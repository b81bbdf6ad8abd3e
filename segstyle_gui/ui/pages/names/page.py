"""The names page: which name fits which region, and the regions that get them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.name_regions import nameable, naming_edit
from segstyle_gui.project.edits import NameRegions
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.common.head import BannerRow, ToolRow
from segstyle_gui.ui.pages.names.fit_map import FitMap
from segstyle_gui.ui.pages.names.fits import Fits, NameRow, name_rows, read_fits
from segstyle_gui.ui.pages.names.live import LivePreview
from segstyle_gui.ui.pages.names.panel import NamePanel
from segstyle_gui.ui.pages.names.patch_strip import PatchStrip
from segstyle_gui.ui.pages.names.specs import name_specs
from segstyle_gui.ui.pages.names.suggestion_table import SuggestionTable
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.buttons import plain_button, primary_button
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import ElidedLabel, SectionHeader
from segstyle_gui.ui.widgets.sliders import ValueSlider

_MOST_MARGIN = 0.2  # of the slider; cosines of names seldom differ by more


class NamesPage(Page):
    """Where regions get their names."""

    key = "names"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._fits: Fits | None = None
        self._picks: dict[int, str] = {}
        self._build()
        self._live = LivePreview(session, self.panel.run_panel, self)
        for spec, slot in name_specs(self):
            self.registry.add(spec, slot, self)
        self._connect()

    # Page

    def activate(self) -> None:
        """Read the scores of the current run, if they are not shown already."""
        self.panel.picker.activate()
        self._show_status()
        self._load()
        self._show_rows()
        self._live.ask()
        self.patches.refresh()

    def sidebar(self) -> QWidget:
        """Return the names to choose from and the settings."""
        return self.panel

    # What the actions do

    def run(self) -> None:
        """Ask CLIP with the present names and settings."""
        self.panel.run()

    def accept_selected(self) -> None:
        """Accept the names of the selected regions."""
        self.accept(self.session.selection)

    def accept_all(self) -> None:
        """Accept the names of all regions that have no class yet."""
        state = self.session.state
        if state is not None:
            self.accept(nameable(state))

    def accept(self, ids: Collection[int]) -> None:
        """Put regions into the classes of their proposed names, as one step of the history."""
        names = {row.region_id: row.name for row in self.rows() if row.region_id in ids and row.can_accept}
        if names:
            self._apply(names)

    def write_name(self) -> None:
        """Write the name of the selected region by hand."""
        self.table.edit_name()

    def add_name(self) -> None:
        """Begin a new line in the list of names."""
        self.prompts.add_line()

    def rows(self) -> tuple[NameRow, ...]:
        """Return what is proposed for every region now."""
        state = self.session.state
        if state is None:
            return ()
        return name_rows(state, self._shown, self.margin.value, self._picks)

    @property
    def _shown(self) -> Fits | None:
        """The scores that are shown: a preview's, else those stored."""
        return self._live.fits or self._fits

    # Building

    def _build(self) -> None:
        self.panel = NamePanel(self.session)
        self.prompts = self.panel.prompts
        self.heat = FitMap()
        self.table = SuggestionTable()
        self.patches = PatchStrip(self.session)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(_titled(self.tr("How well each name fits"), self.heat, below=8))
        self.split.addWidget(_titled(self.tr("Names of the regions"), self.table, above=8))
        self.split.setSizes([360, 320])
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(16, 8, 16, 0)
        inside.setSpacing(0)
        inside.addWidget(self.split, 1)
        inside.addWidget(self.patches)
        self.empty = EmptyState("names", "", "", "")
        self.empty.clicked.connect(self._go_to_regions)
        self.banner_row = BannerRow("stale", self.tr("Suggest again"))
        self.banner = self.banner_row.banner
        self.banner.clicked.connect(self.run)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._tools(), self.banner_row):
            column.addWidget(widget)
        column.addWidget(self.views, 1)
        self.setFocusProxy(self.table)

    def _tools(self) -> QWidget:
        tools = ToolRow()
        self.margin = ValueSlider(self.tr("Least margin"), 0, _MOST_MARGIN, 0.02, step=0.005, decimals=3)
        self.margin.setMinimumWidth(200)
        self.margin.setToolTip(
            self.tr("How far the best name must be ahead of the next; with less, a region stays unknown")
        )
        self.says = ElidedLabel("")
        self.says.setToolTip(self.tr("Regions of which one name is ahead of the next by the least margin"))
        self.says.setProperty("role", "muted")
        self.accept_button = primary_button(self.tr("Accept all"), icon="check")
        self.accept_button.clicked.connect(self.accept_all)
        self.next = plain_button(
            self.tr("Next: Training set"), "next", self.tr("Draw images with the labels of these classes")
        )
        self.next.clicked.connect(self._go_on)
        for widget in (self.margin, self.says, self.accept_button, self.next):
            tools.row.addWidget(widget, 1 if widget is self.says else 0)
        return tools

    def _connect(self) -> None:
        session = self.session
        session.runs_changed.connect(self._runs_changed)
        session.regions_changed.connect(self._show_rows)
        session.regions_changed.connect(self._try)
        self.panel.run_panel.config_changed.connect(self._try)
        self._live.changed.connect(self._show_preview)
        session.status_changed.connect(self._show_status)
        session.selection_changed.connect(self._show_selection)
        self.margin.value_changed.connect(self._show_rows)
        self.margin.committed.connect(self.panel.set_margin)
        self.panel.margin_changed.connect(self._take_margin)
        self.heat.region_clicked.connect(lambda number: session.select((number,)))
        self.heat.name_clicked.connect(self._pick)
        self.table.accepted.connect(self.accept)
        self.table.name_written.connect(self._write)
        self.table.regions_selected.connect(session.select)

    # Showing

    def _runs_changed(self, makes: str) -> None:
        if makes in ("names", "regions"):
            self._picks.clear()
            self._live.drop()
            self._load()
            self._try()

    def _try(self, *_: object) -> None:
        """Ask for a preview, if someone looks."""
        if self.isVisible():
            self._live.ask()

    def _show_preview(self) -> None:
        shown = self._shown
        names = shown.names if shown is not None else ()
        self._picks = {number: name for number, name in self._picks.items() if name in names}
        self._show_rows()
        self._show_status()

    def _load(self) -> None:
        project, run = self.session.project, self.session.run("names")
        if project is None or run is None:
            self._fits = None
            self._show_rows()
        elif self._fits is None or self._fits.run_id != run.id:

            def read(progress: Progress) -> Fits:
                return read_fits(project, run)

            self.session.fetch(self.tr("Reading the scores"), read, self._take_fits, key="names.scores")

    def _take_fits(self, fits: Fits) -> None:
        self._fits = fits
        self._show_rows()

    def _show_rows(self, *_: object) -> None:
        rows = self.rows()
        project = self.session.project
        can_edit = project is not None and not project.readonly
        self.table.set_rows(rows, editable=can_edit)
        self.heat.set_fits(rows, self._shown)
        self._show_selection()
        known = sum(bool(row.name) for row in rows)
        looked_at = any(row.best for row in rows)
        text = self.tr("{0} of {1} clear").format(known, len(rows))
        self.says.setText(text if looked_at else "")
        self._show_waiting(self._waiting(rows) if can_edit else 0)
        self.next.setVisible(any(row.class_name for row in rows))

    def _show_waiting(self, n: int) -> None:
        self.accept_button.setText(self.tr("Accept all {0}").format(n) if n else self.tr("Accept all"))
        self.accept_button.setEnabled(n > 0)
        self.accept_button.setToolTip(
            self.registry.action("names.accept_all").toolTip()
            if n
            else self.tr("No region without a class has a suggested name")
        )
        self.registry.action("names.accept_all").setEnabled(n > 0)

    def _refresh_actions(self) -> None:
        project = self.session.project
        can_edit = project is not None and not project.readonly
        chosen = [row for row in self.rows() if row.region_id in self.session.selection]
        accept = can_edit and any(row.can_accept for row in chosen)
        self.registry.action("names.accept").setEnabled(accept)
        write = can_edit and len(chosen) == 1 and not chosen[0].locked
        self.registry.action("names.write").setEnabled(write)

    def _waiting(self, rows: Sequence[NameRow]) -> int:
        state = self.session.state
        free = nameable(state) if state is not None else ()
        return sum(row.can_accept for row in rows if row.region_id in free)

    def _show_selection(self) -> None:
        ids = self.session.selection
        self.table.select_regions(ids)
        self.heat.select_regions(ids)
        self._refresh_actions()

    def _show_status(self) -> None:
        status = self.session.status().get("name_regions")
        if status is None:
            return
        has_regions = self.session.state is not None
        self.views.setCurrentIndex(1 if has_regions else 0)
        self.empty.set_text(
            self.tr("No regions yet"),
            self.tr("Names are given to regions: find regions first."),
            self.tr("Go to Regions"),
        )
        self._show_banner(status.why if status.state == "stale" else "")

    def _show_banner(self, why_stale: str) -> None:
        previewed = self._live.fits is not None
        text = self.tr("These scores are of other regions: {0}.").format(why_stale) if why_stale else ""
        if previewed:
            text = self.tr("A preview with the present words, settings and regions. Nothing is stored yet.")
        self.banner.set_kind("info" if previewed else "stale")
        self.banner.set_button(self.tr("Store the suggestions") if previewed else self.tr("Suggest again"))
        self.banner_row.say("" if self.panel.run_panel.is_running else text)

    # What the pointer means

    def _pick(self, number: int, column: int) -> None:
        """Propose the name of a cell for a region; the best one again takes the pick back."""
        fits = self._shown
        assert fits is not None
        name, best = fits.names[column], fits.chosen[fits.row_of(number)] == column
        if best and number in self._picks:
            del self._picks[number]
        elif self._picks.get(number) != name:
            self._picks[number] = name
        self.session.select((number,))
        self._show_rows()
        self.heat.select_regions((number,), column)

    def _write(self, region_id: int, name: str) -> None:
        self._picks.pop(region_id, None)
        self.session.apply(NameRegions((region_id,), name))

    def _apply(self, names: Mapping[int, str]) -> None:
        if len(names) == 1:
            ((number, name),) = names.items()
            self.session.apply(NameRegions((number,), name))
        else:
            self.session.apply(naming_edit(names))

    def _take_margin(self, margin: float) -> None:
        if margin != self.margin.value:
            self.margin.set_value(margin)
            self._show_rows()

    def _go_to_regions(self) -> None:
        self.page_requested.emit("regions")

    def _go_on(self) -> None:
        self.page_requested.emit("training_set")


def _titled(title: str, widget: QWidget, *, above: int = 0, below: int = 0) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, above, 0, below)
    column.setSpacing(4)
    column.addWidget(SectionHeader(title))
    column.addWidget(widget, 1)
    return holder
