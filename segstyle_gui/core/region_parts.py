"""What a region state is made of: classes, regions and splits, each with its JSON form."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.palette import Color


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A class that is exported: permanent id from 1, name, colour (r, g, b) 0 to 255."""

    id: int
    name: str
    color: Color

    def __post_init__(self) -> None:
        if self.id < 1:
            raise ValueError(f"a class id is 1 or more (0 is background), not {self.id}")


@dataclass(frozen=True, slots=True)
class Region:
    """One or more clusters that the user treats as one thing.

    ``color`` None means the colour of the region's class, or of its id; ``class_id`` None means background.
    """

    id: int
    clusters: tuple[int, ...]
    name: str
    color: Color | None = None
    class_id: int | None = None
    hidden: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A second clustering inside some clusters.

    Pixels whose cluster is one of ``parents`` are re-assigned to the nearest of ``centroids`` (k, D) float32
    and get the new ids ``first_cluster`` to ``first_cluster + k - 1``; the parents then have no pixel left.
    """

    first_cluster: int
    parents: tuple[int, ...]
    centroids: NDArray[np.float32]

    def __post_init__(self) -> None:
        values = np.array(self.centroids, dtype=np.float32, order="C")
        if values.ndim != 2 or len(values) < 2:
            raise ValueError(f"centroids of a split are (k >= 2, D), not {values.shape}")
        values.flags.writeable = False
        object.__setattr__(self, "centroids", values)

    @property
    def ids(self) -> tuple[int, ...]:
        """The new cluster ids, in the order of ``centroids``."""
        return tuple(range(self.first_cluster, self.first_cluster + len(self.centroids)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Split):
            return NotImplemented
        same_ids = (self.first_cluster, self.parents) == (other.first_cluster, other.parents)
        return same_ids and np.array_equal(self.centroids, other.centroids)

    def __hash__(self) -> int:
        return hash((self.first_cluster, self.parents, self.centroids.tobytes()))


def class_to_data(label_class: LabelClass) -> list[Any]:
    """Return the class as a row of JSON values."""
    return [label_class.id, label_class.name, label_class.color]


def class_from_data(row: Any) -> LabelClass:
    """Return the class that :func:`class_to_data` wrote; raises ``ValueError`` or ``TypeError``."""
    class_id, name, color = row
    return LabelClass(int(class_id), str(name), color_from_data(color))


def region_to_data(region: Region) -> list[Any]:
    """Return the region as a row of JSON values."""
    flags = [region.hidden, region.locked]
    return [region.id, list(region.clusters), region.name, region.color, region.class_id, *flags]


def region_from_data(row: Any) -> Region:
    """Return the region that :func:`region_to_data` wrote; raises ``ValueError`` or ``TypeError``."""
    region_id, clusters, name, color, class_id, hidden, locked = row
    return Region(
        id=int(region_id),
        clusters=tuple(int(cluster) for cluster in clusters),
        name=str(name),
        color=None if color is None else color_from_data(color),
        class_id=None if class_id is None else int(class_id),
        hidden=bool(hidden),
        locked=bool(locked),
    )


def color_from_data(values: Any) -> Color:
    """Return (r, g, b) from three numbers; raises ``ValueError`` outside 0 to 255."""
    red, green, blue = (int(value) for value in values)
    if not all(0 <= value <= 255 for value in (red, green, blue)):
        raise ValueError(f"colour {values} is outside 0..255")
    return red, green, blue


def split_to_data(split: Split) -> dict[str, Any]:
    """Return the split as JSON values; centroids are base64 of little-endian float32."""
    return {
        "first_cluster": split.first_cluster,
        "parents": split.parents,
        "shape": split.centroids.shape,
        "centroids": base64.b64encode(split.centroids.astype("<f4").tobytes()).decode("ascii"),
    }


def split_from_data(data: Any) -> Split:
    """Return the split that :func:`split_to_data` wrote; bad data raise as they come."""
    values = np.frombuffer(base64.b64decode(data["centroids"], validate=True), dtype="<f4")
    return Split(
        first_cluster=int(data["first_cluster"]),
        parents=tuple(int(parent) for parent in data["parents"]),
        centroids=values.reshape([int(n) for n in data["shape"]]).astype(np.float32),
    )
