from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline import desktop_entry
from segstyle_gui.pipeline.desktop_entry import Starter, install_desktop, remove_desktop

STARTER = Starter(("/opt/Seg Style/segstyle",))


@pytest.fixture(autouse=True)
def quiet_caches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "real_caches" not in request.fixturenames:
        monkeypatch.setattr(desktop_entry, "_refresh", lambda folder: None)


@pytest.fixture
def real_caches() -> None:
    if not shutil.which("update-mime-database") or not shutil.which("update-desktop-database"):
        pytest.skip("no desktop tools")


def entry(folder: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[method-assign, assignment]
    parser.read(folder / desktop_entry.ENTRY, encoding="utf-8")
    return parser["Desktop Entry"]


def test_install_twice_is_install_once(tmp_path: Path) -> None:
    first = install_desktop(tmp_path, STARTER)
    texts = {file: file.read_bytes() for file in first}
    assert install_desktop(tmp_path, STARTER) == first
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == texts
    places = {file.relative_to(tmp_path) for file in first}
    assert {desktop_entry.ENTRY, desktop_entry.MIME, desktop_entry.VECTOR_ICON} <= places
    assert Path("icons/hicolor/48x48/apps/segstyle.png") in places


def test_the_entry_starts_this_program(tmp_path: Path) -> None:
    install_desktop(tmp_path, STARTER)
    wanted = entry(tmp_path)
    assert wanted["Exec"] == '"/opt/Seg Style/segstyle" %f'
    assert wanted["TryExec"] == "/opt/Seg Style/segstyle"
    assert "Path" not in wanted
    assert wanted["MimeType"] == "application/x-segstyle;"


def test_a_checkout_is_started_in_its_folder(tmp_path: Path) -> None:
    install_desktop(tmp_path, Starter(("/usr/bin/python3", "-m", "segstyle_gui"), folder="/src/segstyle"))
    wanted = entry(tmp_path)
    assert wanted["Exec"] == '"/usr/bin/python3" "-m" "segstyle_gui" %f'
    assert wanted["Path"] == "/src/segstyle"


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/a b/c", '"/a b/c"'),
        ('/a"b', '"/a\\\\"b"'),
        ("/a$b", '"/a\\\\$b"'),
        ("/a\\b", '"/a\\\\\\\\b"'),
        ("/100%", '"/100%%"'),
    ],
)
def test_words_are_quoted_as_the_specification_says(word: str, written: str) -> None:
    assert desktop_entry.quoted(word) == written


def test_remove_takes_away_what_was_installed_and_nothing_else(tmp_path: Path) -> None:
    other = tmp_path / "applications" / "other.desktop"
    other.parent.mkdir()
    other.write_text("[Desktop Entry]\n", encoding="utf-8")
    installed = install_desktop(tmp_path, STARTER)
    assert sorted(remove_desktop(tmp_path)) == sorted(installed)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [other]
    assert remove_desktop(tmp_path) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "share").write_text("in the way", encoding="utf-8")
    with pytest.raises(SegStyleError, match="cannot be written") as caught:
        install_desktop(tmp_path / "share", STARTER)
    assert "XDG_DATA_HOME" in caught.value.hint


def test_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert desktop_entry.data_home() == tmp_path
    for relative in ("", "share"):  # the specification wants relative paths ignored
        monkeypatch.setenv("XDG_DATA_HOME", relative)
        assert desktop_entry.data_home() == Path.home() / ".local" / "share"


def test_how_this_program_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    checkout = desktop_entry.this_starter()
    assert checkout.words == (str(tmp_path / "python"), "-m", "segstyle_gui")
    assert (Path(checkout.folder) / "segstyle_gui" / "__main__.py").is_file()
    (tmp_path / "segstyle").touch()
    assert desktop_entry.this_starter() == Starter((str(tmp_path / "segstyle"),))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert desktop_entry.this_starter() == Starter((str(tmp_path / "python"),))


def test_the_file_type_is_told_by_the_name(tmp_path: Path) -> None:
    install_desktop(tmp_path, STARTER)
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    kind = ElementTree.parse(tmp_path / desktop_entry.MIME).getroot().find(f"{space}mime-type")
    assert kind is not None
    assert kind.get("type") == "application/x-segstyle"
    assert [glob.get("pattern") for glob in kind.iter(f"{space}glob")] == ["*.segstyle"]
    assert kind.find(f"{space}magic") is None, "HDF5's magic would claim every HDF5 file"


def test_desktops_find_the_program_of_a_project_file(tmp_path: Path, real_caches: None) -> None:
    if not shutil.which("gio"):
        pytest.skip("no gio")
    program = tmp_path / "segstyle"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    share = tmp_path / "share"
    install_desktop(share, Starter((str(program),)))
    project = tmp_path / "Près de l'œil.segstyle"
    project.write_bytes(b"\x89HDF\r\n\x1a\n")
    environment = {"XDG_DATA_HOME": str(share), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C"}

    def ask(*words: str) -> str:
        return subprocess.run(
            ["gio", *words], env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert "standard::content-type: application/x-segstyle" in ask("info", str(project))
    assert "segstyle.desktop" in ask("mime", "application/x-segstyle").splitlines()[0]
