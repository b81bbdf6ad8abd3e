"""The tool row of the regions page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.theme.icons import set_icon
from segstyle_gui.ui.theme.tokens import CONTROL, GRID
from segstyle_gui.ui.widgets.sliders import ValueSlider

_PARTS = range(2, 7)


class RegionToolRow(QWidget):
    """Granularity, overlay, and the most used edits.

    Signals
    -------
    granularity_moved(int), granularity_set(int)
        The number of regions while dragging, and when let go.
    overlay_changed(str, float)
        Mode and opacity of the colours.
    """

    granularity_moved = Signal(int)
    granularity_set = Signal(int)
    overlay_changed = Signal(str, float)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(48)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self.granularity = ValueSlider(self.tr("Regions"), 1, 32, 9, step=1)
        self.granularity.setToolTip(
            self.tr("Cut the merge tree: fewer, larger regions or more, smaller ones")
        )
        self.granularity.value_changed.connect(self._tell_moved)
        self.granularity.committed.connect(self._tell_set)
        self._opacity = ValueSlider(self.tr("Overlay"), 0, 100, 45, step=5, unit="%")
        self._opacity.setToolTip(self.tr("How strong the colours over the samples are"))
        self._opacity.value_changed.connect(self._tell_overlay)
        for slider, width in ((self.granularity, 264), (self._opacity, 216)):
            slider.setMinimumWidth(136)
            slider.setMaximumWidth(width)
            row.addWidget(slider, 4)
        self._mode = _Choice(
            "outline",
            self.tr("How regions are drawn"),
            [
                ("fill", self.tr("Fill")),
                ("outline", self.tr("Outline")),
                ("both", self.tr("Fill and outline")),
            ],
        )
        self._mode.chosen.connect(self._tell_overlay)
        row.addWidget(self._mode)
        row.addWidget(_button(actions, "regions.compare", icon_only=True))
        row.addStretch(1)
        for action_id in ("regions.merge", "regions.split"):
            row.addWidget(_button(actions, action_id))
        row.addWidget(_button(actions, "regions.scribble", icon_only=True))

    def set_range(self, most: int) -> None:
        """Let the granularity go up to the number of clusters."""
        self.granularity.set_range(1, most)

    def show_granularity(self, n_regions: int) -> None:
        """Show how many regions there are, without telling of it."""
        self.granularity.set_value(n_regions)

    def overlay(self) -> tuple[str, float]:
        """Return mode and opacity (0 to 1) of the colours."""
        return self._mode.current, self._opacity.value / 100

    def _tell_moved(self, value: float) -> None:
        self.granularity_moved.emit(round(value))

    def _tell_set(self, value: float) -> None:
        self.granularity_set.emit(round(value))

    def _tell_overlay(self, *_: object) -> None:
        self.overlay_changed.emit(*self.overlay())


class _Choice(QToolButton):
    """An icon with a menu of which one line is chosen; ``chosen(key)`` when another is."""

    chosen = Signal(str)

    def __init__(self, icon_name: str, tip: str, items: list[tuple[str, str]]) -> None:
        super().__init__()
        set_icon(self, icon_name)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setFixedSize(CONTROL + GRID, CONTROL)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.current = items[0][0]
        menu = QMenu(self)
        self._group = QActionGroup(menu)
        for key, text in items:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(key)
            action.setChecked(key == self.current)
            self._group.addAction(action)
        self._group.triggered.connect(self._choose)
        self.setMenu(menu)

    def _choose(self, action: QAction) -> None:
        self.current = action.data()
        self.chosen.emit(self.current)


def _button(actions: Actions, action_id: str, *, icon_only: bool = False) -> QToolButton:
    action = actions.action(action_id)
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    style = Qt.ToolButtonStyle
    button.setToolButtonStyle(style.ToolButtonIconOnly if icon_only else style.ToolButtonTextBesideIcon)
    button.setFixedHeight(CONTROL)
    if action_id == "regions.split":
        menu = QMenu(button)
        for n in _PARTS:
            menu.addAction(actions.action(f"regions.split_{n}"))
        menu.addSeparator()
        menu.addAction(actions.action("regions.separate"))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    return button
