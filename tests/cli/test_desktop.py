from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setattr("segstyle_gui.pipeline.desktop_entry._refresh", lambda folder: None)
    monkeypatch.setattr(sys, "platform", "linux")


def test_install_and_remove(segstyle: Callable[..., Any], tmp_path: Path) -> None:
    entry = tmp_path / "share" / "applications" / "segstyle.desktop"
    installed = segstyle("install-desktop", "--json")
    assert installed.code == 0
    assert str(entry) in installed.json
    assert entry.is_file()
    removed = segstyle("install-desktop", "--remove")
    assert removed.code == 0
    assert str(entry) in removed.out
    assert not entry.exists()


def test_elsewhere_the_installer_does_it(
    segstyle: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    answer = segstyle("install-desktop")
    assert answer.code == 1
    assert "installer" in answer.err
