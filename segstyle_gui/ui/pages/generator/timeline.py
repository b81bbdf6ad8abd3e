"""The sample grids of a training, to look back: bounded memory, even steps. Nothing of Qt here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.generator.training_record import GridHistory

_MOST_BYTES = 48 * 2**20
_MOST_GRIDS = 120


class Timeline:
    """Grids after rising kimg; when there are too many, every second one goes, but never the newest."""

    def __init__(self) -> None:
        self._grids: list[tuple[float, NDArray[np.uint8]]] = []

    def __len__(self) -> int:
        return len(self._grids)

    def __getitem__(self, number: int) -> tuple[float, NDArray[np.uint8]]:
        return self._grids[number]

    def clear(self) -> None:
        """Forget all."""
        self._grids = []

    def add(self, kimg: float, images: NDArray[np.uint8]) -> None:
        """Add the newest grid, (N, R, R, C); one of the same moment is replaced."""
        if self._grids and self._grids[-1][0] >= kimg:
            self._grids.pop()
        self._grids.append((kimg, images))
        size = sum(images.nbytes for _, images in self._grids)
        if len(self._grids) > 2 and (size > _MOST_BYTES or len(self._grids) > _MOST_GRIDS):
            self._grids = self._grids[-1::-2][::-1]

    def take(self, history: GridHistory) -> None:
        """Begin with stored grids."""
        self._grids = list(zip(history.kimg, history.images, strict=True))
