"""The right panel: what belongs to the page, and on demand history or log below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from segstyle_gui.ui.session import Session
from segstyle_gui.ui.shell.history_panel import HistoryPanel
from segstyle_gui.ui.shell.log_panel import LogPanel

_WIDTH = 312


class SidePanel(QWidget):
    """Shows one page's sidebar at a time; hides itself when there is nothing to show."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side_panel")
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(296)
        self._page_area = QScrollArea()
        self._page_area.setWidgetResizable(True)
        self._page_area.setFrameShape(QFrame.Shape.NoFrame)
        self._page_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._extras = {"history": HistoryPanel(session), "log": LogPanel(session)}
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._page_area)
        for panel in self._extras.values():
            self._split.addWidget(panel)
            panel.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._split)
        self.resize(_WIDTH, self.height())
        self._refresh()

    def show_widget(self, widget: QWidget | None) -> None:
        """Show a page's sidebar; the widget stays the page's."""
        shown = self._page_area.takeWidget()
        if shown is not None:
            shown.setParent(None)
        if widget is not None:
            self._page_area.setWidget(widget)
            widget.show()
        self._refresh()

    def show_extra(self, name: str) -> None:
        """Show ``"history"`` or ``"log"`` below, or ``""`` for neither."""
        for key, panel in self._extras.items():
            panel.setVisible(key == name)
        self._refresh()

    def _refresh(self) -> None:
        has_page = self._page_area.widget() is not None
        self._page_area.setVisible(has_page)
        extra = any(not panel.isHidden() for panel in self._extras.values())
        self.setVisible(has_page or extra)
