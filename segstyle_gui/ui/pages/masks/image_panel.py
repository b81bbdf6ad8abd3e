"""The left side of the masks page: which images there are, in which order, and how far the review is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QListView, QVBoxLayout, QWidget

from segstyle_gui.ui.models.image_list import ImageListModel, Mark
from segstyle_gui.ui.pages.masks.table import MaskTable, Shown, SortKey, shown_items
from segstyle_gui.ui.pages.masks.thumbnails import MaskThumbnails
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.image_list import ImageListView
from segstyle_gui.ui.widgets.bars import ProgressStrip
from segstyle_gui.ui.widgets.labels import ElidedLabel

_TILE = 88
_WIDTH = 30 * GRID
_NARROWEST = 19 * GRID  # one column of tiles


class ImagePanel(QWidget):
    """List, order, filter and counts.

    Signals
    -------
    chosen(int)
        The user chose another image.
    order_changed
        Other images are listed, or in another order.
    """

    chosen = Signal(int)
    order_changed = Signal()

    def __init__(self, thumbnails: MaskThumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._table: MaskTable | None = None
        self._reviewed: frozenset[int] = frozenset()
        self._corrected: frozenset[int] = frozenset()
        self._items: NDArray[np.int64] = np.zeros(0, np.int64)
        self._ids: list[int] = []
        self._current: int | None = None
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(_NARROWEST)
        self._build()
        thumbnails.changed.connect(self._show_pictures)
        self.view.selection_changed.connect(self._selected)

    def _build(self) -> None:
        self.model = ImageListModel(self)
        self.view = ImageListView(self.model, tile=_TILE)
        self.view.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.view.setMinimumWidth(_NARROWEST)
        self.sort = _combo(self.tr("Order of the images"))
        self.sort.setToolTip(self.tr("Masks that the student was least sure of are worth looking at first"))
        for key, text in (
            ("doubt", self.tr("Most doubtful first")),
            ("name", self.tr("By name")),
            ("state", self.tr("Open ones first")),
        ):
            self.sort.addItem(text, key)
        self.filter = _combo(self.tr("Images to list"))
        self.filter.setToolTip(self.tr("All images, those not reviewed yet, or those corrected by hand"))
        for key in ("all", "open", "corrected"):
            self.filter.addItem("", key)
        for combo in (self.sort, self.filter):
            combo.currentIndexChanged.connect(self._arrange)
        self.counts = ElidedLabel()
        self.counts.setProperty("role", "muted")
        self.strip = ProgressStrip()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(self.view, 1)

    def _head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setContentsMargins(GRID, GRID, GRID, GRID)
        head.setSpacing(GRID)
        head.addWidget(self.sort)
        head.addWidget(self.filter)
        head.addWidget(self.counts)
        head.addWidget(self.strip)
        return head

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, 60 * GRID)

    # Used by the page

    def set_table(self, table: MaskTable) -> None:
        """List other images."""
        self._table = table
        self._thumbnails.set_table(table)
        self.model.set_images(table.names, self._thumbnails.picture, ids=table.ids.tolist())
        self.model.set_scores(table.doubt)
        self._items = np.arange(len(table.ids))
        self._show_marks()

    def set_marks(self, reviewed: frozenset[int], corrected: frozenset[int]) -> None:
        """Show which images are reviewed and corrected."""
        if (reviewed, corrected) != (self._reviewed, self._corrected):
            self._reviewed, self._corrected = reviewed, corrected
            self._show_marks()

    def _show_marks(self) -> None:
        corrected = dict.fromkeys(self._corrected, Mark.CORRECTED)
        self.model.set_marks(corrected | dict.fromkeys(self._reviewed, Mark.REVIEWED))
        self._arrange()

    def show_current(self, image_id: int | None) -> None:
        """Mark the image that is open, without telling of it."""
        self._current = image_id
        if image_id is not None and self.view.selected_ids() != [image_id]:
            self.view.select_ids([image_id])

    @property
    def ids(self) -> list[int]:
        """The ids of the listed images, in their order."""
        return self._ids

    # Inside

    def _arrange(self, *_: object) -> None:
        if self._table is None:
            return
        items = shown_items(
            self._table,
            self._reviewed,
            self._corrected,
            sort=cast(SortKey, self.sort.currentData()),
            shown=cast(Shown, self.filter.currentData()),
        )
        if not np.array_equal(items, self._items):
            self._items = items
            self.view.set_order(items)
            self.show_current(self._current)
        self._ids = self._table.ids[items].tolist()
        self._count()
        self.order_changed.emit()

    def _count(self) -> None:
        assert self._table is not None
        known = frozenset(self._table.ids.tolist())
        n, done, corrected = len(known), len(known & self._reviewed), len(known & self._corrected)
        self.counts.setText(self.tr("{0} of {1} reviewed").format(f"{done:,}", f"{n:,}"))
        texts = (self.tr("All images"), self.tr("Open"), self.tr("Corrected"))
        for place, (text, number) in enumerate(zip(texts, (n, n - done, corrected), strict=True)):
            self.filter.setItemText(place, f"{text} · {number:,}")
        self.strip.set_share(done / n if n else 0.0)
        self.view.set_empty_text(*self._why_empty())

    def _why_empty(self) -> tuple[str, str]:
        if self.filter.currentData() == "open":
            return self.tr("All reviewed"), self.tr("Export them, or train again with your corrections.")
        if self.filter.currentData() == "corrected":
            return self.tr("None corrected"), self.tr("Paint on a mask and its image appears here.")
        return self.tr("No images"), ""

    def _selected(self) -> None:
        ids = self.view.selected_ids()
        if len(ids) == 1 and ids[0] != self._current:
            self._current = ids[0]
            self.chosen.emit(ids[0])

    def _show_pictures(self, image_ids: Sequence[int]) -> None:
        self.model.thumbnails_changed(image_ids or None)


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    combo.setMinimumContentsLength(8)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo
