"""The guided first run and the shortcut overlay: they come, stand aside and go without a trace."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstyle_gui.project.edits import MergeRegions
from segstyle_gui.ui.main_window import MainWindow
from segstyle_gui.ui.shell.guide import Guide
from segstyle_gui.ui.shell.shortcut_overlay import ShortcutOverlay


def test_the_guide_ticks_off_what_was_done(opened: MainWindow) -> None:
    guide = Guide.start(opened)
    assert guide is not None
    session = opened.session
    session.hover_region(1)
    assert guide.step == 1
    session.apply(MergeRegions((1, 2)))
    assert guide.step == 2
    session.undo()
    assert guide.step == 3


def test_there_is_one_guide_and_only_on_the_regions(opened: MainWindow, qtbot: QtBot) -> None:
    Guide.start(opened)
    second = Guide.start(opened)
    assert second is not None
    qtbot.waitUntil(lambda: opened.findChildren(Guide) == [second], timeout=2000)
    opened.show_page("export")
    assert not second.isVisible()
    opened.show_page("regions")
    assert second.isVisible()


def test_without_regions_the_guide_says_what_to_do(window: MainWindow) -> None:
    told = []
    window.session.notified.connect(told.append)
    assert Guide.start(window) is None
    assert "sample" in told[0].text


def test_the_overlay_gives_the_focus_back(opened: MainWindow, qtbot: QtBot) -> None:
    before = opened.focusWidget()
    assert before is not None
    opened.dialogs.show_shortcuts()
    overlay = opened.findChild(ShortcutOverlay)
    assert overlay is not None
    assert opened.focusWidget() is overlay
    qtbot.keyClick(overlay, Qt.Key.Key_A)
    assert opened.focusWidget() is before
    qtbot.waitUntil(lambda: opened.findChild(ShortcutOverlay) is None, timeout=2000)
