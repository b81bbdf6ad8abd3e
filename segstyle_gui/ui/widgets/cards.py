"""Frames for what belongs together: a card, and a section that folds."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from segstyle_gui.ui.theme.icons import set_icon
from segstyle_gui.ui.theme.tokens import GRID, ICON


class Card(QFrame):
    """A raised frame; what it holds goes into :attr:`body`.

    Attributes
    ----------
    body
        Its vertical layout.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(GRID * 2, GRID * 2, GRID * 2, GRID * 2)
        self.body.setSpacing(GRID)


class CollapsibleSection(QWidget):
    """A title that opens and closes, by click or Space, what is under it: what is in :attr:`body`.

    Attributes
    ----------
    body
        The vertical layout that folds.

    Signals
    -------
    toggled(bool)
        It is open (True) or closed now.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, *, expanded: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header = QToolButton()
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, GRID // 2, 0, GRID)
        self.body.setSpacing(GRID)
        self._dress(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._content)
        self._header.setChecked(expanded)
        self._fold(expanded)
        self._header.toggled.connect(self._on_toggled)

    def _dress(self, title: str) -> None:
        self._header.setText(title)
        self._header.setCheckable(True)
        self._header.setProperty("role", "section")
        self._header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._header.setIconSize(QSize(ICON, ICON))
        self._header.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._header.setAccessibleName(title)

    def title(self) -> str:
        """Return the title."""
        return self._header.text()

    def set_title(self, title: str) -> None:
        """Set the title."""
        self._header.setText(title)
        self._header.setAccessibleName(title)

    def is_expanded(self) -> bool:
        """Return whether it is open."""
        return self._header.isChecked()

    def set_expanded(self, expanded: bool) -> None:
        """Open or close it."""
        self._header.setChecked(expanded)

    def clear(self) -> None:
        """Take everything out of the body."""
        while (item := self.body.takeAt(0)) is not None:
            former = item.widget()
            if former is not None:
                former.deleteLater()

    def _on_toggled(self, expanded: bool) -> None:
        self._fold(expanded)
        self.toggled.emit(expanded)

    def _fold(self, expanded: bool) -> None:
        set_icon(self._header, "chevron_down" if expanded else "chevron_right", color="muted")
        self._header.setAccessibleDescription(self.tr("open") if expanded else self.tr("closed"))
        self._content.setVisible(expanded)
