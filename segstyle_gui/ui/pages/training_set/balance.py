"""How much of each class the training set holds."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.bars import ScoreBar
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader
from segstyle_gui.ui.widgets.swatch import ClassChip

_WIDEST_CHIP = 16 * GRID
_RARE = 0.01  # share of pixels below which a class is called rare


class ClassBalance(QWidget):
    """A bar for each class; rare ones are pointed out.

    Attributes
    ----------
    shares
        What is shown: share 0 to 1 by class id.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shares: dict[int, float] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._says = MutedLabel(self.tr("The share of pixels of each class, once the preview is there."))
        self._says.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 0)
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("Class balance"), self.tr("share of pixels")))
        column.addLayout(self._grid)
        column.addWidget(self._says)

    def show_shares(self, classes: tuple[LabelClass, ...], shares: Mapping[int, float]) -> None:
        """Show the share 0 to 1 of every class by its id; 0 is background."""
        self.shares = dict(shares)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        rows = [(c.name, c.color, shares.get(c.id, 0.0)) for c in classes]
        if shares.get(0, 0.0) > 0:
            rows.append((self.tr("background"), (128, 128, 128), shares[0]))
        for row, (name, color, share) in enumerate(rows):
            figure = QLabel(f"{share:.1%}")
            figure.setProperty("role", "figure")
            chip, bar = ClassChip(name, color), ScoreBar(share)
            chip.setMaximumWidth(_WIDEST_CHIP)
            chip.setToolTip(name)
            bar.setAccessibleName(name)
            self._grid.addWidget(chip, row, 0)
            self._grid.addWidget(bar, row, 1)
            self._grid.addWidget(figure, row, 2, Qt.AlignmentFlag.AlignRight)
        self._say(classes)

    def _say(self, classes: tuple[LabelClass, ...]) -> None:
        """Point out classes that are missing or rare."""
        share = {c.name: self.shares.get(c.id, 0.0) for c in classes}
        missing = ", ".join(name for name in share if share[name] == 0)
        rare = ", ".join(name for name in share if 0 < share[name] < _RARE)
        texts = []
        if missing:
            texts.append(self.tr("Not in the set: {0}. Put regions into it.").format(missing))
        if rare:
            texts.append(self.tr("Rare: {0}. Find by text can make it more frequent.").format(rare))
        self._says.setText("\n".join(texts))
        self._says.setVisible(bool(texts))
