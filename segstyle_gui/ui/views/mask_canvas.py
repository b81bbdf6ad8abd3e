"""The painting surface of the Masks page: brush, eraser, fill, polygon and pick on an image's label map."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.views.mask_input import MaskInput
from segstyle_gui.ui.views.mask_painter import PaintResult
from segstyle_gui.ui.views.mask_tools import (
    MAX_RADIUS,
    TOOLS,
    larger_radius,
    smaller_radius,
)


class MaskCanvas(MaskInput):
    """Paint an image's label map; every stroke is one undo step handed out by ``stroked``.

    The brush paints the active class; with Shift it draws a straight line, from where the last stroke ended.
    The eraser paints background; with Shift it brings back the prediction. Fill paints the connected area of
    one class that was clicked. A polygon is closed by Enter, a double click or a click on its first corner;
    Backspace takes its last corner back, Esc drops it. Esc also takes back a stroke under way.
    Pixels of locked classes never change, and a hidden class is not painted.

    Signals
    -------
    stroked(object, object, str)
        (H, W) map before and after, both read-only, and what was done.
    class_picked(int)
        Class under a click of the pick tool, or whose number key was pressed.
    cursor_moved(int, int, int, int)
        Row, column, class id and confidence (-1 if there is none) under the pointer.
    cursor_left()
        The pointer is beside the image.
    brush_radius_changed(int)
        In image pixels.
    tool_changed(str)
        One of ``TOOLS``.
    refused(str)
        Why a click or a stroke changed nothing, to be shown to the user.
    """

    stroked = Signal(object, object, str)
    brush_radius_changed = Signal(int)
    tool_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Mask"))
        self.setAccessibleDescription(
            self.tr(
                "Paint classes over the image. The wheel zooms, Space or the middle button drags, "
                "square brackets change the brush, number keys choose a class."
            )
        )

    def set_image(
        self,
        image: NDArray[np.uint8],
        label_map: NDArray[Any],
        confidence: NDArray[np.uint8] | None = None,
        *,
        keep_view: bool = False,
        prediction: NDArray[Any] | None = None,
    ) -> None:
        """Show another image, fitted; an unfinished stroke is dropped.

        Parameters
        ----------
        image
            (H, W) gray or (H, W, 3) RGB uint8.
        label_map
            (H, W) uint8 or uint16 class ids, 0 is background; copied.
        confidence
            (H, W) uint8 of the prediction, 255 is certain; None if there is none.
        keep_view
            Keep zoom and place if the former image had the same size.
        prediction
            (H, W) what the student said, for the eraser with Shift; ``label_map`` if None.
        """
        super().set_image(image, label_map, confidence, keep_view=keep_view)
        self.painter.load(self._map, image, label_map.copy() if prediction is None else prediction)

    def set_label_map(self, label_map: NDArray[Any]) -> None:
        """Show another label map (H, W) of the same image, after an undo, say; zoom and place stay."""
        super().set_label_map(label_map)
        self.painter.replace_map(self._map)

    def set_locked_classes(self, class_ids: frozenset[int]) -> None:
        """Never change pixels of these classes."""
        self.painter.locked = frozenset(class_ids)

    def set_active_class(self, class_id: int) -> None:
        """Paint this class, 0 for the background."""
        self.painter.active = class_id
        self.update()

    @property
    def active_class(self) -> int:
        """The class that is painted."""
        return self.painter.active

    def set_fill_tolerance(self, tolerance: int | None) -> None:
        """Let fill end where the image's gray is further than this (0 to 255) from the clicked pixel's.

        None, as at first, fills the whole connected area of the clicked class.
        """
        self.painter.tolerance = tolerance

    def set_tool(self, name: str) -> None:
        """Choose a tool; a stroke or polygon under way is dropped.

        Parameters
        ----------
        name
            ``"brush"``, ``"eraser"``, ``"fill"``, ``"polygon"``, ``"pick"`` or ``"pan"``.

        Raises
        ------
        ValueError
            If there is no such tool.
        """
        if name not in TOOLS:
            raise ValueError(f"{name!r} is no tool; there are {', '.join(TOOLS)}")
        if name != self.tool:
            self.drop_unfinished()
            self.tool = name
            self.update_cursor()
            self.update()
            self.tool_changed.emit(name)

    def set_brush_radius(self, radius: int) -> None:
        """Set the radius of brush and eraser, 0 (one pixel) to 256 image pixels."""
        radius = min(max(int(radius), 0), MAX_RADIUS)
        if radius != self.painter.radius:
            self.update_pointer()
            self.painter.radius = radius
            self.update_pointer()
            self.brush_radius_changed.emit(radius)

    @property
    def brush_radius(self) -> int:
        """Radius of brush and eraser in image pixels."""
        return self.painter.radius

    def grow_brush(self) -> None:
        """Take the next larger brush."""
        self.set_brush_radius(larger_radius(self.brush_radius))

    def shrink_brush(self) -> None:
        """Take the next smaller brush."""
        self.set_brush_radius(smaller_radius(self.brush_radius))

    def take_result(self, result: PaintResult) -> None:
        """Hand a finished step out, or say why it did nothing."""
        if result.step.has_changed:
            before, after = result.step.before, self.label_map
            before.flags.writeable = after.flags.writeable = False
            self.stroked.emit(before, after, self._text(result))
        elif result.step.was_refused:
            self.refused.emit(self.tr("Locked classes were not changed."))

    def _text(self, result: PaintResult) -> str:
        words = {
            "paint": self.tr("Paint {name}"),
            "erase": self.tr("Erase"),
            "restore": self.tr("Restore the prediction"),
            "fill": self.tr("Fill with {name}"),
            "polygon": self.tr("Polygon of {name}"),
        }
        return words[result.kind].format(name=self.class_name(result.class_id))
