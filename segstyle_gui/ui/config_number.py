"""The editor of a number: bounds, unit, what 0 means, and steps that grow with the number."""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from segstyle_gui.ui.config_fields import FieldFacts
from segstyle_gui.ui.config_words import DOUBLING, unit_text, zero_text
from segstyle_gui.ui.theme.tokens import CONTROL, GRID

_NUMBER_WIDTH = 22 * GRID  # px; of all numbers, so that they end in a line
_MOST = 1e12  # of a number without an upper bound
_DECIMALS = 10
_FIRST_SIDE = 16  # px; what an automatic side steps up to


class NumberEditor(QDoubleSpinBox):
    """A number within its bounds, with its unit; steps grow with the number.

    Parameters
    ----------
    whole
        True for an ``int`` field.
    """

    edited = Signal()

    def __init__(self, field: FieldFacts, *, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        known = field.known
        self._whole = whole
        self._doubling = whole and field.name in DOUBLING
        self._by_one = field.name == "seed"
        self.setLocale(QLocale.c())
        self.setDecimals(0 if whole else _DECIMALS)
        self.setRange(-_MOST if known.low is None else known.low, _MOST if known.high is None else known.high)
        self.setSuffix(f" {unit_text(known.unit)}" if known.unit else "")
        if known.low in (0, -1):
            self.setSpecialValueText(zero_text(field.name))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(_NUMBER_WIDTH, CONTROL)
        self.valueChanged.connect(self.edited)

    def config_value(self) -> int | float:
        """Return the number, an ``int`` for a whole one."""
        return round(self.value()) if self._whole else self.value()

    def set_config_value(self, value: float) -> None:
        """Show a number."""
        with QSignalBlocker(self):
            self.setValue(value)

    def textFromValue(self, value: float) -> str:
        return f"{value:.0f}" if self._whole else f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")

    def stepBy(self, steps: int) -> None:
        for _ in range(abs(steps)):
            self.setValue(self._next(1 if steps > 0 else -1))

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == ",":  # the decimal sign of many keyboards
            self.lineEdit().insert(".")
        else:
            super().keyPressEvent(event)

    def _next(self, sign: int) -> float:
        value = self.value()
        if self._doubling:
            return _doubled(value) if sign > 0 else _halved(value)
        return round(value + sign * self._step(value, sign), _DECIMALS)

    def _step(self, value: float, sign: int) -> float:
        if self._by_one:
            return 1.0
        size = abs(value) or (self.maximum() / 100 if self.maximum() < _MOST else 1.0)
        if sign < 0:
            size *= 0.999999  # from 100 down is 99, not 90
        decade = math.floor(math.log10(size))
        if not self._whole and self.maximum() <= 2 and size >= 0.1:  # shares and the like
            return 0.05
        return max(10.0 ** (decade - 1), 1.0 if self._whole else 10.0**-_DECIMALS)


def _doubled(value: float) -> float:
    return 2.0 ** (math.floor(math.log2(value)) + 1) if value >= 1 else float(_FIRST_SIDE)


def _halved(value: float) -> float:
    if value > _FIRST_SIDE:
        return 2.0 ** (math.ceil(math.log2(value)) - 1)
    return value // 2 if value > _FIRST_SIDE // 2 else 0.0
