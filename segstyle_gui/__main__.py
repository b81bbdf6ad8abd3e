"""``python -m segstyle_gui`` and ``segstyle``: the window without a word, else the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

SUFFIX = ".segstyle"


def main() -> int:
    """Open the window or run the command line with the arguments of this process; return the exit code."""
    return run(sys.argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Open the window for no argument, a project file alone or a folder alone; else run a command."""
    if wants_window(arguments):
        from segstyle_gui.app import main as open_window

        return open_window(arguments)
    from segstyle_gui.cli.app import main as run_command

    return run_command(arguments)


def wants_window(arguments: Sequence[str]) -> bool:
    """Return whether the arguments are none, or a project file or a folder alone.

    A folder counts when it is written as a path (``./eyes``, ``/data/eyes``, ``eyes/``): a plain word is a
    command, also where a folder has its name.
    """
    if not arguments:
        return True
    if len(arguments) > 1 or arguments[0].startswith("-"):
        return False
    path = Path(arguments[0])
    written_as_path = arguments[0] in (".", "..") or any(mark in arguments[0] for mark in ("/", os.sep))
    return path.suffix == SUFFIX or (written_as_path and path.is_dir())


if __name__ == "__main__":
    sys.exit(main())
