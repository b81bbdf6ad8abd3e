"""The suggestions as a model: a row for each region."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from segstyle_gui.ui.pages.names.fits import NameRow

Index = QModelIndex | QPersistentModelIndex

NAME_ROW = Qt.ItemDataRole.UserRole
_NONE = QModelIndex()


class Column(IntEnum):
    """What a column holds."""

    REGION = 0
    CLASS = 1
    NAME = 2
    SCORE = 3
    LEAD = 4
    ACCEPT = 5


class SuggestionModel(QAbstractTableModel):
    """Rows of :class:`NameRow`; the name can be written.

    Signals
    -------
    name_written(int, str)
        Region id and the name that a person wrote.
    """

    name_written = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[NameRow, ...] = ()
        self.editable = True

    def set_rows(self, rows: Sequence[NameRow]) -> None:
        """Show other rows; the same regions keep selection and place."""
        same = [row.region_id for row in rows] == [row.region_id for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows = tuple(rows)
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        can_write = self.editable and index.column() == Column.NAME and not self.rows[index.row()].locked
        return flags | Qt.ItemFlag.ItemIsEditable if can_write else flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (Column.SCORE, Column.LEAD):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tips()[section]
        return self._titles()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], Column(index.column())
        if role == NAME_ROW:
            return row
        if role == Qt.ItemDataRole.EditRole:
            return row.name or row.best
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        name = " ".join(str(value).split())
        row = self.rows[index.row()]
        if not name or role != Qt.ItemDataRole.EditRole or name == row.class_name:
            return False
        self.name_written.emit(row.region_id, name)
        return True

    def _titles(self) -> tuple[str, ...]:
        return (
            self.tr("Region"),
            self.tr("In class"),
            self.tr("Suggested name"),
            self.tr("Score"),
            self.tr("Margin"),
            "",
        )

    def _tips(self) -> tuple[str, ...]:
        return (
            self.tr("A region; click to see what it is"),
            self.tr("The class that the region is in now"),
            self.tr("CLIP's best name. Double-click or F2 to write another one"),
            self.tr("Cosine of the region and the name; higher fits better"),
            self.tr("How far the best name is ahead of the next; with a small margin the region is unknown"),
            self.tr("Put the region into the class of the name"),
        )

    def _text(self, row: NameRow, column: Column) -> str:
        if column == Column.REGION:
            return row.region_name
        if column == Column.CLASS:
            return row.class_name or "–"
        if column == Column.NAME:
            return row.name or (self.tr("unknown") if row.best else "–")
        if column == Column.ACCEPT:
            return self._action(row)
        value = row.score if column == Column.SCORE else row.lead
        return "–" if math.isnan(value) else f"{value:.3f}"

    def _action(self, row: NameRow) -> str:
        if row.is_accepted:
            return self.tr("in class")
        if row.locked:
            return self.tr("locked")
        return self.tr("Accept") if row.can_accept and self.editable else ""

    def _tip(self, row: NameRow, column: Column) -> str:
        if column == Column.NAME and row.best and not row.name:
            return self.tr("{0} is best, but ahead by only {1}: too little to name the region.").format(
                row.best, f"{row.lead:.3f}"
            )
        if column == Column.ACCEPT:
            if row.locked:
                return self.tr("The region is locked: its class stays.")
            return self.tr("Put it into the class {0}").format(row.name) if row.can_accept else ""
        return self._text(row, column)
