from __future__ import annotations

import sys

import pytest

from segstyle_gui.pipeline import qt_libraries

LISTING = """\
\tlinux-vdso.so.1 (0x00007ffd)
\tlibxcb-cursor.so.0 => not found
\tlibGL.so.1 => /lib/x86_64-linux-gnu/libGL.so.1 (0x00007f)
\tlibglib-2.0.so.0 => not found
"""
DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\n'


def test_what_ldd_does_not_find() -> None:
    assert qt_libraries.not_found(LISTING) == ["libxcb-cursor.so.0", "libglib-2.0.so.0"]


@pytest.mark.parametrize(
    ("system", "glib"),
    [
        (DEBIAN_12, "libglib2.0-0"),
        ("ID=debian\nVERSION_ID=13\n", "libglib2.0-0t64"),
        ('ID=ubuntu\nVERSION_ID="22.04"\n', "libglib2.0-0"),
        ('ID=ubuntu\nVERSION_ID="24.04"\n', "libglib2.0-0t64"),
        ("ID=debian\nVERSION_CODENAME=sid\n", "libglib2.0-0"),
        ("ID=fedora\nVERSION_ID=41\n", "libglib2.0-0"),
        ("", "libglib2.0-0"),
    ],
)
def test_packages_bear_the_names_of_the_system(system: str, glib: str) -> None:
    assert qt_libraries.packages_for(qt_libraries.not_found(LISTING), system=system) == sorted(
        [glib, "libxcb-cursor0"]
    )


def test_one_package_for_two_libraries_and_none_for_a_strange_one() -> None:
    wanted = ["libglib-2.0.so.0", "libgthread-2.0.so.0", "libstrange.so.7"]
    assert qt_libraries.packages_for(wanted, system=DEBIAN_12) == ["libglib2.0-0"]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux")
def test_ldd_is_asked_about_the_parts_of_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(qt_libraries, "_ldd", lambda part: asked.append(part.name) or LISTING)
    monkeypatch.setattr(qt_libraries.shutil, "which", lambda name: "/usr/bin/ldd")
    assert qt_libraries.missing_libraries() == ["libglib-2.0.so.0", "libxcb-cursor.so.0"]
    assert "libqxcb.so" in asked


def test_without_ldd_each_known_library_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(qt_libraries.shutil, "which", lambda name: None)
    monkeypatch.setattr(qt_libraries, "_loads", lambda name: name != "libxcb-icccm.so.4")
    assert qt_libraries.missing_libraries() == ["libxcb-icccm.so.4"]
    monkeypatch.setattr(qt_libraries, "_loads", lambda name: not name.startswith("libwayland"))
    assert qt_libraries.missing_libraries() == [], "Wayland's are wanted on Wayland only"
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert len(qt_libraries.missing_libraries()) == 2
