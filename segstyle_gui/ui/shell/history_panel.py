"""The history: every edit of the present page's kind, and the way back to any of them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from segstyle_gui.project.records import HistoryEntry
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.widgets.labels import SectionHeader

_MOST = 500  # lines; the newest


class HistoryPanel(QWidget):
    """A list, oldest first; a click on a line goes back (or forth) to the moment after it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("History of edits"))
        self._list.setToolTip(self.tr("Click a line to go back to the moment after it; nothing is lost."))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.itemClicked.connect(self._go)
        self._list.itemActivated.connect(self._go)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 8, 8)
        self._header = SectionHeader(self.tr("History"))
        column.addWidget(self._header)
        column.addWidget(self._list)
        session.edits_changed.connect(self._plan)
        theme_signals().changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while hidden."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show the history as it is now."""
        entries = self._session.history()
        self._list.clear()
        self._add(self.tr("As it began"), 0, undone=False)
        for position, entry in enumerate(entries, start=1):
            if position > len(entries) - _MOST:
                self._add(f"{_clock(entry)}  {entry.text}", position, undone=entry.undone)
        done = sum(not entry.undone for entry in entries)
        for row in range(self._list.count()):
            if self._list.item(row).data(Qt.ItemDataRole.UserRole) == done:
                self._list.setCurrentRow(row)

    def _plan(self) -> None:
        if self.isVisible():
            self.refresh()

    def _add(self, text: str, position: int, *, undone: bool) -> None:
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, position)
        item.setToolTip(text)
        if undone:
            item.setForeground(QColor(tokens().faint))
        self._list.addItem(item)

    def _go(self, item: QListWidgetItem) -> None:
        self._session.go_to(item.data(Qt.ItemDataRole.UserRole))


def _clock(entry: HistoryEntry) -> str:
    return datetime.fromisoformat(entry.time).astimezone().strftime("%H:%M")
