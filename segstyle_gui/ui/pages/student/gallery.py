"""What the student makes of images: pictures with the colours of its classes over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPACITY = 0.5


def predicted_pictures(
    images: NDArray[np.uint8], label_maps: NDArray[np.uint8], classes: Sequence[Sequence[Any]]
) -> NDArray[np.uint8]:
    """Return images with label maps over them.

    Parameters
    ----------
    images
        (N, H, W, C) with 1 or 3 channels.
    label_maps
        (N, S, S) class ids; of another size they are brought to the image's by nearest neighbour.
    classes
        (id, name, (r, g, b)) of every class, as a run's summary holds them.

    Returns
    -------
    (N, H, W, 3) uint8.
    """
    n, height, width = images.shape[:3]
    rows = np.arange(height) * label_maps.shape[1] // height
    columns = np.arange(width) * label_maps.shape[2] // width
    ids = label_maps[:, rows[:, None], columns[None, :]]
    table = np.zeros((256, 4), np.float32)
    for number, _, color in classes:
        table[number] = (*color, OPACITY)
    paint = table[ids]
    gray = np.broadcast_to(images, (n, height, width, 3)).astype(np.float32)
    return (gray * (1 - paint[..., 3:]) + paint[..., :3] * paint[..., 3:]).astype(np.uint8)
