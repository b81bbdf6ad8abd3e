"""Whether a window can open here, asked before Qt is: Qt ends the process where it finds no screen."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

_PLATFORM = "QT_QPA_PLATFORM"  # names Qt's way to the screen ("offscreen" is none); unset: the system's
_XCB_PLUGIN = Path("Qt", "plugins", "platforms", "libqxcb.so")


def has_display() -> bool:
    """Return whether windows can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def why_no_window() -> str:
    """Return what keeps Qt from opening a window, in one sentence; empty if nothing is known to.

    Looks at the environment, at the libraries of Qt's X11 plugin and at the X server; milliseconds.
    """
    if sys.platform in ("win32", "darwin"):
        return ""
    platform = os.environ.get(_PLATFORM, "")
    if not platform and not has_display():
        return "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if platform.split(":")[0] not in ("", "xcb") or (not platform and os.environ.get("WAYLAND_DISPLAY")):
        return ""
    return _why_no_x11()


def qt_folder() -> Path | None:
    """Return the folder of the installed PySide6, without importing it; None if there is none."""
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / "PySide6"
    spec = PathFinder.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _why_no_x11() -> str:
    folder = qt_folder()
    plugin = folder / _XCB_PLUGIN if folder else None
    try:
        if plugin is not None and plugin.is_file():
            ctypes.CDLL(str(plugin))
    except OSError:
        return f"Qt's part for X11 ({_XCB_PLUGIN.name}) does not load."
    return "" if _answers() else f"The X server {os.environ.get('DISPLAY', '')!r} does not answer."


def _answers() -> bool:
    """Return whether the X server that ``DISPLAY`` names lets us in; True if that cannot be asked."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    broken = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not broken
