"""Classes and their regions as a tree of two levels for Qt."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from segstyle_gui.ui.views.class_rows import ClassRow, RowKey, keys_of

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()
_UNKNOWN = "–"


class Column(IntEnum):
    """The columns of the table."""

    NAME = 0
    SHARE = 1
    PRESENCE = 2
    EYE = 3
    LOCK = 4


class ClassTableModel(QAbstractItemModel):
    """Rows of a class table; a new name is handed out and not kept, since the state comes from outside.

    Signals
    -------
    renamed(str, int, str)
        Kind (``"class"`` or ``"region"``), id and the name that was typed.
    """

    renamed = Signal(str, int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ClassRow, ...] = ()

    @property
    def rows(self) -> tuple[ClassRow, ...]:
        """The top rows."""
        return self._rows

    def set_rows(self, rows: tuple[ClassRow, ...]) -> None:
        """Show other rows; what is open and current stays so if only cells differ."""
        if keys_of(rows) != keys_of(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        self._rows = rows
        for position, row in enumerate(rows):
            top = self.index(position, 0)
            self.dataChanged.emit(top, self.index(position, Column.LOCK))
            if row.children:
                last = self.index(len(row.children) - 1, Column.LOCK, top)
                self.dataChanged.emit(self.index(0, 0, top), last)

    def row_of(self, index: Index) -> ClassRow | None:
        """Return the row of an index, None for an invalid one."""
        if not index.isValid():
            return None
        parent = index.internalId()
        return self._rows[index.row()] if parent == 0 else self._rows[parent - 1].children[index.row()]

    def index_of(self, key: RowKey) -> QModelIndex:
        """Return the first index of a row, an invalid one if it is not there."""
        for position, row in enumerate(self._rows):
            if row.key == key:
                return self.index(position, 0)
            for child_position, child in enumerate(row.children):
                if child.key == key:
                    return self.index(child_position, 0, self.index(position, 0))
        return QModelIndex()

    def index(self, row: int, column: int, parent: Index = _NO_PARENT) -> QModelIndex:
        """Return the index of a cell."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Index | None = None) -> Any:
        """Return the class of a region; without an argument the owner, as every QObject does."""
        if child is None:
            return QObject.parent(self)
        if not child.isValid() or child.internalId() == 0:
            return QModelIndex()
        return self.createIndex(child.internalId() - 1, 0, 0)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Return the number of classes, or of a class's regions."""
        if not parent.isValid():
            return len(self._rows)
        is_top = parent.internalId() == 0 and parent.column() == 0
        return len(self._rows[parent.row()].children) if is_top else 0

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Return 5."""
        return len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited; regions can be carried to a class."""
        flags = super().flags(index)
        row = self.row_of(index)
        if row is None:
            return flags
        if row.regions:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if index.column() == Column.NAME and row.kind != "none":
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; the whole :class:`ClassRow` for ``ROW_ROLE``."""
        row = self.row_of(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(row, Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, Column(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row, Column(index.column()))
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand a new name out; an empty or an unchanged one is no change."""
        row, text = self.row_of(index), str(value).strip()
        if row is None or role != Qt.ItemDataRole.EditRole or text in ("", row.name):
            return False
        self.renamed.emit(row.kind, row.id, text)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the columns' titles, and what they mean as tooltips."""
        titles = (self.tr("Class"), self.tr("Pixels"), self.tr("Samples"), "", "")
        tips = (
            self.tr("Classes and the regions they are made of"),
            self.tr("Share of all pixels of the samples"),
            self.tr("Share of the samples it appears in"),
            self.tr("Shown over the samples (Alt-click: show only this)"),
            self.tr("Locked regions are left alone by edits"),
        )
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return titles[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tips[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (Column.SHARE, Column.PRESENCE):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, row: ClassRow, column: Column) -> str:
        if column == Column.NAME:
            return row.name
        if column == Column.SHARE:
            return percent(row.share, decimals=1)
        if column == Column.PRESENCE:
            return ("≥ " if row.is_lower_bound else "") + percent(row.presence, decimals=0)
        return ""

    def _tip(self, row: ClassRow, column: Column) -> str:
        if column == Column.EYE and row.regions:
            return self.tr("Show") if row.hidden else self.tr("Hide (Alt-click: show only this)")
        if column == Column.LOCK and row.regions:
            return self.tr("Unlock") if row.locked else self.tr("Lock: edits leave it alone")
        if column == Column.PRESENCE and row.is_lower_bound:
            return self.tr("At least: as often as the most frequent of its regions")
        if column != Column.NAME:
            return ""
        if row.kind == "class" and not row.regions:
            return self.tr("{name}: drop regions here").format(name=row.name)
        return row.name

    def _spoken(self, row: ClassRow, column: Column) -> str:
        if column == Column.EYE:
            return self.tr("hidden") if row.hidden else self.tr("shown")
        if column == Column.LOCK:
            return self.tr("locked") if row.locked else self.tr("not locked")
        return self._text(row, column)


def percent(share: float | None, *, decimals: int) -> str:
    """Return a share of 0 to 1 as text; a dash if it is not known, never 0 for what is there."""
    if share is None:
        return _UNKNOWN
    smallest = 10.0**-decimals
    if 0 < 100 * share < smallest / 2:
        return f"< {smallest:.{decimals}f} %"
    return f"{100 * share:.{decimals}f} %"
