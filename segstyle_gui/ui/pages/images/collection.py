"""The imported images as the page needs them, read once: names, thumbnails, and the orders to sort by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.progress import Progress
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project

_CHUNK = 512  # images whose brightness is taken at once


@dataclass(frozen=True, slots=True)
class Collection:
    """All images of an import.

    Attributes
    ----------
    run_id
        Of the import.
    records
        In the order of import.
    names
        File names of the records.
    thumbnails
        (N, 96, 96, C) uint8.
    brightness
        (N,) float32, mean value 0 to 255 of the thumbnails.
    """

    run_id: int
    records: tuple[ImageRecord, ...]
    names: tuple[str, ...]
    thumbnails: NDArray[np.uint8]
    brightness: NDArray[np.float32]
    _paths: tuple[str, ...] = field(repr=False)
    _items: dict[int, int] = field(repr=False)

    @classmethod
    def read(cls, project: Project, run: RunRecord, progress: Progress) -> Collection:
        """Read the thumbnails of an import; for a job."""
        progress.report(0, 1)
        thumbnails = project.array(run, "thumbnails")
        chunks = [thumbnails[i : i + _CHUNK] for i in range(0, len(thumbnails), _CHUNK)]
        means = [chunk.mean(axis=tuple(range(1, chunk.ndim)), dtype=np.float32) for chunk in chunks]
        records = project.images(run)
        names = tuple(record.path.rpartition("/")[2] for record in records)
        paths = tuple(record.path.casefold() for record in records)
        progress.report(1, 1)
        items = {record.id: item for item, record in enumerate(records)}
        return cls(run.id, records, names, thumbnails, np.concatenate(means), paths, items)

    def item_of(self, image_id: int) -> int:
        """Return the place of an image in the order of import; KeyError if there is none of this id."""
        return self._items[image_id]

    def record(self, image_id: int) -> ImageRecord:
        """Return the record of an image; raises as :meth:`item_of`."""
        return self.records[self._items[image_id]]

    def order(self, sort: str, words: str) -> NDArray[np.int64]:
        """Return the item numbers whose path has all of ``words``, sorted.

        Parameters
        ----------
        sort
            ``"name"`` (as imported), ``"largest"``, ``"smallest"``, ``"darkest"`` or ``"brightest"``.
        words
            Separated by spaces; case does not matter.
        """
        order = self._sorted(sort)
        wanted = words.casefold().split()
        if not wanted:
            return order
        paths = self._paths
        return np.array([i for i in order.tolist() if all(word in paths[i] for word in wanted)], np.int64)

    def _sorted(self, sort: str) -> NDArray[np.int64]:
        if sort == "name":
            return np.arange(len(self.records))
        if sort in ("darkest", "brightest"):
            key = self.brightness.astype(np.float64)
        else:
            key = np.array([record.width * record.height for record in self.records], np.float64)
        if sort in ("largest", "brightest"):
            key = -key
        return np.argsort(key, kind="stable")


def missing_ids(project: Project, records: Sequence[ImageRecord], progress: Progress) -> frozenset[int]:
    """Return the ids of images whose original is not where it was; for a job."""
    missing = set()
    for number, record in enumerate(records):
        if number % _CHUNK == 0:
            progress.report(number, len(records))
        if not project.image_path(record).is_file():
            missing.add(record.id)
    return frozenset(missing)
