"""What a person does with regions and needs the generator for: points, splits, cuts; and their table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstyle_gui.core.classes import Region, RegionState
from segstyle_gui.core.merge_tree import cut_tree
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.errors import ConfigError, StageError
from segstyle_gui.pipeline.artifacts import CLUSTERING_PREFIX, load_clustering, load_regions
from segstyle_gui.pipeline.region_numbers import stored_numbers
from segstyle_gui.pipeline.stage import MADE_BY, current_run
from segstyle_gui.pipeline.studio import Studio
from segstyle_gui.project.edits import AssignClass, Compound, CutTree, Edit, NameRegions, SplitRegion
from segstyle_gui.project.store import Project


@dataclass(frozen=True, slots=True)
class Point:
    """A recorded click: the sample's seed, y and x from 0 (top, left) to below 1, and the class meant."""

    seed: int
    y: float
    x: float
    class_name: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A line of the table of regions; the numbers are 0 to 1.

    ``share`` of all pixels, ``presence`` in samples and ``stability`` (mean Jaccard index with re-fits) are
    None for a part of a split, whose pixels were not counted; without re-fits, ``stability`` always is.
    """

    region: Region
    class_name: str
    share: float | None
    presence: float | None
    stability: float | None


@dataclass(frozen=True, slots=True)
class PointsResult:
    """What came of points: region id to class name, and how many points lay in another class's region."""

    assigned: dict[int, str]
    outvoted: int


def read_points(path: Path) -> tuple[Point, ...]:
    """Read a points file: a JSON list of ``{"seed": 3, "y": 0.5, "x": 0.5, "class": "pupil"}``.

    Raises
    ------
    ConfigError
        If the file is missing or something else is in it.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).", hint="Name a points file.") from error
    except ValueError as error:
        raise ConfigError(f"{path.name} is no JSON: {error}.", hint="Record the points again.") from error
    return points_from_data(data, path.name)


def points_from_data(data: Any, where: str) -> tuple[Point, ...]:
    """Return points from JSON values; ``where`` names their place in error messages."""
    if not isinstance(data, list):
        raise ConfigError(f"{where} holds no list of points.", hint="Record the points again.")
    return tuple(_point(row, f"{where}, point {number}") for number, row in enumerate(data, start=1))


def _point(row: Any, where: str) -> Point:
    wanted = 'Wanted {"seed": 3, "y": 0.5, "x": 0.5, "class": "pupil"} with y and x from 0 to below 1.'
    try:
        point = Point(int(row["seed"]), float(row["y"]), float(row["x"]), str(row["class"]).strip())
    except (TypeError, KeyError, ValueError) as error:
        raise ConfigError(f"{where} is {row!r}.", hint=wanted) from error
    if point.seed < 0 or not (0 <= point.y < 1 and 0 <= point.x < 1) or not point.class_name:
        raise ConfigError(f"{where} is {row!r}.", hint=wanted)
    return point


def assign_points(project: Project, points: Sequence[Point], *, progress: Progress = SILENT) -> PointsResult:
    """Give every region with points in it the class that most of them name, as one step of the history.

    On a tie the class that was named first wins.

    Raises
    ------
    StageError
        If there are no regions, or no point lies in one.
    """
    from segstyle_gui.core import label_maps

    progress.report(0, 1, "looking up the points")
    regions = load_regions(project)
    places = [label_maps.Point(point.seed, point.y, point.x) for point in points]
    found = label_maps.clusters_at(regions.generator, regions.clustering, regions.state, places)
    votes: dict[int, Counter[str]] = {}
    for region_id, point in zip(found, points, strict=True):
        if region_id:
            votes.setdefault(region_id, Counter())[point.class_name] += 1
    if not votes:
        raise StageError(f"None of the {len(points)} points lies in a region.", hint="Record them again.")
    assigned = {number: count.most_common(1)[0][0] for number, count in sorted(votes.items())}
    project.apply(Compound(_naming_edits(points, assigned), f"Assign {len(assigned)} regions by points"))
    progress.report(1, 1)
    outvoted = sum(count.total() - count[assigned[number]] for number, count in votes.items())
    return PointsResult(assigned, outvoted)


def _naming_edits(points: Sequence[Point], assigned: dict[int, str]) -> tuple[Edit, ...]:
    """Return one edit a class, in the order in which the points name the classes (ids follow it)."""
    order = dict.fromkeys(point.class_name for point in points)
    groups = {name: tuple(number for number, other in assigned.items() if other == name) for name in order}
    return tuple(NameRegions(ids, name) for name, ids in groups.items() if ids)


def split_region(
    project: Project,
    region_id: int,
    *,
    n_parts: int = 2,
    examples: Sequence[Sequence[Point]] = (),
    progress: Progress = SILENT,
) -> tuple[int, ...]:
    """Split a region by clustering its pixels again, or by groups of points; returns the ids of its parts.

    Raises
    ------
    ProjectError
        If there is no such region, or it is locked.
    StageError
        If it has too few pixels.
    """
    split = Studio(project).plan_split(region_id, n_parts=n_parts, examples=examples, progress=progress)
    project.apply(SplitRegion(region_id, split))
    state = wanted_state(project)
    return tuple(region.id for region in state.regions if set(region.clusters) & set(split.ids))


def cut(project: Project, n_regions: int) -> int:
    """Cut the merge tree into ``n_regions``, as an edit; returns how many regions there are now."""
    project.apply(_cut_edit(project, n_regions))
    return len(wanted_state(project).regions)


def reset(project: Project, n_regions: int | None) -> None:
    """Take all regions out of their classes and cut the tree anew (by default as it was first cut)."""
    run = current_run(project, "regions")
    state = wanted_state(project)
    free = AssignClass(tuple(region.id for region in state.regions), None)
    count = int(run.config["n_regions"]) if n_regions is None else n_regions
    project.apply(Compound((free, _cut_edit(project, count)), f"Start again from {count} regions"))


def _cut_edit(project: Project, n_regions: int) -> CutTree:
    run = current_run(project, "regions")
    linkage = project.array(run, f"{CLUSTERING_PREFIX}linkage")
    if not 1 <= n_regions <= len(linkage) + 1:
        raise ConfigError(
            f"The tree cannot be cut into {n_regions} regions; wanted 1 to {len(linkage) + 1}.",
            hint="Find regions again with more clusters for a finer cut.",
        )
    return CutTree(tuple(cut_tree(linkage, n_regions).tolist()))


def wanted_state(project: Project) -> RegionState:
    """Return the regions as they are now; raises StageError if there are none yet."""
    state = project.region_state
    if state is None:
        raise StageError(f"{project.name} has no regions yet.", hint=f"First: {MADE_BY['regions']}.")
    return state


def region_rows(project: Project) -> list[RegionRow]:
    """Return the table of regions, without loading the generator."""
    state = wanted_state(project)
    known = stored_numbers(load_clustering(project, current_run(project, "regions")), state)
    names = {label_class.id: label_class.name for label_class in state.classes}
    rows = []
    for region in state.regions:
        one = known.get(region.id)
        numbers = (one.share, one.presence, one.stability) if one else (None, None, None)
        rows.append(RegionRow(region, names.get(region.class_id or 0, ""), *numbers))
    return rows
