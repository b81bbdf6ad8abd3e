"""How the cells of the suggestions are painted, and the editor of a name."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from segstyle_gui.ui.pages.names.fits import NameRow
from segstyle_gui.ui.pages.names.suggestion_model import NAME_ROW, Column
from segstyle_gui.ui.theme.icons import icon
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_BODY, GRID, ICON, RADIUS
from segstyle_gui.ui.widgets.painting import draw_swatch

Index = QModelIndex | QPersistentModelIndex

_SWATCH = 14  # px
_BUTTON = 24  # px; height of "Accept"
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class SuggestionDelegate(QStyledItemDelegate):
    """Paints swatch, names, figures and the button at the end of a row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        row: NameRow = index.data(NAME_ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        column = Column(index.column())
        place = option.rect.adjusted(GRID, 0, -GRID, 0)
        if column == Column.REGION:
            swatch = QRectF(place.x(), place.center().y() - _SWATCH / 2 + 1, _SWATCH, _SWATCH)
            draw_swatch(painter, swatch, QColor(*row.color))
            place.adjust(_SWATCH + GRID, 0, 0, 0)
        if column == Column.ACCEPT:
            self._paint_action(painter, place, row, str(index.data()), option)
        else:
            self._paint_text(painter, place, column, row, str(index.data()))
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return a line that knows all names, best first."""
        row: NameRow = index.data(NAME_ROW)
        editor = QLineEdit(parent)
        editor.setAccessibleName(self.tr("Name of {0}").format(row.region_name))
        completer = QCompleter(list(row.choices), editor)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        editor.setCompleter(completer)
        return editor

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the name over."""
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text())

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colors = tokens()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colors.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colors.hover))

    def _paint_text(self, painter: QPainter, place: QRect, column: Column, row: NameRow, text: str) -> None:
        colors = tokens()
        quiet = column == Column.CLASS or (column == Column.NAME and not row.name)
        figures = column in (Column.SCORE, Column.LEAD)
        font = QFont(painter.font())
        font.setPixelSize(FONT_BODY)
        font.setItalic(column == Column.NAME and not row.name and bool(row.best))
        if column == Column.NAME and row.name:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colors.muted if quiet or (figures and not row.name) else colors.text))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, _RIGHT if figures else _LEFT, shown)

    def _paint_action(
        self, painter: QPainter, place: QRect, row: NameRow, text: str, option: QStyleOptionViewItem
    ) -> None:
        colors = tokens()
        if row.is_accepted or row.locked:
            mark = QRect(place.right() - ICON, place.center().y() - ICON // 2 + 1, ICON, ICON)
            color = "success" if row.is_accepted else "muted"
            icon("check" if row.is_accepted else "lock", color=color).paint(painter, mark)
            return
        if not text:
            return
        font = QFont(painter.font())
        font.setPixelSize(FONT_BODY)
        painter.setFont(font)
        width = QFontMetrics(font).horizontalAdvance(text) + 2 * GRID
        button = QRectF(place.right() - width, place.center().y() - _BUTTON / 2 + 1, width, _BUTTON)
        lit = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(QColor(colors.accent if lit else colors.line), 1))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(button.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 2, RADIUS - 2)
        painter.setPen(QColor(colors.accent))
        painter.drawText(button, Qt.AlignmentFlag.AlignCenter, text)
