"""How long until the window is up, and until a project with 10,000 images is open.

Starts the application in a process of its own, several times, and takes the median.

    python benchmarks/window_start.py --repeats 7
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

_CHILD = """
import os, sys, time
begun = float(os.environ["BEGUN"])
from segstyle_gui import app as application
application._prepare_process()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from segstyle_gui.ui.preferences import Preferences
from segstyle_gui.ui.theme.theme import apply_theme
app = QApplication([])
preferences = Preferences()
apply_theme(app, "dark")
from segstyle_gui.ui.main_window import MainWindow
window = MainWindow(preferences)
window.show()
app.processEvents()
print("window", time.time() - begun, flush=True)
assert "torch" not in sys.modules
if len(sys.argv) > 1:
    asked = time.time()
    def opened():
        window.show_page("images")
        app.processEvents()
        print("open", time.time() - asked, flush=True)
        app.quit()
    window.session.project_opened.connect(lambda: QTimer.singleShot(0, opened))
    window.session.open(sys.argv[1])
    app.exec()
    window.session.close()
window.session.jobs.wait(30)
window.session.jobs.close()
os._exit(0)
"""


def main() -> None:
    """Measure and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--images", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder), options.images)
        rows = [_run(folder, project) for _ in range(options.repeats + 1)][
            1:
        ]  # the first fills the disk cache
    figures = {key: round(statistics.median(row[key] for row in rows), 2) for key in ("window", "open")}
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    print(json.dumps({"machine": machine, "images": options.images, "seconds": figures}, indent=2))


def make_project(folder: Path, n_images: int) -> Path:
    """Write a project whose import has ``n_images`` small images."""
    from segstyle_gui.project.records import ImageRecord
    from segstyle_gui.project.store import Project

    rng = np.random.default_rng(0)
    thumbnails = rng.integers(0, 256, (n_images, 96, 96, 1), dtype=np.uint8)
    records = [
        ImageRecord(
            id=i, path=f"images/{i:05d}.png", sha256=f"{i:064x}", width=640, height=480, mode="gray 8-bit"
        )
        for i in range(1, n_images + 1)
    ]
    summary = {"images": n_images, "files": n_images, "channels": "gray", "size": 64, "skipped": []}
    arrays = {"pixels": thumbnails[:, :64, :64], "thumbnails": thumbnails}
    with Project.create(folder / "Many") as project:
        project.add_run("import_images", "images", {}, {}, summary, arrays, images=records)
        return project.path


def _run(folder: str, project: Path) -> dict[str, float]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "SEGSTYLE_SETTINGS": str(Path(folder) / "settings.ini"),
        "PYTHONDONTWRITEBYTECODE": "",  # an installed program is compiled: the first run does it
        "PYTHONPYCACHEPREFIX": str(Path(folder) / "pycache"),
        "BEGUN": str(time.time()),
    }
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(project)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return {key: float(value) for key, value in (line.split() for line in done.stdout.splitlines())}


if __name__ == "__main__":
    main()
