"""The bar over the gallery while the user draws on the parts of a region."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from segstyle_gui.core.palette import OKABE_ITO
from segstyle_gui.ui.widgets.buttons import plain_button, primary_button
from segstyle_gui.ui.widgets.labels import MutedLabel
from segstyle_gui.ui.widgets.swatch import ClassChip

PART_COLORS = (OKABE_ITO[5], OKABE_ITO[1])  # far apart from each other on gray


class ScribbleBar(QWidget):
    """Says what to draw, shows the parts with their strokes, and ends the drawing.

    Signals
    -------
    accepted, cancelled
    group_chosen(int)
        The left button is to draw this part, counted from 0.
    """

    accepted = Signal()
    cancelled = Signal()
    group_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(48)
        self._says = MutedLabel("")
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        for number, color in enumerate(PART_COLORS, start=1):
            self._chips.addWidget(ClassChip(self.tr("Part {0}").format(number), color))
        self._split = primary_button(self.tr("Split"), self.tr("Split the region by these strokes (Enter)"))
        self._split.clicked.connect(self.accepted)
        cancel = plain_button(self.tr("Cancel"), "", self.tr("Forget the strokes (Esc)"))
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addLayout(self._chips)
        row.addWidget(self._says, 1)
        row.addWidget(cancel)
        row.addWidget(self._split)
        self.hide()

    def begin(self) -> None:
        """Show the bar, with no stroke drawn."""
        self.show_counts([0] * len(PART_COLORS))
        self.show()

    def show_counts(self, counts: Sequence[int]) -> None:
        """Say what is still missing, given the number of points on each part."""
        missing = [str(number) for number, count in enumerate(counts, start=1) if not count]
        self._split.setEnabled(not missing)
        if missing:
            text = self.tr(
                "Draw on each part of the region: left button for part 1, right button for part 2."
            )
        else:
            text = self.tr("Backspace takes the last stroke back.")
        self._says.setText(text)

    def ask_for_more(self) -> None:
        """Say that one stroke is not enough."""
        self._says.setText(self.tr("Draw a stroke on each of the parts first."))
