from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core import label_maps
from segstyle_gui.errors import ConfigError, ProjectError, StageError
from segstyle_gui.pipeline import region_actions
from segstyle_gui.pipeline.artifacts import load_regions
from segstyle_gui.pipeline.region_actions import Point, points_from_data, read_points
from segstyle_gui.pipeline.region_sheet import region_sheet
from segstyle_gui.project.edits import MergeRegions, SetRegionFlags


@pytest.fixture
def regions(bench: Any) -> Any:
    bench.run("import_generator")
    bench.run("find_regions")
    return bench


def _region_under(project: Any, seed: int, y: float, x: float) -> int:
    loaded = load_regions(project)
    (found,) = label_maps.clusters_at(
        loaded.generator, loaded.clustering, loaded.state, [label_maps.Point(seed, y, x)]
    )
    return found


def test_the_majority_of_points_in_a_region_names_it(regions: Any) -> None:
    here = _region_under(regions.project, 3, 0.5, 0.5)
    points = [Point(3, 0.5, 0.5, "iris"), Point(3, 0.5, 0.5, "pupil"), Point(3, 0.51, 0.5, "pupil")]
    result = region_actions.assign_points(regions.project, points)
    assert result.assigned == {here: "pupil"}
    assert result.outvoted == 1
    state = regions.project.region_state
    assert state.label_class(state.region(here).class_id).name == "pupil"
    assert len(regions.project.history()) == 1
    regions.project.undo()
    assert regions.project.region_state.classes == ()


def test_class_ids_follow_the_order_of_the_points(regions: Any) -> None:
    rng = np.random.default_rng(0)
    places: dict[int, tuple[float, float]] = {}
    for y, x in rng.random((200, 2)).tolist():
        places.setdefault(_region_under(regions.project, 1, y, x), (y, x))
        if len(places) == 2:
            break
    first, second = sorted(places, reverse=True)
    points = [Point(1, *places[first], "zebra"), Point(1, *places[second], "ant")]
    region_actions.assign_points(regions.project, points)
    assert [(c.id, c.name) for c in regions.project.region_state.classes] == [(1, "zebra"), (2, "ant")]


def test_points_without_regions_or_generator(bench: Any) -> None:
    with pytest.raises(StageError, match="no regions yet"):
        region_actions.assign_points(bench.project, [Point(0, 0.5, 0.5, "iris")])


@pytest.mark.parametrize(
    "row",
    [{"seed": 1}, {"seed": 1, "y": 1.0, "x": 0, "class": "a"}, {"seed": -1, "y": 0, "x": 0, "class": "a"}, 7],
)
def test_bad_points_are_named(row: Any) -> None:
    good = {"seed": 0, "y": 0.1, "x": 0.2, "class": "a"}
    with pytest.raises(ConfigError, match="point 2"):
        points_from_data([good, row], "clicks")


def test_points_files(tmp_path: Path) -> None:
    file = tmp_path / "clicks.json"
    with pytest.raises(ConfigError, match="cannot be read"):
        read_points(file)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="no JSON"):
        read_points(file)
    file.write_text(json.dumps([{"seed": 0, "y": 0.1, "x": 0.2, "class": " a "}]), encoding="utf-8")
    assert read_points(file) == (Point(0, 0.1, 0.2, "a"),)


def test_cut_changes_the_number_of_regions(regions: Any) -> None:
    assert region_actions.cut(regions.project, 6) == 6
    assert region_actions.cut(regions.project, 1) == 1
    with pytest.raises(ConfigError, match="1 to 6"):
        region_actions.cut(regions.project, 7)


def test_reset_takes_classes_off_and_cuts_as_first(regions: Any) -> None:
    region_actions.assign_points(regions.project, [Point(3, 0.5, 0.5, "iris")])
    region_actions.cut(regions.project, 2)
    region_actions.reset(regions.project, None)
    state = regions.project.region_state
    assert len(state.regions) == 4
    assert all(region.class_id is None for region in state.regions)


def test_split_makes_a_second_region_and_is_undone_as_one_step(regions: Any) -> None:
    before = regions.project.region_state
    parts = region_actions.split_region(regions.project, 1, n_parts=2)
    assert len(parts) == 2
    assert parts[0] == 1
    assert len(regions.project.region_state.regions) == 5
    rows = [row for row in region_actions.region_rows(regions.project) if row.region.id in parts]
    assert [(row.share, row.presence, row.stability) for row in rows] == [(None, None, None)] * 2
    regions.project.undo()
    assert regions.project.region_state == before


def test_split_of_an_unknown_region(regions: Any) -> None:
    with pytest.raises(ProjectError, match="no region 9"):
        region_actions.split_region(regions.project, 9)


def test_shares_of_all_regions_are_one(regions: Any) -> None:
    rows = region_actions.region_rows(regions.project)
    assert sum(row.share or 0 for row in rows) == pytest.approx(1.0)
    assert all(0 < (row.presence or 0) <= 1 for row in rows)
    loaded = load_regions(regions.project)
    merged = loaded.clustering.share[list(rows[0].region.clusters)].sum()
    assert rows[0].share == pytest.approx(float(merged), abs=1e-6)


def test_stability_of_a_merged_region_is_that_of_the_region(bench: Any) -> None:
    bench.run("import_generator")
    bench.run("find_regions", n_refits=2)
    project = bench.project
    ids = [region.id for region in project.region_state.regions]
    assert min(row.stability for row in region_actions.region_rows(project)) < 1
    project.apply(MergeRegions(tuple(ids)))
    (row,) = region_actions.region_rows(project)
    assert (row.share, row.presence, row.stability) == pytest.approx((1.0, 1.0, 1.0))


def test_without_refits_there_is_no_stability(regions: Any) -> None:
    assert {row.stability for row in region_actions.region_rows(regions.project)} == {None}


def test_the_sheet_has_a_row_a_region_and_leaves_hidden_ones_out(regions: Any) -> None:
    full = region_sheet(regions.project, n_samples=2)
    regions.project.apply(SetRegionFlags((4,), hidden=True))
    fewer = region_sheet(regions.project, n_samples=2)
    assert full.size[0] == fewer.size[0]
    assert full.size[1] - fewer.size[1] == 132
    picture = np.array(full).astype(int)
    samples, rows = picture[:128, 168:296], [picture[132 * k : 132 * k + 128, 168:296] for k in range(2, 6)]
    dimmed = (samples * 0.35).astype(int)
    lit = sum((row != dimmed).any(axis=2).astype(int) for row in rows)
    assert (lit == 1).all()  # every pixel is lit in exactly one region's row
