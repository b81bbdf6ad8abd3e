"""The row above the canvas with the tools, and the row below it that says how the mask is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.theme.tokens import CONTROL, GRID, ICON
from segstyle_gui.ui.views.mask_overlay import OverlayMode
from segstyle_gui.ui.views.mask_tools import MAX_RADIUS
from segstyle_gui.ui.widgets.buttons import primary_button
from segstyle_gui.ui.widgets.labels import ElidedLabel
from segstyle_gui.ui.widgets.segmented import SegmentedControl
from segstyle_gui.ui.widgets.sliders import ValueSlider

TOOL_ACTIONS = tuple(f"masks.{name}" for name in ("brush", "eraser", "fill", "polygon", "pick", "pan"))
VIEW_ACTIONS = ("masks.confidence", "masks.compare", "masks.peek", "masks.fit")
_HEIGHT = 6 * GRID


class MaskToolRow(QWidget):
    """The painting tools, the brush's size, and what ends the work on an image.

    Signals
    -------
    radius_changed(int)
        Of the brush, image pixels.
    """

    radius_changed = Signal(int)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = _surface_row(self)
        row.addWidget(_button_group(actions, TOOL_ACTIONS))
        row.addWidget(_divider())
        self.brush = ValueSlider(self.tr("Brush"), 1, 65, 17, step=2, unit=self.tr("px"))
        self.brush.setToolTip(self.tr("Width of brush and eraser in pixels of the image  ([ and ])"))
        self.brush.setMaximumWidth(36 * GRID)
        self.brush.value_changed.connect(self._tell_radius)
        row.addWidget(self.brush, 8)
        row.addStretch(1)
        review = actions.action("masks.review_next")
        self.review = primary_button(self.tr("Reviewed, next"), review.toolTip())
        self.review.clicked.connect(review.trigger)
        row.addWidget(self.review)

    def set_side(self, side: int) -> None:
        """Let the brush grow with the image, of which ``side`` is the longer side in pixels."""
        widest = min(2 * MAX_RADIUS + 1, max(33, side // 4 * 2 + 1))
        self.brush.set_range(1, widest)

    def show_radius(self, radius: int) -> None:
        """Show the brush's radius without telling of it."""
        if round(self.brush.value) != 2 * radius + 1:
            self.brush.set_value(2 * radius + 1)

    def _tell_radius(self, width: float) -> None:
        self.radius_changed.emit(round(width) // 2)


class MaskViewBar(QWidget):
    """How the mask is shown, and what is under the pointer.

    Signals
    -------
    opacity_changed(float)
        0 to 1.
    mode_changed(str)
        ``"fill"``, ``"outline"`` or ``"both"``.
    """

    opacity_changed = Signal(float)
    mode_changed = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = _surface_row(self)
        row.addWidget(_button_group(actions, VIEW_ACTIONS))
        self.info = ElidedLabel()
        self.info.setProperty("role", "muted")
        self.info.setMinimumWidth(0)
        row.addWidget(self.info, 1)
        self.opacity = ValueSlider("", 0, 100, 45, step=5, unit="%")
        self.opacity.setAccessibleName(self.tr("Opacity of the mask"))
        self.opacity.setToolTip(self.tr("How strong the colours over the image are"))
        self.opacity.setFixedWidth(20 * GRID)
        self.opacity.value_changed.connect(self._tell_opacity)
        self.mode = SegmentedControl(
            [("fill", self.tr("Fill")), ("outline", self.tr("Lines")), ("both", self.tr("Both"))],
            name=self.tr("How classes are drawn"),
        )
        self.mode.setToolTip(self.tr("Areas, their outlines, or both  (O)"))
        self.mode.current = "both"
        self.mode.changed.connect(self.mode_changed)
        row.addWidget(self.opacity)
        row.addWidget(self.mode)

    def next_mode(self) -> None:
        """Draw areas, then lines, then both."""
        modes: Sequence[OverlayMode] = ("fill", "outline", "both")
        here = modes.index(cast(OverlayMode, self.mode.current))
        self.mode.current = modes[(here + 1) % len(modes)]
        self.mode_changed.emit(self.mode.current)

    def _tell_opacity(self, percent: float) -> None:
        self.opacity_changed.emit(percent / 100)


def _surface_row(widget: QWidget) -> QHBoxLayout:
    widget.setProperty("role", "surface")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    widget.setFixedHeight(_HEIGHT)
    row = QHBoxLayout(widget)
    row.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
    row.setSpacing(GRID)
    return row


def _button_group(actions: Actions, ids: Sequence[str]) -> QWidget:
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2)
    for action_id in ids:
        button = QToolButton()
        button.setDefaultAction(actions.action(action_id))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setIconSize(QSize(ICON, ICON))
        button.setFixedSize(CONTROL, CONTROL)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(actions.action(action_id).text())
        row.addWidget(button)
    return group


def _divider() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedSize(1, 3 * GRID)
    return line
