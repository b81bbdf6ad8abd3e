"""Commands on a whole project: make one, say where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segstyle_gui.cli.console import write_json, write_line
from segstyle_gui.cli.options import JSON_OPTION, PROJECT_ARGUMENT

NEW_ARGUMENT = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project to make, Name.segstyle.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command(name="new", rich_help_panel="Projects")(new)
    app.command(name="status", rich_help_panel="Projects")(status)


def new(project: NEW_ARGUMENT, as_json: JSON_OPTION = False) -> None:
    """Make an empty project; a file that is there already is never replaced."""
    from segstyle_gui.cli.results import project_file
    from segstyle_gui.project.store import Project

    path = project_file(project)
    with Project.create(path) as made:
        data = {"project": str(made.path), "uuid": str(made.uuid)}
    if as_json:
        write_json(data)
    else:
        write_line(f"Made {data['project']}.")
        write_line(f"Next: segstyle import {path} FOLDER")


def status(project: PROJECT_ARGUMENT, as_json: JSON_OPTION = False) -> None:
    """Show what is done, what is stale and why, and what can run now."""
    from segstyle_gui.cli.results import open_project, print_status
    from segstyle_gui.pipeline import catalog

    with open_project(project, readonly=True) as opened:
        print_status(catalog.status(opened), as_json=as_json)
