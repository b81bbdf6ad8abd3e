"""From the state of the regions to what the gallery paints: tables by cluster and by region."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import RegionState, region_color
from segstyle_gui.core.palette import Color
from segstyle_gui.ui.views.gallery import RegionGallery


def show_state(gallery: RegionGallery, state: RegionState) -> None:
    """Let the gallery show these regions over the samples that it has; a swap of tables."""
    gallery.set_names(names_of(state))
    gallery.set_hidden({region.id for region in state.regions if region.hidden})
    gallery.set_locked({region.id for region in state.regions if region.locked})
    gallery.set_table(state.cluster_to_region(), colors_of(state))


def colors_of(state: RegionState) -> dict[int, Color]:
    """Return the colour of every region by its id."""
    return {region.id: region_color(state, region) for region in state.regions}


def names_of(state: RegionState) -> dict[int, str]:
    """Return what to call every region: its class and its own name."""
    classes = {label_class.id: label_class.name for label_class in state.classes}
    names = {}
    for region in state.regions:
        label = classes.get(region.class_id or 0, "")
        names[region.id] = f"{label} · {region.name}" if label and label != region.name else region.name
    return names


def leaf_colors(state: RegionState) -> NDArray[np.uint8]:
    """Return (K, 3) colours of the base clusters: of their regions, or of the first part of their split."""
    colors = colors_of(state)
    table = state.cluster_to_region()
    leaves = [colors.get(int(region), (128, 128, 128)) for region in table[: state.n_clusters]]
    for split in state.splits:
        part = colors.get(int(table[split.first_cluster]), (128, 128, 128))
        for parent in split.parents:
            if parent < state.n_clusters:
                leaves[parent] = part
    return np.array(leaves, np.uint8).reshape(-1, 3)
