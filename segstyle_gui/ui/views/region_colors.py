"""From regions and how they are to be seen to one colour per cluster: the table that every repaint swaps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

OverlayMode = Literal["fill", "outline", "both"]
_Number = TypeVar("_Number", bound=np.generic)

_PLACES = 2.0 ** np.array([24, 16, 8, 0])  # of alpha, red, green and blue in an ARGB number
_DIM = 0.52  # film of black over what is not meant
_QUIET = 0.45  # what is left of colours below that film, and of those that are drawn over
_LIT, _LIT_LEAST = 0.15, 0.4  # added opacity of a region that is lit up, and the least it has
_CHOSEN, _CHOSEN_LEAST = 0.2, 0.45  # the same of a selected one
# Marks on images are white and black in every theme: what is below them is the image, not the window.
_BRIGHT, _HALO, _HATCH = 0xFFFFFFFF, 0xB4000000, 0x5A5A5A5A


@dataclass(frozen=True, slots=True, eq=False)
class RegionTable:
    """Which region each cluster id is in, and its colour.

    Attributes
    ----------
    regions
        (n_ids,) int32 region ids; 0 for a cluster that is in none.
    colors
        (n_ids, 3) uint8.
    """

    regions: NDArray[np.int32]
    colors: NDArray[np.uint8]

    @classmethod
    def of(
        cls,
        region_of_cluster: NDArray[np.integer],
        colors: NDArray[np.uint8] | Mapping[int, Sequence[int]],
    ) -> RegionTable:
        """Return a table from colours by cluster, or by region id.

        Parameters
        ----------
        region_of_cluster
            (n_ids,), as ``RegionState.cluster_to_region`` returns it.
        colors
            (n_ids, 3 or 4) uint8 of every cluster id (alpha is ignored: opacity is the overlay's), or
            ``{region id: (red, green, blue)}``; a region without a colour is gray.

        Raises
        ------
        ValueError
            If the lengths do not match.
        """
        regions = np.asarray(region_of_cluster, dtype=np.int32)
        if isinstance(colors, Mapping):
            gray = (128, 128, 128)
            rows = [tuple(colors.get(int(region), gray))[:3] for region in regions]
            table = np.array(rows, dtype=np.uint8).reshape(-1, 3)
        else:
            table = np.asarray(colors, dtype=np.uint8)[:, :3]
        if len(table) != len(regions):
            raise ValueError(f"{len(table)} colours for {len(regions)} cluster ids")
        return cls(regions, table)

    @classmethod
    def empty(cls) -> RegionTable:
        """Return a table that knows no cluster."""
        return cls(np.zeros(0, np.int32), np.zeros((0, 3), np.uint8))

    def padded(self, n_ids: int) -> RegionTable:
        """Return the table for ``n_ids`` ids: ids it does not know are in no region."""
        if n_ids <= len(self.regions):
            return RegionTable(self.regions[:n_ids], self.colors[:n_ids])
        more = n_ids - len(self.regions)
        return RegionTable(np.pad(self.regions, (0, more)), np.pad(self.colors, ((0, more), (0, 0))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How regions are to be seen.

    Attributes
    ----------
    mode
        Colours over the image, lines where regions meet, or both.
    opacity
        Of the colours, 0 to 1.
    hidden, locked, selection
        Region ids.
    solo
        The only regions to show; None for all.
    hover
        The region that is lit up while all others are dimmed.
    is_quiet
        Whether colours stand back, because the user draws over them.
    """

    mode: OverlayMode = "fill"
    opacity: float = 0.45
    hidden: frozenset[int] = frozenset()
    locked: frozenset[int] = frozenset()
    selection: frozenset[int] = frozenset()
    solo: frozenset[int] | None = None
    hover: int | None = None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ColorTable:
    """What each code of the index canvas is drawn with; all fields begin with the background's.

    Attributes
    ----------
    fill
        (n_codes,) uint32 ARGB, premultiplied.
    visible
        (n_codes,) int32, a number per visible region, 0 for none: lines run where it changes.
    line
        (n_codes,) uint32, the colour of these lines; all 0 when there are none.
    marked
        (n_codes,) int32, a number per region that has the bright contour, 0 for none.
    lit
        (n_codes,) int32, the same of the thin contour.
    hatch
        (n_codes,) uint32, the colour of the hatching of locked regions, 0 for none.
    """

    fill: NDArray[np.uint32]
    visible: NDArray[np.int32]
    line: NDArray[np.uint32]
    marked: NDArray[np.int32]
    lit: NDArray[np.int32]
    hatch: NDArray[np.uint32]
    bright: int = field(default=_BRIGHT)
    halo: int = field(default=_HALO)

    def joined(self, other: ColorTable) -> ColorTable:
        """Return this table with the other's codes behind its own; the other's background is dropped."""
        shift = np.int32(1 << 24)  # regions of two runs are never the same
        return ColorTable(
            np.concatenate([self.fill, other.fill[1:]]),
            np.concatenate([self.visible, _shifted(other.visible[1:], shift)]),
            np.concatenate([self.line, other.line[1:]]),
            np.concatenate([self.marked, _shifted(other.marked[1:], shift)]),
            np.concatenate([self.lit, _shifted(other.lit[1:], shift)]),
            np.concatenate([self.hatch, other.hatch[1:]]),
        )


def color_table(table: RegionTable, look: Look) -> ColorTable:
    """Return the colours of the codes: the background, then every cluster id of the table.

    A hidden region, one that solo leaves out and a cluster without region have no colour. The region that is
    lit up is dyed and has a thin contour; over all others lies a dark film. Solo lays the film over what it
    leaves out. A selected region is dyed and has a contour; a locked one is hatched while it is lit up or
    selected, which is when one is about to change it.
    """
    regions = table.regions
    shown = (regions > 0) & ~_is_in(regions, look.hidden)
    left_out = np.zeros(len(regions), bool) if look.solo is None else ~_is_in(regions, look.solo)
    shown &= ~left_out
    lit = (regions > 0) & (regions == (look.hover if look.hover is not None else -1))
    dimmed = ~lit if look.hover is not None else left_out
    chosen = shown & _is_in(regions, look.selection)
    alpha = np.where(shown, 0.0 if look.mode == "outline" else look.opacity, 0.0)
    alpha = np.where(chosen, np.maximum(alpha + _CHOSEN, _CHOSEN_LEAST), alpha)
    alpha = np.where(lit, np.maximum(alpha + _LIT, _LIT_LEAST), alpha)
    alpha = np.clip(np.where(dimmed & ~chosen, alpha * _QUIET, alpha), 0.0, 1.0)
    alpha = alpha * _QUIET if look.is_quiet else alpha
    fill = filmed(table.colors, alpha, np.where(dimmed, np.where(chosen, _DIM / 2, _DIM), 0.0))
    lines = shown & (look.mode != "fill")
    line = filmed(table.colors, lines.astype(float), np.where(dimmed, _DIM, 0.0) * lines)
    hatched = (lit | chosen) & _is_in(regions, look.locked)
    return ColorTable(
        _led(fill),
        _led(np.where(shown, regions, 0)),
        _led(line),
        _led(np.where(chosen, regions, 0)),
        _led(np.where(lit, regions, 0)),
        _led(np.where(hatched, np.uint32(_HATCH), np.uint32(0))),
    )


def filmed(
    colors: NDArray[np.uint8], alpha: NDArray[np.float64], film: NDArray[np.float64]
) -> NDArray[np.uint32]:
    """Return colours of an opacity with a film of black above, as premultiplied ARGB.

    Parameters
    ----------
    colors
        (n, 3) uint8.
    alpha, film
        (n,) opacities, 0 to 1.

    Returns
    -------
    numpy.ndarray
        (n,) uint32.
    """
    channels = np.empty((len(colors), 4))
    channels[:, 0] = 255.0 * (film + alpha * (1.0 - film))
    channels[:, 1:] = colors * (alpha * (1.0 - film))[:, None]
    return (np.rint(channels) @ _PLACES).astype(np.uint32)


def selection_after(
    selection: Collection[int], regions: Collection[int], *, add: bool = False, toggle: bool = False
) -> frozenset[int]:
    """Return what is selected after regions were clicked or boxed.

    ``add`` (Shift) keeps what was selected; ``toggle`` (Ctrl) also takes away what was selected and is met
    again; without either the regions are the new selection.
    """
    if toggle:
        return frozenset(selection) ^ frozenset(regions)
    return frozenset(selection) | frozenset(regions) if add else frozenset(regions)


def _is_in(regions: NDArray[np.int32], ids: Collection[int]) -> NDArray[np.bool_]:
    return np.isin(regions, np.fromiter(ids, np.int32, len(ids)))


def _led(values: NDArray[_Number]) -> NDArray[_Number]:
    """Return the values with a zero for the background in front."""
    return np.concatenate([np.zeros(1, values.dtype), values])


def _shifted(numbers: NDArray[np.int32], shift: np.int32) -> NDArray[np.int32]:
    return np.where(numbers > 0, numbers + shift, numbers)
