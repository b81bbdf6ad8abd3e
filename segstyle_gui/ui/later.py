"""Doing something once, a while after it was last asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def later(owner: QObject, milliseconds: int, slot: Callable[[], object]) -> QTimer:
    """Return a timer of ``owner`` that calls ``slot`` once after each start; a start anew begins anew."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
