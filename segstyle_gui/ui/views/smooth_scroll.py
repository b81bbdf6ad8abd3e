"""Scrolling that glides to where the wheel leads."""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QPropertyAnimation
from PySide6.QtWidgets import QScrollBar

_DURATION = 140  # milliseconds


class SmoothScroll(QObject):
    """Moves a scroll bar; notches of the wheel that follow each other add up."""

    def __init__(self, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._animation = QPropertyAnimation(bar, b"value", self)
        self._animation.setDuration(_DURATION)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        bar.sliderPressed.connect(self._animation.stop)

    @property
    def target(self) -> int:
        """Where the bar is going, or is."""
        running = self._animation.state() == QAbstractAnimation.State.Running
        return int(self._animation.endValue()) if running else self._bar.value()

    def glide(self, value: float) -> None:
        """Go to a value within a moment."""
        goal = min(max(round(value), self._bar.minimum()), self._bar.maximum())
        self._animation.stop()
        self._animation.setStartValue(self._bar.value())
        self._animation.setEndValue(goal)
        self._animation.start()

    def jump(self, value: float) -> None:
        """Go to a value at once."""
        self._animation.stop()
        self._bar.setValue(round(value))
