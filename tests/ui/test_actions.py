"""Actions: default keys, other keys, conflicts by place, and what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.preferences import Preferences


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    QVBoxLayout(widget).addWidget(QLineEdit())
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def add(actions: Actions, window: QWidget, action_id: str, keys: str, context: str = "window") -> list[str]:
    done: list[str] = []
    spec = ActionSpec(id=action_id, text=action_id, shortcut=keys, context=context)
    actions.add(spec, lambda: done.append(action_id), window)
    return done


def test_keys_do_the_action_and_new_keys_replace_them(
    actions: Actions, window: QWidget, qtbot: QtBot
) -> None:
    done = add(actions, window, "regions.merge", "Ctrl+M")
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert done == ["regions.merge"]
    assert actions.rebind("regions.merge", "Ctrl+J") == []
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert done == ["regions.merge"] * 2
    actions.reset("regions.merge")
    assert actions.shortcut("regions.merge") == "Ctrl+M"


def test_the_same_keys_clash_in_one_place_but_not_on_two_pages(actions: Actions, window: QWidget) -> None:
    add(actions, window, "regions.merge", "M", "regions")
    add(actions, window, "masks.mark", "K", "masks")
    add(actions, window, "view.log", "Ctrl+L")
    assert actions.rebind("masks.mark", "M") == []
    assert actions.rebind("view.log", "M") == ["regions.merge", "masks.mark"]
    assert actions.shortcut("view.log") == "Ctrl+L"
    assert actions.rebind("regions.merge", "") == [], "no keys never clash"


def test_new_keys_are_there_again_in_the_next_session(tmp_path: Path, window: QWidget) -> None:
    first = Actions(Preferences(tmp_path / "s.ini"))
    add(first, window, "a", "Ctrl+1")
    first.rebind("a", "Ctrl+2")
    second = Actions(Preferences(tmp_path / "s.ini"))
    add(second, window, "a", "Ctrl+1")
    assert second.shortcut("a") == "Ctrl+2"
    assert second.action("a").shortcut().toString() == "Ctrl+2"


def test_an_id_is_given_once_and_the_tooltip_shows_the_keys(actions: Actions, window: QWidget) -> None:
    add(actions, window, "a", "Ctrl+1")
    assert "Ctrl+1" in actions.action("a").toolTip()
    with pytest.raises(ValueError, match="already"):
        add(actions, window, "a", "")


def test_actions_of_a_page_go_with_it(actions: Actions, window: QWidget) -> None:
    add(actions, window, "regions.merge", "M", "regions")
    add(actions, window, "view.log", "L")
    actions.remove("regions")
    assert [spec.id for spec in actions.specs()] == ["view.log"]
    add(actions, window, "regions.merge", "M", "regions")
