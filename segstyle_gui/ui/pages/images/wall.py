"""All imported images: thumbnails, searched and sorted, and each of them large."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.images import read_image
from segstyle_gui.core.progress import Progress
from segstyle_gui.project.records import ImageRecord
from segstyle_gui.ui.models.image_list import ImageListModel, ImageRole, Mark
from segstyle_gui.ui.pages.common.close_up import CloseUp
from segstyle_gui.ui.pages.images.collection import Collection
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.image_list import ImageListView
from segstyle_gui.ui.widgets.search import SearchField

_TILE = 112


class ImageWall(QWidget):
    """The thumbnails of one import.

    Attributes
    ----------
    search, sort
        Controls for a tool row.

    Signals
    -------
    selection_changed
        See :meth:`selected`.
    """

    selection_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._collection: Collection | None = None
        self._opened = -1
        self.model = ImageListModel(self)
        self.list = ImageListView(self.model, tile=_TILE)
        self.close_up = CloseUp()
        self.search = SearchField(self.tr("Search by file name"))
        self.sort = _sort_box()
        self._views = QStackedWidget()
        self._views.addWidget(self.list)
        self._views.addWidget(self.close_up)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 0, 0)
        column.addWidget(self._views)
        self.search.text_changed.connect(self._order)
        self.sort.currentIndexChanged.connect(self._order)
        self.list.selection_changed.connect(self.selection_changed)
        self.list.opened.connect(self.open_image)
        self.close_up.closed.connect(self.close_image)
        self.close_up.stepped.connect(self._step)

    @property
    def collection(self) -> Collection | None:
        """What is shown."""
        return self._collection

    def show_collection(self, collection: Collection) -> None:
        """Show other images."""
        self._collection = collection
        self.model.set_images(
            collection.names, collection.thumbnails, ids=[record.id for record in collection.records]
        )
        self.close_image()
        self._order()

    def set_missing(self, ids: frozenset[int]) -> None:
        """Mark the images whose original is missing."""
        text = self.tr("The original is not there any more")
        self.model.set_marks(dict.fromkeys(ids, Mark.SKIPPED))
        self.model.set_details(dict.fromkeys(ids, text))

    def selected(self) -> tuple[int | None, int]:
        """Return the id of the first selected image, None for none, and how many are selected.

        It does not look at each of them: all may be selected.
        """
        ranges = list(self.list.selectionModel().selection())  # type: ignore[call-overload]
        if not ranges:
            return None, 0
        first = self.model.index(min(one.top() for one in ranges), 0)
        return first.data(ImageRole.ID), sum(one.height() for one in ranges)

    def open_image(self, image_id: int) -> None:
        """Show one image large: its original, or the working copy if that is gone."""
        if self._collection is None:
            return
        record = self._collection.record(image_id)
        self._opened = image_id
        self._views.setCurrentWidget(self.close_up)
        self.close_up.setFocus()
        self.list.select_ids([image_id])
        self._fetch(self._collection, record)

    def close_image(self) -> None:
        """Go back to the thumbnails."""
        self._opened = -1
        self._views.setCurrentWidget(self.list)

    def _step(self, by: int) -> None:
        ids = self.model.ids()
        if self._opened in ids:
            number = ids.index(self._opened) + by
            if 0 <= number < len(ids):
                self.open_image(ids[number])

    def _fetch(self, collection: Collection, record: ImageRecord) -> None:
        project = self._session.project
        if project is None:
            return
        path, item = project.image_path(record), collection.item_of(record.id)
        caption = f"{path.name} · {record.width} × {record.height}"

        def read(progress: Progress) -> NDArray[np.uint8]:
            if not path.is_file():
                return project.array(collection.run_id, "pixels", item)
            image = read_image(path)
            return image if image.dtype == np.uint8 else (image >> 8).astype(np.uint8)

        def show(image: NDArray[np.uint8]) -> None:
            if self._opened == record.id:
                self.close_up.show_picture(image, caption)

        self._session.fetch(self.tr("Reading an image"), read, show, key="images.large")

    def _order(self, *_: object) -> None:
        if self._collection is None:
            return
        words = self.search.text()
        self.list.set_empty_text(
            self.tr("No file name has “{0}”").format(words),
            self.tr("Search for less, or for something else."),
        )
        self.list.set_order(self._collection.order(self.sort.currentData(), words))


def _sort_box() -> QComboBox:
    box = QComboBox()
    for key, text in (
        ("name", _tr("By name")),
        ("largest", _tr("Largest first")),
        ("smallest", _tr("Smallest first")),
        ("darkest", _tr("Darkest first")),
        ("brightest", _tr("Brightest first")),
    ):
        box.addItem(text, key)
    box.setAccessibleName(_tr("Sort by"))
    box.setToolTip(_tr("Sort the images: the outliers are at an end"))
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box


def _tr(text: str) -> str:
    return QCoreApplication.translate("ImagesPage", text)
