"""Measure how long the gallery takes to show a change of the regions.

Run from the repository root, without a display or with one::

    QT_QPA_PLATFORM=offscreen python benchmarks/gallery_repaint.py --tile 128
    QT_QPA_PLATFORM=offscreen QT_SCALE_FACTOR=2 python benchmarks/gallery_repaint.py

A real window shows 64 samples with 36 clusters at once. Each change is timed from the call (or the mouse
event) to the end of the repaint, in random order. The budget is one frame of a 60 Hz screen, 16 ms, for what
changes only colours; scrolling and zooming redraw the tiles and are listed for comparison. Exit status 1 if
the 99th percentile of a change of colours is over the budget; on a busy machine, look at the last column.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from segstyle_gui.core.merge_tree import cut_tree, ward_linkage
from segstyle_gui.core.palette import PALETTE
from segstyle_gui.ui.views.gallery import RegionGallery
from segstyle_gui.ui.views.gallery_lens import Lens

N_SAMPLES, N_CLUSTERS, SIZE, COLUMNS = 64, 36, 128, 8
BUDGET = 16.0  # milliseconds
COLORS = np.array(PALETTE, dtype=np.uint8)


def make_samples(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N, 128, 128, 3) and cluster maps of blobs, whose borders are as long as real ones."""
    coarse = rng.normal(size=(N_SAMPLES, N_CLUSTERS, 9, 9))
    at = np.linspace(0, 7.999, SIZE)
    low, share = at.astype(int), at % 1
    rows = coarse[:, :, low] * (1 - share)[:, None] + coarse[:, :, low + 1] * share[:, None]
    maps = rows[..., low] * (1 - share) + rows[..., low + 1] * share
    clusters = maps.argmax(axis=1).astype(np.int16)
    gray = (90 + 3 * clusters + rng.integers(0, 30, clusters.shape)).astype(np.uint8)
    return np.repeat(gray[..., None], 3, axis=-1), clusters


def make_gallery(tile: int, rng: np.random.Generator) -> RegionGallery:
    """Return a shown gallery in which exactly 8 x 8 tiles of this side fit."""
    gallery = RegionGallery()
    side = COLUMNS * (tile + 8) + 8
    gallery.resize(side, side)
    gallery.set_tile_size(tile)
    gallery.set_samples(range(N_SAMPLES), *make_samples(rng))
    gallery.set_table(np.arange(N_CLUSTERS) + 1, COLORS[:N_CLUSTERS])
    gallery.show()
    QApplication.processEvents()
    cells = gallery.scene().grid.visible(0, gallery.scene().height)
    assert len(cells) == N_SAMPLES
    assert gallery.tile_side == tile
    return gallery


def move_pointer(gallery: RegionGallery, x: float, y: float) -> None:
    """Send a real move of the mouse."""
    position = QPointF(x, y)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        position,
        QPointF(gallery.viewport().mapToGlobal(position)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(gallery.viewport(), event)


def colour_changes(gallery: RegionGallery, rng: np.random.Generator) -> dict[str, Callable[[], None]]:
    """Return the changes that must fit into a frame; each is another one at every call."""
    tree = ward_linkage(rng.normal(size=(N_CLUSTERS, 16)), np.ones(N_CLUSTERS))
    merged = np.arange(N_CLUSTERS) + 1

    def merge() -> None:
        one, other = rng.choice(N_CLUSTERS, 2, replace=False)
        table = merged.copy()
        table[one] = table[other]
        gallery.set_table(table, COLORS[table % 64])

    def cut() -> None:
        regions = cut_tree(tree, int(rng.integers(2, N_CLUSTERS))) + 1
        gallery.set_table(regions, COLORS[regions])

    def some() -> set[int]:
        return set(rng.integers(1, N_CLUSTERS, 3).tolist())

    return {
        "merge": merge,
        "granularity": cut,
        "hide": lambda: gallery.set_hidden(some()),
        "recolour": lambda: gallery.set_table(merged, rng.permutation(COLORS)[:N_CLUSTERS]),
        "select": lambda: gallery.set_selection(some()),
        "opacity": lambda: gallery.set_overlay(opacity=float(rng.uniform(0.2, 0.8))),
        "hover": lambda: gallery.set_hover(int(rng.integers(1, N_CLUSTERS))),
        "mouse move": lambda: move_pointer(gallery, *rng.uniform(0, gallery.viewport().width(), 2)),
    }


def tile_changes(gallery: RegionGallery, rng: np.random.Generator) -> dict[str, Callable[[], None]]:
    """Return changes for which tiles are drawn anew."""
    return {
        "rearrange (scroll)": gallery.rearrange,
        "lens": lambda: gallery.set_lens(Lens().zoomed(rng.uniform(1.5, 4), *rng.uniform(0, 1, 2))),
    }


def measure(
    gallery: RegionGallery, changes: dict[str, Callable[[], None]], n: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return (n, 2) milliseconds of the calls of every change: on the clock, and of this thread's work."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in changes}
    for name in rng.permutation(list(changes) * n):
        begin, worked = time.perf_counter(), time.thread_time()
        changes[name]()
        gallery.viewport().repaint()
        times[name].append((time.perf_counter() - begin, time.thread_time() - worked))
    return {name: 1e3 * np.array(values) for name, values in times.items()}


def report(times: dict[str, np.ndarray]) -> bool:
    """Print a row for each change; return whether all are within the budget."""
    print("| change | median | p99 | max | median of the thread's own work |")
    for name, values in times.items():
        median, late = np.percentile(values[:, 0], [50, 99])
        worked = np.median(values[:, 1])
        print(f"| {name} | {median:.1f} | {late:.1f} | {values[:, 0].max():.1f} | {worked:.1f} |")
    return all(np.percentile(values[:, 0], 99) < BUDGET for values in times.values())


def main() -> int:
    """Measure fill, outline and both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tile", type=int, default=128, help="side of a tile in px, 64 to 512")
    parser.add_argument("--repeats", type=int, default=100, help="of each change")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    rng = np.random.default_rng(0)
    gallery = make_gallery(options.tile, rng)
    is_fast = True
    for mode in ("fill", "outline", "both"):
        gallery.set_overlay(mode)
        for warm_up in (True, False):
            times = measure(gallery, colour_changes(gallery, rng), 5 if warm_up else options.repeats, rng)
        print(f"\n{mode}, {gallery.devicePixelRatioF():g} device pixels per px, ms")
        is_fast &= report(times)
        gallery.set_hidden(())
        gallery.set_hover(None)
    print("\nTiles drawn anew, ms")
    report(measure(gallery, tile_changes(gallery, rng), options.repeats, rng))
    gallery.close()
    app.processEvents()
    print("within" if is_fast else "OVER", f"the budget of {BUDGET:g} ms")
    return 0 if is_fast else 1


if __name__ == "__main__":
    sys.exit(main())
