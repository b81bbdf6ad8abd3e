"""What a page shows while it has nothing to show: why, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from segstyle_gui.ui.theme import icons
from segstyle_gui.ui.theme.theme import theme_signals, token_color
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.buttons import Button, primary_button
from segstyle_gui.ui.widgets.labels import MutedLabel

_DISC = 9 * GRID
_ICON = 4 * GRID
_LINE = 50 * GRID  # px; longest line of text that is read with ease


class _Disc(QWidget):
    """A large quiet icon on a round ground."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self.icon = icon
        self.setFixedSize(_DISC, _DISC)
        theme_signals().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(token_color("line"))
        painter.setBrush(token_color("raised"))
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
        edge = (_DISC - _ICON) // 2
        painter.drawImage(edge, edge, icons.image(self.icon, _ICON, "muted", self.devicePixelRatioF()))
        painter.end()


class EmptyState(QWidget):
    """An icon, a title, a sentence and, where there is something to do, one button; in the middle.

    Parameters
    ----------
    icon
        Name of an icon.
    title, text
        Translated: what is not there yet, and how to get it.
    button_text
        What to do next; empty for no button.

    Signals
    -------
    clicked
        The button was pressed.
    """

    clicked = Signal()

    def __init__(
        self, icon: str, title: str, text: str, button_text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._disc = _Disc(icon)
        self._title = QLabel(title)
        self._title.setProperty("role", "title")
        self._text = MutedLabel(text)
        self._button = primary_button(button_text)
        if not button_text:  # showing it here, without a parent, would open a window
            self._button.hide()
        self._button.clicked.connect(self.clicked)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._lay_out()

    def _lay_out(self) -> None:
        center = Qt.AlignmentFlag.AlignCenter
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID * 3, GRID * 3, GRID * 3, GRID * 3)
        column.setSpacing(GRID)
        column.addStretch(2)
        column.addWidget(self._disc, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(GRID)
        for label in (self._title, self._text):
            label.setAlignment(center)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addSpacing(GRID)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._disc.icon = icon
        self._disc.update()

    def set_text(self, title: str, text: str, button_text: str = "") -> None:
        """Say something else; arguments as for the class."""
        self._title.setText(title)
        self._text.setText(text)
        self._button.setText(button_text)
        self._button.setVisible(bool(button_text))

    def button(self) -> Button:
        """Return the button, to disable it or give it a tooltip."""
        return self._button
