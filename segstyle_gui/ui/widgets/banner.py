"""A strip on top of a page that says something and may offer one thing to do about it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, token_color
from segstyle_gui.ui.theme.tokens import GRID, RADIUS
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.labels import IconLabel

_LOOKS = {  # kind: (icon, token)
    "info": ("info", "info"),
    "success": ("check", "success"),
    "warning": ("warning", "warning"),
    "error": ("error", "danger"),
    "stale": ("history", "warning"),
}


class Banner(QWidget):
    """An icon, a sentence and a button, on a tinted ground.

    Parameters
    ----------
    kind
        ``"info"``, ``"success"``, ``"warning"``, ``"error"`` or ``"stale"``.
    text
        Translated.
    button
        What to do about it; empty for no button.

    Signals
    -------
    clicked
        The button was pressed.
    """

    clicked = Signal()

    def __init__(self, kind: str, text: str, button: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        icon, color = _LOOKS[kind]
        self._icon = IconLabel(icon, color=color)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = plain_button(button)
        self._button.clicked.connect(self.clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + GRID // 2, GRID, GRID, GRID)
        row.setSpacing(GRID + GRID // 2)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        self.setMinimumHeight(GRID * 6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.set_text(text)
        self.set_button(button)
        theme_signals().changed.connect(self.update)

    def text(self) -> str:
        """Return the sentence."""
        return self._text.text()

    def set_text(self, text: str) -> None:
        """Set the sentence; a screen reader says it with its kind."""
        self._text.setText(text)
        self.setAccessibleName(text)

    def set_button(self, text: str) -> None:
        """Set what to do about it; empty hides the button."""
        self._button.setText(text)
        self._button.setVisible(bool(text))

    def set_kind(self, kind: str) -> None:
        """Set the kind; raises ``KeyError`` if there is none of this name."""
        icon, color = _LOOKS[kind]
        self._kind = kind
        self._icon.set_icon(icon, color)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tinted ground."""
        token = _LOOKS[self._kind][1]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(token_color(token, 0.45))
        painter.setBrush(token_color(token, 0.12))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()
