"""How much of an image each class is, and how well it agrees with a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.ui.pages.masks.references import References


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNumbers:
    """Share of the image's pixels, 0 to 1, and IoU with the reference, None where neither has the class."""

    share: float
    iou: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MaskNumbers:
    """What was counted in one mask.

    ``classes`` by id; ``reference`` (H, W) as the canvas compares with it, None if there is none.
    """

    classes: dict[int, ClassNumbers]
    reference: NDArray[np.uint8] | None = None


def count_mask(
    label_map: NDArray[Any],
    class_ids: Sequence[int],
    references: References | None = None,
    values: NDArray[np.uint8] | None = None,
) -> MaskNumbers:
    """Count a label map.

    Parameters
    ----------
    label_map
        (H, W) class ids.
    class_ids
        Which classes are wanted.
    references
        What the values of a reference mean.
    values
        (H, W) uint8 true values of the image, None if there is no reference of it.
    """
    shares = np.bincount(label_map.ravel(), minlength=max(class_ids, default=0) + 1) / max(label_map.size, 1)
    ious: dict[int, float] = {}
    shown = None
    if references is not None and values is not None:
        ious = _ious(references.value_of[label_map], values, references.ignore)
        shown = references.shown(values, label_map)
        value_of = {n: int(references.value_of[n]) for n in class_ids}
        shares_background = any(n and value == value_of.get(0) for n, value in value_of.items())
        ious = {n: ious[value] for n, value in value_of.items() if value in ious}
        if shares_background:
            ious.pop(0, None)  # it is told by the class that counts as background
    classes = {n: ClassNumbers(share=float(shares[n]), iou=ious.get(n)) for n in class_ids}
    return MaskNumbers(classes=classes, reference=shown)


def _ious(found: NDArray[np.uint8], true: NDArray[np.uint8], ignore: int) -> dict[int, float]:
    """Return the IoU of every value that occurs in either of two (H, W) maps."""
    known = true != ignore
    found, true = found[known], true[known]
    both = np.bincount(found[found == true], minlength=256)
    either = np.bincount(found, minlength=256) + np.bincount(true, minlength=256) - both
    return {int(value): float(both[value] / either[value]) for value in np.flatnonzero(either)}
