"""The way through the review: from image to image, marking what is done."""

from __future__ import annotations

from PySide6.QtCore import QObject

from segstyle_gui.project.records import ImageRecord
from segstyle_gui.ui.pages.masks.desk import MaskDesk
from segstyle_gui.ui.pages.masks.image_panel import ImagePanel
from segstyle_gui.ui.pages.masks.table import MaskTable, neighbour, next_open
from segstyle_gui.ui.session import Session


class ReviewFlow(QObject):
    """Decide which image comes next.

    Attributes
    ----------
    wanted
        Id of the image that is on the canvas or on its way, None for none.
    """

    def __init__(
        self, session: Session, images: ImagePanel, desk: MaskDesk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._images, self._desk = session, images, desk
        self._records: dict[int, ImageRecord] = {}
        self._is_marking = False
        self.wanted: int | None = None
        images.chosen.connect(self.open)

    def set_table(self, table: MaskTable) -> None:
        """Go through other images; the present one stays if it is among them."""
        self._records = {record.id: record for record in table.records}
        here = self.wanted if self.wanted in self._records else None
        first = next(iter(self._images.ids), None) if here is None else here
        self.wanted = None
        if first is not None and table.masks is not None:
            self.open(first)

    def open(self, image_id: int) -> None:
        """Show an image as soon as it is there."""
        if image_id not in self._records or image_id == self.wanted:
            return
        self.wanted = image_id
        self._images.show_current(image_id)
        self._desk.open(self._records[image_id], self._neighbours(image_id))

    def step(self, step: int) -> None:
        """Go to the next image of the list (1), or the one before (-1)."""
        target = neighbour(self._images.ids, self.wanted, step)
        if target is not None:
            self.open(target)

    def next_open(self) -> None:
        """Go to the next image that is not reviewed."""
        target = self._next_open()
        if target is None:
            self._session.notify("success", self.tr("Every mask in the list is reviewed"))
        else:
            self.open(target)

    def review_next(self) -> None:
        """Mark the image on the canvas as reviewed and go to the next open one."""
        if self._desk.image_id is None or self._desk.image_id != self.wanted:
            return  # nobody has seen it yet
        self._desk.finish()
        target = self._next_open()
        if self._mark(True) and target is not None:
            self.open(target)
        elif target is None:
            self.next_open()

    def set_reviewed(self, reviewed: bool) -> None:
        """Mark the image on the canvas, or take the mark off."""
        if self._desk.image_id is not None and reviewed != self.is_reviewed:
            self._mark(reviewed)

    @property
    def is_reviewed(self) -> bool:
        """Whether the image on the canvas is marked."""
        project = self._session.project
        return project is not None and self._desk.image_id in project.reviewed

    def follow(self, image_ids: tuple[int, ...]) -> None:
        """Show an image whose mask was changed by an undo, a redo or a step in the history."""
        is_own = self._is_marking or self._desk.is_painting
        if not is_own and len(image_ids) == 1:
            self.open(image_ids[0])

    def place(self) -> str:
        """Return where the image is in the list, such as "3 of 240"."""
        ids = self._images.ids
        if self.wanted not in ids:
            return ""
        return self.tr("{0} of {1}").format(f"{ids.index(self.wanted) + 1:,}", f"{len(ids):,}")

    def _mark(self, reviewed: bool) -> bool:
        assert self._desk.image_id is not None
        self._is_marking = True
        done = self._session.set_reviewed((self._desk.image_id,), reviewed)
        self._is_marking = False
        return done

    def _next_open(self) -> int | None:
        project = self._session.project
        return None if project is None else next_open(self._images.ids, self.wanted, project.reviewed)

    def _neighbours(self, image_id: int) -> list[ImageRecord]:
        project = self._session.project
        if project is None:
            return []
        ids = self._images.ids
        near = (
            next_open(ids, image_id, project.reviewed),
            neighbour(ids, image_id, 1),
            neighbour(ids, image_id, -1),
        )
        return [self._records[one] for one in dict.fromkeys(near) if one is not None]
