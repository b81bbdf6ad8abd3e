from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.main_window import MainWindow
from segstyle_gui.ui.portrait import VARIABLE, Portrait
from segstyle_gui.ui.preferences import Preferences


def test_nothing_is_done_unasked(
    qtbot: QtBot, preferences: Preferences, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    window = MainWindow(preferences)
    assert Portrait.wanted(window) is None
    window.close()
    window.deleteLater()


def test_the_page_is_photographed_and_the_window_closed(
    qtbot: QtBot,
    preferences: Preferences,
    monkeypatch: pytest.MonkeyPatch,
    project_file: Path,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "window.png"))
    window = MainWindow(preferences)
    assert Portrait.wanted(window) is not None
    window.show()
    window.take_path(project_file)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=30_000)
    assert not QImage(str(tmp_path / "window-regions.png")).isNull()
    window.deleteLater()
