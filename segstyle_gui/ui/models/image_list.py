"""The images of a list: names, thumbnails, marks and scores in memory, in an order that is one array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from segstyle_gui.ui.views.rasters import to_qimage

Index = QModelIndex | QPersistentModelIndex
Thumbnails = NDArray[np.uint8] | Callable[[int], NDArray[np.uint8] | None]

_NO_PARENT = QModelIndex()


class Mark(StrEnum):
    """What is known of an image besides its score."""

    NONE = ""
    REVIEWED = "reviewed"
    CORRECTED = "corrected"
    SKIPPED = "skipped"
    CHANGED = "changed"


class ImageRole(IntEnum):
    """Roles beside Qt's own."""

    ID = Qt.ItemDataRole.UserRole + 1
    MARK = Qt.ItemDataRole.UserRole + 2
    SCORE = Qt.ItemDataRole.UserRole + 3
    THUMBNAIL = Qt.ItemDataRole.UserRole + 4


class ImageListModel(QAbstractListModel):
    """Images by item number 0 to N-1; a row is a place in the current order.

    ``data`` answers for every row from memory. Sorting and filtering replace one index array
    (:meth:`set_order`), so that 10,000 images need no proxy model.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._thumbnails: Thumbnails = np.zeros((0, 1, 1), np.uint8)
        self._marks: dict[int, Mark] = {}
        self._scores: NDArray[np.float32] = np.zeros(0, np.float32)
        self._details: Mapping[int, str] = {}
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._row_of: dict[int, int] = {}

    def set_images(
        self, names: Sequence[str], thumbnails: Thumbnails, *, ids: Sequence[int] | None = None
    ) -> None:
        """Show other images, in the order given and without marks or scores.

        Parameters
        ----------
        names
            N names.
        thumbnails
            (N, H, W) or (N, H, W, C) uint8, kept and not copied; or a function from item number to
            (H, W[, C]) uint8, None while there is none yet. It is called on the GUI thread and must be quick.
        ids
            N ids that are stable from one call to the next; the item numbers if left out.
        """
        self.beginResetModel()
        self._names = list(names)
        self._ids = np.arange(len(self._names)) if ids is None else np.asarray(ids, np.int64)
        self._thumbnails = thumbnails
        self._marks, self._details = {}, {}
        self._scores = np.full(len(self._names), np.nan, np.float32)
        self._set_rows(np.arange(len(self._names)))
        self.endResetModel()

    def set_order(self, items: ArrayLike | None) -> None:
        """Show these item numbers in this order, none twice; None shows all as given."""
        self.beginResetModel()
        self._set_rows(np.arange(len(self._names)) if items is None else np.asarray(items, np.int64))
        self.endResetModel()

    def set_marks(self, marks: Mapping[int, Mark]) -> None:
        """Replace the marks, by image id; images that are left out have none."""
        self._marks = dict(marks)
        self._tell_all(ImageRole.MARK)

    def set_scores(self, scores: ArrayLike) -> None:
        """Replace the scores: (N,) by item number, 0 to 1, NaN for none (doubt, for instance)."""
        self._scores = np.asarray(scores, np.float32)
        if self._scores.shape != (len(self._names),):
            raise ValueError(f"{self._scores.shape} scores for {len(self._names)} images")
        self._tell_all(ImageRole.SCORE)

    def set_details(self, details: Mapping[int, str]) -> None:
        """Add a line to the tooltips, by image id: why an image was skipped, for instance."""
        self._details = dict(details)

    def thumbnails_changed(self, ids: Iterable[int] | None = None) -> None:
        """Show the thumbnails of these images anew; None means all."""
        if ids is None:
            self._tell_all(ImageRole.THUMBNAIL)
            return
        for image_id in ids:
            index = self.index_of(image_id)
            if index.isValid():
                self.dataChanged.emit(index, index, [ImageRole.THUMBNAIL])

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Return the number of images shown."""
        return 0 if parent.isValid() else len(self._order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a name, tooltip, or what an :class:`ImageRole` names."""
        if not index.isValid() or index.row() >= len(self._order):
            return None
        item = int(self._order[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[item]
        if role == ImageRole.THUMBNAIL:
            return self.thumbnail(item)
        if role == ImageRole.ID:
            return int(self._ids[item])
        if role == ImageRole.MARK:
            return self.mark(item)
        if role == ImageRole.SCORE:
            return float(self._scores[item])
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._tip(item)
        return None

    def item_at(self, row: int) -> int:
        """Return the item number shown at ``row``."""
        return int(self._order[row])

    def name(self, item: int) -> str:
        """Return the name of an item."""
        return self._names[item]

    def mark(self, item: int) -> Mark:
        """Return the mark of an item."""
        return self._marks.get(int(self._ids[item]), Mark.NONE)

    def score(self, item: int) -> float:
        """Return the score of an item, NaN for none."""
        return float(self._scores[item])

    def thumbnail(self, item: int) -> QImage:
        """Return the thumbnail of an item, a null image while there is none."""
        source = self._thumbnails
        pixels = source(item) if callable(source) else source[item]
        return QImage() if pixels is None else to_qimage(pixels)

    def index_of(self, image_id: int) -> QModelIndex:
        """Return the index of an image, an invalid one if it is not shown."""
        row = self._row_of.get(image_id, -1)
        return self.index(row, 0) if row >= 0 else QModelIndex()

    def ids(self) -> list[int]:
        """Return the ids of the images shown, in their order."""
        return [int(image_id) for image_id in self._ids[self._order]]

    def _set_rows(self, order: NDArray[np.int64]) -> None:
        self._order = order
        self._row_of = {image_id: row for row, image_id in enumerate(self.ids())}

    def _tell_all(self, role: ImageRole) -> None:
        if len(self._order):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, 0), [role])

    def _tip(self, item: int) -> str:
        image_id = int(self._ids[item])
        lines = [self._names[item], self._mark_text(self.mark(item))]
        if not np.isnan(self._scores[item]):
            lines.append(self.tr("doubt {0:.2f}").format(float(self._scores[item])))
        lines.append(self._details.get(image_id, ""))
        return "\n".join(line for line in lines if line)

    def _mark_text(self, mark: Mark) -> str:
        return {
            Mark.NONE: "",
            Mark.REVIEWED: self.tr("reviewed"),
            Mark.CORRECTED: self.tr("corrected by hand"),
            Mark.SKIPPED: self.tr("skipped"),
            Mark.CHANGED: self.tr("the file changed since it was imported"),
        }[mark]
