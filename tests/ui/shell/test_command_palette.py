"""The command palette finds actions by a few letters and does them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.shell.command_palette import CommandPalette, match_score


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def done(actions: Actions, host: QWidget) -> list[str]:
    told: list[str] = []
    for action_id, text, context in (
        ("regions.merge", "Merge", "regions"),
        ("regions.rename", "Rename", "regions"),
        ("masks.next", "Next image", "masks"),
        ("file.open", "Open project…", "window"),
    ):
        spec = ActionSpec(id=action_id, text=text, context=context)
        actions.add(spec, lambda checked=False, action_id=action_id: told.append(action_id), host)
    actions.action("regions.rename").setEnabled(False)
    return told


@pytest.fixture
def palette(actions: Actions, host: QWidget, done: list[str]) -> CommandPalette:
    made = CommandPalette(actions, "regions", host)
    made.show()
    return made


def test_letters_find_an_action_and_enter_does_it(
    palette: CommandPalette, qtbot: QtBot, done: list[str]
) -> None:
    qtbot.keyClicks(palette._field, "opn")
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert done == ["file.open"]
    assert not palette.isVisible()


def test_actions_of_other_pages_are_left_out_and_disabled_ones_do_nothing(
    palette: CommandPalette, qtbot: QtBot, done: list[str]
) -> None:
    texts = [palette._list.item(row).text() for row in range(palette._list.count())]
    assert not any("Next image" in text for text in texts)
    assert "Rename" in texts[-1], "what cannot be done comes last"
    qtbot.keyClicks(palette._field, "rename")
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert done == []


def test_arrows_move_in_the_list(palette: CommandPalette, qtbot: QtBot) -> None:
    first = palette._list.currentItem().text()
    qtbot.keyClick(palette._field, Qt.Key.Key_Down)
    assert palette._list.currentItem().text() != first
    qtbot.keyClick(palette._field, Qt.Key.Key_Up)
    assert palette._list.currentItem().text() == first


@pytest.mark.parametrize(
    ("typed", "better", "worse"), [("mr", "Merge regions", "Hammer"), ("op", "Open", "Stop")]
)
def test_beginnings_of_words_count_most(typed: str, better: str, worse: str) -> None:
    good, bad = match_score(typed, better), match_score(typed, worse)
    assert good is not None
    assert bad is not None
    assert good > bad


def test_letters_in_another_order_do_not_match() -> None:
    assert match_score("gm", "Merge") is None
    assert match_score("", "Merge") is not None
