"""The list of suggestions: a row for each region, accepted by click or Enter, written over by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from segstyle_gui.ui.pages.names.fits import NameRow
from segstyle_gui.ui.pages.names.suggestion_delegate import SuggestionDelegate
from segstyle_gui.ui.pages.names.suggestion_model import Column, SuggestionModel
from segstyle_gui.ui.theme.theme import theme_signals
from segstyle_gui.ui.widgets.item_views import comfortable

_WIDTHS = {Column.SCORE: 72, Column.LEAD: 72, Column.ACCEPT: 88}  # px


class SuggestionTable(QTableView):
    """Shows :class:`NameRow` rows.

    Signals
    -------
    accepted(tuple)
        Ids of the regions whose proposed names the user wants.
    name_written(int, str)
        Region id and a name that the user wrote.
    regions_selected(tuple)
        Ids of the selected rows.
    """

    accepted = Signal(object)
    name_written = Signal(int, str)
    regions_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        comfortable(self)
        self._tells = True  # whether a selection is the user's
        self.rows = SuggestionModel(self)
        self.rows.name_written.connect(self.name_written)
        self.setModel(self.rows)
        self.setItemDelegate(SuggestionDelegate(self))
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Suggested names"))
        self._lay_out_columns()
        self.clicked.connect(self._clicked)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        theme_signals().changed.connect(self.viewport().update)

    def set_rows(self, rows: Sequence[NameRow], *, editable: bool) -> None:
        """Show other rows."""
        self.rows.editable = editable
        self._tells = False
        self.rows.set_rows(rows)
        self._tells = True

    def select_regions(self, ids: Collection[int]) -> None:
        """Select the rows of regions, and bring the first into view; tells nothing."""
        model = self.rows
        chosen = QItemSelection()
        found = [number for number, row in enumerate(model.rows) if row.region_id in ids]
        for number in found:
            chosen.select(model.index(number, 0), model.index(number, len(Column) - 1))
        self._tells = False
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if found and self.currentIndex().row() not in found:
            index = model.index(found[0], Column.NAME)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index)
        self._tells = True

    def selected_ids(self) -> tuple[int, ...]:
        """Return the region ids of the selected rows."""
        numbers = sorted({index.row() for index in self.selectionModel().selectedIndexes()})
        return tuple(self.rows.rows[number].region_id for number in numbers)

    def edit_name(self) -> None:
        """Write over the name of the current row."""
        row = self.currentIndex().row()
        if row >= 0:
            self.edit(self.rows.index(row, Column.NAME))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not editing:
            self.accepted.emit(self.selected_ids())
        elif event.key() == Qt.Key.Key_F2 and not editing:
            self.edit_name()
        else:
            super().keyPressEvent(event)

    def _lay_out_columns(self) -> None:
        header = self.horizontalHeader()
        for column in Column:
            fixed = column in _WIDTHS
            mode = QHeaderView.ResizeMode.Fixed if fixed else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
            if fixed:
                self.setColumnWidth(column, _WIDTHS[column])

    def _clicked(self, index: QModelIndex) -> None:
        row = self.rows.rows[index.row()]
        if index.column() == Column.ACCEPT and row.can_accept:
            self.accepted.emit((row.region_id,))

    def _selection_changed(self) -> None:
        if self._tells:
            self.regions_selected.emit(self.selected_ids())
