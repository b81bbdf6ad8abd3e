"""A slider with a name and an exact figure beside it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QWidget,
)

from segstyle_gui.ui.theme.tokens import GRID

_SETTLED_MS = 250  # after the last key or turn of the wheel
_HANDLE = 16  # px


class JumpSlider(QSlider):
    """A horizontal slider whose handle jumps under the pointer, and which leaves the wheel to a page.

    Inside something that scrolls, the wheel turns it only while it has the keyboard focus.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """Return a comfortable length."""
        return QSize(GRID * 16, super().sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle to the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self.isSliderDown() and event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def _follow(self, event: QMouseEvent) -> None:
        length = max(1, self.width() - _HANDLE)
        x = min(max(round(event.position().x()) - _HANDLE // 2, 0), length)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setSliderPosition(
            QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x, length, mirrored)
        )

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step, unless a page around it should scroll."""
        if self.hasFocus() or not self._is_in_scroll_area():
            super().wheelEvent(event)
            event.accept()
        else:
            event.ignore()

    def _is_in_scroll_area(self) -> bool:
        parent = self.parentWidget()
        while parent is not None:
            if isinstance(parent, QAbstractScrollArea) and parent.verticalScrollBar().maximum() > 0:
                return True
            parent = parent.parentWidget()
        return False


class ValueSlider(QWidget):
    """Name, slider, figure; the figure can be typed.

    Arrow keys and the wheel move it by one step, Page Up and Page Down by ten or a tenth of the range.

    Parameters
    ----------
    label
        Translated name; also the accessible one.
    low, high, value
        Range, both ends within it, and the first value.
    step
        Distance of neighbouring values.
    decimals
        Digits after the point.
    unit
        Shown after the figure.

    Signals
    -------
    value_changed(float)
        The user moved it; live.
    committed(float)
        The user let go, or was quiet for a moment after keys or wheel, and the value is another one
        than before. Setting :attr:`value` emits neither.
    """

    value_changed = Signal(float)
    committed = Signal(float)

    def __init__(
        self,
        label: str,
        low: float,
        high: float,
        value: float,
        *,
        step: float = 1,
        decimals: int = 0,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if high <= low or step <= 0:
            raise ValueError(f"a slider needs low < high and step > 0, not {low}, {high}, {step}")
        self._low, self._high, self._step = low, high, step
        self._label = QLabel(label)
        self._slider = JumpSlider()
        self._figure = self._make_figure(decimals, unit)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLED_MS)
        self._lay_out()
        self._name(label)
        self.set_range(low, high)
        self.set_value(value)
        self._connect()

    def _make_figure(self, decimals: int, unit: str) -> QDoubleSpinBox:
        figure = QDoubleSpinBox()
        figure.setProperty("role", "figure")  # no arrows: the slider is beside it
        figure.setDecimals(decimals)
        figure.setSingleStep(self._step)
        figure.setSuffix(f" {unit}" if unit else "")
        figure.setKeyboardTracking(False)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        figure.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return figure

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._label)
        row.addWidget(self._slider, 1)
        row.addWidget(self._figure)
        self._label.setVisible(bool(self._label.text()))
        self.setFocusProxy(self._slider)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _name(self, label: str) -> None:
        self.setAccessibleName(label)
        self._slider.setAccessibleName(label)
        self._figure.setAccessibleName(label)
        self._label.setBuddy(self._slider)

    def _connect(self) -> None:
        self._slider.valueChanged.connect(self._on_slider)
        self._slider.sliderReleased.connect(self._commit)
        self._figure.valueChanged.connect(self._on_figure)
        self._settle.timeout.connect(self._commit)

    @property
    def value(self) -> float:
        """The present value."""
        return self._figure.value()

    @value.setter
    def value(self, value: float) -> None:
        self.set_value(value)

    def set_value(self, value: float) -> None:
        """Move it without a signal; a value outside the range becomes the nearest end."""
        with QSignalBlocker(self._figure):
            self._figure.setValue(value)
        self._place()
        self._committed = self.value

    def set_range(self, low: float, high: float) -> None:
        """Set both ends without a signal; the value is kept within them."""
        self._low, self._high = low, high
        steps = max(1, round((high - low) / self._step))
        with QSignalBlocker(self._slider), QSignalBlocker(self._figure):
            self._slider.setRange(0, steps)
            self._slider.setPageStep(max(1, min(10, steps // 10)))
            self._figure.setRange(low, high)
        self._place()
        self._figure.setFixedWidth(self._figure_width())
        self._committed = self.value

    def setToolTip(self, tip: str) -> None:
        """Set the tooltip of all parts."""
        super().setToolTip(tip)
        for part in (self._label, self._slider, self._figure):
            part.setToolTip(tip)

    def _figure_width(self) -> int:
        """Room for the widest figure, so that nothing moves while it is dragged."""
        ends = (self._figure.textFromValue(end) + self._figure.suffix() for end in (self._low, self._high))
        return max(self._figure.fontMetrics().horizontalAdvance(text) for text in ends) * 11 // 10 + 3 * GRID

    def _place(self) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(round((self.value - self._low) / self._step))

    def _on_slider(self, index: int) -> None:
        value = min(self._low + index * self._step, self._high)
        with QSignalBlocker(self._figure):
            self._figure.setValue(self._high if index == self._slider.maximum() else value)
        self.value_changed.emit(self.value)
        if not self._slider.isSliderDown():
            self._settle.start()

    def _on_figure(self, value: float) -> None:
        self._place()
        self.value_changed.emit(value)
        self._settle.start()

    def _commit(self) -> None:
        self._settle.stop()
        if self.value != self._committed:
            self._committed = self.value
            self.committed.emit(self.value)
