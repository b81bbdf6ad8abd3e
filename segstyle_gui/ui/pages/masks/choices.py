"""What the user paints with: the tool and the class, chosen by click or key."""

from __future__ import annotations

from PySide6.QtCore import QObject

from segstyle_gui.ui.pages.masks.class_list import ClassList
from segstyle_gui.ui.pages.masks.desk import MaskDesk
from segstyle_gui.ui.views.mask_canvas import MaskCanvas


class PaintChoices(QObject):
    """Keep list, canvas and desk of one mind about tool and class."""

    def __init__(
        self, canvas: MaskCanvas, desk: MaskDesk, classes: ClassList, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._canvas, self._desk, self._classes = canvas, desk, classes
        canvas.class_picked.connect(self.choose_class)
        classes.chosen.connect(self.choose_class)
        classes.hidden_changed.connect(canvas.set_hidden_classes)
        classes.locked_changed.connect(canvas.set_locked_classes)

    def choose_tool(self, name: str, chosen: bool = True) -> None:
        """Take a tool, one of ``mask_tools.TOOLS``; a switch that goes off changes nothing."""
        if chosen:
            self._desk.set_tool(name)

    def choose_class(self, class_id: int) -> None:
        """Paint a class, 0 for the background."""
        self._classes.set_active(class_id)
        self._canvas.set_active_class(class_id)

    def choose_number(self, number: int) -> None:
        """Paint the class of a number key, if there is one."""
        if number <= len(self._canvas.classes):
            self.choose_class(self._canvas.classes[number - 1].id)

    def toggle_lock(self) -> None:
        """Lock the class that is painted, or unlock it."""
        self._classes.toggle_locked(self._classes.active)

    def toggle_hidden(self) -> None:
        """Hide the class that is painted, or show it."""
        self._classes.toggle_hidden(self._classes.active)
