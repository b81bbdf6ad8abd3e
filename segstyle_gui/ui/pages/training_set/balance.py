"""How much of each class the training set holds."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.ui.widgets.bars import ScoreBar
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader
from segstyle_gui.ui.widgets.swatch import ClassChip

_RARE = 0.01  # share of pixels below which a class is called rare


class ClassBalance(QWidget):
    """A bar for each class; rare ones are pointed out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
            self._grid.addWidget(ClassChip(name, color), row, 0)
            self._grid.addWidget(ScoreBar(share), row, 1)
            self._grid.addWidget(figure, row, 2, Qt.AlignmentFlag.AlignRight)
        rare = [name for name, _, share in rows if share < _RARE]
        self._says.setText(
            self.tr("Rare: {0}. Find by text can make it more frequent.").format(", ".join(rare))
            if rare
            else ""
        )
        self._says.setVisible(bool(rare))
