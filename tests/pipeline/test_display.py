from __future__ import annotations

import sys
from pathlib import Path

import pytest

from segstyle_gui.pipeline import display

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


def test_neither_display_is_set() -> None:
    assert not display.has_display()
    assert "DISPLAY" in display.why_no_window()


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600"])
def test_a_platform_without_a_screen_needs_none(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert display.why_no_window() == ""


def test_wayland_is_left_to_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert display.has_display()
    assert display.why_no_window() == ""


def test_an_x_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.setattr(display, "qt_folder", lambda: None)
    assert ":4711" in display.why_no_window()


def test_a_plugin_that_does_not_load_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = tmp_path / display._XCB_PLUGIN
    plugin.parent.mkdir(parents=True)
    plugin.write_bytes(b"no library")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(display, "qt_folder", lambda: tmp_path)
    assert "libqxcb.so" in display.why_no_window()


def test_the_folder_of_qt_is_found_without_importing_it() -> None:
    folder = display.qt_folder()
    assert folder is not None
    assert (folder / "__init__.py").is_file()


def test_a_built_application_has_qt_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert display.qt_folder() == tmp_path / "PySide6"
