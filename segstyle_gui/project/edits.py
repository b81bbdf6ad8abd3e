"""An edit is data with an inverse: the one door through which regions and classes change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from segstyle_gui.core.classes import RegionState
from segstyle_gui.errors import ProjectError
from segstyle_gui.project import class_rules, region_rules
from segstyle_gui.project.edit_json import edit_from_json, edit_to_json
from segstyle_gui.project.edit_text import describe
from segstyle_gui.project.edit_types import (
    EDIT_TYPES,
    AddClass,
    AssignClass,
    Compound,
    CutTree,
    DeleteClass,
    Edit,
    MergeRegions,
    NameRegions,
    RecolorClass,
    RecolorRegion,
    RenameClass,
    RenameRegion,
    ReplacePart,
    SeparateRegion,
    SetRegionFlags,
    SplitRegion,
)

__all__ = [
    "EDIT_TYPES",
    "AddClass",
    "AssignClass",
    "Compound",
    "CutTree",
    "DeleteClass",
    "Edit",
    "MergeRegions",
    "NameRegions",
    "RecolorClass",
    "RecolorRegion",
    "RenameClass",
    "RenameRegion",
    "ReplacePart",
    "SeparateRegion",
    "SetRegionFlags",
    "SplitRegion",
    "apply_edit",
    "describe",
    "edit_from_json",
    "edit_to_json",
]


def apply_edit(state: RegionState, edit: Edit) -> tuple[RegionState, ReplacePart]:
    """Return the state after the edit and the edit that takes it back.

    Raises
    ------
    ProjectError
        If the edit is refused; the message says why.
    """
    after = _changed(state, edit)
    return after, _difference(after, state)


def _compound(state: RegionState, edit: Compound) -> RegionState:
    if not edit.edits:
        raise ProjectError(f"The step “{edit.title}” holds no edit.")
    for part in edit.edits:
        state = _changed(state, part)
    return state


def _replace_part(state: RegionState, edit: ReplacePart) -> RegionState:
    regions = {region.id: region for region in (*state.regions, *edit.regions)}
    classes = {label_class.id: label_class for label_class in (*state.classes, *edit.classes)}
    try:
        return replace(
            state,
            regions=tuple(regions[i] for i in edit.region_order),
            classes=tuple(classes[i] for i in edit.class_order),
            splits=(*state.splits[: edit.splits_kept], *edit.splits),
            next_region_id=edit.next_region_id,
            next_class_id=edit.next_class_id,
        )
    except (KeyError, ValueError) as error:
        raise ProjectError(
            f"The step cannot be taken back: it does not fit the present regions ({error})."
        ) from error


_RULES: dict[type[Edit], Callable[[RegionState, Any], RegionState]] = {
    MergeRegions: region_rules.merge_regions,
    SplitRegion: region_rules.split_region,
    SeparateRegion: region_rules.separate_region,
    CutTree: region_rules.cut_tree_again,
    RenameRegion: region_rules.rename_region,
    RecolorRegion: region_rules.recolor_region,
    SetRegionFlags: region_rules.set_region_flags,
    AssignClass: class_rules.assign_class,
    NameRegions: class_rules.name_regions,
    AddClass: class_rules.add_class,
    RenameClass: class_rules.rename_class,
    RecolorClass: class_rules.recolor_class,
    DeleteClass: class_rules.delete_class,
    Compound: _compound,
    ReplacePart: _replace_part,
}


def _changed(state: RegionState, edit: Edit) -> RegionState:
    return _RULES[type(edit)](state, edit)


def _difference(old: RegionState, new: RegionState) -> ReplacePart:
    """Return the edit that makes ``new`` of ``old``."""
    kept = _common_start(old.splits, new.splits)
    return ReplacePart(
        regions=tuple(region for region in new.regions if region not in old.regions),
        region_order=tuple(region.id for region in new.regions),
        classes=tuple(label_class for label_class in new.classes if label_class not in old.classes),
        class_order=tuple(label_class.id for label_class in new.classes),
        splits_kept=kept,
        splits=new.splits[kept:],
        next_region_id=new.next_region_id,
        next_class_id=new.next_class_id,
    )


def _common_start(first: Sequence[object], second: Sequence[object]) -> int:
    pairs = list(zip(first, second, strict=False))
    return next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
