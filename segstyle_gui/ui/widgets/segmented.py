"""A choice of a few, all in sight: one of several segments is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

_BACK = (Qt.Key.Key_Left, Qt.Key.Key_Up)
_FORTH = (Qt.Key.Key_Right, Qt.Key.Key_Down)


class SegmentedControl(QFrame):
    """Segments side by side, of which one is chosen by click, or by arrow keys, Home and End.

    Parameters
    ----------
    items
        (key, translated text) of each segment; the first is chosen.
    name
        Accessible name: what is chosen here.

    Signals
    -------
    changed(str)
        The user chose another segment; its key. Setting :attr:`current` does not emit it.
    """

    changed = Signal(str)

    def __init__(
        self, items: Sequence[tuple[str, str]], *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._keys = [key for key, _ in items]
        self._group = QButtonGroup(self)
        self.setProperty("role", "segmented")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name or " / ".join(text for _, text in items))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for index, (_, text) in enumerate(items):
            row.addWidget(self._segment(index, text))
        if items:
            self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._chosen)

    def _segment(self, index: int, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "segment")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the control takes it as a whole
        self._group.addButton(button, index)
        return button

    @property
    def current(self) -> str:
        """The key of the chosen segment, empty if there are none."""
        index = self._group.checkedId()
        return self._keys[index] if index >= 0 else ""

    @current.setter
    def current(self, key: str) -> None:
        self.set_current(key)

    def set_current(self, key: str) -> None:
        """Choose a segment without emitting ``changed``.

        Raises
        ------
        ValueError
            If there is no segment of this key.
        """
        with QSignalBlocker(self):
            self._group.button(self._keys.index(key)).setChecked(True)
        self._show_ring(self.hasFocus())

    def button(self, key: str) -> QPushButton:
        """Return a segment, to disable it or give it a tooltip."""
        button = self._group.button(self._keys.index(key))
        assert isinstance(button, QPushButton)
        return button

    def _chosen(self, index: int) -> None:
        self._show_ring(self.hasFocus())
        self.changed.emit(self._keys[index])

    def _go(self, start: int, step: int) -> None:
        """Choose the first enabled segment from ``start`` on."""
        index = start
        while 0 <= index < len(self._keys):
            button = self._group.button(index)
            if button.isEnabled():
                if not button.isChecked():
                    button.click()
                return
            index += step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice."""
        key, now = event.key(), self._group.checkedId()
        if key in _BACK:
            self._go(now - 1, -1)
        elif key in _FORTH:
            self._go(now + 1, 1)
        elif key == Qt.Key.Key_Home:
            self._go(0, 1)
        elif key == Qt.Key.Key_End:
            self._go(len(self._keys) - 1, -1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring around the chosen segment."""
        super().focusInEvent(event)
        self._show_ring(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._show_ring(False)

    def _show_ring(self, focused: bool) -> None:
        for button in self._group.buttons():
            ring = focused and button.isChecked()
            if bool(button.property("ring")) != ring:
                button.setProperty("ring", ring)
                button.style().unpolish(button)
                button.style().polish(button)
