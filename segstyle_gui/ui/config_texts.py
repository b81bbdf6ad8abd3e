"""Editors of what is written: a line, a text, a file or folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from segstyle_gui.pipeline.configs import base_type, value_of_kind
from segstyle_gui.ui.config_fields import FieldFacts
from segstyle_gui.ui.config_words import label_of
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.buttons import icon_button


class TextEditor(QLineEdit):
    """A line of text; of several values when the field is a tuple, separated by commas."""

    edited = Signal()

    def __init__(self, field: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self.textEdited.connect(self.edited)

    def config_value(self) -> Any:
        """Return the text as the field's type; an empty one is None where that is allowed.

        Raises
        ------
        ConfigError
            If the text is no value of the field.
        """
        text = self.text().strip()
        if not text and type(None) in getattr(self._field.kind, "__args__", ()):
            return None
        return value_of_kind(text, self._field.kind, self._field.name)

    def set_config_value(self, value: Any) -> None:
        """Show a value."""
        shown = (
            ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
        )
        self.setText(shown)
        self.setCursorPosition(0)


class LongTextEditor(QPlainTextEdit):
    """A text of several lines' length; line breaks count as spaces."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(10 * GRID)
        self.textChanged.connect(self.edited)

    def config_value(self) -> str:
        """Return the text in one line."""
        return " ".join(self.toPlainText().split())

    def set_config_value(self, value: str) -> None:
        """Show a text."""
        with QSignalBlocker(self):
            self.setPlainText(value)


class PathEditor(QWidget):
    """A file or folder: written, browsed for, or dropped."""

    edited = Signal()

    def __init__(self, field: FieldFacts, *, directory: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._as_path = base_type(field.kind)[0] is Path
        self._directory = directory
        self._line = QLineEdit()
        self._line.setAccessibleName(label_of(field.name))
        self._line.setPlaceholderText(
            self.tr("Choose or drop a folder") if directory else self.tr("Choose or drop a file")
        )
        self._line.textEdited.connect(self.edited)
        self._line.setAcceptDrops(False)
        self._button = icon_button("folder", self.tr("Browse"))
        self._button.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._button)
        self.setAcceptDrops(True)
        self.setFocusProxy(self._line)

    def config_value(self) -> str | Path:
        """Return the path."""
        text = self._line.text().strip()
        return Path(text) if self._as_path else text

    def set_config_value(self, value: str | Path) -> None:
        """Show a path."""
        self._line.setText(str(value))
        self._line.setToolTip(str(value))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event, directory=self._directory):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._take(dropped_path(event, directory=self._directory))

    def _browse(self) -> None:
        start = self._line.text()
        if self._directory:
            self._take(QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), start))
        else:
            self._take(QFileDialog.getOpenFileName(self, self.tr("Choose a file"), start)[0])

    def _take(self, path: str) -> None:
        if path:
            self.set_config_value(path)
            self.edited.emit()


def dropped_path(event: QDropEvent, *, directory: bool) -> str:
    """Return the path of the file or folder that is dropped, empty if there is none of the wanted kind."""
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile()) if url.isLocalFile() else None
        if path is not None and (path.is_dir() if directory else path.is_file()):
            return str(path)
    return ""
