"""Samples moved along a direction by many strengths, for a slider to go through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.found_direction import Direction
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.region_preview import as_rgb

if TYPE_CHECKING:
    from segstyle_gui.core.generator.network import Generator


def draw_sweep(
    generator: Generator,
    direction: Direction,
    seeds: Sequence[int],
    alphas: Sequence[float],
    size: int,
    progress: Progress,
) -> NDArray[np.uint8]:
    """Draw every sample at every strength; ``progress`` is told after each sample.

    Returns
    -------
    (n_seeds, n_alphas, size, size, 3) uint8; a size of 0 is the generator's.
    """
    from segstyle_gui.core.direction_strip import sweep
    from segstyle_gui.core.resizing import resize_images

    step, rows = direction.shift(1.0, alpha=1.0), []
    for index, seed in enumerate(seeds):
        progress.report(index, len(seeds), "Moving samples")
        row = sweep(generator, step, [seed], alphas)[0]
        rows.append(as_rgb(resize_images(row, size or generator.resolution)))
    return np.stack(rows)
