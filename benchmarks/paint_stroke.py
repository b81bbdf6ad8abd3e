"""Time what one mouse move of a brush stroke costs: the event, the paint, the copy to the window.

Run from the repository root::

    QT_QPA_PLATFORM=offscreen python benchmarks/paint_stroke.py

A window of 1400×900 shows an image of 1024² with a label map of eight classes. A brush is drawn in circles
by mouse events, as a hand at 60 Hz would, and each event is processed until the window is painted. Wanted:
a median under 8 ms and nothing over 16 ms, so that no frame is missed. Whole repaints (pan, zoom, opacity)
are timed beside it. Exit status 1 if the stroke is slower.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication

from segstyle_gui.core.classes import LabelClass, default_color
from segstyle_gui.ui.theme.theme import apply_theme
from segstyle_gui.ui.views.mask_canvas import MaskCanvas

MEDIAN_MS, MAX_MS = 8.0, 16.0


class Counted(MaskCanvas):
    """A canvas that counts how often it was painted."""

    n_paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Count, then paint."""
        self.n_paints += 1
        super().paintEvent(event)


def scene(size: int, n_classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a gray image and a label map of rings."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size] / size - 0.5
    ring = np.hypot(rows, columns) * 2 * n_classes
    image = np.clip(ring * 20 + rng.normal(60, 12, (size, size)), 0, 255).astype(np.uint8)
    return image, (ring.astype(int) % (n_classes + 1)).astype(np.uint8)


def make_canvas(image_size: int, n_classes: int, radius: int) -> Counted:
    """Return a shown canvas that is ready to paint."""
    canvas = Counted()
    canvas.resize(1400, 900)
    canvas.set_classes([LabelClass(i, f"class {i}", default_color(i)) for i in range(1, n_classes + 1)])
    canvas.set_image(*scene(image_size, n_classes, 0))
    canvas.set_active_class(2)
    canvas.set_brush_radius(radius)
    canvas.show()
    QApplication.processEvents()
    return canvas


def send(canvas: MaskCanvas, kind: QEvent.Type, position: QPointF, *, held: bool) -> None:
    """Send one mouse event and paint what it changed."""
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    buttons = Qt.MouseButton.LeftButton if held else Qt.MouseButton.NoButton
    place = canvas.mapToGlobal(position)
    event = QMouseEvent(kind, position, place, button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)
    QApplication.processEvents()


def timed(work: Callable[[], None]) -> float:
    """Return milliseconds."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def stroke(canvas: Counted, n_moves: int, speed: float) -> list[float]:
    """Return the milliseconds of every move of one stroke; ``speed`` is in pixels a move."""
    middle, reach = QPointF(canvas.width() / 2, canvas.height() / 2), 0.4 * canvas.height()
    places = [
        middle + QPointF(math.cos(i * speed / reach) * reach, math.sin(i * speed / reach * 1.31) * reach)
        for i in range(n_moves + 1)
    ]
    send(canvas, QEvent.Type.MouseButtonPress, places[0], held=True)
    n_before = canvas.n_paints
    times = [timed(lambda p=p: send(canvas, QEvent.Type.MouseMove, p, held=True)) for p in places[1:]]
    if canvas.n_paints - n_before < n_moves:
        raise RuntimeError(f"only {canvas.n_paints - n_before} of {n_moves} moves were painted")
    send(canvas, QEvent.Type.MouseButtonRelease, places[-1], held=False)
    return times


def repaints(canvas: MaskCanvas, work: Callable[[int], None], n: int) -> list[float]:
    """Return the milliseconds of a change of the whole view, painted."""

    def step(i: int) -> None:
        work(i)
        QApplication.processEvents()

    return [timed(lambda i=i: step(i)) for i in range(n)]


def line(name: str, times: list[float]) -> str:
    """Return one row of figures."""
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return f"{name:34s} median {statistics.median(times):6.2f}  p99 {p99:6.2f}  max {ordered[-1]:6.2f} ms"


def main() -> int:
    """Print the figures; return 1 if a stroke is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", type=int, default=1024)
    parser.add_argument("--classes", type=int, default=8)
    parser.add_argument("--moves", type=int, default=600)
    args = parser.parse_args()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    apply_theme(app, "dark")
    is_slow = False
    for radius in (4, 20, 60):
        for speed in (6.0, 120.0):
            canvas = make_canvas(args.image, args.classes, radius)
            times = stroke(canvas, args.moves, speed)
            canvas.close()
            is_slow |= statistics.median(times) > MEDIAN_MS or max(times) > MAX_MS
            print(line(f"stroke, radius {radius}, {speed:.0f} px a move", times))
    canvas = make_canvas(args.image, args.classes, 20)
    print(line("opacity", repaints(canvas, lambda i: canvas.set_opacity(0.3 + i % 2 * 0.3), 40)))
    print(line("pan, whole image", repaints(canvas, lambda i: canvas.pan_by(3, i % 3 - 1), 40)))
    print(line("zoom", repaints(canvas, lambda i: canvas.zoom_to(1 + i / 4), 40)))
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())
