"""Start what was built and see that it works: words, window, sample project, exit codes.

    python packaging/smoke_test.py dist/segstyle [--pictures FOLDER] [--thorough]

The window opens a copy of the sample project without a screen (and once more on an X server of its own
where ``xvfb-run`` is installed), shows its regions, is photographed and closed. ``--thorough`` also runs the
whole flow from images to exports (``segstyle demo --quick``), which reaches every library that is packed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

_WINDOW_S, _WORDS_S, _DEMO_S = 180, 120, 1800
_MIN_COLORS = 1000  # of a page that shows samples; an empty window has a few dozen


class SmokeError(Exception):
    """The built application did not do what it should."""


def main() -> int:
    """Run every check; return 0 if all pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="the built folder (on macOS: SegStyle.app)")
    parser.add_argument("--pictures", type=Path, help="keep the photographs in this folder")
    parser.add_argument("--thorough", action="store_true", help="also run the quick demo, some minutes")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="segstyle smoke ") as place:
            check(options.folder.resolve(), Path(place), options.thorough)
            if options.pictures:
                shutil.copytree(Path(place) / "pictures", options.pictures, dirs_exist_ok=True)
    except (SmokeError, subprocess.TimeoutExpired) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print("the built application works")
    return 0


def check(folder: Path, place: Path, thorough: bool) -> None:
    """Check the application in ``folder`` with ``place`` as everything that belongs to its user."""
    program = starter(folder)
    environment = private_environment(place)
    (place / "pictures").mkdir()
    run([program, "--version"], environment, "version")
    run([program, "doctor"], environment, "doctor")
    project = copy_sample(folder, place)
    stages = json.loads(run([program, "status", str(project), "--json"], environment, "status"))
    print(f"  status: {len(stages)} entries")
    check_window([program, str(project)], environment, place / "pictures" / "offscreen.png")
    if sys.platform == "linux" and shutil.which("xvfb-run"):
        screen = {**environment, "QT_QPA_PLATFORM": "xcb"}
        command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", program, str(project)]
        check_window(command, screen, place / "pictures" / "xcb.png")
    if thorough:
        demo = [program, "demo", "--quick", "--no-window", "--folder", str(place / "demo")]
        print(run(demo, environment, "demo", timeout=_DEMO_S))


def starter(folder: Path) -> str:
    """Return the program inside of a built folder."""
    for name in ("segstyle", "segstyle.exe", "Contents/MacOS/segstyle"):
        if (folder / name).is_file():
            return str(folder / name)
    raise SmokeError(f"There is no program in {folder}.")


def private_environment(place: Path) -> dict[str, str]:
    """Return this environment without a screen and with folders of its own for everything that is kept."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("QT_", "PYTHON", "XDG_"))}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        kept.pop(name, None)
    return {
        **kept,
        "HOME": str(place),
        "SEGSTYLE_SETTINGS": str(place / "settings.ini"),
        "SEGSTYLE_PROJECTS": str(place / "projects"),
        "QT_QPA_PLATFORM": "offscreen",
    }


def run(command: list[str], environment: dict[str, str], name: str, *, timeout: float = _WORDS_S) -> str:
    """Run a command, print how long it took, and return its output; raise if it fails."""
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 - the program under test
        command, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )
    if done.returncode:
        raise SmokeError(f"{name} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    print(f"  {name}: {time.monotonic() - started:.1f} s")
    return done.stdout


def copy_sample(folder: Path, place: Path) -> Path:
    """Copy the sample project that is packed, under a name with spaces and an accent."""
    packed = next(folder.rglob("sample.segstyle"), None)
    if packed is None:
        raise SmokeError("The sample project is not packed.")
    home = place / "Près de l'œil"
    shutil.copytree(packed.parent / "images", home / "images")
    return Path(shutil.copyfile(packed, home / "Near eye.segstyle"))


def check_window(command: list[str], environment: dict[str, str], picture: Path) -> None:
    """Open the window, let it photograph itself and close; raise if the regions page did not show."""
    run(command, {**environment, "SEGSTYLE_PORTRAIT": str(picture)}, picture.stem, timeout=_WINDOW_S)
    photograph = picture.with_stem(f"{picture.stem}-regions")
    if not photograph.is_file():
        others = sorted(path.name for path in picture.parent.iterdir())
        raise SmokeError(f"The regions page did not show; photographs: {others or 'none'}.")
    with Image.open(photograph) as image:
        colors = image.convert("RGB").getcolors(maxcolors=1 << 24) or []
        print(f"  {photograph.name}: {image.width} x {image.height}, {len(colors)} colours")
    if len(colors) < _MIN_COLORS:
        raise SmokeError(f"The window is nearly empty: {len(colors)} colours in {photograph}.")


if __name__ == "__main__":
    sys.exit(main())
