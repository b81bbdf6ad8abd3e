"""``segstyle install-desktop``: a place in the menu, and double clicks on project files (Linux)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from segstyle_gui.cli.console import say, write_json, write_line
from segstyle_gui.cli.options import JSON_OPTION
from segstyle_gui.errors import SegStyleError

REMOVE = Annotated[bool, typer.Option("--remove", help="Take everything away again.")]


def register(app: typer.Typer) -> None:
    """Add ``install-desktop`` to the command line."""
    app.command(name="install-desktop", rich_help_panel="Projects")(install)


def install(remove: REMOVE = False, as_json: JSON_OPTION = False) -> None:
    """Add SegStyle to this user's menu, and open .segstyle files with it (Linux; no root needed)."""
    from segstyle_gui.pipeline.desktop_entry import data_home, install_desktop, remove_desktop, this_starter

    if sys.platform in ("win32", "darwin"):
        raise SegStyleError("This is for Linux desktops.", hint="Here the installer does it.")
    folder = data_home()
    files = remove_desktop(folder) if remove else install_desktop(folder, this_starter())
    if as_json:
        write_json([str(file) for file in files])
        return
    for file in files:
        write_line(str(file))
    say(f"{'Removed' if remove else 'Installed'} {len(files)} files in {folder}.")
