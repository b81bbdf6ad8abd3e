"""What is remembered survives, and what is damaged is ignored."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from segstyle_gui.ui.preferences import MOST_RECENTS, Preferences, RecentProject


def test_values_survive_and_changes_are_told_once(tmp_path: Path, qtbot: QtBot) -> None:
    first = Preferences(tmp_path / "s.ini")
    with qtbot.waitSignal(first.changed) as told:
        first.theme = "light"
    assert told.args == ["theme"]
    with qtbot.assertNotEmitted(first.changed):
        first.theme = "light"
    first.put_bytes("window/geometry", b"\x00\xff")
    first.sync()
    second = Preferences(tmp_path / "s.ini")
    assert second.theme == "light"
    assert second.get_bytes("window/geometry") == b"\x00\xff"


def test_recents_are_newest_first_without_duplicates_or_missing_files(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "s.ini")
    paths = [tmp_path / f"p{number}.segstyle" for number in range(MOST_RECENTS + 5)]
    for path in (*paths, paths[-2]):
        path.touch()
        preferences.add_recent(RecentProject(path=str(path)))
    recents = preferences.recents()
    assert [recent.path for recent in recents[:2]] == [str(paths[-2]), str(paths[-1])]
    assert len(recents) == MOST_RECENTS >= 10
    paths[-1].unlink()
    assert str(paths[-1]) not in [recent.path for recent in preferences.recents()]
    preferences.forget_recent(str(paths[-2]))
    assert str(paths[-2]) not in [recent.path for recent in preferences.recents()]


def test_a_damaged_file_gives_defaults(tmp_path: Path) -> None:
    (tmp_path / "s.ini").write_text("[General]\ntheme=dark but not json\nrecents=[{\n")
    preferences = Preferences(tmp_path / "s.ini")
    assert preferences.theme == "system"
    assert preferences.recents() == []
