"""Edits in words, for the history panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from segstyle_gui.core.classes import RegionState
from segstyle_gui.project.edit_types import (
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

_SHOWN = 3  # names in a list before the rest is only counted


class _Names:
    """Names of regions and classes by id; without a state an id stands for itself."""

    def __init__(self, state: RegionState | None) -> None:
        self._regions = {region.id: region.name for region in state.regions} if state else {}
        self._classes = {label.id: label.name for label in state.classes} if state else {}

    def region(self, region_id: int) -> str:
        return f"“{self._regions[region_id]}”" if region_id in self._regions else f"region {region_id}"

    def regions(self, ids: Sequence[int]) -> str:
        shown = [self.region(i) for i in ids[:_SHOWN]]
        if len(ids) > _SHOWN:
            shown.append(f"{len(ids) - _SHOWN} more")
        if len(shown) < 2:
            return "".join(shown)
        return f"{', '.join(shown[:-1])} and {shown[-1]}"

    def label_class(self, class_id: int) -> str:
        return f"class “{self._classes[class_id]}”" if class_id in self._classes else f"class {class_id}"


def describe(edit: Edit, state: RegionState | None = None) -> str:
    """Return the edit as a short phrase, such as ``Merge “lid” and “brow”``.

    Parameters
    ----------
    edit
        Any edit.
    state
        The state before the edit, from which names are taken; without it ids are shown.
    """
    return _TEXTS[type(edit)](edit, _Names(state))


def _flags(edit: SetRegionFlags, names: _Names) -> str:
    words = {(True, "h"): "hide", (False, "h"): "show", (True, "l"): "lock", (False, "l"): "unlock"}
    flags = ((edit.hidden, "h"), (edit.locked, "l"))
    parts = [words[value, key] for value, key in flags if value is not None]
    verb = " and ".join(parts) or "leave"
    return f"{verb.capitalize()} {names.regions(edit.ids)}"


def _assign(edit: AssignClass, names: _Names) -> str:
    if edit.class_id is None:
        return f"Take {names.regions(edit.ids)} out of its class"
    return f"Put {names.regions(edit.ids)} into {names.label_class(edit.class_id)}"


_TEXTS: dict[type[Edit], Callable[[Any, _Names], str]] = {
    MergeRegions: lambda e, n: f"Merge {n.regions(e.ids)}",
    SplitRegion: lambda e, n: f"Split {n.region(e.id)} into {len(e.split.centroids)}",
    SeparateRegion: lambda e, n: f"Separate {n.region(e.id)} into {len(e.groups)}",
    CutTree: lambda e, n: f"Cut the tree into {len(set(e.labels))} regions",
    RenameRegion: lambda e, n: f"Rename {n.region(e.id)} to “{e.name.strip()}”",
    RecolorRegion: lambda e, n: f"Recolour {n.region(e.id)}",
    SetRegionFlags: _flags,
    AssignClass: _assign,
    NameRegions: lambda e, n: f"Name {n.regions(e.ids)} “{e.name.strip()}”",
    AddClass: lambda e, n: f"Add class “{e.name.strip()}”",
    RenameClass: lambda e, n: f"Rename {n.label_class(e.class_id)} to “{e.name.strip()}”",
    RecolorClass: lambda e, n: f"Recolour {n.label_class(e.class_id)}",
    DeleteClass: lambda e, n: f"Delete {n.label_class(e.class_id)}",
    Compound: lambda e, n: e.title,
    ReplacePart: lambda e, n: "Put back an earlier arrangement",
}
