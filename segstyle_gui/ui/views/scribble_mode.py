"""The state of the gallery while the user draws scribbles: strokes, their colours, and the group in use."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from segstyle_gui.core.palette import OKABE_ITO
from segstyle_gui.ui.views.scribbles import Scribbles

_USUAL_COLORS = tuple(OKABE_ITO[i] for i in (5, 1, 3, 2, 6, 0))  # far apart from each other on gray
_FIRST_DIGIT = int(Qt.Key.Key_1)


class ScribbleMode:
    """Strokes of 2 to 6 groups; ``group`` (from 0) is the one that the left button draws.

    Parameters
    ----------
    n_groups
        2 to 6.
    colors
        (red, green, blue) of each group; colours that are told apart with any colour vision by default.

    Raises
    ------
    ValueError
        If there are fewer colours than groups, or the number of groups is another.
    """

    def __init__(self, n_groups: int, colors: Sequence[Sequence[int]] | None = None) -> None:
        self.scribbles = Scribbles(n_groups)
        chosen = list(colors or _USUAL_COLORS)[:n_groups]
        if len(chosen) < n_groups:
            raise ValueError(f"{len(chosen)} colours for {n_groups} groups")
        self.colors = [QColor(*color[:3]) for color in chosen]
        self.group = 0

    def group_of(self, button: Qt.MouseButton) -> int:
        """Return the group that a button draws: the right one draws the group after the chosen one."""
        is_right = button == Qt.MouseButton.RightButton
        return (self.group + is_right) % self.scribbles.n_groups

    def choose(self, key: Qt.Key) -> bool:
        """Choose the group of a digit key; return False if the key is none of them."""
        group = int(key) - _FIRST_DIGIT
        if not 0 <= group < self.scribbles.n_groups:
            return False
        self.group = group
        return True

    def takes(self, key: Qt.Key) -> bool:
        """Return whether a key means something here, so that no shortcut may have it."""
        keys = (Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        return key in keys or 0 <= int(key) - _FIRST_DIGIT < self.scribbles.n_groups
