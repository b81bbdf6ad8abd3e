"""The palette that a colour is chosen from: told apart with any colour vision first, then any colour."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QColorDialog, QFrame, QVBoxLayout, QWidget

from segstyle_gui.core.palette import OKABE_ITO, PALETTE
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.buttons import ghost_button
from segstyle_gui.ui.widgets.labels import CaptionLabel
from segstyle_gui.ui.widgets.painting import as_qcolor, draw_swatch

_COLUMNS = 8
_ROWS_MORE = 3
_CELL = 28  # px; room for the ring around a colour
_SIDE = 18  # px of colour in a cell


class _Swatches(QWidget):
    """A grid of colours with a cursor; arrows move it, Enter and Space choose."""

    chosen = Signal(QColor)

    def __init__(self, colors: tuple[tuple[int, int, int], ...], current: QColor) -> None:
        super().__init__()
        self._colors = [as_qcolor(color) for color in colors]
        self._current = current
        self._cursor = self._colors.index(current) if current in self._colors else -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName(self.tr("Colours"))

    def sizeHint(self) -> QSize:
        """Return the size of the grid."""
        return QSize(_COLUMNS * _CELL, -(-len(self._colors) // _COLUMNS) * _CELL)

    def cell(self, index: int) -> QRectF:
        """Return the square of a colour, px."""
        edge = (_CELL - _SIDE) / 2
        row, column = divmod(index, _COLUMNS)
        return QRectF(column * _CELL + edge, row * _CELL + edge, _SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all colours; a ring around the present one, and around the cursor."""
        painter = QPainter(self)
        for index, color in enumerate(self._colors):
            at_cursor = index == self._cursor and self.hasFocus()
            ring = "accent" if at_cursor else "text" if color == self._current else ""
            draw_swatch(painter, self.cell(index), color, ring=ring)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, or choose what is under it."""
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -_COLUMNS,
            Qt.Key.Key_Down: _COLUMNS,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._move(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._cursor >= 0:
            self.chosen.emit(self._colors[self._cursor])
        else:
            super().keyPressEvent(event)

    def has_current(self) -> bool:
        """Return whether the present colour is one of these."""
        return self._current in self._colors

    def _move(self, step: int) -> None:
        wanted = 0 if self._cursor < 0 else self._cursor + step
        if 0 <= wanted < len(self._colors):
            self._cursor = wanted
            self.update()
        else:  # over the edge to the other grid or the button
            self.focusNextPrevChild(step > 0)

    def _at(self, event: QMouseEvent) -> int:
        column, row = int(event.position().x() // _CELL), int(event.position().y() // _CELL)
        index = row * _COLUMNS + column
        return index if 0 <= column < _COLUMNS and 0 <= index < len(self._colors) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the cursor follow the pointer and name the colour."""
        index = self._at(event)
        if index >= 0 and index != self._cursor:
            self._cursor = index
            self.setToolTip(self._colors[index].name())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the colour under the pointer."""
        index = self._at(event)
        if index >= 0:
            self.chosen.emit(self._colors[index])


class ColorPopup(QFrame):
    """A small window that closes itself: colours for everybody, and any other by *Custom…*.

    Signals
    -------
    chosen(QColor)
        Just before it closes.
    """

    chosen = Signal(QColor)

    def __init__(self, current: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self._current = current
        more = PALETTE[len(OKABE_ITO) : len(OKABE_ITO) + _COLUMNS * _ROWS_MORE]
        self.safe = _Swatches(OKABE_ITO, current)
        self.more = _Swatches(more, current)
        self.custom = ghost_button(self.tr("Custom…"), "palette", self.tr("Choose any colour"))
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(CaptionLabel(self.tr("Told apart by everyone")))
        column.addWidget(self.safe)
        column.addWidget(CaptionLabel(self.tr("More")))
        column.addWidget(self.more)
        column.addWidget(self.custom)
        for swatches in (self.safe, self.more):
            swatches.chosen.connect(self._finish)
        self.custom.clicked.connect(self._ask)

    def open_at(self, position: QPoint) -> None:
        """Show it with its upper left corner at a global position, moved to stay on the screen."""
        self.adjustSize()
        screen = QGuiApplication.screenAt(position) or QGuiApplication.primaryScreen()
        area = screen.availableGeometry()
        x = max(area.left(), min(position.x(), area.right() - self.width()))
        y = max(area.top(), min(position.y(), area.bottom() - self.height()))
        self.move(x, y)
        self.show()
        (self.more if self.more.has_current() else self.safe).setFocus()

    def _ask(self) -> None:
        color = QColorDialog.getColor(
            self._current,
            self.parentWidget(),
            self.tr("Colour"),
            QColorDialog.ColorDialogOption.DontUseNativeDialog,
        )
        if color.isValid():
            self._finish(color)

    def _finish(self, color: QColor) -> None:
        self.chosen.emit(color)
        self.close()
