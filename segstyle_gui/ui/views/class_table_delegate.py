"""How the cells of the class table are painted and edited."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from segstyle_gui.ui.theme.icons import icon
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_BODY, FONT_CAPTION, GRID, ICON, ROW
from segstyle_gui.ui.views.class_rows import ClassRow
from segstyle_gui.ui.views.class_table_model import ROW_ROLE, Column

Index = QModelIndex | QPersistentModelIndex

SWATCH = 14  # px
_PAD = GRID // 2
_KEY = 20  # px; room for the number key at the end of a name


class ClassTableDelegate(QStyledItemDelegate):
    """Paint swatch, name, key, shares, eye and lock.

    Parameters
    ----------
    is_lit
        Says whether a row is to look hovered, from here or from another view.
    is_chosen
        Says whether a row's regions are the selection.
    is_target
        Says whether something carried would be dropped on this row.
    """

    def __init__(
        self,
        parent: QWidget,
        is_lit: Callable[[ClassRow], bool],
        is_chosen: Callable[[ClassRow], bool],
        is_target: Callable[[ClassRow], bool],
    ) -> None:
        super().__init__(parent)
        self._is_lit, self._is_chosen, self._is_target = is_lit, is_chosen, is_target

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return a row's height."""
        return QSize(super().sizeHint(option, index).width(), ROW - _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self.ground(row)
        if ground is not None:
            painter.fillRect(option.rect, ground)
        column = Column(index.column())
        if column == Column.NAME:
            self._paint_name(painter, option, row)
        elif column in (Column.SHARE, Column.PRESENCE):
            self._paint_figure(painter, option, index.data())
        elif row.regions:
            self._paint_switch(painter, option.rect, row, column)
        painter.restore()

    def ground(self, row: ClassRow) -> QColor | None:
        """Return what lies under a whole row, None for nothing."""
        colors = tokens()
        if self._is_target(row):
            return QColor(colors.pressed)
        if self._is_chosen(row):
            return QColor(colors.selection)
        return QColor(colors.hover) if self._is_lit(row) else None

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Begin with the present name."""
        super().setEditorData(editor, index)
        editor.setAccessibleName(self.tr("Name"))

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Place the editor where the name is, right of the swatch."""
        editor.setGeometry(option.rect.adjusted(SWATCH + _PAD, 1, 0, -1))

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, row: ClassRow) -> None:
        colors, rect = tokens(), option.rect
        if row.kind != "none":
            paint_swatch(painter, swatch_rect(rect), row)
        painter.setFont(_font(option.font, bold=row.kind == "class"))
        left = rect.left() + (SWATCH + 2 * _PAD + 2 if row.kind != "none" else _PAD)
        room = QRect(left, rect.top(), rect.right() - left - (_KEY if row.number else 0), rect.height())
        quiet = row.hidden or row.kind == "none" or not row.regions
        painter.setPen(QColor(colors.muted if quiet else colors.text))
        metrics = QFontMetrics(painter.font())
        text = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, text)
        if row.number:
            painter.setFont(_font(option.font, pixels=FONT_CAPTION))
            painter.setPen(QColor(colors.muted))
            key = QRect(rect.right() - _KEY, rect.top(), _KEY - GRID, rect.height())
            painter.drawText(key, _RIGHT, str(row.number))

    def _paint_figure(self, painter: QPainter, option: QStyleOptionViewItem, text: str) -> None:
        painter.setFont(_font(option.font))
        painter.setPen(QColor(tokens().muted))
        painter.drawText(option.rect.adjusted(0, 0, -_PAD, 0), _RIGHT, text)

    def _paint_switch(self, painter: QPainter, rect: QRect, row: ClassRow, column: Column) -> None:
        """Eye and lock: plain to see where they are out of the ordinary, quiet or absent elsewhere."""
        is_eye = column == Column.EYE
        if is_eye:
            name, color = ("eye_off", "text") if row.hidden else ("eye", "muted")
        elif row.locked:
            name, color = "lock", "text"
        elif self._is_lit(row):
            name, color = "unlock", "faint"
        else:
            return
        square = QRect(0, 0, ICON, ICON)
        square.moveCenter(rect.center())
        icon(name, color=color).paint(painter, square)


def swatch_rect(name_cell: QRect) -> QRect:
    """Return where the swatch is in a name's cell."""
    top = name_cell.top() + (name_cell.height() - SWATCH) // 2
    return QRect(name_cell.left() + _PAD, top, SWATCH, SWATCH)


def paint_swatch(painter: QPainter, rect: QRect, row: ClassRow) -> None:
    """Paint a row's colour, only its rim if the row is hidden; regions are round, classes square."""
    color = QColor(*row.color)
    box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    if row.kind == "region":
        box.adjust(2, 2, -2, -2)
    painter.setPen(QPen(color if row.hidden else QColor(tokens().line), 1.5 if row.hidden else 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if row.hidden else color)
    radius = box.width() / 2 if row.kind == "region" else 3
    painter.drawRoundedRect(box, radius, radius)


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def _font(base: QFont, *, pixels: int = FONT_BODY, bold: bool = False) -> QFont:
    font = QFont(base)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.Medium if bold else QFont.Weight.Normal)
    return font
