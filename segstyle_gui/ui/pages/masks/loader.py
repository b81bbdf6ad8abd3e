"""Brings the wanted image from a job, and its neighbours before anybody asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.ui.pages.masks.loading import LoadedMask, load_mask
from segstyle_gui.ui.session import Session
from segstyle_gui.workers.job import Failure, Job

_MOST_BYTES = 256 << 20  # of images in memory; the wanted one is kept whatever its size
_MOST_IMAGES = 8


class MaskLoader(QObject):
    """Load one image at a time; an answer that nobody waits for any more is not handed out.

    Signals
    -------
    loaded(LoadedMask)
        The image that was wanted last.
    failed(int, Failure)
        Its id, and why it cannot be shown.
    """

    loaded = Signal(object)
    failed = Signal(int, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._masks: RunRecord | None = None
        self._images: RunRecord | None = None
        self._wanted: int | None = None
        self._next: list[ImageRecord] = []
        self._kept: OrderedDict[int, LoadedMask] = OrderedDict()
        self._prefetching: Job | None = None

    def set_runs(self, masks: RunRecord, images: RunRecord) -> None:
        """Load from these runs from now on."""
        if self._masks is None or masks.id != self._masks.id:
            self._kept.clear()
            self._wanted = None
        self._masks, self._images = masks, images

    def want(self, record: ImageRecord, neighbours: Sequence[ImageRecord] = ()) -> None:
        """Hand an image out, at once if it is in memory, and then bring its neighbours."""
        self._wanted, self._next = record.id, list(neighbours)
        known = self._kept.get(record.id)
        if known is not None:
            self._kept.move_to_end(record.id)
            self.loaded.emit(known)
            self._prefetch()
        else:
            self._fetch(record, "look", "masks.load")

    def _fetch(self, record: ImageRecord, lane: str, key: str) -> Job | None:
        project, masks, images = self._session.project, self._masks, self._images
        if project is None or masks is None or images is None:
            return None
        return self._session.fetch(
            self.tr("Reading {0}").format(record.path),
            lambda progress: load_mask(project, masks, images, record, progress),
            self._take,
            lane=lane,
            key=key,
            failed=partial(self._take_failure, record.id),
        )

    def _take(self, found: LoadedMask) -> None:
        if self._masks is None or found.run_id != self._masks.id:
            return
        number = found.record.id
        is_new = number not in self._kept
        self._kept[number] = found
        self._kept.move_to_end(number)
        if number == self._wanted and is_new:
            self.loaded.emit(found)
        self._forget_old()
        self._prefetch()

    def _take_failure(self, image_id: int, failure: Failure) -> None:
        if image_id == self._wanted:
            self.failed.emit(image_id, failure)

    def _prefetch(self) -> None:
        """Bring the next neighbour that is not in memory, one at a time."""
        if self._wanted not in self._kept or (self._prefetching and not self._prefetching.is_over):
            return
        record = next((one for one in self._next if one.id not in self._kept), None)
        if record is not None:
            self._next.remove(record)
            self._prefetching = self._fetch(record, "disk", "masks.prefetch")
            if self._prefetching is not None:
                self._prefetching.finished.connect(self._prefetch)

    def _forget_old(self) -> None:
        while len(self._kept) > 1 and (
            len(self._kept) > _MOST_IMAGES or sum(one.n_bytes for one in self._kept.values()) > _MOST_BYTES
        ):
            oldest = next(number for number in self._kept if number != self._wanted)
            del self._kept[oldest]
