"""The row on top of the page: what to look for, what to compare it with, and the button."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from segstyle_gui.ui.pages.common.head import ToolRow
from segstyle_gui.ui.widgets.buttons import plain_button


class PromptRow(ToolRow):
    """Two lines and a button.

    Signals
    -------
    changed
        Prompt or opposite were edited.
    wanted
        Enter or the button: begin, or stop while a search runs.
    """

    changed = Signal()
    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.prompt = QLineEdit()
        self.prompt.setPlaceholderText(self.tr("an eye looking to the left"))
        self.prompt.setAccessibleName(self.tr("What to find"))
        self.prompt.setToolTip(self.tr("A sentence; other wordings of it after |"))
        self.opposite = QLineEdit()
        self.opposite.setPlaceholderText(self.tr("anything"))
        self.opposite.setAccessibleName(self.tr("What it is compared with"))
        self.opposite.setToolTip(self.tr("The same without the thing, such as: an eye. Empty: with nothing"))
        self.button = plain_button(self.tr("Find"), "find", self.tr("Score samples by the sentence (Enter)"))
        than = QLabel(self.tr("rather than"))
        than.setProperty("role", "muted")
        self.row.setSpacing(8)
        for widget, stretch in ((self.prompt, 5), (than, 0), (self.opposite, 2), (self.button, 0)):
            self.row.addWidget(widget, stretch)
        for line in (self.prompt, self.opposite):
            line.textEdited.connect(self.changed)
            line.returnPressed.connect(self._enter)
        self.button.clicked.connect(self.wanted)
        self.set_running(False)
        self.setFocusProxy(self.prompt)

    def set_texts(self, prompt: str, opposite: str) -> None:
        """Show other texts; tells nothing."""
        self.prompt.setText(prompt)
        self.opposite.setText(opposite)
        for line in (self.prompt, self.opposite):
            line.setCursorPosition(0)  # what does not fit is cut at its end

    def set_running(self, running: bool, *, enabled: bool = True) -> None:
        """Let the button stop the search instead."""
        self.button.setText(self.tr("Cancel") if running else self.tr("Find"))
        self.button.setEnabled(running or (enabled and bool(self.prompt.text().strip())))
        for line in (self.prompt, self.opposite):
            line.setReadOnly(running)

    def _enter(self) -> None:
        if self.button.isEnabled() and not self.prompt.isReadOnly():
            self.wanted.emit()
