"""One picture of many, large: zoom, the next and the one before, and the way back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from segstyle_gui.ui.views.image_view import ImageView
from segstyle_gui.ui.widgets.buttons import icon_button, plain_button
from segstyle_gui.ui.widgets.labels import ElidedLabel


class CloseUp(QWidget):
    """A picture with a head row; Escape goes back, Page Up and Page Down step.

    Attributes
    ----------
    view
        The picture.
    head
        The row above it; a page may add buttons at its end.

    Signals
    -------
    closed
        The user wants to go back.
    stepped(int)
        The user wants the next picture (1) or the one before (-1).
    """

    closed = Signal()
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ImageView()
        self.caption = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self.caption.setProperty("role", "title")
        back = plain_button(self.tr("Back"), "chevron_left", self.tr("Back to all (Escape)"))
        back.clicked.connect(self.closed)
        before = icon_button("previous", self.tr("The one before (Page Up)"))
        after = icon_button("next", self.tr("The next one (Page Down)"))
        before.clicked.connect(self._step_back)
        after.clicked.connect(self._step_on)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(back)
        self.head.addSpacing(8)
        self.head.addWidget(self.caption, 1)
        self.head.addWidget(before)
        self.head.addWidget(after)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(self.head)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)

    def show_picture(self, image: NDArray[np.uint8] | None, caption: str) -> None:
        """Show (H, W), (H, W, 1) or (H, W, 3) uint8; None while it is being read."""
        self.caption.setText(caption)
        self.view.set_image(image)
        self.view.setAccessibleName(caption)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() == Qt.Key.Key_PageUp:
            self._step_back()
        elif event.key() == Qt.Key.Key_PageDown:
            self._step_on()
        else:
            super().keyPressEvent(event)

    def _step_back(self) -> None:
        self.stepped.emit(-1)

    def _step_on(self) -> None:
        self.stepped.emit(1)
