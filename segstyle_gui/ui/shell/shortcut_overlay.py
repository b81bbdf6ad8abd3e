"""The shortcut overlay: every key of the window and of the page, over the window until a key or a click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.pages.catalog import PAGES
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.widgets.labels import KeyHint, MutedLabel, SectionHeader

_COLUMNS = 3


class ShortcutOverlay(QWidget):
    """Covers the window; goes away on any key or click."""

    def __init__(self, actions: Actions, page: str, window: QWidget) -> None:
        super().__init__(window)
        self._actions = actions
        self._focus_before = window.focusWidget()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self.setGeometry(window.rect())
        card = QFrame(self)
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(16)
        heading = QLabel(self.tr("Keyboard shortcuts"))
        heading.setProperty("role", "heading")
        column.addWidget(heading)
        titles = {info.key: info.title for info in PAGES}
        for context, title in ((page, titles.get(page, "")), ("window", self.tr("Everywhere"))):
            specs = [spec for spec in actions.specs(context) if actions.shortcut(spec.id)] if context else []
            if specs:
                column.addWidget(SectionHeader(title))
                column.addLayout(self._table(specs))
        column.addWidget(MutedLabel(self.tr("Change them under File › Preferences. Any key closes this.")))
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(card)
        area.setStyleSheet("QScrollArea, #qt_scrollarea_viewport { background: transparent; }")
        size = card.sizeHint()
        width, height = min(size.width() + 16, self.width() - 64), min(size.height() + 16, self.height() - 64)
        area.setGeometry((self.width() - width) // 2, (self.height() - height) // 2, width, height)
        self.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim the window."""
        shade = QColor(tokens().shadow)
        shade.setAlpha(150)
        QPainter(self).fillRect(self.rect(), shade)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the focus back."""
        if self._focus_before is not None and isValid(self._focus_before):
            self._focus_before.setFocus()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go away."""
        event.accept()
        self.close()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go away."""
        self.close()

    def _table(self, specs: list[ActionSpec]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        rows = -(-len(specs) // _COLUMNS)
        for number, spec in enumerate(specs):
            column, row = divmod(number, rows)
            keys = self._actions.action(spec.id).shortcut()
            hint = KeyHint(keys.toString(QKeySequence.SequenceFormat.NativeText))
            grid.addWidget(hint, row, 3 * column, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(QLabel(spec.text), row, 3 * column + 1)
            grid.setColumnMinimumWidth(3 * column + 2, 24)
        return grid
