"""The editor that suits a setting, and the simple ones: a switch and a choice.

Every editor has the signal ``edited()`` (the user changed it), ``config_value()`` and
``set_config_value(value)``, which tells nothing. The wheel changes nothing without the focus, so that a form
can be scrolled over.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from segstyle_gui.pipeline.configs import base_type
from segstyle_gui.ui.config_fields import FieldFacts
from segstyle_gui.ui.config_number import NumberEditor
from segstyle_gui.ui.config_sources import SOURCES, SourceEditor
from segstyle_gui.ui.config_texts import LongTextEditor, PathEditor, TextEditor
from segstyle_gui.ui.config_words import DIRECTORIES, FILES, choice_text, label_of
from segstyle_gui.ui.theme.tokens import CONTROL
from segstyle_gui.ui.widgets.segmented import SegmentedControl

_SEGMENTS = 4  # choices side by side at most
_SEGMENT_LETTERS = 30  # of all of them together
_LONG_TEXT = 60  # letters of a default that is given several lines


def editor_for(field: FieldFacts) -> QWidget:
    """Return the editor that suits a field; it is an :class:`Editor`."""
    base, many = base_type(field.kind)
    editor: QWidget
    if field.known.choices:
        editor = _choice_editor(field)
    elif base is bool and not many:
        editor = SwitchEditor()
    elif base in (int, float) and not many and type(None) not in getattr(field.kind, "__args__", ()):
        editor = NumberEditor(field, whole=base is int)
    elif field.name in SOURCES:
        editor = SourceEditor(SOURCES[field.name])
    elif field.name in DIRECTORIES or field.name in FILES or base is Path:
        editor = PathEditor(field, directory=field.name in DIRECTORIES)
    elif isinstance(field.default, str) and len(field.default) > _LONG_TEXT:
        editor = LongTextEditor()
    else:
        editor = TextEditor(field)
    editor.setAccessibleName(label_of(field.name))
    editor.setAccessibleDescription(field.known.help)
    return editor


def _choice_editor(field: FieldFacts) -> QWidget:
    texts = [choice_text(choice) for choice in field.known.choices]
    few = len(texts) <= _SEGMENTS and sum(map(len, texts)) <= _SEGMENT_LETTERS
    items = list(zip(field.known.choices, texts, strict=True))
    return SegmentEditor(items, label_of(field.name)) if few else ComboEditor(items)


class SwitchEditor(QCheckBox):
    """A yes or no."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(CONTROL)
        self.toggled.connect(self.edited)

    def config_value(self) -> bool:
        """Return whether it is on."""
        return self.isChecked()

    def set_config_value(self, value: bool) -> None:
        """Turn it on or off."""
        with QSignalBlocker(self):
            self.setChecked(value)
        self.update()


class SegmentEditor(QWidget):
    """A few choices side by side."""

    edited = Signal()

    def __init__(self, items: list[tuple[str, str]], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._control = SegmentedControl(items, name=name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._control)
        layout.addStretch(1)
        self.setFocusProxy(self._control)
        self._control.changed.connect(self._tell)

    def config_value(self) -> str:
        """Return the key of the choice."""
        return self._control.current

    def set_config_value(self, value: str) -> None:
        """Choose a key."""
        self._control.set_current(value)

    def _tell(self, key: str) -> None:
        self.edited.emit()


class ComboEditor(QComboBox):
    """A choice of many."""

    edited = Signal()

    def __init__(self, items: list[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for key, text in items:
            self.addItem(text, key)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(self._tell)

    def config_value(self) -> str:
        """Return the key of the choice."""
        return str(self.currentData())

    def set_config_value(self, value: str) -> None:
        """Choose a key."""
        self.setCurrentIndex(self.findData(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    def _tell(self, index: int) -> None:
        self.edited.emit()
