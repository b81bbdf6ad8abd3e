from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Segstyle = Callable[..., Any]


def _regions(segstyle: Segstyle, name: str) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in segstyle("regions", "list", name, "--json").json}


def test_merge_undo_redo(segstyle: Segstyle, with_regions: str) -> None:
    before = _regions(segstyle, with_regions)
    assert list(before) == [1, 2, 3, 4]
    assert "Merge" in segstyle("regions", "merge", with_regions, 1, 3).out
    merged = _regions(segstyle, with_regions)
    assert sorted(merged[1]["clusters"]) == sorted(before[1]["clusters"] + before[3]["clusters"])
    assert merged[1]["share"] == pytest.approx(before[1]["share"] + before[3]["share"])
    assert "Undone: Merge" in segstyle("regions", "undo", with_regions).out
    assert _regions(segstyle, with_regions) == before
    assert "Done again" in segstyle("regions", "redo", with_regions).out
    assert _regions(segstyle, with_regions) == merged
    assert "nothing to do again" in segstyle("regions", "redo", with_regions).out
    history = segstyle("regions", "history", with_regions, "--json").json
    assert [entry["undone"] for entry in history] == [False]


def test_the_list_has_share_presence_and_stability(segstyle: Segstyle, with_regions: str) -> None:
    assert all(row["stability"] is None for row in _regions(segstyle, with_regions).values())
    small = [
        "--n-clusters",
        6,
        "--n-regions",
        3,
        "--n-samples",
        4,
        "--n-init",
        1,
        "--n-refits",
        2,
        "--grid",
        16,
    ]
    assert segstyle("find-regions", with_regions, *small).code == 0
    rows = _regions(segstyle, with_regions)
    assert all(0 < row[key] <= 1 for row in rows.values() for key in ("share", "presence", "stability"))
    title, *lines = segstyle("regions", "list", with_regions).out.splitlines()
    assert title.split() == ["id", "name", "class", "pixels", "in", "samples", "stability"]
    for line, row in zip(lines, rows.values(), strict=True):
        numbers = [f"{row[key]:.1%}" for key in ("share", "presence", "stability")]
        assert [word for word in line.split() if word.endswith("%")] == numbers


def test_names_colours_and_flags(segstyle: Segstyle, with_regions: str) -> None:
    segstyle("regions", "rename", with_regions, 2, "lower lid")
    segstyle("regions", "hide", with_regions, 2, 3)
    segstyle("regions", "lock", with_regions, 4)
    rows = _regions(segstyle, with_regions)
    assert rows[2]["name"] == "lower lid"
    assert [rows[i]["hidden"] for i in rows] == [False, True, True, False]
    refused = segstyle("regions", "assign", with_regions, 4, "--class", "iris")
    assert refused.code == 5
    assert "locked" in refused.err
    segstyle("regions", "unlock", with_regions, 4)
    segstyle("regions", "show", with_regions, 3)
    assert segstyle("regions", "assign", with_regions, 4, 3, "--class", "iris").code == 0
    assert segstyle("regions", "recolor", with_regions, 1, "#0a141e").code == 0
    assert segstyle("regions", "recolor", with_regions, 1, "reddish").code == 2
    assert "hidden" in segstyle("regions", "list", with_regions).out
    assert _regions(segstyle, with_regions)[3]["class"] == "iris"
    segstyle("regions", "assign", with_regions, 3, "--none")
    assert _regions(segstyle, with_regions)[3]["class"] is None
    assert segstyle("regions", "assign", with_regions, 3).code == 2


def test_cut_and_split(segstyle: Segstyle, with_regions: str) -> None:
    assert "2 regions" in segstyle("regions", "cut", with_regions, 2).out
    assert segstyle("regions", "cut", with_regions, 99).code == 2
    answer = segstyle("regions", "split", with_regions, next(iter(_regions(segstyle, with_regions))))
    assert answer.code == 0, answer.err
    assert len(_regions(segstyle, with_regions)) == 3


def test_points(segstyle: Segstyle, with_regions: str, tmp_path: Path) -> None:
    points = [{"seed": 1, "y": 0.5, "x": 0.5, "class": name} for name in ("iris", "iris", "lid")]
    (tmp_path / "clicks.json").write_text(json.dumps(points), encoding="utf-8")
    answer = segstyle("regions", "points", with_regions, "clicks.json", "--json")
    assert [row["class"] for row in answer.json if row["class"]] == ["iris"]
    assert "1 of 3 points" in answer.err
    assert segstyle("regions", "points", with_regions, "none.json").code == 2


def test_the_sheet_is_a_picture(segstyle: Segstyle, with_regions: str, tmp_path: Path) -> None:
    assert segstyle("regions", "sheet", with_regions, "sheet.png", "--samples", 3).code == 0
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (168 + 3 * 132, 6 * 132)


def test_no_regions_yet(segstyle: Segstyle) -> None:
    segstyle("new", "Eyes")
    for words in (["list", "Eyes"], ["merge", "Eyes", 1, 2], ["undo", "Eyes"], ["cut", "Eyes", 3]):
        answer = segstyle("regions", *words)
        assert answer.code == 6, words
        assert "no regions yet" in answer.err
