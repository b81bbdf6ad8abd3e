"""Samples with the regions of one run, or of two, in colours over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.views.gallery_browsing import BrowsingView
from segstyle_gui.ui.views.gallery_canvas import SampleSet, Scene
from segstyle_gui.ui.views.gallery_marks import draw_titles
from segstyle_gui.ui.views.gallery_regions import FIRST, SECOND, GalleryRegions
from segstyle_gui.ui.views.region_colors import ColorTable, OverlayMode, RegionTable

Colors = NDArray[np.uint8] | Mapping[int, Sequence[int]]


class RegionView(BrowsingView):
    """Shows regions as it is told; every change of colours is a swap of a table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._regions = GalleryRegions()
        self._titles: tuple[str, ...] = ()

    def set_samples(
        self, seeds: Sequence[int], images: NDArray[np.uint8], clusters: NDArray[np.integer]
    ) -> None:
        """Show other samples; ends a comparison. With the same seeds, place and zoom stay.

        Parameters
        ----------
        seeds
            N different seeds.
        images
            (N, S, S, 3) uint8.
        clusters
            (N, M, M) int16 cluster ids, those of splits included; M need not be S.

        Raises
        ------
        ValueError
            If numbers or shapes do not match.
        """
        samples = SampleSet(images, clusters)
        if len(seeds) != len(samples):
            raise ValueError(f"{len(seeds)} seeds for {len(samples)} samples")
        if tuple(seeds) != self._seeds:
            self._single, self._focus = None, 0
            self._scroll.jump(0)
        self._seeds = tuple(int(seed) for seed in seeds)
        self._regions.set_n_ids(FIRST, samples.n_ids)
        self._regions.set_n_ids(SECOND, 0)
        self._titles = ()
        self.setAccessibleDescription(self.tr("{0} samples").format(len(seeds)))
        self._show_sides([samples])

    def set_detail(self, seed: int, image: NDArray[np.uint8], clusters: NDArray[np.integer]) -> None:
        """Show one sample more finely, such as the one that is open; ignored if it is not here any more.

        Parameters
        ----------
        seed
            Of the sample.
        image
            (S, S, 3) uint8.
        clusters
            (M, M) cluster ids of the same run as the others.
        """
        if seed in self._seeds:
            self._sides[FIRST].set_detail(self._seeds.index(seed), image, clusters)
            self._canvas.forget()
            self.rearrange()

    def set_table(self, region_of_cluster: NDArray[np.integer], colors: Colors) -> None:
        """Take other regions or colours for the same clusters; costs one look-up per pixel.

        Parameters
        ----------
        region_of_cluster
            (n_ids,) region id of every cluster id, 0 for none; ids beyond it are in no region.
        colors
            (n_ids, 3 or 4) uint8 by cluster id, or (red, green, blue) by region id.

        Raises
        ------
        ValueError
            If the lengths do not match.
        """
        self._regions.set_table(FIRST, RegionTable.of(region_of_cluster, colors))
        self.recolour()

    def set_names(self, names: Mapping[int, str]) -> None:
        """Name regions for the card beside the pointer."""
        self._regions.names[FIRST] = dict(names)

    def set_second(
        self,
        clusters: NDArray[np.integer],
        region_of_cluster: NDArray[np.integer],
        colors: Colors,
        *,
        images: NDArray[np.uint8] | None = None,
        names: Mapping[int, str] | None = None,
        titles: tuple[str, str] = ("A", "B"),
    ) -> None:
        """Show the regions of a second run beside those of the first, sample by sample.

        The second run is only looked at: its regions light up, but cannot be selected.

        Parameters
        ----------
        clusters, region_of_cluster, colors, names
            Of the second run, for the same seeds, as for the first one.
        images
            (N, S, S, 3) uint8 if they are not those of the first run.
        titles
            What the two runs are called on the tiles.

        Raises
        ------
        ValueError
            If numbers or shapes do not match, or there are no samples yet.
        """
        if not self._sides:
            raise ValueError("there are no samples to compare with")
        first = self._sides[FIRST]
        second = SampleSet(first.images if images is None else images, clusters, offset=1 + first.n_ids)
        if len(second) != len(first):
            raise ValueError(f"{len(second)} samples to compare with {len(first)}")
        self._regions.set_table(SECOND, RegionTable.of(region_of_cluster, colors))
        self._regions.set_n_ids(SECOND, second.n_ids)
        self._regions.names[SECOND] = dict(names or {})
        self._titles = titles
        self._show_sides([first, second])

    def clear_second(self) -> None:
        """End the comparison."""
        if len(self._sides) > 1:
            self._regions.set_n_ids(SECOND, 0)
            self._titles = ()
            self._show_sides(self._sides[:1])

    def set_overlay(self, mode: OverlayMode | None = None, opacity: float | None = None) -> None:
        """Show colours (``fill``), lines (``outline``) or ``both``, and how opaque colours are, 0 to 1."""
        look = self._regions.look
        share = look.opacity if opacity is None else min(max(opacity, 0.0), 1.0)
        self._change_look(mode=mode or look.mode, opacity=share)

    def set_hidden(self, regions: Collection[int]) -> None:
        """Show these regions without colour; they cannot be pointed at."""
        self._change_look(hidden=frozenset(regions))

    def set_solo(self, regions: Collection[int] | None) -> None:
        """Show these regions alone, on darker samples; None shows all."""
        self._change_look(solo=None if regions is None else frozenset(regions))

    def set_locked(self, regions: Collection[int]) -> None:
        """Hatch these regions where they are lit up or selected."""
        self._change_look(locked=frozenset(regions))

    def set_hover(self, region: int | None) -> None:
        """Light a region up in all samples and dim all others; None ends it."""
        self._change_look(hover=region)

    def set_selection(self, regions: Collection[int]) -> None:
        """Show these regions as selected in all samples."""
        self._change_look(selection=frozenset(regions))

    @property
    def selection(self) -> frozenset[int]:
        """The regions that are shown as selected."""
        return self._regions.look.selection

    def _change_look(self, **changes: Any) -> None:
        if self._regions.change_look(**changes):
            self.recolour()

    def _color_table(self) -> ColorTable:
        return self._regions.color_table()

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        if self._titles:
            draw_titles(painter, scene, self._titles)
        super()._paint_marks(painter, scene)
