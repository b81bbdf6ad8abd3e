"""What the list of images is made of, read in a job: records, doubt and thumbnails of the current masks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.images import natural_key
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.artifacts import run_of_token
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project

SortKey = Literal["doubt", "name", "state"]
Shown = Literal["all", "open", "corrected"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MaskTable:
    """The N images that have a mask, or all images while none is predicted.

    Attributes
    ----------
    masks
        The run of masks, None while there is none.
    images
        The run of images that it is of.
    records
        N images.
    ids
        (N,) int64, their ids.
    doubt
        (N,) float32, 1 minus the mean confidence; NaN without masks.
    name_rank
        (N,) int64, the place of each in natural order of names.
    thumbnails
        (N, h, w) or (N, h, w, C) uint8.
    """

    masks: RunRecord | None
    images: RunRecord
    records: tuple[ImageRecord, ...]
    ids: NDArray[np.int64]
    doubt: NDArray[np.float32]
    name_rank: NDArray[np.int64]
    thumbnails: NDArray[np.uint8]

    @property
    def names(self) -> list[str]:
        """File names without folders."""
        return [record.path.rpartition("/")[2] for record in self.records]


def read_table(project: Project, masks: RunRecord | None, images: RunRecord, progress: Progress) -> MaskTable:
    """Read what the list shows; a job calls it.

    Parameters
    ----------
    project
        Where it is.
    masks
        A run of masks, None to list all images.
    images
        The current run of images; masks of an earlier one bring their own.
    progress
        To stop it.
    """
    if masks is not None:
        images = run_of_token(project, masks.inputs["images"])
    records = project.images(images)
    thumbnails = project.array(images, "thumbnails")
    progress.report(1, 2, "")
    doubt = np.full(len(records), np.nan, np.float32)
    if masks is not None:
        found = project.arrays(masks, ["image_ids", "mean_confidence"])
        records, thumbnails, doubt = _with_masks(records, thumbnails, found)
    return MaskTable(
        masks=masks,
        images=images,
        records=records,
        ids=np.array([record.id for record in records], np.int64),
        doubt=doubt,
        name_rank=_ranks(records),
        thumbnails=thumbnails,
    )


def _with_masks(
    records: tuple[ImageRecord, ...], thumbnails: NDArray[np.uint8], found: dict[str, NDArray[Any]]
) -> tuple[tuple[ImageRecord, ...], NDArray[np.uint8], NDArray[np.float32]]:
    """Return the records and thumbnails of images that have a mask, and their doubt."""
    sure = dict(zip(found["image_ids"].tolist(), found["mean_confidence"].tolist(), strict=True))
    places = [place for place, record in enumerate(records) if record.id in sure]
    kept = tuple(records[place] for place in places)
    doubt = np.array([1.0 - sure[record.id] for record in kept], np.float32)
    return kept, thumbnails if len(kept) == len(records) else thumbnails[places], doubt


def _ranks(records: tuple[ImageRecord, ...]) -> NDArray[np.int64]:
    order = sorted(range(len(records)), key=lambda place: natural_key(records[place].path))
    ranks = np.empty(len(records), np.int64)
    ranks[order] = np.arange(len(records))
    return ranks


def shown_items(
    table: MaskTable,
    reviewed: Collection[int],
    corrected: Collection[int],
    *,
    sort: SortKey = "doubt",
    shown: Shown = "all",
) -> NDArray[np.int64]:
    """Return which images are listed, in which order, as (M,) places in the table.

    Parameters
    ----------
    reviewed, corrected
        Ids of images.
    sort
        By doubt (the most doubtful first), by name, or by state: what is open first, then what was only
        corrected, then what is reviewed, each by doubt.
    shown
        All images, those that are not reviewed yet, or those that were corrected.
    """
    is_reviewed = np.isin(table.ids, list(reviewed))
    is_corrected = np.isin(table.ids, list(corrected))
    doubt = np.where(np.isnan(table.doubt), 0.0, -table.doubt)
    keys = {
        "doubt": (table.name_rank, doubt),
        "name": (table.name_rank,),
        "state": (table.name_rank, doubt, is_corrected + 2 * is_reviewed),
    }
    order = np.lexsort(keys[sort])
    wanted = {"all": np.ones(len(order), bool), "open": ~is_reviewed, "corrected": is_corrected}[shown]
    items: NDArray[np.int64] = order[wanted[order]]
    return items


def neighbour(ids: list[int], current: int | None, step: int) -> int | None:
    """Return the id ``step`` places after (before) the current one, None beyond an end."""
    if not ids:
        return None
    if current not in ids:
        return ids[0] if step > 0 else ids[-1]
    place = ids.index(current) + step
    return ids[place] if 0 <= place < len(ids) else None


def next_open(ids: list[int], current: int | None, reviewed: Collection[int], step: int = 1) -> int | None:
    """Return the next image after the current one that is not reviewed, from the other end on if need be."""
    place = ids.index(current) if current in ids else (-1 if step > 0 else 0)
    n = len(ids)
    candidates = (ids[(place + step * offset) % n] for offset in range(1, n + 1)) if n else iter(())
    return next((one for one in candidates if one not in reviewed and one != current), None)
