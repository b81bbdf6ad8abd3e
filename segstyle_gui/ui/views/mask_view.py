"""Where an image lies in a window: zoom, pan, and which pixel is under which.

Window positions are *device* pixels (y, x), image positions are (y, x) with pixel (r, c) reaching from (r, c)
to (r + 1, c + 1). A zoom of 1 shows an image pixel on exactly one pixel of the screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.strokes import Box

MIN_ZOOM = 1 / 16
MAX_ZOOM = 64.0


@dataclass(frozen=True, slots=True)
class ImageView:
    """An image of ``image`` (H, W) pixels in a window of ``window`` (h, w) device pixels.

    ``top`` and ``left`` are the window position of the image's corner, whole numbers.
    """

    image: tuple[int, int]
    window: tuple[int, int]
    zoom: float = 1.0
    top: int = 0
    left: int = 0

    def fitted(self, margin: int = 0) -> ImageView:
        """Return the view that shows the whole image as large as possible, in the middle."""
        room = [max(side - 2 * margin, 1) for side in self.window]
        zoom = _bounded(min(room[0] / self.image[0], room[1] / self.image[1]))
        return self._centered(zoom, (self.image[0] / 2, self.image[1] / 2))

    def zoomed(self, zoom: float, at: tuple[float, float] | None = None) -> ImageView:
        """Return the view with another zoom; the image stays put under ``at`` (the middle for None)."""
        zoom = _bounded(zoom)
        y, x = at if at is not None else (self.window[0] / 2, self.window[1] / 2)
        fixed = self.to_image(y, x)
        return replace(
            self, zoom=zoom, top=round(y - fixed[0] * zoom), left=round(x - fixed[1] * zoom)
        )._held()

    def panned(self, dy: float, dx: float) -> ImageView:
        """Return the view with the image moved; the middle of the window never leaves the image."""
        return replace(self, top=round(self.top + dy), left=round(self.left + dx))._held()

    def resized(self, window: tuple[int, int]) -> ImageView:
        """Return the view in a window of another size; what was in the middle stays there."""
        middle = self.to_image(self.window[0] / 2, self.window[1] / 2)
        return replace(self, window=window)._centered(self.zoom, middle)

    def to_image(self, y: float, x: float) -> tuple[float, float]:
        """Return the image position under a window position."""
        return (y - self.top) / self.zoom, (x - self.left) / self.zoom

    def to_window(self, y: float, x: float) -> tuple[float, float]:
        """Return the window position of an image position."""
        return self.top + y * self.zoom, self.left + x * self.zoom

    def visible(self) -> Box:
        """Return the box of window pixels whose centres lie on the image."""
        return self.window_box((slice(0, self.image[0]), slice(0, self.image[1])))

    def window_box(self, box: Box) -> Box:
        """Return the window pixels that show the pixels of an image box."""
        rows = self._window_range(box[0], self.top, self.window[0])
        return rows, self._window_range(box[1], self.left, self.window[1])

    def rows(self) -> NDArray[np.intp]:
        """Return the image row of every row of :meth:`visible`."""
        return self._sampled(self.visible()[0], self.top, self.image[0])

    def columns(self) -> NDArray[np.intp]:
        """Return the image column of every column of :meth:`visible`."""
        return self._sampled(self.visible()[1], self.left, self.image[1])

    def _window_range(self, side: slice, origin: int, size: int) -> slice:
        first, last = (math.ceil(origin + edge * self.zoom - 0.5) for edge in (side.start, side.stop))
        first = min(max(first, 0), size)
        return slice(first, max(min(last, size), first))

    def _sampled(self, side: slice, origin: int, size: int) -> NDArray[np.intp]:
        centers = np.arange(side.start, side.stop) + 0.5 - origin
        return np.clip(np.floor(centers / self.zoom), 0, size - 1).astype(np.intp)

    def _centered(self, zoom: float, middle: tuple[float, float]) -> ImageView:
        top, left = (side / 2 - m * zoom for side, m in zip(self.window, middle, strict=True))
        return replace(self, zoom=zoom, top=round(top), left=round(left))._held()

    def _held(self) -> ImageView:
        top, left = (
            round(min(max(start, side / 2 - size * self.zoom), side / 2))
            for start, side, size in zip((self.top, self.left), self.window, self.image, strict=True)
        )
        return replace(self, top=top, left=left)


def _bounded(zoom: float) -> float:
    return min(max(zoom, MIN_ZOOM), MAX_ZOOM)
