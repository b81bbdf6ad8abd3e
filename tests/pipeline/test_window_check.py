from __future__ import annotations

import sys

import pytest

from segstyle_gui.pipeline import window_check


def test_missing_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_check, "missing_libraries", lambda: ["libxcb-cursor.so.0"])
    [check] = window_check._libraries()
    assert not check.ok
    assert "libxcb-cursor.so.0" in check.found
    assert check.next_step == "sudo apt install libxcb-cursor0"


def test_a_library_of_no_known_package_is_named_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_check, "missing_libraries", lambda: ["libstrange.so.7"])
    [check] = window_check._libraries()
    assert "libstrange.so.7" in check.found
    assert "apt" not in check.next_step


def test_no_display_is_no_fault_but_a_dead_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_check, "why_no_window", lambda: "reason")
    monkeypatch.setattr(window_check, "has_display", lambda: False)
    assert window_check._display().ok
    monkeypatch.setattr(window_check, "has_display", lambda: True)
    assert not window_check._display().ok


def test_qt_is_loaded_in_another_process() -> None:
    check = window_check._qt()
    assert check.ok
    assert "platform" in check.found


def test_a_qt_that_ends_its_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_check, "_PROBE", "import os; os.abort()")
    check = window_check._qt()
    assert not check.ok
    assert "-6" in check.found or sys.platform == "win32"


def test_a_built_application_starts_no_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(window_check.subprocess, "run", lambda *_, **__: pytest.fail("it started a process"))
    assert window_check._qt().ok
