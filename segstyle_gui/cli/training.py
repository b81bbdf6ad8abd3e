"""``segstyle train-generator`` and ``train-student``: a stage, and how long it will take if that is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segstyle_gui.cli.options import JSON_OPTION, PRESET_OPTION, PROJECT_ARGUMENT, with_config_options
from segstyle_gui.pipeline.configs import config_from_values

if TYPE_CHECKING:
    from segstyle_gui.pipeline.estimates import Estimate

ESTIMATE_OPTION = Annotated[
    bool,
    typer.Option("--estimate", help="Only do a few steps, throw them away, and say how long it will take."),
]


def training_function(stage: Any) -> Callable[..., Any]:
    """Return the function of the command, with the stage's flags."""

    def call(
        project: PROJECT_ARGUMENT,
        preset: PRESET_OPTION = "segstyle",
        estimate: ESTIMATE_OPTION = False,
        as_json: JSON_OPTION = False,
        **options: Any,
    ) -> None:
        from segstyle_gui.cli.stages import run_stage

        given = {name: value for name, value in options.items() if value not in (None, [])}
        config = config_from_values(stage.config, stage.presets, preset, given)
        if estimate:
            print_estimate(stage, project, config, as_json=as_json)
        else:
            run_stage(stage, project, config, as_json=as_json)

    return with_config_options(call, stage.config)


def print_estimate(stage: Any, project_path: Path, config: Any, *, as_json: bool) -> None:
    """Measure how long a training would take and print that."""
    from segstyle_gui.cli.console import working, write_json, write_line
    from segstyle_gui.cli.results import open_project
    from segstyle_gui.pipeline.estimates import time_estimate

    with open_project(project_path) as project, working("Measure the speed") as progress:
        found = time_estimate(project, stage.name, config, progress=progress)
    if as_json:
        write_json(asdict(found))
        return
    for line in estimate_lines(found):
        write_line(line)


def estimate_lines(estimate: Estimate) -> list[str]:
    """Return an estimate in words."""
    from segstyle_gui.cli.console import spoken_time
    from segstyle_gui.pipeline.estimates import MEASURED_SIDE

    lines = [f"On this computer ({estimate.device}):"]
    for word, seconds in (("usable in about", estimate.usable_seconds), ("good in", estimate.good_seconds)):
        if seconds is not None:
            lines.append(f"  {word} {spoken_time(seconds)}")
    lines.append(f"  all {estimate.units:g} {estimate.unit} in {spoken_time(estimate.total_seconds)}")
    if estimate.side > MEASURED_SIDE and estimate.usable_seconds is not None:
        size = f"{MEASURED_SIDE} × {MEASURED_SIDE}"
        lines.append(f"  (usable and good were measured at {size} pixels; larger images take more)")
    return lines
