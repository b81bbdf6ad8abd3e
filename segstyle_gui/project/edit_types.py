"""Every edit a user can make to regions and classes, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from segstyle_gui.core.classes import Color, LabelClass, Region, Split


@dataclass(frozen=True, slots=True)
class Edit:
    """Base of all edits; :func:`segstyle_gui.project.edits.apply_edit` makes a new state from one."""


@dataclass(frozen=True, slots=True)
class MergeRegions(Edit):
    """Make one region of two or more; the first keeps its id, name and colour."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SplitRegion(Edit):
    """Divide a region by a second clustering; the region keeps its id for the first part.

    The split's ``parents`` are clusters of the region. Clusters that are not parents stay with the first
    part; the other parts become new regions of the same class.
    """

    id: int
    split: Split


@dataclass(frozen=True, slots=True)
class SeparateRegion(Edit):
    """Take a region of several clusters apart into ``groups`` of them; the first group keeps the id."""

    id: int
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class CutTree(Edit):
    """Group the base clusters anew: (n_clusters,) region index of each, as ``cut_tree`` returns it.

    Locked regions and those that hold a part of a split stay as they are. A group that equals a present
    region leaves that region untouched; another group inherits a class if all its clusters agree on it.
    """

    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RenameRegion(Edit):
    """Give a region a name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class RecolorRegion(Edit):
    """Give a region a colour of its own (r, g, b) 0 to 255; None goes back to the default colour."""

    id: int
    color: Color | None


@dataclass(frozen=True, slots=True)
class SetRegionFlags(Edit):
    """Hide or show, lock or unlock regions; a flag that is None stays as it is.

    A locked region keeps its clusters and its class.
    """

    ids: tuple[int, ...]
    hidden: bool | None = None
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class AssignClass(Edit):
    """Put regions into a class; None takes them out of any (background)."""

    ids: tuple[int, ...]
    class_id: int | None


@dataclass(frozen=True, slots=True)
class NameRegions(Edit):
    """Put regions into the class of that name (letter case does not matter), creating it if needed."""

    ids: tuple[int, ...]
    name: str


@dataclass(frozen=True, slots=True)
class AddClass(Edit):
    """Add a class without regions; its id is the state's ``next_class_id``, its colour may be left open."""

    name: str
    color: Color | None = None


@dataclass(frozen=True, slots=True)
class RenameClass(Edit):
    """Give a class another name."""

    class_id: int
    name: str


@dataclass(frozen=True, slots=True)
class RecolorClass(Edit):
    """Give a class another colour (r, g, b) 0 to 255."""

    class_id: int
    color: Color


@dataclass(frozen=True, slots=True)
class DeleteClass(Edit):
    """Remove a class; its regions become background."""

    class_id: int


@dataclass(frozen=True, slots=True)
class Compound(Edit):
    """Several edits as one step of the history, under a title in the user's words."""

    edits: tuple[Edit, ...]
    title: str


@dataclass(frozen=True, slots=True)
class ReplacePart(Edit):
    """Put back what another edit changed: the inverse of any edit.

    ``regions`` and ``classes`` hold those that differ; the orders name every id that is there afterwards.
    The first ``splits_kept`` splits stay and ``splits`` follow them.
    """

    regions: tuple[Region, ...]
    region_order: tuple[int, ...]
    classes: tuple[LabelClass, ...]
    class_order: tuple[int, ...]
    splits_kept: int
    splits: tuple[Split, ...]
    next_region_id: int
    next_class_id: int


EDIT_TYPES: dict[str, type[Edit]] = {
    kind.__name__: kind
    for kind in (
        MergeRegions,
        SplitRegion,
        SeparateRegion,
        CutTree,
        RenameRegion,
        RecolorRegion,
        SetRegionFlags,
        AssignClass,
        NameRegions,
        AddClass,
        RenameClass,
        RecolorClass,
        DeleteClass,
        Compound,
        ReplacePart,
    )
}
