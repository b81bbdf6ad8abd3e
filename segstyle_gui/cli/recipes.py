"""``segstyle run RECIPE.toml``: everything from the folder to the exports, only what is not current."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from segstyle_gui.cli.console import Steps, StopRequest, spoken_time, write_json, write_line
from segstyle_gui.cli.options import JSON_OPTION
from segstyle_gui.core.progress import Cancelled

RECIPE = Annotated[Path, typer.Argument(metavar="RECIPE.toml", help="The recipe.")]


def register(app: typer.Typer) -> None:
    """Add ``run`` to the command line."""
    app.command(name="run", rich_help_panel="Projects")(run)


def run(recipe: RECIPE, as_json: JSON_OPTION = False) -> None:
    """Make a project what a recipe says; steps that are up to date are skipped."""
    from segstyle_gui.cli.results import table
    from segstyle_gui.pipeline.recipe import read_recipe, run_recipe

    checked = read_recipe(recipe)
    try:
        with StopRequest() as stop, Steps(stop) as steps:
            outcomes = run_recipe(checked, steps.next)
    except Cancelled as error:
        raise Cancelled("stopped; finished steps are kept. To go on, run the recipe again.") from error
    if as_json:
        write_json([asdict(outcome) for outcome in outcomes])
        return
    rows = [
        (outcome.name, outcome.action, spoken_time(outcome.run.seconds) if outcome.run else "")
        for outcome in outcomes
    ]
    write_line(f"{checked.project}")
    for line in table(("step", "", "time"), rows):
        write_line(line)
