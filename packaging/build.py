"""Build the one-folder application with PyInstaller from the environment this runs in.

    python packaging/build.py [--into dist] [--work build] [--no-test]

Needs ``pip install pyinstaller`` beside SegStyle's own dependencies. Prints the time, the size and the
largest parts, then runs the smoke test on what was built.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Build, tell what came of it, test it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--into", type=Path, default=ROOT / "dist", help="folder of the result")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="folder of intermediate files")
    parser.add_argument("--no-test", action="store_true", help="skip the smoke test")
    options = parser.parse_args()
    if importlib.util.find_spec("PyInstaller") is None:
        print("PyInstaller is missing: pip install pyinstaller", file=sys.stderr)
        return 2
    started = time.monotonic()
    code = build(options.into.resolve(), options.work.resolve())
    if code:
        return code
    folder = options.into / "segstyle"
    print(f"\n{folder}: {size_of(folder) / 1e6:,.0f} MB in {time.monotonic() - started:.0f} s")
    for name, size in largest_parts(folder / "_internal"):
        print(f"  {size / 1e6:7,.0f} MB  {name}")
    if options.no_test:
        return 0
    test = [sys.executable, str(ROOT / "packaging" / "smoke_test.py"), str(folder)]
    return subprocess.run(test, check=False).returncode  # noqa: S603 - our own script


def build(into: Path, work: Path) -> int:
    """Draw the icons that this system wants and run PyInstaller; return its exit code."""
    from app_icons import write_program_icons

    write_program_icons(work / "segstyle" / "icons")
    words = ["--noconfirm", "--log-level", "WARN", "--distpath", str(into), "--workpath", str(work)]
    spec = str(ROOT / "packaging" / "segstyle.spec")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "PyInstaller", *words, spec]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode  # noqa: S603 - fixed words


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def largest_parts(folder: Path, n: int = 8) -> list[tuple[str, int]]:
    """Return the ``n`` largest top-level parts of a folder with their bytes, largest first."""
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if not path.is_dir():
            sizes[path.relative_to(folder).parts[0]] += path.lstat().st_size
    return sizes.most_common(n)


if __name__ == "__main__":
    sys.exit(main())
