"""The command palette: any action by a few letters of its name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.pages.catalog import PAGES
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import GRID

_ID = Qt.ItemDataRole.UserRole
_KEYS = Qt.ItemDataRole.UserRole + 1
_WIDTH, _HEIGHT = 560, 400


class CommandPalette(QDialog):
    """A field and a list below it; Enter does the chosen action.

    Actions of pages that are not shown are left out, disabled ones are shown at the end.
    """

    def __init__(self, actions: Actions, page: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._actions, self._page = actions, page
        self.setAccessibleName(self.tr("Command palette"))
        self.resize(_WIDTH, _HEIGHT)
        self._field = QLineEdit()
        self._field.setPlaceholderText(self.tr("Type a command…"))
        self._field.setAccessibleName(self.tr("Command"))
        self._field.setClearButtonEnabled(True)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Matching commands"))
        self._list.setItemDelegate(_KeysDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._field)
        column.addWidget(self._list)
        self._field.textChanged.connect(self._fill)
        self._field.installEventFilter(self)
        self._list.itemClicked.connect(self._do)
        self._fill("")
        self._field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the field has the focus."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if event.key() in steps and self._list.count():
            row = self._list.currentRow() + steps[Qt.Key(event.key())]
            self._list.setCurrentRow(max(0, min(self._list.count() - 1, row)))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self._list.currentItem()
            if item is not None:
                self._do(item)
            return True
        return False

    def _fill(self, text: str) -> None:
        self._list.clear()
        found = [(match_score(text, self._words(spec)), spec) for spec in self._specs()]
        usable = [(score, spec) for score, spec in found if score is not None]
        enabled = {spec.id: self._actions.action(spec.id).isEnabled() for _, spec in usable}
        usable.sort(key=lambda pair: (not enabled[pair[1].id], -pair[0], pair[1].text))
        for _, spec in usable:
            self._add(spec, enabled[spec.id])
        self._list.setCurrentRow(0)

    def _specs(self) -> list[ActionSpec]:
        shown = ("window", self._page)
        return [spec for spec in self._actions.specs() if spec.context in shown and spec.id != "view.palette"]

    def _words(self, spec: ActionSpec) -> str:
        titles = {info.key: info.title for info in PAGES}
        return f"{titles.get(spec.context, '')} {spec.text}".strip()

    def _add(self, spec: ActionSpec, enabled: bool) -> None:
        action = self._actions.action(spec.id)
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        item = QListWidgetItem(action.icon(), self._words(spec))
        item.setData(_KEYS, keys)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{self._words(spec)} {keys}".rstrip())
        item.setToolTip(spec.tip or spec.text)
        item.setData(_ID, spec.id)
        if not enabled:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        self._list.addItem(item)

    def _do(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.close()
            self._actions.action(item.data(_ID)).trigger()


class _KeysDelegate(QStyledItemDelegate):
    """Draws the keys of an action at the right, in a quiet colour."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(QColor(tokens().muted))
        place = option.rect.adjusted(0, 0, -GRID, 0)
        painter.drawText(
            place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(_KEYS) or ""
        )
        painter.restore()


def match_score(typed: str, text: str) -> float | None:
    """Return how well ``typed`` fits, higher is better, None if its letters are not there in this order.

    Letters at the beginning of words and runs of letters count most.
    """
    low, at, score, last = text.lower(), 0, 0.0, -2
    for letter in typed.lower().replace(" ", ""):
        found = low.find(letter, at)
        if found < 0:
            return None
        begins = found == 0 or not low[found - 1].isalnum()
        score += 3 if begins else 2 if found == last + 1 else 1 / (1 + found - at)
        last, at = found, found + 1
    return score - len(text) / 100
