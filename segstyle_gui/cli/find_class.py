"""``segstyle find-class``: find a direction by text and, if wanted, the regions again with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from segstyle_gui.cli.options import JSON_OPTION, PRESET_OPTION, PROJECT_ARGUMENT, with_config_options
from segstyle_gui.pipeline.configs import config_from_values

SENTENCE_ARGUMENT = Annotated[
    str, typer.Argument(metavar="SENTENCE", show_default=False, help="What to find, in place of --prompt.")
]
USE_OPTION = Annotated[
    bool, typer.Option("--use", help="Then find the regions again with moved samples; names stay.")
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
        if not (use and as_json):  # one JSON value: that of what was asked for last
            print_run(stage, found, as_json=as_json)
        if use:
            again = find_regions.STAGE
            regions = made_by(again, project, lambda opened, progress: use_direction(opened, share, progress))
            print_run(again, regions, as_json=as_json)

    return with_config_options(call, stage.config)
