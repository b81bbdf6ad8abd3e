"""The table of scores: a row for each region that was looked at, a column for each name."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.pages.names.fits import Fits, NameRow
from segstyle_gui.ui.views.heat_map import HeatMap, HeatRow


class FitMap(HeatMap):
    """Knows which region is in which row.

    Signals
    -------
    region_clicked(int)
        The region of a row.
    name_clicked(int, int)
        Region and column of a cell.
    """

    region_clicked = Signal(int)
    name_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[int, ...] = ()
        self.set_empty_text(
            self.tr("No scores yet"), self.tr("Write the names to choose from, then: Suggest names.")
        )
        self.row_clicked.connect(lambda row: self.region_clicked.emit(self._ids[row]))
        self.cell_clicked.connect(lambda row, column: self.name_clicked.emit(self._ids[row], column))

    def set_fits(self, rows: Sequence[NameRow], fits: Fits | None) -> None:
        """Show the scores of the regions as they are now; none before anything was looked at."""
        seen = [row for row in rows if fits is not None and fits.row_of(row.region_id) >= 0]
        self._ids = tuple(row.region_id for row in seen)
        if fits is None:
            self.set_scores(np.zeros((0, 0)), (), ())
            return
        heat_rows = [
            HeatRow(
                name=row.region_name,
                color=row.color,
                margin=row.lead,
                unknown=bool(row.best and not row.name),
            )
            for row in seen
        ]
        self.set_scores(fits.scores[[fits.row_of(number) for number in self._ids]], heat_rows, fits.names)

    def select_regions(self, ids: Collection[int], column: int = -1) -> None:
        """Frame the row of the first of these regions, and a cell of it if ``column`` is given."""
        row = next((n for n, number in enumerate(self._ids) if number in ids), -1)
        if column < 0:
            self.set_current(row)
        else:
            self.set_current(row, column)
