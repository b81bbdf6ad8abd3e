"""The former runs of a kind, and the way back to any of them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.pages.common.spoken import spoken_time
from segstyle_gui.ui.rail_steps import run_detail
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.icons import icon
from segstyle_gui.ui.theme.theme import theme_signals
from segstyle_gui.ui.theme.tokens import ROW
from segstyle_gui.ui.widgets.labels import SectionHeader

_RUN = Qt.ItemDataRole.UserRole
_MOST_ROWS = 6
_FRAME = 2  # px; the list's border, above and below


class RunList(QWidget):
    """Newest first, the current one marked; a click makes a run the current one.

    Signals
    -------
    chosen(RunRecord)
        The user clicked a run, or pressed Enter on it; it is the current one, unless that was refused.
    """

    chosen = Signal(object)

    def __init__(self, session: Session, makes: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._makes = session, makes
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Runs to go back to"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.itemClicked.connect(self._choose)
        self._list.itemActivated.connect(self._choose)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        self._content = QWidget(self)  # hidden instead of the list itself, whose parent may come later
        around.addWidget(self._content)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("Runs")))
        column.addWidget(self._list)
        session.runs_changed.connect(self._runs_changed)
        theme_signals().changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Read the runs again."""
        project = self._session.project
        runs = project.runs(self._makes)[::-1] if project else ()
        current = project.current(self._makes) if project else None
        self._list.clear()
        for run in runs:
            self._add(run, is_current=current is not None and run.id == current.id)
        rows = min(len(runs), _MOST_ROWS)
        self._list.setFixedHeight(rows * ROW + _FRAME)
        self._content.setVisible(len(runs) > 0)

    def _add(self, run: RunRecord, *, is_current: bool) -> None:
        when = datetime.fromisoformat(run.created).astimezone()
        detail = run_detail(self._session, run)
        text = " · ".join(part for part in (f"{when:%d %b %H:%M}", detail) if part)
        item = QListWidgetItem(text)
        item.setIcon(icon("check" if is_current else "clock", color="accent" if is_current else "muted"))
        settings = "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in run.config.items())
        item.setSizeHint(QSize(0, ROW))  # no wider than the list: the text is elided
        what = self.tr("the current one") if is_current else self.tr("click to go back to it")
        took = spoken_time(run.seconds)
        item.setToolTip(f"{self.tr('Run')} {run.id} · {text} · {took}\n{what}\n\n{settings}")
        item.setData(_RUN, run)
        self._list.addItem(item)
        item.setSelected(is_current)

    def _choose(self, item: QListWidgetItem) -> None:
        run: RunRecord = item.data(_RUN)
        current = self._session.run(self._makes)
        if current is None or current.id != run.id:
            self._session.select_run(run)
            self.refresh()  # a read-only project refuses: the mark goes back
        self.chosen.emit(run)

    def _runs_changed(self, makes: str) -> None:
        if makes == self._makes:
            self.refresh()
