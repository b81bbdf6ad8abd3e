"""A field to search in what is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from segstyle_gui.ui.theme.icons import set_icon

_DEBOUNCE_MS = 120


class SearchField(QLineEdit):
    """A line with a lens and a cross; Escape empties it, Enter searches at once.

    Parameters
    ----------
    placeholder
        Translated: what can be found here; also its accessible name.

    Signals
    -------
    text_changed(str)
        120 ms after the last letter, or at once on Enter and when it is emptied.
    """

    text_changed = Signal(str)

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self._said = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DEBOUNCE_MS)
        lens, self._cross = QAction(placeholder, self), QAction(self.tr("Clear"), self)
        set_icon(lens, "search", color="muted")
        set_icon(self._cross, "cross", color="muted")
        self.addAction(lens, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._cross, QLineEdit.ActionPosition.TrailingPosition)
        self._cross.setVisible(False)
        self._cross.triggered.connect(self.clear)
        self._timer.timeout.connect(self._say)
        self.textChanged.connect(self._on_text)
        self.returnPressed.connect(self._say)

    def _on_text(self, text: str) -> None:
        self._cross.setVisible(bool(text))
        if text:
            self._timer.start()
        else:
            self._say()

    def _say(self) -> None:
        self._timer.stop()
        if self.text() != self._said:
            self._said = self.text()
            self.text_changed.emit(self._said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty the field on Escape; an empty one leaves the key to its window."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            event.accept()
        else:
            super().keyPressEvent(event)
