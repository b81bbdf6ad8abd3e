from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

from segstyle_gui.core.progress import Cancelled
from segstyle_gui.pipeline import import_images
from segstyle_gui.project.store import Project

Segstyle = Callable[..., Any]


def _one_line(answer: Any, code: int, *words: str) -> None:
    """Check that an answer is one line of error with the next step, and nothing else."""
    assert answer.code == code, answer.err
    lines = answer.err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert "Traceback" not in answer.err
    assert answer.out == ""
    for word in words:
        assert word in lines[0]


def test_an_empty_folder(segstyle: Segstyle, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    segstyle("new", "Eyes")
    _one_line(segstyle("import", "Eyes", "empty"), 3, "holds no images", "Choose another folder")


def test_a_folder_that_is_not_there(segstyle: Segstyle) -> None:
    segstyle("new", "Eyes")
    _one_line(segstyle("import", "Eyes", "nowhere"), 3, "does not exist")


def test_one_image_is_too_few_to_train(segstyle: Segstyle, eyes: Path) -> None:
    for path in sorted(eyes.iterdir())[1:]:
        path.unlink()
    segstyle("new", "Eyes")
    assert segstyle("import", "Eyes", eyes, "--size", 16).code == 0
    _one_line(segstyle("train-generator", "Eyes"), 2, "1 images to train on", "wanted at least 16")


def test_a_project_that_is_not_there(segstyle: Segstyle) -> None:
    _one_line(segstyle("status", "None"), 5, "no project file", "create a new project")


def test_a_file_that_is_no_project(segstyle: Segstyle, tmp_path: Path) -> None:
    (tmp_path / "notes.segstyle").write_text("hello", encoding="utf-8")
    _one_line(segstyle("status", "notes.segstyle"), 5, "not a SegStyle project")
    _one_line(segstyle("import", "notes.segstyle", "."), 5, "not a SegStyle project")


def test_a_project_of_a_newer_version(segstyle: Segstyle, tmp_path: Path) -> None:
    segstyle("new", "Eyes")
    with h5py.File(tmp_path / "Eyes.segstyle", "r+") as file:
        file.attrs["schema_version"] = 99
    _one_line(segstyle("status", "Eyes"), 5, "project format 99", "Update SegStyle")


def test_a_new_project_never_replaces_a_file(segstyle: Segstyle, tmp_path: Path) -> None:
    (tmp_path / "Eyes.segstyle").write_text("mine", encoding="utf-8")
    _one_line(segstyle("new", "Eyes"), 5, "exists already")
    assert (tmp_path / "Eyes.segstyle").read_text(encoding="utf-8") == "mine"


def test_a_project_open_elsewhere(segstyle: Segstyle, eyes: Path, tmp_path: Path) -> None:
    segstyle("new", "Eyes")
    with Project.open(tmp_path / "Eyes.segstyle"):
        answer = segstyle("import", "Eyes", eyes)
        assert segstyle("status", "Eyes").code == 0
    _one_line(answer, 5, "open")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--size", 48], "power of two"),
        (["--size", 4], "16 to 1024"),
        (["--channels", "cmyk"], "auto, gray, rgb"),
        (["--window-low", 120], "0 to 100"),
        (["--preset", "papper"], "no preset"),
    ],
)
def test_values_out_of_range(segstyle: Segstyle, eyes: Path, words: list[Any], expected: str) -> None:
    segstyle("new", "Eyes")
    _one_line(segstyle("import", "Eyes", eyes, *words), 2, expected)


def test_unknown_flags_and_words_are_usage_errors(segstyle: Segstyle) -> None:
    answer = segstyle("import", "Eyes", "images", "--sise", 16)
    assert answer.code == 2
    assert "--sise" in answer.err
    assert segstyle("imprt").code == 2
    assert segstyle("export", "voc", "Eyes", "out").code == 2
    assert "Traceback" not in answer.err


def test_a_full_disk_loses_nothing(
    segstyle: Segstyle, eyes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segstyle("new", "Eyes")
    before = (tmp_path / "Eyes.segstyle").read_bytes()

    def full(*args: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "Eyes.segstyle")

    with monkeypatch.context() as patch:
        patch.setattr("segstyle_gui.project.container.write_run", full)
        answer = segstyle("import", "Eyes", eyes)
    assert answer.code in (1, 5)
    assert "pace" in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert (tmp_path / "Eyes.segstyle").read_bytes() == before
    assert segstyle("import", "Eyes", eyes, "--size", 16).code == 0


def test_a_surprise_is_one_line_and_a_log(
    segstyle: Segstyle, eyes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segstyle("new", "Eyes")

    def broken(*args: object, **options: object) -> None:
        raise LookupError("[bold]surprise[/]")

    monkeypatch.setattr(import_images, "image_files", broken)
    _one_line(segstyle("import", "Eyes", eyes), 1, "unexpected LookupError: [bold]surprise[/]", "details in")
    (log,) = (tmp_path / "logs").iterdir()
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_a_stop_is_130_and_says_how_to_go_on(
    segstyle: Segstyle, eyes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segstyle("new", "Eyes")

    def stopped(*args: object, **options: object) -> None:
        raise Cancelled

    monkeypatch.setattr(import_images, "image_files", stopped)
    answer = segstyle("import", "Eyes", eyes)
    assert answer.code == 130
    assert "run the same command again" in answer.err
    assert "error" not in answer.err


def test_a_bad_recipe(segstyle: Segstyle, tmp_path: Path) -> None:
    _one_line(segstyle("run", "none.toml"), 2, "cannot be read")
    (tmp_path / "r.toml").write_text("[find_region]\n", encoding="utf-8")
    _one_line(segstyle("run", "r.toml"), 2, "[find_region]", "Did you mean 'find_regions'")
