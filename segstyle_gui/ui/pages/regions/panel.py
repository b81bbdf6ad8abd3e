"""The right panel of the regions page: classes, the inspector, and the settings of the stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from segstyle_gui.pipeline.studio_records import RegionNumbers
from segstyle_gui.project.edits import RecolorClass, RecolorRegion, RenameClass, RenameRegion
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.regions.editing import RegionEditing
from segstyle_gui.ui.pages.regions.inspector import RegionInspector
from segstyle_gui.ui.pages.regions.paper_card import PaperCard
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.class_table import ClassTable
from segstyle_gui.ui.widgets.buttons import icon_button
from segstyle_gui.ui.widgets.cards import CollapsibleSection
from segstyle_gui.ui.widgets.labels import SectionHeader

_BASIC = ("n_clusters", "n_regions", "layer", "n_samples")


class RegionPanel(QWidget):
    """Everything about regions that is not a picture.

    Signals
    -------
    solo_wanted(frozenset)
        Region ids that alone shall be seen.
    """

    solo_wanted = Signal(object)

    def __init__(
        self, session: Session, actions: Actions, editing: RegionEditing, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._editing = session, editing
        self._numbers: dict[int, RegionNumbers] = {}
        self.table = ClassTable()
        self.table.setMinimumHeight(240)
        self.inspector = RegionInspector(session)
        self.run_panel = RunPanel(session, "find_regions", run_text=self.tr("Find regions"), basic=_BASIC)
        new = icon_button("add", self.tr("New class (N puts the selected regions into it)"))
        new.clicked.connect(self._new_class)
        head = QHBoxLayout()
        head.setContentsMargins(16, 16, 16, 0)
        head.addWidget(SectionHeader(self.tr("Classes")), 1)
        head.addWidget(new)
        self.paper = PaperCard(session, self.run_panel)
        settings = CollapsibleSection(self.tr("Find regions again"), expanded=False)
        settings.body.addWidget(self.run_panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addWidget(self.inspector)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(16, 0, 16, 0)
        inside.addWidget(self.paper)
        column.addWidget(holder)
        column.addWidget(settings)
        self._connect()
        self.refresh()

    def set_numbers(self, numbers: dict[int, RegionNumbers]) -> None:
        """Take the numbers of all regions."""
        self._numbers = numbers
        self.inspector.set_numbers(numbers)
        self.refresh()

    def run(self) -> None:
        """Find regions with the present settings."""
        self.run_panel.run()

    def refresh(self) -> None:
        """Show classes and regions as they are now."""
        state = self._session.state
        if state is not None:
            self.table.set_state(state, self._numbers)

    def _connect(self) -> None:
        session, table = self._session, self.table
        session.regions_changed.connect(self.refresh)
        session.selection_changed.connect(self._show_selection)
        session.hover_changed.connect(self._show_hover)
        table.hovered.connect(session.hover_region)
        table.region_clicked.connect(self._select)
        table.class_clicked.connect(self._select_class)
        table.renamed.connect(self._rename)
        table.recolored.connect(self._recolor)
        table.hidden_changed.connect(self._editing.set_hidden)
        table.locked_changed.connect(self._editing.set_locked)
        table.solo_requested.connect(self._solo)
        table.regions_dropped.connect(self._editing.assign)

    def _show_selection(self) -> None:
        self.table.set_selected_regions(self._session.selection)

    def _show_hover(self) -> None:
        self.table.set_hovered_region(self._session.hover)

    def _select(self, ids: Sequence[int], modifiers: Qt.KeyboardModifier) -> None:
        now = self._session.selection
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._session.select(now | set(ids))
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self._session.select(now ^ set(ids))
        else:
            self._session.select(ids)

    def _select_class(self, class_id: int, modifiers: Qt.KeyboardModifier) -> None:
        state = self._session.state
        if state is not None:
            self._select([r.id for r in state.regions if r.class_id == class_id], modifiers)

    def _rename(self, kind: str, number: int, name: str) -> None:
        self._session.apply(RenameClass(number, name) if kind == "class" else RenameRegion(number, name))

    def _recolor(self, kind: str, number: int, color: Any) -> None:
        self._session.apply(RecolorClass(number, color) if kind == "class" else RecolorRegion(number, color))

    def _solo(self, ids: Sequence[int]) -> None:
        self.solo_wanted.emit(frozenset(ids))

    def _new_class(self) -> None:
        self._editing.assign_new()
