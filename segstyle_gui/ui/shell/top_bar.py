"""The top bar: which project is open, undo and redo, the way to every command, and the device."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.theme.tokens import CONTROL
from segstyle_gui.ui.widgets.labels import ElidedLabel, IconLabel, KeyHint, MutedLabel

_COMMAND_WIDTH = 248


class TopBar(QWidget):
    """One row over the pages.

    Signals
    -------
    home_requested
        The user wants the list of projects.
    """

    home_requested = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(48)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self._name = ElidedLabel("")
        self._name.setProperty("role", "title")
        self._name.setMaximumWidth(320)
        self._facts = MutedLabel("")
        for widget in (self._name, self._facts):
            row.addWidget(widget)
        row.addSpacing(8)
        for action_id in ("edit.undo", "edit.redo", "view.history"):
            row.addWidget(_tool(actions.action(action_id)))
        row.addStretch(1)
        row.addWidget(self._command_button(actions), 1)
        self._device = MutedLabel("")
        row.addWidget(self._device)
        for action_id in ("view.log", "file.preferences", "view.side_panel"):
            row.addWidget(_tool(actions.action(action_id)))

    def set_project(self, name: str, facts: str) -> None:
        """Show the project's name and one line about it."""
        self._name.setText(name)
        self._facts.setText(facts)

    def set_device(self, text: str) -> None:
        """Show what computes, such as ``"CPU · 8 cores"``."""
        self._device.setText(text)

    def _command_button(self, actions: Actions) -> QPushButton:
        action = actions.action("view.palette")
        button = QPushButton()
        button.setObjectName("command.button")
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.text())
        button.setMaximumWidth(_COMMAND_WIDTH)
        button.setFixedHeight(CONTROL)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(action.trigger)
        inside = QHBoxLayout(button)
        inside.setContentsMargins(8, 0, 8, 0)
        for widget in (IconLabel("search", color="muted"), MutedLabel(self.tr("Type a command…"))):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inside.addWidget(widget)
        inside.addStretch(1)
        inside.addWidget(KeyHint("Ctrl ⇧ P"))
        return button


def _tool(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setProperty("role", "ghost")
    button.setFixedSize(32, 32)
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
