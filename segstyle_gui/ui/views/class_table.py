"""The table of classes in the right panel: what each is made of, how much of it there is, eye and lock."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QColorDialog, QMenu, QWidget

from segstyle_gui.ui.views.class_rows import ClassRow, RowKey
from segstyle_gui.ui.views.class_table_delegate import swatch_rect
from segstyle_gui.ui.views.class_table_model import Column
from segstyle_gui.ui.views.class_tree import ClassTree
from segstyle_gui.ui.views.region_drag import REGIONS_MIME, drag_regions, regions_from_mime

_CLICK_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ClassTable(ClassTree):
    """Show classes and their regions, and tell what the user wants changed; it changes nothing itself.

    A double click or F2 renames, a double click on the colour recolours. Alt-click on the eye asks for this
    row alone. Regions dropped on a row join its class, those dropped on the group without a class leave
    theirs; rows can be carried the same way.

    Signals
    -------
    class_clicked(int, object)
        Class id and the keyboard modifiers.
    region_clicked(object, object)
        Tuple of region ids and the modifiers.
    renamed(str, int, str)
        ``"class"`` or ``"region"``, its id, the new name.
    recolored(str, int, object)
        ``"class"`` or ``"region"``, its id, (r, g, b).
    hidden_changed(object, bool), locked_changed(object, bool)
        Tuple of region ids and what they shall be.
    solo_requested(object)
        Tuple of the region ids that alone shall be seen.
    regions_dropped(object, object)
        Tuple of region ids and the class id they join, None for no class.
    hovered(object)
        Region id under the pointer, or None; of :class:`ClassTree`.
    """

    class_clicked = Signal(int, object)
    region_clicked = Signal(object, object)
    renamed = Signal(str, int, str)
    recolored = Signal(str, int, object)
    hidden_changed = Signal(object, bool)
    locked_changed = Signal(object, bool)
    solo_requested = Signal(object)
    regions_dropped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self.rows_model.renamed.connect(self.renamed)
        self.clicked.connect(self._on_clicked)

    def rename(self, key: RowKey) -> None:
        """Edit the name of a class (``("class", id)``) or region (``("region", id)``) in place."""
        index = self.rows_model.index_of(key)
        if index.isValid() and key[0] != "none":
            self.setCurrentIndex(index)
            self.edit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the modifiers for the click."""
        self._modifiers = event.modifiers()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename, or recolour where the colour is; an eye or a lock takes it as one more click."""
        place = event.position().toPoint()
        index = self.indexAt(place)
        row = self.row_at(index)
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if index.column() in (Column.EYE, Column.LOCK):
            self._switch(row, Column(index.column()), event.modifiers())
        elif row.kind != "none" and self._is_on_swatch(index, place):
            self._choose_color(row)
        elif row.kind != "none":
            self.rename(row.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter and Space as a click on the current row."""
        row = self.row_at(self.currentIndex())
        is_editing = self.state() == QAbstractItemView.State.EditingState
        if row is not None and not is_editing and event.key() in _CLICK_KEYS:
            self._click(row, event.modifiers())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer everything that can be done to a row."""
        is_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_by_key else self.indexAt(event.pos())
        row = self.row_at(index)
        if row is not None:
            place = self.visualRect(index).bottomLeft() if is_by_key else event.pos()
            self.make_menu(row).popup(self.viewport().mapToGlobal(place))

    def make_menu(self, row: ClassRow) -> QMenu:
        """Return the context menu of a row; it deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.kind != "none":
            menu.addAction(self.tr("Rename"), partial(self.rename, row.key))
            menu.addAction(self.tr("Colour…"), partial(self._choose_color, row))
        if row.regions:
            hide = self.tr("Show") if row.hidden else self.tr("Hide")
            menu.addAction(hide, partial(self.hidden_changed.emit, row.regions, not row.hidden))
            menu.addAction(self.tr("Show only this"), partial(self.solo_requested.emit, row.regions))
            lock = self.tr("Unlock") if row.locked else self.tr("Lock")
            menu.addAction(lock, partial(self.locked_changed.emit, row.regions, not row.locked))
        if row.kind == "region" and row.class_id is not None:
            take_out = self.tr("Take out of its class")
            menu.addAction(take_out, partial(self.regions_dropped.emit, row.regions, None))
        return menu

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Carry the row's regions; all selected ones if it is one of them."""
        row = self.row_at(self.currentIndex())
        if row is None or not row.regions:
            return
        ids = self.carried(row)
        text = row.name if len(ids) == 1 else self.tr("%n regions", "", len(ids))
        drag_regions(self, ids, [QColor(*row.color)], text)

    def carried(self, row: ClassRow) -> tuple[int, ...]:
        """Return the regions that a drag of a row carries."""
        is_part = row.kind == "region" and row.id in self._selected
        return tuple(sorted(self._selected)) if is_part else row.regions

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept regions."""
        if event.mimeData().hasFormat(REGIONS_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Light the class that would take them."""
        target = self._class_at(event.position().toPoint())
        self.set_target(None if target is None else target.key)
        event.setAccepted(target is not None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Light nothing."""
        self.set_target(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which regions shall join which class; those that are in it already do not count."""
        target = self._class_at(event.position().toPoint())
        self.set_target(None)
        if target is None:
            return
        event.acceptProposedAction()
        ids = tuple(sorted(regions_from_mime(event.mimeData()) - {*target.regions}))
        if ids:
            self.regions_dropped.emit(ids, target.class_id)

    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.row_at(index)
        if row is None:
            return
        if index.column() in (Column.EYE, Column.LOCK):
            self._switch(row, Column(index.column()), self._modifiers)
        else:
            self._click(row, self._modifiers)

    def _click(self, row: ClassRow, modifiers: Qt.KeyboardModifier) -> None:
        if row.kind == "class":
            self.class_clicked.emit(row.id, modifiers)
        elif row.kind == "region":
            self.region_clicked.emit(row.regions, modifiers)

    def _switch(self, row: ClassRow, column: Column, modifiers: Qt.KeyboardModifier) -> None:
        """Turn an eye or a lock; a row without regions has none."""
        if not row.regions:
            return
        if column == Column.LOCK:
            self.locked_changed.emit(row.regions, not row.locked)
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            self.solo_requested.emit(row.regions)
        else:
            self.hidden_changed.emit(row.regions, not row.hidden)

    def _is_on_swatch(self, index: QModelIndex, place: QPoint) -> bool:
        return index.column() == Column.NAME and swatch_rect(self.visualRect(index)).contains(place)

    def _choose_color(self, row: ClassRow) -> None:
        dialog = QColorDialog(QColor(*row.color), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Colour of {name}").format(name=row.name))
        dialog.colorSelected.connect(partial(self._on_color, row))
        dialog.open()

    def _on_color(self, row: ClassRow, color: QColor) -> None:
        self.recolored.emit(row.kind, row.id, (color.red(), color.green(), color.blue()))

    def _class_at(self, place: QPoint) -> ClassRow | None:
        """Return the top row that something dropped at ``place`` would go to."""
        index = self.indexAt(place)
        return self.row_at(index.parent() if index.parent().isValid() else index)
