from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import segstyle_gui
from segstyle_gui.cli.console import spoken_time
from segstyle_gui.cli.results import project_file, summary_lines, table
from segstyle_gui.cli.stages import EXPORT_WORDS, WORDS
from segstyle_gui.pipeline import system_check, window_check
from segstyle_gui.pipeline.catalog import STAGES, stage_named

Segstyle = Callable[..., Any]


def test_every_stage_has_a_word() -> None:
    spoken = {spec.stage for spec in (*WORDS.values(), *EXPORT_WORDS.values())}
    assert spoken == {stage.name for stage in STAGES}


@pytest.mark.parametrize("word", WORDS)
def test_every_setting_is_a_flag_with_its_help(segstyle: Segstyle, word: str) -> None:
    answer = segstyle(word, "--help")
    assert answer.code == 0
    stage = stage_named(WORDS[word].stage)
    names = set(stage.config.__dataclass_fields__) - {WORDS[word].place}
    for name in names:
        assert f"--{name.replace('_', '-')}" in answer.out, name
    assert "--preset" in answer.out


def test_help_says_unit_range_and_default(segstyle: Segstyle) -> None:
    text = " ".join(segstyle("import", "--help").out.replace("│", " ").split())
    assert "(px; 16–1024; default 64)" in text
    assert "auto|gray|rgb" in text


def test_new_import_status(segstyle: Segstyle, eyes: Path) -> None:
    assert "segstyle import" in segstyle("new", "Eyes").out
    (eyes / "broken.png").write_bytes(b"?")
    answer = segstyle("import", "Eyes", eyes, "--size", 16)
    assert answer.code == 0
    assert "skipped: 1" in answer.out
    assert "broken.png: " in answer.out
    record = segstyle("import", "Eyes", eyes, "--size", 32, "--fit", "pad", "--json").json
    assert (record["stage"], record["config"]["size"], record["config"]["fit"]) == (
        "import_images",
        32,
        "pad",
    )
    assert Path(record["config"]["folder"]) == eyes.resolve()
    states = {row["stage"]: row["state"] for row in segstyle("status", "Eyes", "--json").json}
    assert states["import_images"] == "done"
    assert states["train_generator"] == "ready"
    assert "Import images" in segstyle("status", "Eyes.segstyle").out


def test_flags_reach_the_config_and_presets_start_it(segstyle: Segstyle, generator_file: Path) -> None:
    segstyle("new", "Eyes")
    segstyle("import-generator", "Eyes", generator_file)
    small = ["--n-samples", 4, "--n-clusters", 4, "--layer", "b8.conv1", "--grid", 8, "--n-init", 1]
    record = segstyle("find-regions", "Eyes", "--preset", "paper", *small, "--n-refits", 1, "--json").json
    config = record["config"]
    assert (config["normalize"], config["seed"]) == ("none", 42)  # the paper's
    assert (config["n_clusters"], config["layer"], config["grid"]) == (4, "b8.conv1", 8)


def test_progress_is_on_standard_error_alone(segstyle: Segstyle, with_regions: str) -> None:
    segstyle("regions", "assign", with_regions, 1, "--class", "iris")
    answer = segstyle("synthesize", with_regions, "--n-images", 8, "--size", 16, "--json")
    assert answer.json["summary"]["images"] > 0


def test_working_from_something_stale_is_said(segstyle: Segstyle, with_regions: str) -> None:
    segstyle("regions", "assign", with_regions, 1, "--class", "iris")
    assert "note:" not in segstyle("synthesize", with_regions, "--n-images", 8, "--size", 16).err
    segstyle("regions", "assign", with_regions, 2, "--class", "iris")
    tiny = ["--steps", 1, "--width", 8, "--batch-size", 4]
    answer = segstyle("train-student", with_regions, *tiny)
    assert answer.code == 0
    assert "note: Synthesize is stale: the regions were edited since." in answer.err


def test_startup_loads_neither_torch_nor_qt(with_regions: str, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from segstyle_gui.cli.app import main\n"
        "for words in (['--help'], ['status', 'Eyes'], ['regions', 'list', 'Eyes'], ['regions', '--help']):\n"
        "    assert main(words) == 0, words\n"
        "heavy = {'torch', 'PySide6', 'sklearn', 'open_clip'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = str(Path(segstyle_gui.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_doctor_reports_and_fails_only_for_what_is_missing(
    segstyle: Segstyle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_check, "_qt", lambda: system_check.Check("Qt", True, "loads"))
    rows = {row["name"]: row for row in segstyle("doctor", "--json").json}
    assert {"SegStyle", "device", "torch build", "number format", "projects folder", "disk"} <= rows.keys()
    broken = system_check.Check("Qt", False, "no libEGL", "Install libegl1.")
    monkeypatch.setattr(window_check, "_qt", lambda: broken)
    answer = segstyle("doctor")
    assert answer.code == 1
    assert "NO  Qt: no libEGL" in answer.out
    assert "Install libegl1." in answer.out


def test_the_demos_sample_must_be_complete(segstyle: Segstyle, tmp_path: Path) -> None:
    answer = segstyle("demo", "--sample", tmp_path, "--no-window")
    assert answer.code == 5
    assert "lacks images" in answer.err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.96, "10.0 s"),
        (42.4, "42 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (7800, "2 h 10 min"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert spoken_time(seconds) == words


def test_tables_align_numbers_to_the_right() -> None:
    assert table(("class", "IoU"), [("iris", 0.5), ("pupil", 0.25)]) == [
        "class   IoU",
        "iris    0.5",
        "pupil  0.25",
    ]


def test_long_lists_are_cut_and_counted() -> None:
    lines = summary_lines({"skipped": [{"file": f"{i}.png", "reason": "bad"} for i in range(25)]})
    assert lines[0] == "skipped: 25"
    assert lines[1] == "  0.png: bad"
    assert lines[-1].startswith("  and 5 more")


def test_a_name_stands_for_its_file(tmp_path: Path) -> None:
    assert project_file(Path("Eyes")) == Path("Eyes.segstyle")
    assert project_file(Path("Eyes v1.2")) == Path("Eyes v1.2.segstyle")
    (tmp_path / "odd").write_bytes(b"")
    assert project_file(tmp_path / "odd") == tmp_path / "odd"
