"""Editor of what is one of a few named things, or else a file: a list whose last line asks for the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QPaintEvent,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
    QWidget,
)

from segstyle_gui.pipeline.generator_card import SUFFIXES
from segstyle_gui.pipeline.import_generator import BUNDLED
from segstyle_gui.pipeline.starting_generator import PROJECT
from segstyle_gui.ui.config_texts import dropped_path
from segstyle_gui.ui.config_words import said
from segstyle_gui.ui.theme.tokens import GRID

#: By field: values that have a name, and the name. The first is what there is without a choice.
SOURCES: Mapping[str, Sequence[tuple[str, Any]]] = {
    "start_from": (
        ("", QT_TRANSLATE_NOOP("Settings", "Nothing (random weights)")),
        (PROJECT, QT_TRANSLATE_NOOP("Settings", "The project's generator")),
        (BUNDLED, QT_TRANSLATE_NOOP("Settings", "Bundled near-eye generator")),
    )
}
_STEPS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)
_LETTERS = 12  # that there is room for at least


class SourceEditor(QComboBox):
    """A thing with a name, or the file of a generator: chosen from the list, or dropped on it.

    Parameters
    ----------
    named
        (value, untranslated name) of each; any other value is the path of a file.
    """

    edited = Signal()

    def __init__(self, named: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_named = len(named)
        for value, text in named:
            self.addItem(said(text), value)
        self.insertSeparator(self.count())
        self.addItem(self.tr("A file…"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LETTERS)
        self.setAcceptDrops(True)
        self._value = named[0][0]
        self.activated.connect(self._choose)

    @property
    def path(self) -> str:
        """Path of the file that is chosen, empty if a thing with a name is."""
        return self._value if self.currentIndex() == self._n_named else ""

    def config_value(self) -> str:
        """Return the value of the thing, or the path of the file."""
        return self._value

    def set_config_value(self, value: str) -> None:
        """Choose a thing by its value; any other text is taken as the path of a file."""
        index = self.findData(value)
        if index < 0:
            self._set_file(value)
            index = self._n_named
        self._value = value
        self.setCurrentIndex(index)

    def offer(self, value: str, possible: bool, why_not: str = "") -> None:
        """Let a thing with a name be chosen, or not; ``why_not`` is then its tooltip."""
        index = self.findData(value)
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        model.item(index).setEnabled(possible)
        self.setItemData(index, "" if possible else why_not, Qt.ItemDataRole.ToolTipRole)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.path:
            QToolTip.showText(event.globalPos(), self.path, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        text = option.currentText
        option.currentText = self.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideMiddle, room.width() - GRID
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the list instead of stepping through it: its last line asks for a file."""
        self.showPopup() if event.key() in _STEPS else super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event, directory=False):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._take(dropped_path(event, directory=False))

    def _set_file(self, path: str) -> None:
        """Put the file, of which there is one at most, behind the things with a name."""
        if self.count() > self._n_named + 2:
            self.removeItem(self._n_named)
        self.insertItem(self._n_named, Path(path).name or path, path)
        self.setItemData(self._n_named, path, Qt.ItemDataRole.ToolTipRole)

    def _choose(self, index: int) -> None:
        if index == self.count() - 1:
            self.set_config_value(self._value)
            self._browse()
        else:
            self._take(str(self.itemData(index)), allow_empty=True)

    def _browse(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        kinds = self.tr("Generators ({0});;All files (*)").format(patterns)
        self._take(QFileDialog.getOpenFileName(self, self.tr("Generator"), self.path, kinds)[0])

    def _take(self, value: str, *, allow_empty: bool = False) -> None:
        if (value or allow_empty) and value != self._value:
            self.set_config_value(value)
            self.edited.emit()
