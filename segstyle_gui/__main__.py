"""``python -m segstyle_gui`` and the ``segstyle`` command."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line with the arguments of this process and return its exit code."""
    from segstyle_gui.cli.app import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
