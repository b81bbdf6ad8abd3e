"""``python -m segstyle_gui`` and the ``segstyle`` command: the window without a word, else the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

SUFFIX = ".segstyle"


def main() -> int:
    """Open the window or run the command line with the arguments of this process; return the exit code."""
    return run(sys.argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Open the window for no argument or a project file alone; anything else is a command."""
    if wants_window(arguments):
        from segstyle_gui.app import main as open_window

        return open_window(arguments)
    from segstyle_gui.cli.app import main as run_command

    return run_command(arguments)


def wants_window(arguments: Sequence[str]) -> bool:
    """Return whether the arguments are none, or a project file alone."""
    return not arguments or (len(arguments) == 1 and Path(arguments[0]).suffix == SUFFIX)


if __name__ == "__main__":
    sys.exit(main())
