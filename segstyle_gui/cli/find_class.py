"""``segstyle find-class``: find a direction by text and, if wanted, the regions again with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from segstyle_gui.cli.console import say
from segstyle_gui.cli.options import JSON_OPTION, PRESET_OPTION, PROJECT_ARGUMENT, with_config_options
from segstyle_gui.pipeline.configs import config_from_values
from segstyle_gui.project.records import RunRecord

SENTENCE_ARGUMENT = Annotated[
    str, typer.Argument(metavar="SENTENCE", show_default=False, help="What to find, in place of --prompt.")
]
USE_OPTION = Annotated[
    bool, typer.Option("--use", help="Then find the regions again with moved samples; names stay.")
]
STRIP_OPTION = Annotated[
    Path | None,
    typer.Option("--strip", metavar="FILE", help="PNG to write: samples moved by several strengths."),
]
SHARE_OPTION = Annotated[
    float,
    typer.Option("--share", metavar="X", help="Moved samples for --use (0–1; 0.5 joins both, 1 is alone)."),
]


def find_class_function(stage: Any) -> Callable[..., Any]:
    """Return the function of the command, with the stage's flags."""

    def call(
        project: PROJECT_ARGUMENT,
        sentence: SENTENCE_ARGUMENT = "",
        preset: PRESET_OPTION = "segstyle",
        use: USE_OPTION = False,
        share: SHARE_OPTION = 0.5,
        strip: STRIP_OPTION = None,
        as_json: JSON_OPTION = False,
        **options: Any,
    ) -> None:
        from segstyle_gui.cli.results import print_run
        from segstyle_gui.cli.stages import made_by
        from segstyle_gui.pipeline import find_regions
        from segstyle_gui.pipeline.find_direction import checked_share, use_direction

        given = {name: value for name, value in options.items() if value not in (None, [])}
        if sentence:
            given["prompt"] = sentence
        config = config_from_values(stage.config, stage.presets, preset, given)
        share = checked_share(share)
        found = made_by(stage, project, lambda opened, progress: stage.run(opened, config, progress))
        if strip is not None:
            write_strip(project, found, strip)
        if not (use and as_json):  # one JSON value: that of what was asked for last
            print_run(stage, found, as_json=as_json)
        if not as_json and strip is None:
            say("note: both shares are CLIP's own word for its direction; --strip FILE shows the samples.")
        if use:
            again = find_regions.STAGE
            regions = made_by(again, project, lambda opened, progress: use_direction(opened, share, progress))
            print_run(again, regions, as_json=as_json)

    return with_config_options(call, stage.config)


def write_strip(project: Path, run: RunRecord, file: Path) -> None:
    """Write the strip of a direction as a PNG."""
    from segstyle_gui.cli.results import open_project
    from segstyle_gui.pipeline.direction_sheet import direction_sheet

    with open_project(project, readonly=True) as opened:
        picture = direction_sheet(opened, run)
    picture.save(file, format="PNG")
    say(f"Wrote {file}.")
