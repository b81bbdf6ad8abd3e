"""The image on the canvas: loading it, painting it, counting it, comparing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.ui.pages.masks.loader import MaskLoader
from segstyle_gui.ui.pages.masks.loading import LoadedMask, load_image
from segstyle_gui.ui.pages.masks.numbers import MaskNumbers, count_mask
from segstyle_gui.ui.pages.masks.references import References
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.mask_canvas import MaskCanvas
from segstyle_gui.workers.job import Failure


class MaskDesk(QObject):
    """Keeps canvas and project the same; what is half painted is stored before another image comes.

    Signals
    -------
    shown(LoadedMask)
        Another image is on the canvas.
    painted(int, object)
        Image id and its (H, W) label map after a change by brush or undo.
    counted(MaskNumbers)
        Of the present label map.
    failed(int, Failure)
        The image cannot be shown.
    """

    shown = Signal(object)
    painted = Signal(int, object)
    counted = Signal(object)
    failed = Signal(int, object)

    def __init__(self, session: Session, canvas: MaskCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self.loader = MaskLoader(session, self)
        self.current: LoadedMask | None = None
        self.is_painting = False  # the change that the session tells of is the canvas's own
        self._classes: tuple[LabelClass, ...] = ()
        self._references: References | None = None
        self._compares = False
        self._tool = "brush"
        self._can_paint = False
        canvas.stroked.connect(self._store)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._fail)

    @property
    def image_id(self) -> int | None:
        """The image on the canvas."""
        return None if self.current is None else self.current.record.id

    # Images

    def open(self, record: ImageRecord, neighbours: Sequence[ImageRecord] = ()) -> None:
        """Show an image as soon as it is there; ``neighbours`` are brought after it."""
        self.finish()
        self.loader.want(record, neighbours)

    def finish(self) -> None:
        """Store what is half painted."""
        if self._session.project is not None and self.current is not None:
            self._canvas.finish_unfinished()

    def close(self) -> None:
        """Show no image."""
        self.current = None
        self._canvas.clear()

    def preview(self, record: ImageRecord, images: RunRecord, label_map: NDArray[Any]) -> None:
        """Show a mask that was just made and is not stored yet; it cannot be painted."""
        project = self._session.project
        if project is None or self.current is not None:
            return
        self._session.fetch(
            self.tr("Reading {0}").format(record.path),
            lambda progress: load_image(project, images, record)[0],
            lambda image: self._show_preview(image, label_map),
            key="masks.preview",
        )

    def _show_preview(self, image: NDArray[np.uint8], label_map: NDArray[Any]) -> None:
        if self.current is None:
            self._canvas.set_image(image, label_map, keep_view=True)
            self._canvas.set_tool("pan")

    def _show(self, found: LoadedMask) -> None:
        project = self._session.project
        if project is None:
            return
        self.current = found
        label_map = project.mask_state(found.run_id).correct(found.record.id, found.predicted)
        self._canvas.set_image(
            found.image, label_map, found.confidence, keep_view=True, prediction=found.predicted
        )
        self.set_tool(self._tool)
        self.shown.emit(found)
        self._count(label_map)

    def _fail(self, image_id: int, failure: Failure) -> None:
        self.close()
        self.failed.emit(image_id, failure)

    # Painting

    def set_can_paint(self, allowed: bool) -> None:
        """Let the tools paint, or only look."""
        self._can_paint = allowed
        self.set_tool(self._tool)

    def set_tool(self, name: str) -> None:
        """Choose a tool; one that paints stays aside while nothing can be painted."""
        self._tool = name
        allowed = self._can_paint and self.current is not None
        self._canvas.set_tool(name if allowed or name == "pick" else "pan")

    def refresh(self) -> None:
        """Show the label map as the project has it now, after an undo, say."""
        project, current = self._session.project, self.current
        if project is None or current is None:
            return
        label_map = project.mask_state(current.run_id).correct(current.record.id, current.predicted)
        if not np.array_equal(label_map, self._canvas.label_map):
            self._canvas.set_label_map(label_map)
            self._tell(label_map)

    def _store(self, before: NDArray[Any], after: NDArray[Any], text: str) -> None:
        if self.image_id is None:
            return
        self.is_painting = True
        done = self._session.paint(self.image_id, before, after, text)
        self.is_painting = False
        if done:
            self._tell(after)
        else:
            self.refresh()

    def _tell(self, label_map: NDArray[Any]) -> None:
        if self.image_id is not None:
            self.painted.emit(self.image_id, label_map)
            self._count(label_map)

    # Counting

    def set_classes(self, classes: Sequence[LabelClass]) -> None:
        """Take the classes."""
        self._classes = tuple(classes)
        self._canvas.set_classes(self._classes)
        self.count_again()

    def set_references(self, references: References | None) -> None:
        """Compare with these label maps from now on, None for none."""
        self._references = references
        self.count_again()

    def set_comparing(self, shown: bool) -> None:
        """Show where mask and reference disagree."""
        self._compares = shown
        self.count_again()

    def count_again(self) -> None:
        """Count the present label map."""
        if self.current is not None:
            self._count(self._canvas.label_map)

    def _count(self, label_map: NDArray[Any]) -> None:
        if self.current is None:
            return
        record, references = self.current.record, self._references
        ids = [0, *(one.id for one in self._classes)]

        def count(progress: object) -> tuple[int, MaskNumbers]:
            values = None if references is None else references.load(record)
            return record.id, count_mask(label_map, ids, references, values)

        self._session.fetch(self.tr("Counting pixels"), count, self._take_numbers, key="masks.numbers")

    def _take_numbers(self, found: tuple[int, MaskNumbers]) -> None:
        image_id, numbers = found
        if image_id == self.image_id:
            shown = numbers.reference if self._compares else None
            self._canvas.set_reference(shown)
            self.counted.emit(numbers)
