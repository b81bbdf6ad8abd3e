"""The colours over an image: a label map seen through a view, as premultiplied ARGB.

The ids of the window's pixels are looked up once per view; everything else is a swap of a colour table.
Cost follows the window's pixels, or those of the box that changed, whatever the size of the image.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.palette import PALETTE, Color
from segstyle_gui.core.strokes import Box, is_empty
from segstyle_gui.ui.views.mask_view import ImageView

OverlayMode = Literal["fill", "outline", "both"]

IGNORE = 255  # in a reference of 8 bits: nobody knows, so nothing disagrees
STRIPE = 4  # logical pixels of one stripe where map and reference disagree
_AGREED = 0.45  # share of the opacity where they agree
_HEAT_STOPS = (0.0, 0.25, 0.5, 0.75, 1.0)
_HEAT_COLORS = ((59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191))
_HEAT_ALPHA = (0.0, 0.35, 0.65, 0.8, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayStyle:
    """How a label map is drawn over an image.

    Attributes
    ----------
    colors
        Class id → (r, g, b); ids that are missing take the colour of their number.
    hidden
        Ids that are not drawn; the background never is.
    opacity
        Of the fill, 0 to 1.
    mode
        Areas, their outlines, or both.
    heat
        Draw doubt instead of the fill, where there is a confidence.
    line
        Width of an outline in device pixels, at least 1.
    """

    colors: Mapping[int, Color] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    opacity: float = 0.5
    mode: OverlayMode = "both"
    heat: bool = False
    line: int = 1


class MaskOverlay:
    """A (h, w) uint32 picture of a label map, with an optional confidence and reference.

    Attributes
    ----------
    pixels
        (h, w) uint32 premultiplied ARGB of the whole window; 0 beside the image. Changed in place by
        :meth:`refresh`; a new array after :meth:`set_view`.
    """

    def __init__(self) -> None:
        self.pixels: NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self._style = OverlayStyle()
        self._map: NDArray[np.integer] = np.zeros((1, 1), np.uint8)
        self._confidence: NDArray[np.uint8] | None = None
        self._reference: NDArray[np.integer] | None = None
        self._view = ImageView((1, 1), (0, 0))
        self._build_tables()

    @property
    def style(self) -> OverlayStyle:
        """How the map is drawn."""
        return self._style

    def set_style(self, style: OverlayStyle) -> None:
        """Take another style; call :meth:`refresh` to see it."""
        self._style = style
        self._build_tables()

    def set_sources(
        self,
        label_map: NDArray[np.integer],
        confidence: NDArray[np.uint8] | None,
        reference: NDArray[np.integer] | None,
    ) -> None:
        """Take (H, W) arrays of the view's image size, kept and not copied; then call :meth:`set_view`."""
        is_wider = label_map.dtype != self._map.dtype
        self._map, self._confidence, self._reference = label_map, confidence, reference
        if is_wider:
            self._build_tables()

    def set_view(self, view: ImageView) -> None:
        """Look up every pixel of the window and draw them."""
        self._view = view
        self._rows, self._columns = view.rows(), view.columns()
        self._visible = view.visible()
        self.pixels = np.zeros(view.window, np.uint32)
        self._ids = self._seen(self._map)
        self._doubt = None if self._confidence is None else 255 - self._seen(self._confidence)
        self._other = None if self._reference is None else self._seen(self._reference)
        self.refresh()

    def look_again(self, image_box: Box) -> Box:
        """Draw the window pixels of an image box whose ids changed; return the window box drawn."""
        rows, columns = self._view.window_box(image_box)
        if is_empty((rows, columns)):
            return rows, columns
        top, left = self._visible[0].start, self._visible[1].start
        inner = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        self._ids[inner] = self._map[self._rows[inner[0], None], self._columns[None, inner[1]]]
        grown = _grown(inner, self._style.line, self._ids.shape)
        self._draw(grown)
        return (
            slice(grown[0].start + top, grown[0].stop + top),
            slice(grown[1].start + left, grown[1].stop + left),
        )

    def refresh(self) -> None:
        """Draw the whole window again with the present style."""
        self._draw((slice(0, self._ids.shape[0]), slice(0, self._ids.shape[1])))

    def _seen(self, values: NDArray[np.integer]) -> NDArray[Any]:
        return values.take(self._rows, axis=0).take(self._columns, axis=1)

    def _draw(self, box: Box) -> None:
        rows, columns = (side.start for side in self._visible)
        target = self.pixels[
            rows + box[0].start : rows + box[0].stop, columns + box[1].start : columns + box[1].stop
        ]
        ids = self._ids[box]
        target[...] = self._filling(box, ids)
        if self._style.mode != "fill":
            is_line = self._outlines(box)
            target[is_line] = self._lines[ids[is_line]]

    def _filling(self, box: Box, ids: NDArray[np.integer]) -> NDArray[np.uint32]:
        if self._style.heat and self._doubt is not None:
            return _HEAT.take(self._doubt[box])
        if self._other is not None:
            return self._compared(box, ids, self._other[box])
        return self._fill.take(ids)

    def _compared(self, box: Box, ids: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.uint32]:
        """Stripes of both colours where map and reference disagree, a paler fill where they agree."""
        differs = (ids != other) & (other != IGNORE)
        rows, columns = (np.arange(side.start, side.stop) for side in box)
        is_other = ((rows[:, None] + columns) // (STRIPE * self._style.line)) & 1 == 1
        shown = np.where(differs & is_other, other, ids)
        return np.where(differs, self._lines[shown], self._pale[shown])

    def _outlines(self, box: Box) -> NDArray[np.bool_]:
        """Pixels of a box with another id at most a line's width above, below, left or right of them."""
        width = self._style.line
        outer = _grown(box, width, self._ids.shape)
        ids = self._ids[outer]
        is_line = np.zeros(ids.shape, bool)
        if ids.shape[0] > width:
            differs = ids[width:] != ids[:-width]
            is_line[width:] |= differs
            is_line[:-width] |= differs
        if ids.shape[1] > width:
            differs = ids[:, width:] != ids[:, :-width]
            is_line[:, width:] |= differs
            is_line[:, :-width] |= differs
        top, left = box[0].start - outer[0].start, box[1].start - outer[1].start
        return is_line[top : top + box[0].stop - box[0].start, left : left + box[1].stop - box[1].start]

    def _build_tables(self) -> None:
        style = self._style
        n_ids = 1 << (8 * self._map.dtype.itemsize)
        hidden = style.hidden | {0}
        fill = style.opacity if style.mode != "outline" else 0.0
        colors = class_colors(style.colors, n_ids)
        self._fill = color_table(colors, fill, hidden)
        self._pale = color_table(colors, fill * _AGREED, hidden)
        self._lines = color_table(colors, min(1.0, 0.35 + style.opacity), hidden)


def class_colors(colors: Mapping[int, Color], n_ids: int) -> NDArray[np.uint8]:
    """Return (n_ids, 3) uint8: the given colours, and for all other ids that of their number."""
    table = np.array(PALETTE, np.uint8)[(np.arange(n_ids) - 1) % len(PALETTE)]
    for class_id, color in colors.items():
        if class_id < n_ids:
            table[class_id] = color
    return table


def color_table(colors: NDArray[np.uint8], alpha: float, hidden: Collection[int]) -> NDArray[np.uint32]:
    """Return (N,) uint32 premultiplied ARGB of (N, 3) colours, 0 for the hidden ones."""
    alphas = np.full(len(colors), alpha)
    alphas[[i for i in hidden if i < len(colors)]] = 0.0
    return premultiplied(colors, alphas)


def premultiplied(colors: NDArray[np.generic], alphas: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return (N,) uint32 ARGB of (N, 3) colours, 0 to 255, and (N,) alphas, 0 to 1."""
    scaled = np.rint(np.asarray(colors) * alphas[:, None]).astype(np.uint32)
    opaque = np.rint(alphas * 255).astype(np.uint32)
    red, green, blue = (scaled[:, i] for i in range(3))
    argb: NDArray[np.uint32] = opaque << np.uint32(24) | red << np.uint32(16) | green << np.uint32(8) | blue
    return argb


def heat_table() -> NDArray[np.uint32]:
    """Return (256,) uint32: transparent for no doubt, through purple and orange to pale yellow."""
    steps = np.linspace(0.0, 1.0, 256)
    colors = np.stack([np.interp(steps, _HEAT_STOPS, channel) for channel in zip(*_HEAT_COLORS, strict=True)])
    return premultiplied(colors.T, np.interp(steps, _HEAT_STOPS, _HEAT_ALPHA))


_HEAT = heat_table()


def _grown(box: Box, by: int, shape: tuple[int, ...]) -> Box:
    return (
        slice(max(box[0].start - by, 0), min(box[0].stop + by, shape[0])),
        slice(max(box[1].start - by, 0), min(box[1].stop + by, shape[1])),
    )
