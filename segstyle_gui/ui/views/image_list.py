"""A wall of thumbnails: thousands of images with name, mark and score; only the visible are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from numpy.typing import ArrayLike
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QListView, QWidget

from segstyle_gui.ui.models.image_list import ImageListModel, ImageRole
from segstyle_gui.ui.theme.theme import theme_signals
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.empty_text import draw_empty_text
from segstyle_gui.ui.views.image_tile import ImageTileDelegate
from segstyle_gui.ui.widgets.sliders import ValueSlider

TILE_SIZES = (48, 256)  # px; smallest and largest
_TILE = 96
_TILE_STEP = 16


class ImageListView(QListView):
    """Thumbnails in rows that fill the width; a click selects, shift and control extend.

    Parameters
    ----------
    model
        The images.
    tile
        Side of a tile at first, px.

    Signals
    -------
    selection_changed()
        Other images are selected; see :meth:`selected_ids`.
    opened(int)
        The id of an image that was double-clicked, or on which Enter was pressed.
    tile_changed(int)
        The user changed the size of the tiles (Ctrl with the wheel, or plus and minus).
    """

    selection_changed = Signal()
    opened = Signal(int)
    tile_changed = Signal(int)

    def __init__(self, model: ImageListModel, *, tile: int = _TILE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tile = tile
        self._empty = ("", "")
        self._delegate = ImageTileDelegate(self)
        self.setItemDelegate(self._delegate)
        self._configure()
        self._fit_columns()
        self.setModel(model)
        model.dataChanged.connect(self._forget)
        model.modelReset.connect(self._delegate.forget)
        self.activated.connect(self._open)
        theme_signals().changed.connect(self._repaint)

    def _configure(self) -> None:
        self.setObjectName("imageList")
        self.setProperty("role", "canvas")
        self.setAccessibleName(self.tr("Images"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(20_000)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)

    @property
    def tile(self) -> int:
        """Side of a tile in px."""
        return self._tile

    def set_tile(self, tile: int) -> None:
        """Change the side of the tiles; what is in the middle stays in view."""
        self._tile = max(TILE_SIZES[0], min(tile, TILE_SIZES[1]))
        middle = self.indexAt(self.viewport().rect().center()) if self.isVisible() else QModelIndex()
        self._fit_columns()
        if middle.isValid():
            self.scrollTo(middle, QListView.ScrollHint.PositionAtCenter)

    def tile_slider(self) -> ValueSlider:
        """Return a new slider for the size of the tiles; it and the view follow each other."""
        slider = ValueSlider(self.tr("Tile size"), *TILE_SIZES, self._tile, step=GRID, unit="px")
        slider.value_changed.connect(self._slide)
        self.tile_changed.connect(slider.set_value)
        return slider

    def set_empty_text(self, title: str, text: str = "") -> None:
        """Say what to do next where there are no images."""
        self._empty = (title, text)
        self.viewport().update()

    def images(self) -> ImageListModel:
        """Return the model."""
        return cast(ImageListModel, self.model())

    def selected_ids(self) -> list[int]:
        """Return the ids of the selected images in the order shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.images().index(row, 0).data(ImageRole.ID) for row in rows]

    def select_ids(self, ids: Iterable[int], *, scroll: bool = True) -> None:
        """Select these images, as far as they are shown; tells of it if the selection is another."""
        selection = QItemSelection()
        first = QModelIndex()
        for image_id in ids:
            index = self.images().index_of(image_id)
            if index.isValid():
                selection.select(index, index)
                first = first if first.isValid() else index
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if first.isValid():
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            if scroll:
                self.scrollTo(first)

    def set_order(self, items: ArrayLike | None) -> None:
        """Sort or filter (see :meth:`ImageListModel.set_order`); what is selected stays so if it is shown."""
        before = self.selected_ids()
        with QSignalBlocker(self):
            self.images().set_order(items)
            self.select_ids(before, scroll=bool(before))
        if self.selected_ids() != before:
            self.selection_changed.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_columns()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._change_tile(_TILE_STEP if event.angleDelta().y() > 0 else -_TILE_STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Plus: _TILE_STEP, Qt.Key.Key_Equal: _TILE_STEP, Qt.Key.Key_Minus: -_TILE_STEP}
        key = Qt.Key(event.key())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and key in step:
            self._change_tile(step[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.images().rowCount() == 0:
            painter = QPainter(self.viewport())
            draw_empty_text(painter, self.viewport().rect(), *self._empty)
            painter.end()

    def _change_tile(self, step: int) -> None:
        before = self._tile
        self.set_tile(self._tile + step)
        if self._tile != before:
            self.tile_changed.emit(self._tile)

    def _slide(self, tile: float) -> None:
        self.set_tile(round(tile))

    def _fit_columns(self) -> None:
        """Share the width among whole columns, so that the right margin is no wider than a gap."""
        room = max(self.viewport().width() - 2, 1)
        columns = max(1, room // (self._tile + GRID))
        cell = QSize(room // columns, self._delegate.height_of(self._tile))
        self._delegate.tile = self._tile
        if cell != self.gridSize():
            self.setGridSize(cell)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(index.data(ImageRole.ID))

    def _forget(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        if ImageRole.THUMBNAIL in roles:
            rows = range(first.row(), last.row() + 1)
            self._delegate.forget_items(self.images().item_at(row) for row in rows)

    def _repaint(self) -> None:
        self._delegate.forget()
        self.viewport().update()
