"""Time the wall of thumbnails: filling, first show, pages scrolled one by one, sorting.

Run: python benchmarks/image_list.py --images 10000 --tile 96
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from segstyle_gui.ui.models.image_list import ImageListModel
from segstyle_gui.ui.theme.theme import apply_theme
from segstyle_gui.ui.views.image_list import ImageListView


def milliseconds(times: list[float]) -> str:
    """Return median, 99th percentile and maximum."""
    values = np.array(times) * 1e3
    middle, late = np.percentile(values, (50, 99))
    return f"median {middle:.1f} ms, p99 {late:.1f} ms, max {values.max():.1f} ms"


def painted(view: ImageListView) -> float:
    """Return the seconds until the view has drawn what changed."""
    start = time.perf_counter()
    view.viewport().repaint()
    QApplication.processEvents()
    return time.perf_counter() - start


def scrolled(view: ImageListView, step: int, n_steps: int) -> list[float]:
    """Return the seconds of each of ``n_steps`` steps of ``step`` px down."""
    bar, times = view.verticalScrollBar(), []
    for _ in range(n_steps):
        start = time.perf_counter()
        bar.setValue(bar.value() + step)
        QApplication.processEvents()
        times.append(time.perf_counter() - start)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--tile", type=int, default=96)
    parser.add_argument("--side", type=int, default=96, help="side of a thumbnail, px")
    options = parser.parse_args()

    app = QApplication([])
    apply_theme(app, "dark")
    rng = np.random.default_rng(0)
    thumbnails = rng.integers(0, 256, (options.images, options.side, options.side), np.uint8)
    names = [f"subject_{i // 40:04d}/frame_{i:05d}.png" for i in range(options.images)]

    start = time.perf_counter()
    model = ImageListModel()
    model.set_images(names, thumbnails)
    view = ImageListView(model, tile=options.tile)
    view.resize(1200, 800)
    view.show()
    app.processEvents()
    painted(view)
    print(f"{options.images} images, tile {options.tile} px: first show {time.perf_counter() - start:.3f} s")
    page = view.viewport().height()
    print("a page of new images:", milliseconds(scrolled(view, page, 40)))
    print("a notch of the wheel:", milliseconds(scrolled(view, 60, 200)))
    start = time.perf_counter()
    view.set_order(rng.permutation(options.images))
    app.processEvents()
    print(f"sorting: {(time.perf_counter() - start) * 1e3:.1f} ms")
    view.close()


if __name__ == "__main__":
    main()
