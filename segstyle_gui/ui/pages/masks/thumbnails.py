"""Thumbnails with their masks over them: label maps are read for the tiles in sight, and kept small."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.progress import Progress
from segstyle_gui.project.mask_state import MaskState
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project
from segstyle_gui.ui.later import later
from segstyle_gui.ui.pages.masks.table import MaskTable
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.mask_overlay import class_colors

_DELAY = 40  # milliseconds in which wishes are gathered
_BATCH = 12  # label maps read by one job
_KEPT = 4000  # small maps in memory, about 9 kB each
_REREAD = 200  # of them that stay when there are new masks
_OPACITY = 0.45

SmallMaps = dict[int, NDArray[np.uint8]]


class MaskThumbnails(QObject):
    """The pictures of the list.

    Signals
    -------
    changed(tuple)
        Ids of images with another picture; empty for all.
    """

    changed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._table: MaskTable | None = None
        self._place_of: dict[int, int] = {}
        self._small: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._colors = class_colors({}, 256)
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._is_reading = False
        self._timer = later(self, _DELAY, self._read)

    def set_table(self, table: MaskTable) -> None:
        """Show other images."""
        is_same = self._table is not None and self._table.images.id == table.images.id
        self._table = table
        self._place_of = {int(number): place for place, number in enumerate(table.ids)}
        self._wanted.clear()
        self._small = OrderedDict(list(self._small.items())[-_REREAD:] if is_same else ())
        self._want(self._small)  # what is shown stays until its new mask is read

    def set_classes(self, classes: Sequence[LabelClass]) -> None:
        """Take the colours of the classes."""
        colors = class_colors({one.id: one.color for one in classes}, 256)
        if not np.array_equal(colors, self._colors):
            self._colors = colors
            self.changed.emit(())

    def put(self, image_id: int, label_map: NDArray[Any]) -> None:
        """Show a label map (H, W) that is known already."""
        place = self._place_of.get(image_id)
        if place is not None and self._table is not None:
            shape = _inner_shape(self._table, place)
            self._take({image_id: shrunk(label_map, shape)})

    def read_again(self, image_ids: Iterable[int]) -> None:
        """Read masks again that have changed, as far as they are shown."""
        self._want(number for number in image_ids if number in self._small)

    def picture(self, place: int) -> NDArray[np.uint8] | None:
        """Return the picture at a place of the table: (h, w, 3) uint8, at first without its mask."""
        table = self._table
        if table is None or place >= len(table.ids):
            return None
        image_id = int(table.ids[place])
        rows, columns = _inner(table, place)
        pixels: NDArray[np.uint8] = table.thumbnails[place][rows, columns]
        pixels = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[-1] == 1 else pixels
        small = self._small.get(image_id)
        if small is None:
            self._want((image_id,))
            return pixels
        return blended(pixels, small, self._colors)

    def _want(self, image_ids: Iterable[int]) -> None:
        if self._table is None or self._table.masks is None:
            return
        for number in image_ids:
            if number in self._place_of:
                self._wanted[number] = None
                self._wanted.move_to_end(number)
        if self._wanted and not self._timer.isActive() and not self._is_reading:
            self._timer.start()

    def _read(self) -> None:
        project, table = self._session.project, self._table
        if project is None or table is None or table.masks is None or not self._wanted:
            return
        masks = table.masks
        batch = [self._wanted.popitem()[0] for _ in range(min(_BATCH, len(self._wanted)))]  # the newest first
        shapes = {number: _inner_shape(table, self._place_of[number]) for number in batch}
        self._is_reading = True
        job = self._session.fetch(
            self.tr("Reading masks"),
            lambda progress: _read_small(project, masks, shapes, progress),
            self._take,
            lane="disk",
        )
        job.finished.connect(self._go_on)

    def _go_on(self) -> None:
        self._is_reading = False
        if self._wanted:
            self._timer.start()

    def _take(self, found: SmallMaps) -> None:
        self._small.update(found)
        for number in found:
            self._small.move_to_end(number)
        while len(self._small) > _KEPT:
            self._small.popitem(last=False)
        self.changed.emit(tuple(found))


def _read_small(
    project: Project, masks: RunRecord, shapes: dict[int, tuple[int, int]], progress: Progress
) -> SmallMaps:
    state: MaskState = project.mask_state(masks)
    stored = project.arrays(masks, [f"label_maps/{number}" for number in shapes])
    progress.report(1, 1, "")
    return {
        number: shrunk(state.correct(number, stored[f"label_maps/{number}"]), shape)
        for number, shape in shapes.items()
    }


def shrunk(label_map: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a label map (H, W) at another shape (h, w), nearest pixels; ids above 255 become 255."""
    rows, columns = (
        ((np.arange(side) + 0.5) * (large / side)).astype(np.intp)
        for side, large in zip(shape, label_map.shape, strict=True)
    )
    picked = label_map[rows[:, None], columns]
    small: NDArray[np.uint8] = np.minimum(picked, 255).astype(np.uint8)
    return small


def blended(
    pixels: NDArray[np.uint8], small: NDArray[np.uint8], colors: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return (h, w, 3) uint8: an image (h, w[, 3]) with a label map (h, w) over it."""
    base = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    alpha = np.where(small > 0, _OPACITY, 0.0)[..., None]
    mixed: NDArray[np.uint8] = np.rint(base * (1 - alpha) + colors[small] * alpha).astype(np.uint8)
    return mixed


def _inner_shape(table: MaskTable, place: int) -> tuple[int, int]:
    """Return height and width of an image inside its square thumbnail."""
    record, side = table.records[place], max(table.thumbnails.shape[1:3])
    scale = min(1.0, side / max(record.width, record.height))
    return max(1, round(record.height * scale)), max(1, round(record.width * scale))


def _inner(table: MaskTable, place: int) -> tuple[slice, slice]:
    """Return where an image is in its thumbnail, without the bars beside it."""
    shape = _inner_shape(table, place)
    full = table.thumbnails.shape[1:3]
    starts = [(whole - part) // 2 for whole, part in zip(full, shape, strict=True)]
    return slice(starts[0], starts[0] + shape[0]), slice(starts[1], starts[1] + shape[1])
