"""The rows of the class table: every class with its regions, then the regions without a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from segstyle_gui.core.classes import RegionState, region_color
from segstyle_gui.core.palette import BACKGROUND_COLOR, Color
from segstyle_gui.core.region_parts import Region

RowKind = Literal["class", "region", "none"]
RowKey = tuple[RowKind, int]

N_KEYS = 9  # classes that a number key reaches


class Numbers(Protocol):
    """Shares of pixels and of samples, 0 to 1."""

    @property
    def share(self) -> float:
        """Of all pixels."""

    @property
    def presence(self) -> float:
        """Of the samples it appears in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One line of the table.

    Attributes
    ----------
    kind
        A class, a region, or the group of regions without a class (``"none"``, id 0).
    share, presence
        0 to 1; None while they are not known.
    is_lower_bound
        The presence of several regions together is at least that of the most frequent.
    hidden, locked
        Of all its regions; False if there are none.
    regions
        Ids of its regions, or its own.
    number
        Key that chooses the class, 1 to 9; 0 for none.
    class_id
        Its class, None without.
    """

    kind: RowKind
    id: int
    name: str
    color: Color
    share: float | None
    presence: float | None
    is_lower_bound: bool
    hidden: bool
    locked: bool
    regions: tuple[int, ...]
    number: int = 0
    class_id: int | None = None
    children: tuple[ClassRow, ...] = ()

    @property
    def key(self) -> RowKey:
        """What the row is, whatever it looks like."""
        return self.kind, self.id


def build_rows(state: RegionState, numbers: Mapping[int, Numbers], none_name: str) -> tuple[ClassRow, ...]:
    """Return the top rows in the order of the classes.

    Parameters
    ----------
    state
        Regions and classes.
    numbers
        By region id; a region that is missing has none yet.
    none_name
        What the group of regions without a class is called; it is left out when it would be empty.
    """
    rows = []
    for position, label_class in enumerate(state.classes):
        children = _region_rows(state, numbers, label_class.id)
        number = position + 1 if position < N_KEYS else 0
        rows.append(_group("class", label_class.id, label_class.name, label_class.color, children, number))
    rest = _region_rows(state, numbers, None)
    if rest:
        rows.append(_group("none", 0, none_name, BACKGROUND_COLOR, rest, 0))
    return tuple(rows)


def keys_of(rows: Sequence[ClassRow]) -> list[tuple[RowKey, list[RowKey]]]:
    """Return the shape of a table: two of the same shape differ in their cells only."""
    return [(row.key, [child.key for child in row.children]) for row in rows]


def _region_rows(
    state: RegionState, numbers: Mapping[int, Numbers], class_id: int | None
) -> tuple[ClassRow, ...]:
    regions = [region for region in state.regions if region.class_id == class_id]
    return tuple(_region_row(state, region, numbers.get(region.id)) for region in regions)


def _region_row(state: RegionState, region: Region, numbers: Numbers | None) -> ClassRow:
    return ClassRow(
        kind="region",
        id=region.id,
        name=region.name,
        color=region_color(state, region),
        share=None if numbers is None else numbers.share,
        presence=None if numbers is None else numbers.presence,
        is_lower_bound=False,
        hidden=region.hidden,
        locked=region.locked,
        regions=(region.id,),
        class_id=region.class_id,
    )


def _group(
    kind: RowKind, row_id: int, name: str, color: Color, children: tuple[ClassRow, ...], number: int
) -> ClassRow:
    shares = [row.share for row in children if row.share is not None]
    presences = [row.presence for row in children if row.presence is not None]
    return ClassRow(
        kind=kind,
        id=row_id,
        name=name,
        color=color,
        share=sum(shares) if shares else None,
        presence=max(presences) if presences else None,
        is_lower_bound=len(children) > 1 and bool(presences) and max(presences) < 1,
        hidden=bool(children) and all(row.hidden for row in children),
        locked=bool(children) and all(row.locked for row in children),
        regions=tuple(row.id for row in children),
        number=number,
        class_id=row_id if kind == "class" else None,
        children=children,
    )
