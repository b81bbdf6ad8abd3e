"""``segstyle regions ...``: shape the regions without a window; every change can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segstyle_gui.cli.console import working, write_json, write_line
from segstyle_gui.cli.options import JSON_OPTION, PROJECT_ARGUMENT
from segstyle_gui.errors import ConfigError

if TYPE_CHECKING:
    from segstyle_gui.project.edits import Edit
    from segstyle_gui.project.store import Project

app = typer.Typer(no_args_is_help=True, help="Show and change the regions: merge, split, name, undo.")

IDS = Annotated[list[int], typer.Argument(metavar="ID...", help="Region ids, as `regions list` shows them.")]
ID = Annotated[int, typer.Argument(metavar="ID", help="Region id, as `regions list` shows it.")]


@app.command("list")
def list_regions(project: PROJECT_ARGUMENT, as_json: JSON_OPTION = False) -> None:
    """Show every region with its class, size and how often it appears."""
    from segstyle_gui.cli.results import open_project

    with open_project(project, readonly=True) as opened:
        _print_regions(opened, as_json=as_json)


@app.command()
def merge(project: PROJECT_ARGUMENT, ids: IDS) -> None:
    """Make one region of several; the first keeps its id and name."""
    from segstyle_gui.project.edits import MergeRegions

    _apply(project, MergeRegions(tuple(ids)))


@app.command()
def split(
    project: PROJECT_ARGUMENT,
    region: ID,
    parts: Annotated[int, typer.Option(help="Number of parts.", min=2, max=20)] = 2,
) -> None:
    """Split a region by clustering its own pixels again."""
    from segstyle_gui.cli.results import open_project
    from segstyle_gui.pipeline.region_actions import split_region

    with open_project(project) as opened:
        with working("Split the region") as progress:
            made = split_region(opened, region, n_parts=parts, progress=progress)
        write_line(f"Region {region} became {', '.join(map(str, made))}.")


@app.command()
def rename(project: PROJECT_ARGUMENT, region: ID, name: str) -> None:
    """Give a region another name."""
    from segstyle_gui.project.edits import RenameRegion

    _apply(project, RenameRegion(region, name))


@app.command()
def recolor(
    project: PROJECT_ARGUMENT,
    region: ID,
    color: Annotated[str, typer.Argument(help="#rrggbb, or default.")],
) -> None:
    """Give a region a colour of its own, or its default colour again."""
    from segstyle_gui.project.edits import RecolorRegion

    _apply(project, RecolorRegion(region, None if color == "default" else _rgb(color)))


@app.command()
def hide(project: PROJECT_ARGUMENT, ids: IDS) -> None:
    """Hide regions in sheets and in the gallery."""
    _set_flags(project, ids, hidden=True)


@app.command()
def show(project: PROJECT_ARGUMENT, ids: IDS) -> None:
    """Show hidden regions again."""
    _set_flags(project, ids, hidden=False)


@app.command()
def lock(project: PROJECT_ARGUMENT, ids: IDS) -> None:
    """Lock regions: they keep their clusters and their class."""
    _set_flags(project, ids, locked=True)


@app.command()
def unlock(project: PROJECT_ARGUMENT, ids: IDS) -> None:
    """Unlock regions."""
    _set_flags(project, ids, locked=False)


@app.command()
def assign(
    project: PROJECT_ARGUMENT,
    ids: IDS,
    class_name: Annotated[str, typer.Option("--class", help="Class to put them in; made if it is new.")] = "",
    none: Annotated[bool, typer.Option("--none", help="Take them out of their class.")] = False,
) -> None:
    """Put regions into a class: these are what is learnt and exported."""
    from segstyle_gui.project.edits import AssignClass, NameRegions

    if none == bool(class_name):
        raise ConfigError("Either a class or --none was expected.", hint="Write --class NAME.")
    _apply(project, AssignClass(tuple(ids), None) if none else NameRegions(tuple(ids), class_name))


@app.command()
def points(
    project: PROJECT_ARGUMENT,
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON list of {"seed", "y", "x", "class"}.')],
    as_json: JSON_OPTION = False,
) -> None:
    """Give regions the class that most of the recorded points in them name."""
    from segstyle_gui.cli.results import open_project
    from segstyle_gui.pipeline.region_actions import assign_points, read_points

    read = read_points(file)
    with open_project(project) as opened:
        with working("Assign by points") as progress:
            result = assign_points(opened, read, progress=progress)
        if result.outvoted:
            typer.echo(f"{result.outvoted} of {len(read)} points lie in a region of another class.", err=True)
        _print_regions(opened, as_json=as_json)


@app.command("accept-names")
def accept_names(project: PROJECT_ARGUMENT, as_json: JSON_OPTION = False) -> None:
    """Put regions without a class into the class that `segstyle name` suggested."""
    from segstyle_gui.cli.results import open_project
    from segstyle_gui.pipeline import name_regions

    with open_project(project) as opened:
        name_regions.accept_names(opened)
        _print_regions(opened, as_json=as_json)


@app.command()
def cut(
    project: PROJECT_ARGUMENT,
    n_regions: Annotated[int, typer.Argument(metavar="N", help="Number of regions.")],
) -> None:
    """Cut the merge tree anew; locked regions and parts of a split stay."""
    from segstyle_gui.cli.results import open_project
    from segstyle_gui.pipeline import region_actions

    with open_project(project) as opened:
        write_line(f"There are {region_actions.cut(opened, n_regions)} regions now.")


@app.command()
def undo(project: PROJECT_ARGUMENT) -> None:
    """Take the last change of the regions back."""
    from segstyle_gui.cli.results import open_project

    with open_project(project) as opened:
        text = opened.undo()
        write_line(f"Undone: {text}" if text else "There is nothing to undo.")


@app.command()
def redo(project: PROJECT_ARGUMENT) -> None:
    """Make the last undone change again."""
    from segstyle_gui.cli.results import open_project

    with open_project(project) as opened:
        text = opened.redo()
        write_line(f"Done again: {text}" if text else "There is nothing to do again.")


@app.command()
def history(project: PROJECT_ARGUMENT, as_json: JSON_OPTION = False) -> None:
    """List the changes of the current regions, oldest first."""
    from dataclasses import asdict

    from segstyle_gui.cli.results import open_project, table

    with open_project(project, readonly=True) as opened:
        entries = opened.history()
    if as_json:
        write_json([asdict(entry) for entry in entries])
        return
    rows = [(entry.index + 1, entry.time, entry.text, "undone" if entry.undone else "") for entry in entries]
    for line in table(("no.", "time (UTC)", "change", ""), rows):
        write_line(line)


@app.command()
def sheet(
    project: PROJECT_ARGUMENT,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="PNG to write.")] = Path("regions.png"),
    samples: Annotated[int, typer.Option(help="Number of samples.", min=1, max=24)] = 6,
    seed: Annotated[int, typer.Option(help="Seed of the first sample.", min=0)] = 0,
) -> None:
    """Write a picture of samples with each region lit up, to see which is which."""
    from segstyle_gui.cli.results import open_project
    from segstyle_gui.pipeline.region_sheet import region_sheet

    with open_project(project, readonly=True) as opened, working("Draw the sheet") as progress:
        picture = region_sheet(opened, n_samples=samples, first_seed=seed, progress=progress)
    picture.save(file, format="PNG")
    write_line(f"Wrote {file}.")


def _apply(path: Path, edit: Edit) -> None:
    from segstyle_gui.cli.results import open_project

    with open_project(path) as opened:
        opened.apply(edit)
        write_line(f"{opened.history()[-1].text}.")


def _set_flags(path: Path, ids: list[int], *, hidden: bool | None = None, locked: bool | None = None) -> None:
    from segstyle_gui.project.edits import SetRegionFlags

    _apply(path, SetRegionFlags(tuple(ids), hidden, locked))


def _rgb(text: str) -> tuple[int, int, int]:
    digits = text.removeprefix("#")
    try:
        value = bytes.fromhex(digits)
    except ValueError:
        value = b""
    if len(value) != 3:
        raise ConfigError(f"The colour is {text!r}; wanted #rrggbb.", hint="Write '#e69f00' in quotes.")
    return value[0], value[1], value[2]


def _print_regions(project: Project, *, as_json: bool) -> None:
    from segstyle_gui.cli.results import table
    from segstyle_gui.pipeline.region_actions import region_rows

    rows = region_rows(project)
    if as_json:
        write_json([_region_data(row) for row in rows])
        return
    cells = [
        (
            row.region.id,
            row.region.name,
            row.class_name,
            _percent(row.share),
            _percent(row.presence),
            _percent(row.stability),
            _marks(row),
        )
        for row in rows
    ]
    for line in table(("id", "name", "class", "pixels", "in samples", "stability", ""), cells):
        write_line(line)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:6.1%}"


def _marks(row: Any) -> str:
    flags = (("hidden", row.region.hidden), ("locked", row.region.locked))
    return " ".join(word for word, on in flags if on)


def _region_data(row: Any) -> dict[str, Any]:
    return {
        "id": row.region.id,
        "name": row.region.name,
        "class": row.class_name or None,
        "class_id": row.region.class_id,
        "clusters": list(row.region.clusters),
        "share": row.share,
        "presence": row.presence,
        "stability": row.stability,
        "hidden": row.region.hidden,
        "locked": row.region.locked,
    }
