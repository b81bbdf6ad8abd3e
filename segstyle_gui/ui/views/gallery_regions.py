"""What the gallery knows of regions: tables of one or two runs, names, and how to draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.ui.views.region_colors import ColorTable, Look, RegionTable, color_table

FIRST, SECOND = 0, 1  # sides of a cell


class GalleryRegions:
    """Tables and look of the first run, and of a second one to compare it with.

    Attributes
    ----------
    look
        How the regions of the first run are to be seen; the second takes mode and opacity from it.
    preview
        What is shown as selected while a box is drawn, instead of the selection.
    second_hover
        The region of the second run that is lit up.
    names
        By side, then by region id.
    """

    def __init__(self) -> None:
        self.look = Look()
        self.preview: frozenset[int] | None = None
        self.second_hover: int | None = None
        self.names: list[Mapping[int, str]] = [{}, {}]
        self._tables = [RegionTable.empty(), RegionTable.empty()]
        self._n_ids = [0, 0]

    def change_look(self, **changes: Any) -> bool:
        """Change fields of the look; return whether anything is different now."""
        before, self.look = self.look, replace(self.look, **changes)
        return self.look != before

    def set_table(self, side: int, table: RegionTable) -> None:
        """Take another table for a side."""
        self._tables[side] = table

    def set_n_ids(self, side: int, n_ids: int) -> None:
        """Tell how many cluster ids the samples of a side show; 0 for a side that is not shown."""
        self._n_ids[side] = n_ids

    def color_table(self) -> ColorTable:
        """Return the colours of the codes of both sides."""
        look = self.look if self.preview is None else replace(self.look, selection=self.preview)
        colors = color_table(self._tables[FIRST].padded(self._n_ids[FIRST]), look)
        if not self._n_ids[SECOND]:
            return colors
        other = Look(mode=look.mode, opacity=look.opacity, hover=self.second_hover)
        return colors.joined(color_table(self._tables[SECOND].padded(self._n_ids[SECOND]), other))

    def visible(self) -> NDArray[np.int32]:
        """Return (n_codes,) int32: the region of each code of the first run, 0 where it is not shown."""
        table, look = self._tables[FIRST].padded(self._n_ids[FIRST]), replace(self.look, hover=None)
        return color_table(table, look).visible

    def region_of(self, side: int, code: int) -> int | None:
        """Return the region that a code shows, None for none or one that is not shown."""
        if side == SECOND:
            cluster = code - 1 - self._n_ids[FIRST]
            regions = self._tables[SECOND].padded(self._n_ids[SECOND]).regions
            return int(regions[cluster]) or None if 0 <= cluster < len(regions) else None
        visible = self.visible()
        return int(visible[code]) or None if 0 < code < len(visible) else None

    def name_of(self, side: int, region: int) -> str:
        """Return the name of a region, empty if it has none."""
        return self.names[side].get(region, "")

    def color_of(self, region: int) -> tuple[int, int, int]:
        """Return the colour of a region of the first run."""
        table = self._tables[FIRST]
        found = np.flatnonzero(table.regions == region)
        red, green, blue = table.colors[found[0]] if len(found) else (128, 128, 128)
        return int(red), int(green), int(blue)
