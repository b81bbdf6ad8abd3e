"""Classes and regions as a tree of rows to look at: columns, marks, hover; clicks are a child class's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyleOptionViewItem, QTreeView, QWidget

from segstyle_gui.core.classes import RegionState
from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.class_rows import ClassRow, Numbers, RowKey, build_rows
from segstyle_gui.ui.views.class_table_delegate import ClassTableDelegate
from segstyle_gui.ui.views.class_table_model import ClassTableModel, Column, Index
from segstyle_gui.ui.views.empty_text import draw_empty_text

_NONE_KEY: RowKey = ("none", 0)
_SWITCH_WIDTH = 3 * GRID  # px; an eye or a lock


class ClassTree(QTreeView):
    """Show classes, their regions and their numbers; keep what is open, current and scrolled.

    Signals
    -------
    hovered(object)
        Region id under the pointer, or None.
    """

    hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows_model = ClassTableModel(self)
        self._open: dict[RowKey, bool] = {_NONE_KEY: True}
        self._selected: frozenset[int] = frozenset()
        self._lit_region: int | None = None
        self._pointed: RowKey | None = None
        self._target: RowKey | None = None
        self.setModel(self.rows_model)
        self.setItemDelegate(ClassTableDelegate(self, self._is_lit, self._is_chosen, self._is_target))
        self._set_behaviour()
        self._set_columns()
        self.setAccessibleName(self.tr("Classes"))
        self.expanded.connect(partial(self._remember, is_open=True))
        self.collapsed.connect(partial(self._remember, is_open=False))
        theme_signals().changed.connect(self._repaint)

    def set_state(self, state: RegionState | None, numbers: Mapping[int, Numbers]) -> None:
        """Show other classes and regions; open rows, the current row and the scroll position stay.

        Parameters
        ----------
        state
            None shows none.
        numbers
            Shares by region id; regions that are missing show a dash.
        """
        current = self.row_at(self.currentIndex())
        scrolled = self.verticalScrollBar().value()
        rows = () if state is None else build_rows(state, numbers, self.tr("No class"))
        self.rows_model.set_rows(rows)
        for row in rows:
            self.setExpanded(self.rows_model.index_of(row.key), self._open.get(row.key, False))
        if current is not None and not self.currentIndex().isValid():
            self.setCurrentIndex(self.rows_model.index_of(current.key))
        self.verticalScrollBar().setValue(scrolled)
        self.viewport().update()

    def set_selected_regions(self, region_ids: Collection[int]) -> None:
        """Mark the rows of the selected regions, and the classes that are selected whole."""
        self._selected = frozenset(region_ids)
        self.viewport().update()

    def set_hovered_region(self, region_id: int | None) -> None:
        """Light the row of the region that is hovered in another view."""
        self._lit_region = region_id
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """Return the size of a panel."""
        return QSize(40 * GRID, 30 * GRID)

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: Index) -> None:
        """Paint the ground of the whole row, the arrow's place too; a rim where the keyboard is."""
        row = self.row_at(index)
        delegate = self.itemDelegate()
        assert row is not None
        assert isinstance(delegate, ClassTableDelegate)
        ground = delegate.ground(row)
        line = QRect(0, options.rect.top(), self.viewport().width(), options.rect.height())
        if ground is not None:
            painter.fillRect(line, ground)
        super().drawRow(painter, options, index)
        if self.hasFocus() and self.row_at(self.currentIndex()) is row:
            painter.setPen(QColor(tokens().accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(line.adjusted(0, 0, -1, -1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do when there are none."""
        super().paintEvent(event)
        if not self.rows_model.rows:
            painter = QPainter(self.viewport())
            text = self.tr("Find regions first; then give them names and classes here.")
            draw_empty_text(painter, self.viewport().rect(), self.tr("No regions yet"), text)
            painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the row under the pointer, and tell which region it is."""
        super().mouseMoveEvent(event)
        self._point_at(self.row_at(self.indexAt(event.position().toPoint())))

    def leaveEvent(self, event: QEvent) -> None:
        """Light nothing."""
        self._point_at(None)
        super().leaveEvent(event)

    def row_at(self, index: Index) -> ClassRow | None:
        """Return the row of an index, None for an invalid one."""
        return self.rows_model.row_of(index)

    def set_target(self, key: RowKey | None) -> None:
        """Light the row that would take what is carried."""
        if key != self._target:
            self._target = key
            self._repaint()

    def _point_at(self, row: ClassRow | None) -> None:
        key = None if row is None else row.key
        if key == self._pointed:
            return
        self._pointed = key
        self._repaint()
        self.hovered.emit(row.id if row is not None and row.kind == "region" else None)

    def _is_lit(self, row: ClassRow) -> bool:
        if row.key == self._pointed or row.key == ("region", self._lit_region):
            return True
        is_closed = row.kind != "region" and not self.isExpanded(self.rows_model.index_of(row.key))
        return is_closed and self._lit_region in row.regions

    def _is_chosen(self, row: ClassRow) -> bool:
        return bool(row.regions) and self._selected.issuperset(row.regions)

    def _is_target(self, row: ClassRow) -> bool:
        return row.key == self._target

    def _remember(self, index: QModelIndex, *, is_open: bool) -> None:
        row = self.row_at(index)
        if row is not None:
            self._open[row.key] = is_open

    def _repaint(self) -> None:
        self.viewport().update()

    def _set_behaviour(self) -> None:
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setExpandsOnDoubleClick(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setIndentation(2 * GRID)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _set_columns(self) -> None:
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(_SWITCH_WIDTH)
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (Column.SHARE, 7 * GRID),
            (Column.PRESENCE, 8 * GRID),
            (Column.EYE, _SWITCH_WIDTH),
            (Column.LOCK, _SWITCH_WIDTH),
        ):
            self.setColumnWidth(column, width)
