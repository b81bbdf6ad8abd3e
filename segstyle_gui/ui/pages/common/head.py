"""The top of a page: its row of controls, and below it a banner with air around."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.banner import Banner

_HEIGHT = 6 * GRID


class ToolRow(QWidget):
    """A row 48 px high; controls go into :attr:`row`, from left to right.

    Attributes
    ----------
    row
        Its layout.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self.row.setSpacing(2 * GRID)


class BannerRow(QWidget):
    """Holds a banner off the edges of a page; hidden at first.

    Parameters
    ----------
    kind, button
        As for :class:`~segstyle_gui.ui.widgets.banner.Banner`.

    Attributes
    ----------
    banner
        The banner.
    """

    def __init__(self, kind: str, button: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = Banner(kind, "", button)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, 0)
        inside.addWidget(self.banner)
        self.hide()

    def say(self, text: str) -> None:
        """Show a sentence; an empty one hides the row."""
        self.banner.set_text(text)
        self.setVisible(bool(text))
