"""What is known of the selected image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.project.records import ImageRecord
from segstyle_gui.ui.pages.images.collection import Collection
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.image_view import ImageView
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.labels import ElidedLabel, FigureRow, MutedLabel, SectionHeader

_PICTURE = 208  # px; height of the working copy
_SHA = 12  # letters of the hash that are shown


class ImageDetails(QWidget):
    """The working copy of the selected image, where it came from, and what it was like."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._record: ImageRecord | None = None
        self.header = SectionHeader(self.tr("Selected image"))
        self.view = ImageView()
        self.view.setFixedHeight(_PICTURE)
        self.view.setAccessibleName(self.tr("Working copy of the selected image"))
        names = {
            "file": self.tr("File"),
            "size": self.tr("Original size"),
            "mode": self.tr("Type"),
            "fit": self.tr("Fitted by"),
            "sha": self.tr("SHA-256"),
        }
        self.rows = {key: FigureRow(name) for key, name in names.items()}
        self.folder = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self.folder.setProperty("role", "caption")
        self.missing = MutedLabel(self.tr("The original is not there any more."))
        self.missing.setProperty("role", "warning")
        self._reveal = plain_button(
            self.tr("Show in folder"), "folder", self.tr("Open the folder of the original")
        )
        self._reveal.clicked.connect(self.reveal)
        self._copy = plain_button(self.tr("Copy path"), "copy", self.tr("Copy the path of the original"))
        self._copy.clicked.connect(self.copy_path)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reveal, 1)
        buttons.addWidget(self._copy, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 0)
        column.setSpacing(8)
        column.addWidget(self.header)
        column.addWidget(self.view)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for row in self.rows.values():
            rows.addWidget(row)
        rows.addWidget(self.folder)
        column.addLayout(rows)
        column.addWidget(self.missing)
        column.addLayout(buttons)
        self.hide()

    @property
    def record(self) -> ImageRecord | None:
        """The image that is shown."""
        return self._record

    def show_image(
        self, collection: Collection | None, image_id: int | None, *, missing: bool = False
    ) -> None:
        """Show an image of the collection; None hides the details."""
        if collection is None or image_id is None:
            self._record = None
            self.hide()
            return
        record = collection.record(image_id)
        self.missing.setVisible(missing)
        self._reveal.setEnabled(not missing)
        if record != self._record:
            self._record = record
            self._fill(record)
            self._fetch(collection, record)
        self.show()

    def set_count(self, n_selected: int) -> None:
        """Say how many are selected, of which the first is shown."""
        self.header.set_detail(self.tr("1 of {0}").format(f"{n_selected:,}") if n_selected > 1 else "")

    def reveal(self) -> None:
        """Show the original's folder in the file manager."""
        path = self._path()
        if path:
            QDesktopServices.openUrl(QUrl.fromLocalFile(path.rpartition("/")[0]))

    def copy_path(self) -> None:
        """Copy the original's path."""
        if self._path():
            QGuiApplication.clipboard().setText(self._path())

    def _path(self) -> str:
        project = self._session.project
        if project is None or self._record is None:
            return ""
        return project.image_path(self._record).resolve().as_posix()

    def _fill(self, record: ImageRecord) -> None:
        folder, _, name = self._path().rpartition("/")
        fits = {"crop": self.tr("Crop"), "pad": self.tr("Pad"), "resize": self.tr("Resize")}
        values = {
            "file": name,
            "size": f"{record.width} × {record.height}",
            "mode": record.mode,
            "fit": fits.get(str(record.fit.get("policy", "")), ""),
            "sha": record.sha256[:_SHA],
        }
        for key, row in self.rows.items():
            row.set_value(values[key])
        self.rows["sha"].setToolTip(record.sha256)
        self.folder.setText(folder)

    def _fetch(self, collection: Collection, record: ImageRecord) -> None:
        project = self._session.project
        if project is None:
            return
        run_id, item = collection.run_id, collection.item_of(record.id)

        def read(progress: Progress) -> NDArray[np.uint8]:
            return project.array(run_id, "pixels", item)

        self._session.fetch(self.tr("Reading an image"), read, self.view.set_image, key="images.details")
