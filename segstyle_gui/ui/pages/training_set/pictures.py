"""Pairs as pictures: the image, and beside it the same with the colours of its classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import LabelClass

IGNORE = 255  # in a label map: not learnt
_UNLEARNT = (255, 255, 255)
_GAP = 2  # pixels between the two


def pair_pictures(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], classes: tuple[LabelClass, ...], opacity: float
) -> NDArray[np.uint8]:
    """Return pairs side by side.

    Parameters
    ----------
    images
        (N, S, S, 3).
    labels
        (N, S, S) class ids; those of ``IGNORE`` become white, background keeps the image.
    classes
        Whose colours are taken.
    opacity
        Of the colours, 0 to 1.

    Returns
    -------
    (N, S, 2 S + 2, 3) uint8.
    """
    table = np.zeros((256, 4), np.float32)
    for label_class in classes:
        table[label_class.id] = (*label_class.color, opacity)
    table[IGNORE] = (*_UNLEARNT, min(1.0, opacity + 0.2))
    paint = table[labels]
    share = paint[..., 3:]
    colored = (images * (1 - share) + paint[..., :3] * share).astype(np.uint8)
    gap = np.zeros((*images.shape[:2], _GAP, 3), np.uint8)
    return np.concatenate([images, gap, colored], axis=2)
