"""The table of names to choose from: one line a name, with what else the same thing is called."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segstyle_gui.ui.pages.names.prompts import PromptLine, joined, line_of, lines_of_text
from segstyle_gui.ui.pages.names.vocabularies import Vocabulary, vocabularies
from segstyle_gui.ui.theme.tokens import ROW
from segstyle_gui.ui.widgets.buttons import icon_button
from segstyle_gui.ui.widgets.item_views import comfortable
from segstyle_gui.ui.widgets.labels import SectionHeader

_ROWS = 5  # in sight
_NAME, _SYNONYMS = 0, 1


class PromptTable(QWidget):
    """Edits the list; an empty last line takes a new name.

    Signals
    -------
    changed
        The user changed the list.
    run_wanted
        Ctrl+Enter was pressed.
    """

    changed = Signal()
    run_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = _Table()
        self.table.pasted.connect(self.paste)
        self.table.removal_wanted.connect(self.remove_selected)
        self.table.run_wanted.connect(self.run_wanted)
        self.table.itemChanged.connect(self._item_changed)
        self._header = SectionHeader(self.tr("Vocabulary"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 0)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(self.table)
        self.set_lines(())

    def lines(self) -> tuple[PromptLine, ...]:
        """Return the names, empty lines left out."""
        found = (line_of(f"{self._text(row, _NAME)},{self._text(row, _SYNONYMS)}") for row in self._rows())
        return tuple(line for line in found if line is not None)

    def set_lines(self, lines: Sequence[PromptLine]) -> None:
        """Show other names; tells nothing."""
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(lines) + 1)
            for row, line in enumerate((*lines, PromptLine(""))):
                self._set_text(row, _NAME, line.name)
                self._set_text(row, _SYNONYMS, line.synonym_text)
        self._count()

    def add_line(self) -> None:
        """Begin to write a new name."""
        last = self.table.rowCount() - 1
        self.table.setFocus()
        self.table.setCurrentCell(last, _NAME)
        self.table.edit(self.table.currentIndex())

    def remove_selected(self) -> None:
        """Remove the selected lines."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        gone = {row for row in rows if row < self.table.rowCount() - 1}
        if not gone:
            return
        with QSignalBlocker(self.table):
            for row in sorted(gone, reverse=True):
                self.table.removeRow(row)
        self.table.setCurrentCell(min(min(gone), self.table.rowCount() - 1), _NAME)
        self._tell()

    def paste(self) -> None:
        """Add the names that the clipboard holds, one a line, but those that are there already."""
        self.add_lines(lines_of_text(QGuiApplication.clipboard().text()))

    def add_lines(self, more: Sequence[PromptLine]) -> None:
        """Add names that are not there yet."""
        lines = self.lines()
        together = joined(lines, more)
        if together != lines:
            self.set_lines(together)
            self.table.scrollToBottom()
            self.changed.emit()

    def replace_lines(self, lines: Sequence[PromptLine]) -> None:
        """Take another list in place of the present one, as the user's wish."""
        if tuple(lines) != self.lines():
            self.set_lines(lines)
            self.changed.emit()

    # Building

    def _head(self) -> QHBoxLayout:
        add = icon_button("add", self.tr("Add a name (Enter in the last line does it, too)"))
        add.clicked.connect(self.add_line)
        remove = icon_button("minus", self.tr("Remove the selected names (Delete)"))
        remove.clicked.connect(self.remove_selected)
        more = icon_button("more", self.tr("Paste a list, or take one that comes with SegStyle"))
        more.setPopupMode(more.ToolButtonPopupMode.InstantPopup)
        more.setMenu(self._menu())
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._header, 1)
        for button in (add, remove, more):
            row.addWidget(button)
        return row

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(self.tr("Paste lines"), self.paste)
        menu.addSeparator()
        known = vocabularies()
        for vocabulary in known:
            menu.addAction(_Restore(self.tr("Use the list: {0}"), vocabulary, self, replace=True))
        menu.addSeparator()
        for vocabulary in known:
            menu.addAction(_Restore(self.tr("Add the list: {0}"), vocabulary, self, replace=False))
        return menu

    # Inside

    def _rows(self) -> range:
        return range(self.table.rowCount())

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _set_text(self, row: int, column: int, text: str) -> None:
        item = QTableWidgetItem(text)
        item.setToolTip(text)
        self.table.setItem(row, column, item)

    def _item_changed(self, item: QTableWidgetItem) -> None:
        with QSignalBlocker(self.table):
            self._sort_out(item.row())
            last = self.table.rowCount() - 1
            if self._text(last, _NAME) or self._text(last, _SYNONYMS):
                self.table.setRowCount(last + 2)
                self._set_text(last + 1, _NAME, "")
                self._set_text(last + 1, _SYNONYMS, "")
        self._tell()

    def _sort_out(self, row: int) -> None:
        """Put synonyms that were written behind the name where they belong."""
        line = line_of(f"{self._text(row, _NAME)},{self._text(row, _SYNONYMS)}") or PromptLine("")
        self._set_text(row, _NAME, line.name)
        self._set_text(row, _SYNONYMS, line.synonym_text)

    def _tell(self) -> None:
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        self._header.set_detail(str(len(self.lines())))


class _Table(QTableWidget):
    """Two columns of text with the keys of a list."""

    pasted = Signal()
    removal_wanted = Signal()
    run_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(0, 2)
        comfortable(self)
        self.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Also called")])
        self.setAccessibleName(self.tr("Names to choose from"))
        self.setToolTip(self.tr("One name a line. Synonyms, after commas, mean the same class."))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setFixedHeight((_ROWS + 1) * ROW + 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not editing:
            self.removal_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not editing:
            self._enter(event)
        else:
            super().keyPressEvent(event)

    def _enter(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.run_wanted.emit()
        elif self.currentItem() is not None:
            self.editItem(self.currentItem())


class _Restore(QAction):
    """Takes one of SegStyle's lists."""

    def __init__(self, text: str, vocabulary: Vocabulary, table: PromptTable, *, replace: bool) -> None:
        super().__init__(text.format(QCoreApplication.translate("Vocabularies", vocabulary.title)), table)
        self._vocabulary, self._table, self._replace = vocabulary, table, replace
        self.triggered.connect(self._take)

    def _take(self) -> None:
        take = self._table.replace_lines if self._replace else self._table.add_lines
        take(self._vocabulary.lines)
