"""A hand at a real X server: keys and mouse through its XTEST extension, as devices would send them."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

_PAUSE = 40  # milliseconds after every event, in which the application takes it
_KEYSYMS = {"?": "question", ".": "period", "-": "minus", " ": "space"}


class Hand:
    """Moves the pointer, presses buttons and keys; every event goes through the X server."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self._x11 = ctypes.CDLL("libX11.so.6")
        self._xtst = ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XStringToKeysym.restype = ctypes.c_ulong
        opened = self._x11.XOpenDisplay(None)
        assert opened, "there is no X server"
        self._display = ctypes.c_void_p(opened)

    def close(self) -> None:
        """Let go of the server."""
        self._x11.XCloseDisplay(self._display)

    def move(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Move the pointer to a place on a widget, its middle by default."""
        at = widget.mapToGlobal(widget.rect().center() if place is None else place)
        scale = widget.devicePixelRatioF()
        self._send("XTestFakeMotionEvent", -1, round(at.x() * scale), round(at.y() * scale), 0)

    def press(self, button: int = 1) -> None:
        """Press a mouse button: 1 left, 2 middle, 3 right."""
        self._send("XTestFakeButtonEvent", button, 1, 0)

    def release(self, button: int = 1) -> None:
        """Let a mouse button go."""
        self._send("XTestFakeButtonEvent", button, 0, 0)

    def click(self, widget: QWidget, place: QPoint | None = None, *held: str) -> None:
        """Click with the left button while the named keys are held."""
        self.move(widget, place)
        for name in held:
            self._key(name, down=True)
        self.press()
        self.release()
        for name in held:
            self._key(name, down=False)

    def drag(self, widget: QWidget, places: list[QPoint]) -> None:
        """Draw with the left button from the first place to the last."""
        self.move(widget, places[0])
        self.press()
        for place in places[1:]:
            self.move(widget, place)
        self.release()

    def keys(self, *names: str) -> None:
        """Press keys together and let them go: ``keys("Control_L", "Shift_L", "p")``."""
        for name in names:
            self._key(name, down=True)
        for name in reversed(names):
            self._key(name, down=False)

    def type(self, text: str) -> None:
        """Type lower-case text."""
        for letter in text:
            self.keys(letter)

    def _key(self, name: str, *, down: bool) -> None:
        keysym = self._x11.XStringToKeysym(_KEYSYMS.get(name, name).encode())
        code = self._x11.XKeysymToKeycode(self._display, ctypes.c_ulong(keysym))
        assert code, f"the keyboard has no key {name}"
        self._send("XTestFakeKeyEvent", code, int(down), 0)

    def _send(self, what: str, *values: int) -> None:
        numbers: list[Any] = [ctypes.c_int(value) for value in values[:-1]]
        getattr(self._xtst, what)(self._display, *numbers, ctypes.c_ulong(values[-1]))
        self._x11.XFlush(self._display)
        self._qtbot.wait(_PAUSE)


@pytest.fixture
def hand(qtbot: QtBot) -> Any:
    """A hand at the X server."""
    made = Hand(qtbot)
    yield made
    made.close()
