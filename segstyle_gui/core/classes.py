"""Regions, splits and classes: what the user makes of the clusters.

A :class:`RegionState` is immutable; edits (in the project floor) make a new one from an old one. A cluster
id is either *base* (0 to ``n_clusters - 1``, a row of the clustering's centroids) or was added by a
:class:`Split`. Ids of regions and classes are permanent and start at 1; 0 means "no region" in a map of
regions and *background* in a map of classes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.palette import BACKGROUND_COLOR, PALETTE, Color, default_color
from segstyle_gui.core.region_parts import (
    LabelClass,
    Region,
    Split,
    class_from_data,
    class_to_data,
    region_from_data,
    region_to_data,
    split_from_data,
    split_to_data,
)
from segstyle_gui.errors import ProjectReadError

__all__ = [
    "BACKGROUND_COLOR",
    "PALETTE",
    "Color",
    "LabelClass",
    "Region",
    "RegionState",
    "Split",
    "default_color",
    "initial_state",
    "region_color",
    "state_from_json",
    "state_to_json",
]


@dataclass(frozen=True, slots=True)
class RegionState:
    """All regions, classes and splits made from ``n_clusters`` base clusters.

    Raises
    ------
    ValueError
        If ids repeat, a cluster is in two regions or unknown, or a region names an unknown class.
    """

    regions: tuple[Region, ...]
    classes: tuple[LabelClass, ...]
    splits: tuple[Split, ...]
    n_clusters: int
    next_region_id: int
    next_class_id: int

    def __post_init__(self) -> None:
        _check_splits(self)
        _check_regions(self)

    @property
    def n_ids(self) -> int:
        """Number of cluster ids: the base clusters and those of all splits."""
        return self.n_clusters + sum(len(split.centroids) for split in self.splits)

    def region(self, region_id: int) -> Region:
        """Return the region with this id; raises ``KeyError`` if there is none."""
        for region in self.regions:
            if region.id == region_id:
                return region
        raise KeyError(region_id)

    def label_class(self, class_id: int) -> LabelClass:
        """Return the class with this id; raises ``KeyError`` if there is none."""
        for label_class in self.classes:
            if label_class.id == class_id:
                return label_class
        raise KeyError(class_id)

    def cluster_to_region(self) -> NDArray[np.int32]:
        """Return (n_ids,) int32: the region id of every cluster id, 0 where it is in none."""
        table = np.zeros(self.n_ids, dtype=np.int32)
        for region in self.regions:
            table[list(region.clusters)] = region.id
        return table

    def cluster_to_class(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """Return (n_ids,): the class id of every cluster id, 0 (background) where it has none.

        uint8, or uint16 if a class id above 254 is in use (255 means *ignore* in an 8-bit label map).
        """
        highest = max((c.id for c in self.classes), default=0)
        table = np.zeros(self.n_ids, dtype=np.int64)
        for region in self.regions:
            if region.class_id is not None:
                table[list(region.clusters)] = region.class_id
        return table.astype(np.uint8) if highest < 255 else table.astype(np.uint16)

    def digest(self) -> str:
        """Return 16 hex digits that change if and only if the class maps made from this state change.

        Names, colours, flags, the grouping of clusters of one class into regions, and splits whose parts
        all end in one class leave it as it is.
        """
        table = self.cluster_to_class().astype(np.int64)
        kept = _splits_that_matter(self.splits, table)
        number = {i: i for i in range(self.n_clusters)}  # ids as if the other splits had never been made
        digest = hashlib.sha256(json.dumps(table[: self.n_clusters].tolist()).encode())
        for split in kept:
            parents = sorted(number[parent] for parent in split.parents)
            digest.update(json.dumps([parents, table[list(split.ids)].tolist()]).encode())
            digest.update(split.centroids.tobytes())
            number.update({i: len(number) + offset for offset, i in enumerate(split.ids)})
        return digest.hexdigest()[:16]

    def parts_digest(self) -> str:
        """Return 16 hex digits that change with the pixels or ids of regions, and not with their classes."""
        parts = [[region.id, *region.clusters] for region in self.regions]
        digest = hashlib.sha256(json.dumps(parts).encode())
        for split in self.splits:
            digest.update(json.dumps(split.parents).encode())
            digest.update(split.centroids.tobytes())
        return digest.hexdigest()[:16]


def _splits_that_matter(splits: Sequence[Split], table: NDArray[np.int64]) -> list[Split]:
    """Drop splits into one class, handing the class to their parents (``table`` is changed in place)."""
    kept: list[Split] = []
    open_ids: set[int] = set()  # ids whose pixels a later, kept split divides
    for split in reversed(splits):
        classes = {int(table[i]) for i in split.ids}
        if len(classes) == 1 and not open_ids.intersection(split.ids):
            table[list(split.parents)] = classes.pop()
        else:
            kept.insert(0, split)
            open_ids.update(split.parents)
            table[list(split.parents)] = -1
    return kept


def _check_splits(state: RegionState) -> None:
    known = state.n_clusters
    for split in state.splits:
        if split.first_cluster != known:
            raise ValueError(f"a split begins at id {split.first_cluster}; the next free id is {known}")
        if not split.parents or not all(0 <= p < known for p in split.parents):
            raise ValueError(f"a split's parents {split.parents} are not all ids below {known}")
        known += len(split.centroids)


def _check_regions(state: RegionState) -> None:
    ids = [region.id for region in state.regions]
    class_ids = {label_class.id for label_class in state.classes}
    clusters = [cluster for region in state.regions for cluster in region.clusters]
    if len(set(ids)) != len(ids) or any(not 1 <= i < state.next_region_id for i in ids):
        raise ValueError(f"region ids {ids} repeat or are outside 1..{state.next_region_id - 1}")
    if len(class_ids) != len(state.classes) or any(i >= state.next_class_id for i in class_ids):
        raise ValueError(f"class ids {sorted(class_ids)} repeat or are not below {state.next_class_id}")
    if len(set(clusters)) != len(clusters):
        raise ValueError("a cluster is in two regions")
    if any(not 0 <= cluster < state.n_ids for cluster in clusters):
        raise ValueError(f"a region has a cluster id outside 0..{state.n_ids - 1}")
    unknown = {r.class_id for r in state.regions if r.class_id is not None} - class_ids
    if unknown:
        raise ValueError(f"regions name unknown classes {sorted(unknown)}")


def initial_state(labels: NDArray[np.integer[Any]]) -> RegionState:
    """Return one region per region index, without classes or splits.

    Parameters
    ----------
    labels
        (K,) region index from 0 of every base cluster, as :func:`cut_tree` returns it.
    """
    regions = tuple(
        Region(id=i + 1, clusters=tuple(np.flatnonzero(labels == value).tolist()), name=f"Region {i + 1}")
        for i, value in enumerate(np.unique(labels))
    )
    return RegionState(regions, (), (), len(labels), len(regions) + 1, 1)


def region_color(state: RegionState, region: Region) -> Color:
    """Return the colour a region is drawn in: its own, else that of its class, else that of its id."""
    if region.color is not None:
        return region.color
    if region.class_id is not None:
        return state.label_class(region.class_id).color
    return default_color(region.id)


def state_to_json(state: RegionState) -> str:
    """Return the state as JSON text; centroids are base64 of little-endian float32."""
    return json.dumps(
        {
            "regions": [region_to_data(region) for region in state.regions],
            "classes": [class_to_data(label_class) for label_class in state.classes],
            "splits": [split_to_data(split) for split in state.splits],
            "n_clusters": state.n_clusters,
            "next_region_id": state.next_region_id,
            "next_class_id": state.next_class_id,
        }
    )


def state_from_json(text: str) -> RegionState:
    """Return the state that :func:`state_to_json` wrote.

    Raises
    ------
    ProjectReadError
        If the text is not such a state.
    """
    try:
        data = json.loads(text)
        return RegionState(
            regions=tuple(region_from_data(row) for row in data["regions"]),
            classes=tuple(class_from_data(row) for row in data["classes"]),
            splits=tuple(split_from_data(split) for split in data["splits"]),
            n_clusters=int(data["n_clusters"]),
            next_region_id=int(data["next_region_id"]),
            next_class_id=int(data["next_class_id"]),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ProjectReadError(
            f"The stored regions cannot be read ({error}).", hint="Restore the project from a backup."
        ) from error
