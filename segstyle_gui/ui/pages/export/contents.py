"""What an export would hold: the counts of its classes, and the images that have none."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QListView, QVBoxLayout, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.export.report import ExportPreview
from segstyle_gui.ui.pages.export.preview_table import PreviewTable
from segstyle_gui.ui.pages.export.result_card import ResultCard
from segstyle_gui.ui.theme.tokens import GRID, ROW
from segstyle_gui.ui.widgets.item_views import comfortable
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader

_WIDEST = 110 * GRID  # px; a wider table parts names from their numbers
_MOST_ROWS = 5
_FRAME = 2  # px; the list's border, above and below


class ExportContents(QWidget):
    """The last export, a table of counts, and a list of the images without any class.

    Attributes
    ----------
    result, table, says, empties
        The card, the table, the sentence above it, and the names of images without any class.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result = ResultCard()
        self.table = PreviewTable()
        self.says = MutedLabel("")
        self.empties = QStringListModel(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        inner = QWidget()
        inner.setMaximumWidth(_WIDEST)
        column.addWidget(inner)
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GRID)
        inside.addWidget(self.result)
        inside.addWidget(SectionHeader(self.tr("What will be written")))
        inside.addWidget(self.says)
        inside.addWidget(self.table, 10)
        inside.addWidget(self._empties())
        inside.addStretch(1)

    def show_preview(self, classes: tuple[LabelClass, ...], preview: ExportPreview) -> None:
        """Show the counts."""
        self.table.show_preview(classes, preview)
        names = list(preview.empty_images)
        self.empties.setStringList(names)
        self._list.setFixedHeight(min(len(names), _MOST_ROWS) * ROW + _FRAME)
        self._header.set_detail(f"{len(names):,}")
        self._holder.setVisible(bool(names))
        size = self.tr("Each at its own size, every pixel in one class.")
        self.says.setText(self.tr("{0} images.").format(f"{preview.n_images:,}") + " " + size)

    def show_problem(self, text: str) -> None:
        """Say why there is nothing to write."""
        self.table.clear_preview()
        self.empties.setStringList([])
        self._holder.hide()
        self.says.setText(text)

    def _empties(self) -> QWidget:
        self._header = SectionHeader(self.tr("Images without any class"))
        self._list = QListView()
        comfortable(self._list)
        self._list.setUniformItemSizes(True)
        self._list.setModel(self.empties)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setAccessibleName(self.tr("Images without any class"))
        self._list.setToolTip(self.tr("They are written too, all background; look at them on the Masks page"))
        self._holder = QWidget(self)
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._header)
        column.addWidget(self._list)
        self._holder.hide()
        return self._holder
