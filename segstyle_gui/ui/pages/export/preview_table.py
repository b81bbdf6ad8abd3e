"""A table of the classes in an export: images, pixels, share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.export.report import ExportPreview
from segstyle_gui.ui.theme.theme import theme_signals, token_color
from segstyle_gui.ui.theme.tokens import GRID, ICON, ROW
from segstyle_gui.ui.widgets.bars import ScoreBar
from segstyle_gui.ui.widgets.item_views import comfortable
from segstyle_gui.ui.widgets.painting import draw_swatch

_BACKGROUND = (128, 128, 128)
_ID, _CLASS, _IMAGES, _PIXELS, _SHARE, _BAR = range(6)
_BAR_WIDTH = 16 * GRID
_FRAME = 2  # px; the table's border, above and below


class PreviewTable(QTableWidget):
    """One line a class, the background first; as high as its lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 6, parent)
        comfortable(self)
        self.setAccessibleName(self.tr("What the export would hold"))
        names = [self.tr("Id"), self.tr("Class"), self.tr("Images"), self.tr("Pixels"), self.tr("Share"), ""]
        for column, name in enumerate(names):
            item = QTableWidgetItem(name)
            item.setTextAlignment(_alignment(column))
            self.setHorizontalHeaderItem(column, item)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_CLASS, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_BAR, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(_BAR, _BAR_WIDTH)
        theme_signals().changed.connect(self._fit)
        self._fit()

    def clear_preview(self) -> None:
        """Show nothing."""
        self.setRowCount(0)
        self._fit()

    def show_preview(self, classes: Sequence[LabelClass], preview: ExportPreview) -> None:
        """Show the counts of every class."""
        known = {label_class.id: label_class for label_class in classes}
        total = max(1, sum(preview.pixels_per_class.values()))
        self.setRowCount(len(preview.pixels_per_class))
        for row, (number, pixels) in enumerate(preview.pixels_per_class.items()):
            label_class = known.get(number)
            name = label_class.name if label_class else self.tr("background")
            images, share = preview.images_per_class[number], pixels / total
            texts = (str(number), name, f"{images:,}", f"{pixels:,}", f"{share:.1%}")
            for column, text in enumerate(texts):
                self._put(row, column, text, is_faint=pixels == 0)
            color = label_class.color if label_class else _BACKGROUND
            self.model().setData(
                self.model().index(row, _CLASS), self._swatch(color), Qt.ItemDataRole.DecorationRole
            )
            self.setCellWidget(row, _BAR, _bar(name, share))
        self._fit()

    def _put(self, row: int, column: int, text: str, *, is_faint: bool) -> None:
        item = QTableWidgetItem(text)
        item.setTextAlignment(_alignment(column))
        if is_faint:
            item.setForeground(token_color("muted"))
        if column == _CLASS:
            item.setToolTip(text)
        self.setItem(row, column, item)

    def _fit(self) -> None:
        """Be as high as header and lines; less, if there is no room, with a scroll bar."""
        header = self.horizontalHeader().sizeHint().height()
        self.setMaximumHeight(header + self.rowCount() * ROW + _FRAME)

    def _swatch(self, color: tuple[int, int, int]) -> QIcon:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(ICON * ratio), round(ICON * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        draw_swatch(painter, QRectF(1.5, 1.5, ICON - 3, ICON - 3), QColor(*color))
        painter.end()
        return QIcon(pixmap)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == _CLASS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _bar(name: str, share: float) -> QWidget:
    holder, bar = QWidget(), ScoreBar(share)
    bar.setAccessibleName(name)
    row = QHBoxLayout(holder)
    row.setContentsMargins(GRID, 0, GRID * 2, 0)
    row.addWidget(bar)
    return holder
