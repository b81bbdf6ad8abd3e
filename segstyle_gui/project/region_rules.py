"""What each edit does to the regions of a state; refusals are errors in the user's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from segstyle_gui.core.classes import Region, RegionState
from segstyle_gui.errors import ProjectError
from segstyle_gui.project.edit_types import (
    CutTree,
    MergeRegions,
    RecolorRegion,
    RenameRegion,
    SeparateRegion,
    SetRegionFlags,
    SplitRegion,
)
from segstyle_gui.project.naming_rules import checked_color, checked_name


def find_regions(state: RegionState, ids: Sequence[int], *, unlocked: bool = False) -> list[Region]:
    """Return the regions with these ids, each once, in the order given.

    Parameters
    ----------
    state
        Where to look.
    ids
        Region ids, at least one.
    unlocked
        Refuse locked regions.

    Raises
    ------
    ProjectError
        If there is none of an id, no id at all, or a locked one among them.
    """
    if not ids:
        raise ProjectError("No region is selected.", hint="Select at least one region.")
    known = {region.id: region for region in state.regions}
    missing = [i for i in ids if i not in known]
    if missing:
        raise ProjectError(f"There is no region {missing[0]}.", hint=f"Regions are {sorted(known)}.")
    found = [known[i] for i in dict.fromkeys(ids)]
    locked = [region.name for region in found if region.locked]
    if unlocked and locked:
        raise ProjectError(f"Region {quoted(locked)} is locked.", hint="Unlock it first.")
    return found


def quoted(names: Iterable[str]) -> str:
    """Return names in quotes, with commas."""
    return ", ".join(f"“{name}”" for name in names)


def with_regions(state: RegionState, changed: Iterable[Region]) -> RegionState:
    """Return the state with these regions in the place of those of the same id."""
    new = {region.id: region for region in changed}
    return replace(state, regions=tuple(new.get(region.id, region) for region in state.regions))


def merge_regions(state: RegionState, edit: MergeRegions) -> RegionState:
    """Make one region of two or more."""
    merged = find_regions(state, edit.ids, unlocked=True)
    if len(merged) < 2:
        raise ProjectError(f"{len(merged)} region is selected; a merge wants two or more.")
    classes = {region.class_id for region in merged if region.class_id is not None}
    first = merged[0]
    class_id = first.class_id if first.class_id is not None or len(classes) != 1 else classes.pop()
    clusters = tuple(sorted(cluster for region in merged for cluster in region.clusters))
    gone = {region.id for region in merged[1:]}
    rest = replace(state, regions=tuple(region for region in state.regions if region.id not in gone))
    return with_regions(rest, [replace(first, clusters=clusters, class_id=class_id)])


def split_region(state: RegionState, edit: SplitRegion) -> RegionState:
    """Divide a region by a second clustering."""
    (region,) = find_regions(state, (edit.id,), unlocked=True)
    split = edit.split
    if split.first_cluster != state.n_ids:
        raise ProjectError(
            f"The split begins at cluster {split.first_cluster}; the next free one is {state.n_ids}.",
            hint="The regions have changed since: split again.",
        )
    if not split.parents or not set(split.parents) <= set(region.clusters):
        raise ProjectError(
            f"The split divides clusters {list(split.parents)}; region “{region.name}” has "
            f"{list(region.clusters)}.",
            hint="The regions have changed since: split again.",
        )
    left = tuple(cluster for cluster in region.clusters if cluster not in split.parents)
    groups = [(*left, split.ids[0]), *((new,) for new in split.ids[1:])]
    return _divide(replace(state, splits=(*state.splits, split)), region, groups, find_in=state)


def separate_region(state: RegionState, edit: SeparateRegion) -> RegionState:
    """Take a region apart into groups of its clusters."""
    (region,) = find_regions(state, (edit.id,), unlocked=True)
    given = sorted(cluster for group in edit.groups for cluster in group)
    if len(edit.groups) < 2 or not all(edit.groups) or given != sorted(region.clusters):
        raise ProjectError(
            f"The groups {[list(group) for group in edit.groups]} do not part the clusters "
            f"{list(region.clusters)} of region “{region.name}” into two or more.",
            hint="A region of one cluster can be split, not separated.",
        )
    return _divide(state, region, list(edit.groups), find_in=state)


def _divide(
    state: RegionState, region: Region, groups: list[tuple[int, ...]], *, find_in: RegionState
) -> RegionState:
    """Give the first group to ``region`` and each other one to a new region right behind it."""
    taken = {other.name for other in find_in.regions}
    parts = [replace(region, clusters=tuple(sorted(groups[0])))]
    for offset, group in enumerate(groups[1:]):
        name = _free_name(region.name, taken)
        taken.add(name)
        parts.append(
            Region(
                state.next_region_id + offset,
                tuple(sorted(group)),
                name,
                class_id=region.class_id,
                hidden=region.hidden,
            )
        )
    regions: list[Region] = []
    for other in state.regions:
        regions.extend(parts if other.id == region.id else [other])
    return replace(state, regions=tuple(regions), next_region_id=state.next_region_id + len(groups) - 1)


def _free_name(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"


def cut_tree_again(state: RegionState, edit: CutTree) -> RegionState:
    """Group the base clusters anew."""
    if len(edit.labels) != state.n_clusters:
        raise ProjectError(
            f"The cut has {len(edit.labels)} labels; wanted one for each of {state.n_clusters} clusters."
        )
    free = [region for region in state.regions if _may_be_cut(region, state.n_clusters)]
    kept = [region for region in state.regions if not _may_be_cut(region, state.n_clusters)]
    owner = {cluster: region for region in free for cluster in region.clusters}
    groups: dict[int, list[int]] = {}
    for cluster in sorted(owner):
        groups.setdefault(edit.labels[cluster], []).append(cluster)
    same = {tuple(sorted(region.clusters)): region for region in free}
    next_id = state.next_region_id
    made: list[Region] = []
    for clusters in (tuple(group) for group in groups.values()):
        if clusters in same:
            made.append(same[clusters])
            continue
        made.append(_new_group(next_id, clusters, [owner[cluster] for cluster in clusters]))
        next_id += 1
    regions = sorted([*kept, *made], key=lambda region: region.clusters)
    return replace(state, regions=tuple(regions), next_region_id=next_id)


def _may_be_cut(region: Region, n_clusters: int) -> bool:
    return not region.locked and all(cluster < n_clusters for cluster in region.clusters)


def _new_group(region_id: int, clusters: tuple[int, ...], owners: list[Region]) -> Region:
    classes = {region.class_id for region in owners}
    return Region(
        region_id,
        clusters,
        f"Region {region_id}",
        class_id=classes.pop() if len(classes) == 1 else None,
        hidden=all(region.hidden for region in owners),
    )


def rename_region(state: RegionState, edit: RenameRegion) -> RegionState:
    """Give a region a name."""
    (region,) = find_regions(state, (edit.id,))
    return with_regions(state, [replace(region, name=checked_name(edit.name, "region"))])


def recolor_region(state: RegionState, edit: RecolorRegion) -> RegionState:
    """Give a region a colour of its own, or none."""
    (region,) = find_regions(state, (edit.id,))
    color = None if edit.color is None else checked_color(edit.color)
    return with_regions(state, [replace(region, color=color)])


def set_region_flags(state: RegionState, edit: SetRegionFlags) -> RegionState:
    """Hide or show, lock or unlock regions."""
    changed = [
        replace(
            region,
            hidden=region.hidden if edit.hidden is None else edit.hidden,
            locked=region.locked if edit.locked is None else edit.locked,
        )
        for region in find_regions(state, edit.ids)
    ]
    return with_regions(state, changed)
