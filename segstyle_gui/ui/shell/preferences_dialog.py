"""Preferences: theme, and the keys of every action."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from segstyle_gui.paths import cache_dir, log_dir, projects_dir
from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.pages.catalog import PAGES
from segstyle_gui.ui.preferences import Preferences
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.labels import ElidedLabel, MutedLabel
from segstyle_gui.ui.widgets.search import SearchField
from segstyle_gui.ui.widgets.segmented import SegmentedControl

_ID = Qt.ItemDataRole.UserRole


class PreferencesDialog(QDialog):
    """Changes take effect at once; there is nothing to confirm."""

    def __init__(self, preferences: Preferences, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.resize(640, 560)
        tabs = QTabWidget()
        tabs.addTab(_General(preferences), self.tr("General"))
        tabs.addTab(ShortcutTable(actions), self.tr("Shortcuts"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(tabs)
        column.addWidget(buttons)


class _General(QWidget):
    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        theme = SegmentedControl(
            [("system", self.tr("System")), ("dark", self.tr("Dark")), ("light", self.tr("Light"))]
        )
        theme.setAccessibleName(self.tr("Theme"))
        theme.set_current(preferences.theme)
        theme.changed.connect(self._set_theme)
        form = QFormLayout(self)
        form.setContentsMargins(16, 24, 16, 16)
        form.setVerticalSpacing(16)
        form.setHorizontalSpacing(24)
        form.addRow(MutedLabel(self.tr("Theme")), theme)
        for title, folder in (
            (self.tr("Projects"), projects_dir()),
            (self.tr("Downloads and cache"), cache_dir()),
            (self.tr("Log"), log_dir()),
        ):
            form.addRow(MutedLabel(title), ElidedLabel(str(folder), Qt.TextElideMode.ElideMiddle))
        note = MutedLabel(
            self.tr("SegStyle sends nothing anywhere. It downloads a model only when you ask for it.")
        )
        note.setWordWrap(True)
        form.addRow(note)

    def _set_theme(self, mode: str) -> None:
        self._preferences.theme = mode


class ShortcutTable(QWidget):
    """All actions with their keys; choose a line and press the new keys."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._search = SearchField(self.tr("Find an action"))
        self._search.text_changed.connect(self._filter)
        self._table = QTableWidget(0, 3)
        self._table.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Where"), self.tr("Keys")])
        self._table.setAccessibleName(self.tr("Actions and their keys"))
        self._table.verticalHeader().hide()
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._table.horizontalHeader().setDefaultAlignment(left)
        self._table.setShowGrid(False)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._table.currentCellChanged.connect(self._show_keys)
        self._keys = QKeySequenceEdit()
        self._keys.setMaximumSequenceLength(1)
        self._keys.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = self._keys.layout()
        if inside is not None:
            inside.setContentsMargins(8, 0, 8, 0)
        self._keys.setClearButtonEnabled(True)
        self._keys.setAccessibleName(self.tr("New keys of the chosen action"))
        self._keys.editingFinished.connect(self._bind)
        reset = plain_button(self.tr("Reset"), "", self.tr("Give the chosen action its first keys back"))
        reset.clicked.connect(self._reset)
        reset_all = plain_button(self.tr("Reset all"), "", self.tr("Give every action its first keys back"))
        reset_all.clicked.connect(self._reset_all)
        for button in (reset, reset_all):
            button.setAutoDefault(False)
        self._says = MutedLabel(self.tr("Choose an action, then press its new keys."))
        self._says.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self._keys, 1)
        row.addWidget(reset)
        row.addWidget(reset_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self._search)
        column.addWidget(self._table, 1)
        column.addLayout(row)
        column.addWidget(self._says)
        self._fill()

    def choose(self, action_id: str) -> None:
        """Make an action the chosen one."""
        for row in range(self._table.rowCount()):
            if self._id_of(row) == action_id:
                self._table.setCurrentCell(row, 0)

    def bind(self, keys: str) -> bool:
        """Give the chosen action these keys (portable text); False, saying why, if they are taken."""
        action_id = self._chosen()
        if not action_id:
            return False
        taken = self._actions.rebind(action_id, keys)
        if taken:
            names = ", ".join(self._actions.action(other).text() for other in taken)
            self._says.setText(self.tr("These keys belong to: {0}. Change those first.").format(names))
            return False
        self._says.setText(self.tr("Changed."))
        self._fill_keys()
        return True

    def _fill(self) -> None:
        specs = self._actions.specs()
        self._table.setRowCount(len(specs))
        titles = {info.key: info.title for info in PAGES}
        for row, spec in enumerate(specs):
            self._put(row, spec, titles.get(spec.context, self.tr("Everywhere")))
        self._fill_keys()

    def _put(self, row: int, spec: ActionSpec, where: str) -> None:
        for column, text in enumerate((spec.text, where, "")):
            item = QTableWidgetItem(text)
            item.setData(_ID, spec.id)
            item.setToolTip(spec.tip)
            self._table.setItem(row, column, item)

    def _fill_keys(self) -> None:
        for row in range(self._table.rowCount()):
            keys = QKeySequence(self._actions.shortcut(self._id_of(row)))
            item = self._table.item(row, 2)
            if item is not None:
                item.setText(keys.toString(QKeySequence.SequenceFormat.NativeText))

    def _chosen(self) -> str:
        return self._id_of(self._table.currentRow())

    def _id_of(self, row: int) -> str:
        item = self._table.item(row, 0)
        return str(item.data(_ID)) if item is not None else ""

    def _show_keys(self) -> None:
        action_id = self._chosen()
        if action_id:
            self._keys.setKeySequence(QKeySequence(self._actions.shortcut(action_id)))

    def _bind(self) -> None:
        keys = self._keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if self._chosen() and keys != self._actions.shortcut(self._chosen()):
            self.bind(keys)

    def _reset(self) -> None:
        if self._chosen():
            self._actions.reset(self._chosen())
            self._fill_keys()
            self._show_keys()

    def _reset_all(self) -> None:
        self._actions.reset()
        self._fill_keys()
        self._show_keys()

    def _filter(self, text: str) -> None:
        for row in range(self._table.rowCount()):
            items = [self._table.item(row, column) for column in range(3)]
            words = " ".join(item.text() for item in items if item is not None).lower()
            self._table.setRowHidden(row, text.lower() not in words)
