"""A table of the classes in an export: pixels, images, share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.export.report import ExportPreview
from segstyle_gui.ui.theme.tokens import ICON, ROW

_BACKGROUND = (128, 128, 128)


class PreviewTable(QTableWidget):
    """One line a class; the background comes first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 5, parent)
        self.setAccessibleName(self.tr("What the export would hold"))
        self.setHorizontalHeaderLabels(
            [self.tr("Id"), self.tr("Class"), self.tr("Images"), self.tr("Pixels"), self.tr("Share")]
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def show_preview(self, classes: Sequence[LabelClass], preview: ExportPreview) -> None:
        """Show the counts of every class."""
        known = {label_class.id: label_class for label_class in classes}
        total = max(1, sum(preview.pixels_per_class.values()))
        self.setRowCount(len(preview.pixels_per_class))
        for row, (number, pixels) in enumerate(preview.pixels_per_class.items()):
            label_class = known.get(number)
            name = label_class.name if label_class else self.tr("background")
            color = label_class.color if label_class else _BACKGROUND
            images = preview.images_per_class[number]
            texts = (str(number), name, f"{images:,}", f"{pixels:,}", f"{pixels / total:.1%}")
            for column, text in enumerate(texts):
                self._put(row, column, text)
            name_item = self.item(row, 1)
            if name_item is not None:
                name_item.setIcon(_swatch(color))

    def _put(self, row: int, column: int, text: str) -> None:
        item = QTableWidgetItem(text)
        side = Qt.AlignmentFlag.AlignLeft if column == 1 else Qt.AlignmentFlag.AlignRight
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setItem(row, column, item)


def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(ICON, ICON)
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
