"""The ``[regions]`` section of a recipe: cut, merge, points and names, applied once to a run of regions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline import region_actions
from segstyle_gui.pipeline.configs import nearest
from segstyle_gui.pipeline.region_actions import Point, points_from_data, read_points
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.project.edits import MergeRegions, NameRegions
from segstyle_gui.project.store import Project

_KEYS = ("cut", "merge", "points", "name")
_APPLIED = "recipe_regions"  # the project's setting that remembers what was applied to which run


@dataclass(frozen=True, slots=True)
class RegionEdits:
    """Edits in the order in which they are made: cut, merge, points, names."""

    cut: int | None
    merge: tuple[tuple[int, ...], ...]
    points: tuple[Point, ...]
    name: tuple[tuple[tuple[int, ...], str], ...]
    digest: str  # of all of the above


def read_edits(section: Mapping[str, Any], base: Path) -> RegionEdits:
    """Check a ``[regions]`` section; ``base`` is the recipe's folder.

    Raises
    ------
    ConfigError
        If a key is unknown or a value is not of its form.
    """
    for key in section:
        if key not in _KEYS:
            raise ConfigError(f"[regions] There is no setting {key!r}.", hint=nearest(key, _KEYS))
    cut = section.get("cut")
    if cut is not None and (not isinstance(cut, int) or isinstance(cut, bool) or cut < 1):
        raise ConfigError(f"[regions] cut is {cut!r}; wanted a number of regions.", hint="Write cut = 9.")
    points = section.get("points", [])
    read = (
        read_points(base / points)
        if isinstance(points, str)
        else points_from_data(points, "[regions] points")
    )
    merge = tuple(_ids(group, "merge") for group in _list(section.get("merge", []), "merge"))
    name = section.get("name", {})
    if not isinstance(name, dict) or not all(isinstance(word, str) for word in name.values()):
        raise ConfigError("[regions] name is no table.", hint='Write name = { "3,4" = "pupil" }.')
    names = tuple((_ids(ids.split(","), "name"), word) for ids, word in name.items())
    content = [cut, merge, [(p.seed, p.y, p.x, p.class_name) for p in read], names]
    return RegionEdits(cut, merge, read, names, hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16])


def apply_edits(project: Project, edits: RegionEdits, progress: Progress) -> bool:
    """Make the edits, unless they were made on this very run of regions; returns whether they were made.

    Classes are taken off all regions and the tree is cut anew first, so that the same recipe gives the same
    regions whatever was tried before. What a person edits afterwards stays until the recipe changes.
    """
    run = current_run(project, "regions")
    mark = {"run": run.id, "edits": edits.digest}
    if project.settings().get(_APPLIED) == mark:
        return False
    region_actions.reset(project, edits.cut)
    for ids in edits.merge:
        project.apply(MergeRegions(ids))
    if edits.points:
        region_actions.assign_points(project, edits.points, progress=progress)
    for ids, word in edits.name:
        project.apply(NameRegions(ids, word))
    project.set_setting(_APPLIED, mark)
    return True


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise ConfigError(f"[regions] {key} is {value!r}; wanted a list.", hint=f"Write {key} = [[1, 2]].")
    return value


def _ids(values: Any, key: str) -> tuple[int, ...]:
    try:
        return tuple(int(value) for value in values)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"[regions] {key} has {values!r}; wanted region ids.", hint="Write 3,4.") from error
