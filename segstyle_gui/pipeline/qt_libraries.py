"""Which system libraries the window lacks on Linux, and the Debian packages that bring them."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from segstyle_gui.pipeline.display import qt_folder

_X11_PARTS = ("plugins/platforms/libqxcb.so", "lib/libQt6Widgets.so.6", "lib/libQt6Svg.so.6")
_WAYLAND_PART = "plugins/platforms/libqwayland.so"
_RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}  # in Debian 13 and Ubuntu 24.04

PACKAGE_OF: dict[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}
WAYLAND_PACKAGE_OF: dict[str, str] = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}


def missing_libraries() -> list[str]:
    """Return the names of the shared libraries that Qt's parts for the window want and do not find.

    Asks ``ldd`` about the installed parts; where there is none, tries the libraries known to be wanted.
    """
    folder = qt_folder()
    parts = [folder / "Qt" / part for part in _wanted_parts()] if folder else []
    present = [part for part in parts if part.is_file()]
    if present and shutil.which("ldd"):
        return sorted({name for part in present for name in not_found(_ldd(part))})
    known = PACKAGE_OF | WAYLAND_PACKAGE_OF if _is_wayland() else PACKAGE_OF
    return [name for name in known if not _loads(name)]


def packages_for(libraries: Iterable[str], *, system: str | None = None) -> list[str]:
    """Return the Debian packages that bring these libraries, sorted; an unknown library is left out.

    Parameters
    ----------
    libraries
        Names such as ``libxcb-cursor.so.0``.
    system
        The text of ``/etc/os-release``; that of this computer if None. It decides between old and new names.
    """
    known = PACKAGE_OF | WAYLAND_PACKAGE_OF
    names = {known[library] for library in libraries if library in known}
    renamed = _RENAMED if _has_new_names(_os_release() if system is None else system) else {}
    return sorted(renamed.get(name, name) for name in names)


def not_found(listing: str) -> list[str]:
    """Return the libraries that a listing of ``ldd`` calls not found."""
    return [line.split()[0] for line in listing.splitlines() if line.strip().endswith("=> not found")]


def _wanted_parts() -> tuple[str, ...]:
    return (*_X11_PARTS, _WAYLAND_PART) if _is_wayland() else _X11_PARTS


def _is_wayland() -> bool:
    return bool(os.environ.get("WAYLAND_DISPLAY"))


def _ldd(part: Path) -> str:
    try:
        done = subprocess.run(["ldd", str(part)], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603, S607 - the system's own
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _os_release() -> str:
    try:
        return Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""


def _has_new_names(system: str) -> bool:
    """Return whether this is Debian 13, Ubuntu 24.04 or newer."""
    pairs = (line.split("=", 1) for line in system.splitlines() if "=" in line)
    facts = {key: value.strip("\"'") for key, value in pairs}
    try:
        version = float(facts.get("VERSION_ID", "0"))
    except ValueError:
        return False
    return version >= {"debian": 13.0, "ubuntu": 24.04}.get(facts.get("ID", ""), float("inf"))
