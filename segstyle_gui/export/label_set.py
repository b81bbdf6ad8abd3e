"""What every exporter is given: the classes, and images whose label maps are loaded one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.errors import ExportError

BACKGROUND_ID = 0
MAX_CLASS_ID = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledImage:
    """One image and how to get its label map.

    Parameters
    ----------
    file_name
        Relative POSIX path of the image, as other tools will look for it.
    width, height
        Size in pixels after the EXIF orientation was applied.
    load
        Returns the label map, (height, width) integer class ids, 0 where no class. It is called once to
        write and once more to compare, and must return the same both times.
    load_image
        Returns the picture, (height, width) or (height, width, 3) uint8; only colour previews use it.
    """

    file_name: str
    width: int
    height: int
    load: Callable[[], np.ndarray]
    load_image: Callable[[], np.ndarray] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSet:
    """Classes, labelled images and where they come from.

    Raises
    ------
    ExportError
        If two images share a name, or a name would leave the export folder.
    ValueError
        If two classes share an id, or an id is outside 1..65535.
    """

    classes: tuple[LabelClass, ...]
    items: Sequence[LabelledImage]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = [label_class.id for label_class in self.classes]
        if len(set(ids)) != len(ids) or any(not 1 <= number <= MAX_CLASS_ID for number in ids):
            raise ValueError(f"class ids {ids}; wanted distinct ids of 1 to {MAX_CLASS_ID}")
        _check_file_names([item.file_name for item in self.items])

    @property
    def class_ids(self) -> tuple[int, ...]:
        """Permanent class ids, in the order of the classes."""
        return tuple(label_class.id for label_class in self.classes)


def read_label_map(item: LabelledImage, class_ids: Sequence[int]) -> np.ndarray:
    """Load one label map and check its shape and ids.

    Parameters
    ----------
    item
        The image whose label map is wanted.
    class_ids
        The ids allowed besides 0.

    Returns
    -------
    (height, width) uint16 of class ids.

    Raises
    ------
    ExportError
        If the label map has another shape, another type or an id of no class.
    """
    label_map = np.asarray(item.load())
    if label_map.shape != (item.height, item.width) or label_map.dtype.kind not in "ui":
        raise ExportError(
            f"The label map of {item.file_name} is {label_map.shape} {label_map.dtype}; "
            f"wanted ({item.height}, {item.width}) integers.",
            hint="Predict the masks again, then export.",
        )
    allowed = np.zeros(MAX_CLASS_ID + 1, dtype=bool)
    allowed[[BACKGROUND_ID, *class_ids]] = True
    inside = (label_map >= 0) & (label_map <= MAX_CLASS_ID)
    unknown = label_map[~inside] if not inside.all() else label_map[~allowed[label_map]]
    if unknown.size:
        raise ExportError(
            f"The label map of {item.file_name} holds id {int(unknown[0])}, which is no class.",
            hint="Predict the masks again with the present classes, then export.",
        )
    return label_map.astype(np.uint16)


def count_pixels(label_map: np.ndarray) -> dict[int, int]:
    """Return how many pixels each id of an (H,W) unsigned label map has, ids ascending, none with zero."""
    counts = np.bincount(label_map.ravel())
    return {int(number): int(counts[number]) for number in np.flatnonzero(counts)}


def safe_file_name(path: str) -> str:
    r"""Return a relative POSIX path for any recorded path: no drive, no leading ``/``, no ``..``.

    ``D:\eyes\a.png`` becomes ``eyes/a.png`` and ``../b/c.png`` becomes ``b/c.png``.
    """
    is_windows = "\\" in path or PureWindowsPath(path).drive != ""
    pure = PureWindowsPath(path) if is_windows else PurePosixPath(path)
    parts = [part for part in pure.parts if part not in (pure.anchor, "..", ".")]
    return "/".join(parts)


def _check_file_names(names: Sequence[str]) -> None:
    for name in names:
        if not name or safe_file_name(name) != name:
            raise ExportError(
                f"The image name {name!r} is not a plain relative path.",
                hint="Move the image below the project's folder, or rename it.",
            )
    twice = [name for name, count in Counter(name.casefold() for name in names).items() if count > 1]
    if twice:
        raise ExportError(
            f"Two images are called {twice[0]!r}; wanted one name for one image.",
            hint="Rename one of them, or keep them in different folders.",
        )
