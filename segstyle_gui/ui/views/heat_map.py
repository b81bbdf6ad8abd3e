"""Scores of regions (rows) for prompts (columns): the best of every row, and where none is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import ROW
from segstyle_gui.ui.views.empty_text import draw_empty_text
from segstyle_gui.ui.views.heat_painter import HEADER, NAMES, HeatPainter, HeatRow, HeatTable

_NARROWEST, _WIDEST = 52, 120  # px; of a column

__all__ = ["HeatMap", "HeatRow"]


class HeatMap(QAbstractScrollArea):
    """A table of scores in colours; names and prompts stay in place when it scrolls.

    Signals
    -------
    row_clicked(int)
        A row's name was clicked, or Space was pressed on the row.
    cell_clicked(int, int)
        Row and column of a cell that was clicked, or on which Enter was pressed.
    """

    row_clicked = Signal(int)
    cell_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = HeatTable.empty()
        self._by_row = False
        self._current = (-1, -1)
        self._hovered = (-1, -1)
        self._width = _NARROWEST
        self._empty = ("", "")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Scores of regions for prompts"))
        self.viewport().setMouseTracking(True)
        theme_signals().changed.connect(self.viewport().update)

    def set_scores(self, scores: ArrayLike, rows: Sequence[HeatRow], columns: Sequence[str]) -> None:
        """Show other scores.

        Parameters
        ----------
        scores
            (R, P) numbers, higher is better; NaN in the rows of regions that were not seen.
        rows
            R names with colours and margins.
        columns
            P prompts.

        Raises
        ------
        ValueError
            If the numbers of scores, rows and columns do not fit.
        """
        values = np.asarray(scores, float)
        if values.shape != (len(rows), len(columns)):
            raise ValueError(f"{values.shape} scores for {len(rows)} rows and {len(columns)} columns")
        self._table = HeatTable.of(values, tuple(rows), tuple(columns), by_row=self._by_row)
        row, column = self._current
        if row >= len(rows) or column >= len(columns):
            self._current = (-1, -1)
        self._arrange()

    def set_scale_by_row(self, by_row: bool) -> None:
        """Spread the colours over each row by itself instead of over all scores."""
        self._by_row = by_row
        self._table = HeatTable.of(self._table.scores, self._table.rows, self._table.columns, by_row=by_row)
        self.viewport().update()

    def set_current(self, row: int, column: int = -1) -> None:
        """Mark a row (-1 for none) or a cell and scroll it into view; tells nothing."""
        self._current = (row, column)
        if row >= 0:
            self._reveal(row, column)
            self.setAccessibleDescription(self._table.describe(row, column))
        self.viewport().update()

    @property
    def current(self) -> tuple[int, int]:
        """Row and column of the marked cell, -1 for none."""
        return self._current

    def best(self) -> list[int]:
        """Return the best column of every row, -1 where nothing was seen."""
        return [int(column) for column in self._table.best]

    def set_empty_text(self, title: str, text: str = "") -> None:
        """Say what to do next where there are no scores."""
        self._empty = (title, text)
        self.viewport().update()

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return where a cell is in the viewport."""
        x = NAMES + column * self._width - self.horizontalScrollBar().value()
        return QRect(x, HEADER + row * ROW - self.verticalScrollBar().value(), self._width, ROW)

    def cell_at(self, place: QPoint) -> tuple[int, int]:
        """Return row and column at a place in the viewport; -1 over the header, the names, or beside all."""
        n_rows, n_columns = self._table.scores.shape
        row = (place.y() - HEADER + self.verticalScrollBar().value()) // ROW
        column = (place.x() - NAMES + self.horizontalScrollBar().value()) // self._width
        inside_rows = place.y() >= HEADER and 0 <= row < n_rows
        inside_columns = place.x() >= NAMES and 0 <= column < n_columns
        if inside_rows and place.x() >= NAMES and not inside_columns:
            inside_rows = False
        return (row if inside_rows else -1, column if inside_columns else -1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), tokens().canvas)
        if self._table.scores.size == 0:
            draw_empty_text(painter, self.viewport().rect(), *self._empty)
        else:
            focused = self._current if self.hasFocus() else (-1, -1)
            look = HeatPainter(painter, self._table, self.font(), self.viewport().size())
            look.draw(self._visible_cells(), event.rect(), self._current[0], self._hovered, focused)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, column = self.cell_at(event.position().toPoint())
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        self.set_current(row, column)
        if column >= 0:
            self.cell_clicked.emit(row, column)
        else:
            self.row_clicked.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.cell_at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover((-1, -1))
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._table.describe(*self.cell_at(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._current
        key = Qt.Key(event.key())
        if self._table.scores.size and key in self._moves():
            down, right = self._moves()[key]
            self._go(max(row, 0) + down, max(column, 0) + right)
        elif row >= 0 and key == Qt.Key.Key_Space:
            self.row_clicked.emit(row)
        elif min(row, column) >= 0 and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.cell_clicked.emit(row, column)
        else:
            super().keyPressEvent(event)

    def _moves(self) -> dict[Qt.Key, tuple[int, int]]:
        """Return steps in rows and columns; the first of all keys goes to the first cell."""
        n_columns = len(self._table.columns)
        page = max(1, (self.viewport().height() - HEADER) // ROW - 1)
        first = min(self._current) < 0
        return {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 0 if first else 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (0 if first else 1, 0),
            Qt.Key.Key_PageUp: (-page, 0),
            Qt.Key.Key_PageDown: (page, 0),
            Qt.Key.Key_Home: (0, -n_columns),
            Qt.Key.Key_End: (0, n_columns),
        }

    def _go(self, row: int, column: int) -> None:
        n_rows, n_columns = self._table.scores.shape
        self.set_current(min(max(row, 0), n_rows - 1), min(max(column, 0), n_columns - 1))

    def _hover(self, cell: tuple[int, int]) -> None:
        if cell == self._hovered:
            return
        for row in (cell[0], self._hovered[0]):
            if row >= 0:
                top = self.cell_rect(row, 0).top()
                self.viewport().update(QRect(0, top, self.viewport().width(), ROW))
        self.viewport().update(QRect(0, 0, self.viewport().width(), HEADER))
        self._hovered = cell

    def _arrange(self) -> None:
        n_rows, n_columns = self._table.scores.shape
        room = self.viewport().size()
        share = (room.width() - NAMES) // max(n_columns, 1)
        self._width = min(max(share, _NARROWEST), _WIDEST)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setRange(0, max(0, NAMES + n_columns * self._width - room.width()))
        across.setPageStep(max(1, room.width() - NAMES))
        across.setSingleStep(self._width)
        down.setRange(0, max(0, HEADER + n_rows * ROW - room.height()))
        down.setPageStep(max(1, room.height() - HEADER))
        down.setSingleStep(ROW)
        self.viewport().update()

    def _visible_cells(self) -> list[tuple[int, int, QRect]]:
        n_rows, n_columns = self._table.scores.shape
        room, origin = self.viewport().size(), self.cell_rect(0, 0)
        rows = range(
            max(0, (HEADER - origin.y()) // ROW), min(n_rows, (room.height() - origin.y()) // ROW + 1)
        )
        first = max(0, (NAMES - origin.x()) // self._width)
        columns = range(first, min(n_columns, (room.width() - origin.x()) // self._width + 1))
        return [(row, column, self.cell_rect(row, column)) for row in rows for column in columns]

    def _reveal(self, row: int, column: int) -> None:
        rect, room = self.cell_rect(row, max(column, 0)), self.viewport().size()
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        down.setValue(down.value() + _overshoot(rect.top(), rect.bottom() + 1, HEADER, room.height()))
        if column >= 0:
            across.setValue(across.value() + _overshoot(rect.left(), rect.right() + 1, NAMES, room.width()))


def _overshoot(start: int, end: int, low: int, high: int) -> int:
    """How far ``start`` to ``end`` sticks out of ``low`` to ``high``, signed."""
    if start < low:
        return start - low
    return max(0, end - high)
