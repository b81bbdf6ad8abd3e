"""``segstyle demo``: the bundled sample, from images to exports, in a few minutes."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segstyle_gui.cli.console import Steps, StopRequest, say, spoken_time, write_json, write_line
from segstyle_gui.cli.options import JSON_OPTION

if TYPE_CHECKING:
    from segstyle_gui.pipeline.demo import DemoPlan, DemoResult

FOLDER = Annotated[Path | None, typer.Option(help="Where the project goes (default: projects folder).")]
SAMPLE = Annotated[Path | None, typer.Option(help="Another sample folder of the same layout.", hidden=True)]
TRAIN = Annotated[bool, typer.Option("--train", help="Train a generator instead of taking the bundled one.")]
KIMG = Annotated[float | None, typer.Option(help="With --train: how long (thousand images).", min=0.001)]
QUICK = Annotated[bool, typer.Option("--quick", help="A smaller run, to see that everything works.")]
NO_WINDOW = Annotated[
    bool, typer.Option("--no-window", help="Do not open the project in the window at the end.")
]


def register(app: typer.Typer) -> None:
    """Add ``demo`` to the command line."""
    app.command(name="demo", rich_help_panel="Projects")(demo)


def demo(
    folder: FOLDER = None,
    sample: SAMPLE = None,
    train: TRAIN = False,
    kimg: KIMG = None,
    quick: QUICK = False,
    no_window: NO_WINDOW = False,
    as_json: JSON_OPTION = False,
) -> None:
    """Label the bundled near-eye images, export them and measure the masks; takes a few minutes.

    Where there is a display, the project opens in the window afterwards.
    """
    from segstyle_gui.paths import projects_dir, resources_dir
    from segstyle_gui.pipeline.demo import run_demo

    source = sample or resources_dir() / "near_eye"
    with StopRequest() as stop, Steps(stop) as steps:
        result = run_demo(source, folder or projects_dir(), _plan(quick, train, kimg), steps.next)
    if as_json:
        write_json({"project": str(result.project), "runs": [asdict(run) for run in result.runs]})
    else:
        _print_result(result)
    if not no_window:
        _open_window(result.project)


def _plan(quick: bool, train: bool, kimg: float | None) -> DemoPlan:
    from segstyle_gui.pipeline.demo import FULL, QUICK

    plan = QUICK if quick else FULL
    training = {} if kimg is None else {"train_generator": {"kimg": kimg}}
    return dataclasses.replace(plan, train=train, settings={**plan.settings, **training})


def _print_result(result: DemoResult) -> None:
    from segstyle_gui.cli.results import table
    from segstyle_gui.core.near_eye import CLASS_NAMES

    total = sum(run.seconds for run in result.runs)
    write_line(f"{result.project}, made in {spoken_time(total)}")
    for line in table(("stage", "time"), [(run.stage, spoken_time(run.seconds)) for run in result.runs]):
        write_line(f"  {line}")
    summary = result.evaluation.summary
    write_line(f"Against the exact masks of {summary['images']} images:")
    unnamed = {f"value {value}": f"{name} (no region)" for value, name in enumerate(CLASS_NAMES)}
    rows = [(unnamed.get(name, name), iou) for name, iou in summary["iou"].items()]
    for line in table(("class", "IoU"), [*rows, ("mean", summary["mean_iou"])]):
        write_line(f"  {line}")


def _open_window(project: Path) -> None:
    """Open the project in the window, if this installation has one and there is a display."""
    from segstyle_gui.pipeline.display import has_display

    if not has_display() or importlib.util.find_spec("segstyle_gui.app") is None:
        say(f"Open it with: segstyle status '{project}'")
        return
    importlib.import_module("segstyle_gui.app").main([str(project)])
