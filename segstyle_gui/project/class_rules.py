"""What each edit does to the classes of a state; refusals are errors in the user's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from segstyle_gui.core.classes import LabelClass, RegionState, default_color
from segstyle_gui.errors import ProjectError
from segstyle_gui.project.edit_types import (
    AddClass,
    AssignClass,
    DeleteClass,
    NameRegions,
    RecolorClass,
    RenameClass,
)
from segstyle_gui.project.naming_rules import checked_color, checked_name
from segstyle_gui.project.region_rules import find_regions, with_regions


def find_class(state: RegionState, class_id: int) -> LabelClass:
    """Return the class with this id.

    Raises
    ------
    ProjectError
        If there is none.
    """
    for label_class in state.classes:
        if label_class.id == class_id:
            return label_class
    known = [label_class.id for label_class in state.classes]
    raise ProjectError(f"There is no class {class_id}.", hint=f"Classes are {known}.")


def class_named(state: RegionState, name: str) -> LabelClass | None:
    """Return the class of that name, letter case aside, or None."""
    wanted = name.strip().casefold()
    return next((c for c in state.classes if c.name.casefold() == wanted), None)


def add_class(state: RegionState, edit: AddClass) -> RegionState:
    """Add a class without regions."""
    name = checked_name(edit.name, "class")
    _refuse_duplicate(state, name)
    color = default_color(state.next_class_id) if edit.color is None else checked_color(edit.color)
    new = LabelClass(state.next_class_id, name, color)
    return replace(state, classes=(*state.classes, new), next_class_id=state.next_class_id + 1)


def rename_class(state: RegionState, edit: RenameClass) -> RegionState:
    """Give a class another name."""
    label_class = find_class(state, edit.class_id)
    name = checked_name(edit.name, "class")
    _refuse_duplicate(state, name, except_id=label_class.id)
    return _with_class(state, replace(label_class, name=name))


def recolor_class(state: RegionState, edit: RecolorClass) -> RegionState:
    """Give a class another colour."""
    label_class = find_class(state, edit.class_id)
    return _with_class(state, replace(label_class, color=checked_color(edit.color)))


def delete_class(state: RegionState, edit: DeleteClass) -> RegionState:
    """Remove a class; its regions become background."""
    find_class(state, edit.class_id)
    members = [region.id for region in state.regions if region.class_id == edit.class_id]
    freed = _set_class(state, members, None) if members else state
    return replace(freed, classes=tuple(c for c in freed.classes if c.id != edit.class_id))


def assign_class(state: RegionState, edit: AssignClass) -> RegionState:
    """Put regions into a class, or into none."""
    if edit.class_id is not None:
        find_class(state, edit.class_id)
    return _set_class(state, edit.ids, edit.class_id)


def name_regions(state: RegionState, edit: NameRegions) -> RegionState:
    """Put regions into the class of that name, creating it if needed."""
    known = class_named(state, edit.name)
    if known is not None:
        return _set_class(state, edit.ids, known.id)
    added = add_class(state, AddClass(edit.name))
    return _set_class(added, edit.ids, state.next_class_id)


def _set_class(state: RegionState, ids: Sequence[int], class_id: int | None) -> RegionState:
    regions = find_regions(state, ids, unlocked=True)
    return with_regions(state, [replace(region, class_id=class_id) for region in regions])


def _with_class(state: RegionState, changed: LabelClass) -> RegionState:
    classes = tuple(changed if c.id == changed.id else c for c in state.classes)
    return replace(state, classes=classes)


def _refuse_duplicate(state: RegionState, name: str, except_id: int = 0) -> None:
    other = class_named(state, name)
    if other is not None and other.id != except_id:
        raise ProjectError(f"There is a class “{other.name}” already.", hint="Choose another name.")
