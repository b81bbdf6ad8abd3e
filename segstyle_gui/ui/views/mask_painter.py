"""The painting that is under way on one label map, and the settings of the tools that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.strokes import Box, Pixel
from segstyle_gui.ui.views.mask_tools import BrushStroke, PaintStep, PolygonDraft, fill_area

PaintKind = Literal["paint", "erase", "restore", "fill", "polygon"]


@dataclass(frozen=True, slots=True)
class PaintResult:
    """A finished step: what was done, with which class, and the step itself."""

    kind: PaintKind
    class_id: int
    step: PaintStep


class MaskPainter:
    """Paint a label map, which is changed in place.

    Attributes
    ----------
    active
        Class that is painted, 0 for the background.
    locked
        Classes whose pixels never change.
    radius
        Of brush and eraser, image pixels.
    tolerance
        How much gray may differ inside a filled area, 0 to 255; None looks at classes alone.
    draft
        The polygon under way.
    last
        Pixel where the last stroke ended, None on a new image.
    """

    def __init__(self) -> None:
        self.active = 0
        self.locked: frozenset[int] = frozenset()
        self.radius = 8
        self.tolerance: int | None = None
        self.draft = PolygonDraft()
        self.last: Pixel | None = None
        self._map: NDArray[Any] = np.zeros((1, 1), np.uint8)
        self._image: NDArray[np.uint8] = np.zeros((1, 1), np.uint8)
        self._prediction: NDArray[Any] = self._map
        self._stroke: BrushStroke | None = None
        self._kind: PaintKind = "paint"

    def load(self, label_map: NDArray[Any], image: NDArray[np.uint8], prediction: NDArray[Any]) -> None:
        """Begin with another image: (H, W) map, changed in place from now on, its image and prediction."""
        self._image, self._prediction, self.last = image, prediction, None
        self.replace_map(label_map)

    def replace_map(self, label_map: NDArray[Any]) -> None:
        """Paint another (H, W) map of the same image; what is unfinished is dropped."""
        self._map, self._stroke, self.draft = label_map, None, PolygonDraft()

    @property
    def is_stroking(self) -> bool:
        """Whether a stroke is under way."""
        return self._stroke is not None

    def begin(self, kind: PaintKind, pixel: Pixel, *, straight: bool = False) -> Box:
        """Put the brush down; return the box that changed.

        Parameters
        ----------
        kind
            ``"paint"``, ``"erase"`` or ``"restore"``.
        straight
            Draw a straight line from where the last stroke ended, or from here if there was none.
        """
        sources: dict[str, int | NDArray[Any]] = {
            "paint": self.active,
            "erase": 0,
            "restore": self._prediction,
        }
        anchor = (self.last or pixel) if straight else None
        self._kind = kind
        self._stroke = BrushStroke(PaintStep(self._map, sources[kind], self.locked), self.radius, anchor)
        return self.move(pixel)

    def move(self, pixel: Pixel) -> Box:
        """Draw on to ``pixel``; return the box that changed."""
        assert self._stroke is not None
        self.last = pixel
        return self._stroke.move_to(pixel)

    def end(self) -> PaintResult:
        """Lift the brush."""
        assert self._stroke is not None
        step, self._stroke = self._stroke.step, None
        return PaintResult(self._kind, self.active, step)

    def take_back(self) -> Box:
        """Drop the stroke and the polygon under way; return the box that changed."""
        self.draft = PolygonDraft()
        if self._stroke is None:
            return slice(0, 0), slice(0, 0)
        step, self._stroke = self._stroke.step, None
        return step.take_back()

    def fill(self, pixel: Pixel) -> PaintResult:
        """Paint the connected area of one class around a pixel of the map."""
        step = PaintStep(self._map, self.active, self.locked)
        gray = None
        if self.tolerance is not None:
            gray = self._image.astype(np.float32)
            gray = gray if gray.ndim == 2 else gray.mean(axis=-1)
        fill_area(step, pixel, gray, self.tolerance)
        return PaintResult("fill", self.active, step)

    def close_polygon(self) -> PaintResult:
        """Paint what the draft encloses and begin a new one."""
        draft, self.draft = self.draft, PolygonDraft()
        step = PaintStep(self._map, self.active, self.locked)
        draft.paint(step)
        return PaintResult("polygon", self.active, step)
