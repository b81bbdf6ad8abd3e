from __future__ import annotations

from pathlib import Path

import pytest

from segstyle_gui import __main__ as entry


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], True),
        (["Eyes.segstyle"], True),
        (["not there/Eyes.segstyle"], True),
        (["status", "Eyes.segstyle"], False),
        (["Eyes.segstyle", "Other.segstyle"], False),
        (["demo"], False),
        (["--help"], False),
        (["--version"], False),
        (["missing/"], False),
    ],
)
def test_a_window_for_no_word_or_a_project(arguments: list[str], wanted: bool) -> None:
    assert entry.wants_window(arguments) is wanted


def test_a_folder_written_as_a_path_opens_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demo").mkdir()
    monkeypatch.chdir(tmp_path)
    assert entry.wants_window([str(tmp_path)])
    assert entry.wants_window(["."])
    assert entry.wants_window(["./demo"])
    assert not entry.wants_window(["demo"]), "a folder must not hide the command of its name"


def test_the_words_go_where_they_belong(monkeypatch: pytest.MonkeyPatch) -> None:
    import segstyle_gui.app
    import segstyle_gui.cli.app

    calls = []
    monkeypatch.setattr(segstyle_gui.app, "main", lambda words: calls.append(("window", list(words))) or 0)
    monkeypatch.setattr(segstyle_gui.cli.app, "main", lambda words: calls.append(("words", list(words))) or 3)
    assert entry.run(["a.segstyle"]) == 0
    assert entry.run(["doctor", "--json"]) == 3
    assert calls == [("window", ["a.segstyle"]), ("words", ["doctor", "--json"])]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from segstyle_gui import __version__

    assert entry.run(["--version"]) == 0
    assert capsys.readouterr().out == f"segstyle {__version__}\n"
