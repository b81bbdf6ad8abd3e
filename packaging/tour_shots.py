"""Take a picture of every page of the sample project: dark and light, at 100 % and at 150 %.

Runs the tour of the sample (``tests/e2e/test_sample_tour.py``) once for each of the four, in a process of its
own: a window's scale cannot be changed while it is there.

    python packaging/tour_shots.py pictures
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

TOUR = "tests/e2e/test_sample_tour.py"
LOOKS = tuple((theme, scale) for theme in ("dark", "light") for scale in ("1", "1.5"))


def main() -> int:
    """Take the pictures and return 0, or the exit status of the first tour that failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", choices=("dark", "light"), help="only this theme")
    parser.add_argument("--scale", choices=("1", "1.5"), help="only this scale")
    options = parser.parse_args()
    folder = options.folder.absolute()
    for theme, scale in LOOKS:
        if options.theme in (None, theme) and options.scale in (None, scale):
            status = take(folder, theme, scale)
            if status:
                return status
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    return 0


def take(folder: Path, theme: str, scale: str) -> int:
    """Run the tour once; returns its exit status."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    command = [sys.executable, "-m", "pytest", TOUR, "-q", "--tour-shots", str(folder), "--tour-theme", theme]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=root, env=environment, check=False)  # noqa: S603 - our own tests
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
