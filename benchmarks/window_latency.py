"""How quickly the window answers while a student trains on all cores.

Opens the sample project in the real main window, starts the student's training through the session, moves
the pointer over the samples all the while, and asks the event loop every 5 ms how late it is.

    python benchmarks/window_latency.py --seconds 60
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

import numpy as np

TICK = 5  # milliseconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--idle-seconds", type=float, default=10.0)
    parser.add_argument("--page", default="regions")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SEGSTYLE_SETTINGS"] = str(Path(folder) / "settings.ini")
        os.environ["SEGSTYLE_PROJECTS"] = folder
        result = measure(Path(folder), options)
    print(json.dumps(result, indent=2))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Return latencies in milliseconds, idle and while training."""
    from segstyle_gui import app as application

    application._prepare_process()
    from PySide6.QtWidgets import QApplication

    from segstyle_gui.pipeline.sample_project import open_sample
    from segstyle_gui.ui.main_window import MainWindow
    from segstyle_gui.ui.preferences import Preferences
    from segstyle_gui.ui.theme.theme import apply_theme

    app = QApplication([])
    apply_theme(app, "dark")
    window = MainWindow(Preferences())
    window.resize(1440, 900)
    window.show()
    window.session.open(open_sample(folder))
    _until(app, lambda: window.session.project is not None, 30)
    window.show_page(options.page)
    _until(app, lambda: not window.session.jobs.unfinished(), 120)
    idle = _latencies(app, window, options.idle_seconds)
    job = _train(window)
    _until(app, lambda: job.update is not None and job.update.done >= 2, 120)
    busy = _latencies(app, window, options.seconds)
    steps = job.update.done if job.update else 0
    job.cancel()
    _until(app, lambda: job.is_over, 60)
    window.dialogs.close_and_wait()
    window.session.jobs.close()
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {app.platformName()}",
        "page": options.page,
        "idle": _figures(idle),
        "student training": _figures(busy),
        "steps done": steps,
    }


def _train(window):
    from segstyle_gui.pipeline.catalog import stage_named

    config = stage_named("train_student").config(steps=100_000, validate_every=50)
    return window.session.run_stage("train_student", config)


def _latencies(app, window, seconds: float) -> np.ndarray:
    """Return how late each tick was, with the pointer moving over the page."""
    from PySide6.QtCore import QObject, Qt, QTimer

    late: list[float] = []
    clock = {"due": time.perf_counter() + TICK / 1000}

    def tick() -> None:
        now = time.perf_counter()
        late.append(max(0.0, now - clock["due"]) * 1000)
        clock["due"] = now + TICK / 1000

    owner = QObject()
    timer = QTimer(owner)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(TICK)
    mover = QTimer(owner)
    mover.timeout.connect(_Mover(window))
    mover.start(50)
    end = time.perf_counter() + seconds
    clock["due"] = time.perf_counter() + TICK / 1000
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.0005)
    timer.stop()
    mover.stop()
    return np.array(late)


class _Mover:
    """Moves the pointer in a spiral over the page."""

    def __init__(self, window) -> None:
        self.window, self.step = window, 0

    def __call__(self) -> None:
        from PySide6.QtCore import QPoint
        from PySide6.QtTest import QTest

        page = self.window.current_page
        self.step += 1
        angle, radius = self.step / 5, 40 + self.step % 200
        center = page.rect().center()
        place = center + QPoint(int(radius * np.cos(angle)), int(radius * np.sin(angle)))
        child = page.childAt(place) or page
        QTest.mouseMove(child, child.mapFrom(page, place))


def _until(app, is_true, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while not is_true():
        if time.perf_counter() > end:
            raise SystemExit("it took too long")
        app.processEvents()
        time.sleep(0.005)


def _figures(late: np.ndarray) -> dict[str, float]:
    return {
        "ticks": len(late),
        "p50 ms": round(float(np.percentile(late, 50)), 1),
        "p99 ms": round(float(np.percentile(late, 99)), 1),
        "max ms": round(float(late.max()), 1),
    }


if __name__ == "__main__":
    main()
