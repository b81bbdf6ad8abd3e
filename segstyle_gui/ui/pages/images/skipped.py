"""What an import left out, and why: a banner that opens a list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.theme.tokens import ROW
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.item_views import comfortable

_MOST_ROWS = 6


class SkippedFiles(QWidget):
    """Hidden while nothing was left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = Banner("info", "", self.tr("Show them"))
        self.banner.clicked.connect(self._toggle)
        self.list = QTreeWidget()
        self.list.setHeaderLabels([self.tr("File"), self.tr("Why it was left out")])
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName(self.tr("Files that were left out"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        comfortable(self.list)
        self.list.setColumnWidth(0, 240)
        self.copy = plain_button(self.tr("Copy the list"), "copy", self.tr("One line a file, for a report"))
        self.copy.clicked.connect(self._copy)
        self._details = QWidget()
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.copy)
        inside = QVBoxLayout(self._details)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.list)
        inside.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._details)
        self._details.hide()
        self.hide()

    def show_run(self, run: RunRecord | None) -> None:
        """Show what an import left out; None for no import."""
        skipped: list[dict[str, Any]] = run.summary.get("skipped", []) if run else []
        duplicates: list[dict[str, Any]] = run.summary.get("duplicates", []) if run else []
        self.list.clear()
        for one in skipped:
            self._add(one["file"], _without_name(one["reason"], one["file"]))
        for one in duplicates:
            self._add(one["file"], self.tr("The same picture as {0}").format(one["same_as"]))
        rows = min(self.list.topLevelItemCount(), _MOST_ROWS)
        self.list.setFixedHeight((rows + 1) * (ROW + 1) + 4)
        self.banner.set_kind("warning" if skipped else "info")
        self.banner.set_text(self._sentence(len(skipped), len(duplicates)))
        self.setVisible(rows > 0)

    def text(self) -> str:
        """Return the list as text, a line a file."""
        items = (self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount()))
        return "\n".join(f"{item.text(0)}\t{item.text(1)}" for item in items if item is not None)

    def _sentence(self, skipped: int, duplicates: int) -> str:
        parts = []
        if skipped:
            one = self.tr("1 file could not be read and was skipped.")
            many = self.tr("{0} files could not be read and were skipped.")
            parts.append(one if skipped == 1 else many.format(f"{skipped:,}"))
        if duplicates:
            one = self.tr("1 duplicate was left out.")
            many = self.tr("{0} duplicates were left out.")
            parts.append(one if duplicates == 1 else many.format(f"{duplicates:,}"))
        return " ".join(parts)

    def _add(self, file: str, why: str) -> None:
        item = QTreeWidgetItem([file, why])
        item.setToolTip(0, file)
        item.setToolTip(1, why)
        self.list.addTopLevelItem(item)

    def _toggle(self) -> None:
        shown = self._details.isHidden()
        self._details.setVisible(shown)
        self.banner.set_button(self.tr("Hide them") if shown else self.tr("Show them"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())


def _without_name(reason: str, file: str) -> str:
    """Return a reason that begins with the file's name without it."""
    rest = reason.removeprefix(file.rpartition("/")[2]).strip()
    return rest[:1].upper() + rest[1:]
