"""The stage commands: each one's flags are made from its config dataclass when it is called."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from segstyle_gui.cli.console import StopRequest, working
from segstyle_gui.cli.find_class import find_class_function
from segstyle_gui.cli.options import JSON_OPTION, PRESET_OPTION, PROJECT_ARGUMENT, with_config_options
from segstyle_gui.cli.training import training_function
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.core.ranks import ranks_here
from segstyle_gui.core.settings import setting_of
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline.configs import config_from_values


@dataclass(frozen=True, slots=True)
class StageWord:
    """How a stage is called on the command line; ``place`` is the config field given without a flag."""

    stage: str
    help: str
    place: str = ""


FIND_CLASS = "find-class"
TRAININGS = ("train-generator", "train-student")
WORDS = {
    "import": StageWord("import_images", "Read a folder of images.", "folder"),
    "train-generator": StageWord("train_generator", "Train a generator on the images; it resumes."),
    "import-generator": StageWord("import_generator", "Take a trained generator from a file.", "source"),
    FIND_CLASS: StageWord("find_direction", "Find a rare thing by text; --use makes it a region."),
    "find-regions": StageWord("find_regions", "Find regions in the generator's features."),
    "name": StageWord("name_regions", "Suggest names for the regions from text."),
    "synthesize": StageWord("synthesize", "Draw images with label maps."),
    "train-student": StageWord("train_student", "Train the student on the synthetic set."),
    "predict": StageWord("predict_masks", "Label the real images with the student."),
    "evaluate": StageWord("evaluate", "Compare the masks with reference label maps.", "folder"),
}
EXPORT_WORDS = {
    "coco": StageWord("export_coco", "COCO instances.", "folder"),
    "png": StageWord("export_png", "Gray PNG label maps.", "folder"),
}


class ExportGroup(TyperGroup):
    """The formats of an export, built when called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the format's command with its full set of flags."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, _command(name, EXPORT_WORDS) or command, rest


def register(app: typer.Typer) -> None:
    """Add the stages' words to the command line, without their flags yet."""
    for word, spec in WORDS.items():
        app.command(name=word, help=spec.help, rich_help_panel="Stages, in order")(_not_built)
    export = typer.Typer(cls=ExportGroup, no_args_is_help=True, help="Write the masks to files.")
    for word, spec in EXPORT_WORDS.items():
        export.command(name=word, help=spec.help)(_not_built)
    app.add_typer(export, name="export", rich_help_panel="Stages, in order")


def stage_command(name: str) -> Any | None:
    """Return the command of a stage with all its flags, None for another word."""
    return _command(name, WORDS)


def _not_built() -> None:
    """Stand for a command in the list of commands."""


def _command(name: str | None, words: dict[str, StageWord]) -> Any | None:
    if name not in words:
        return None
    from segstyle_gui.pipeline.catalog import stage_named

    spec = words[name]
    stage = stage_named(spec.stage)
    alone = typer.Typer(add_completion=False)
    function = _function(name, stage, spec)
    alone.command(name=name, help=stage.help)(function)
    return typer.main.get_command(alone)


def _function(word: str, stage: Any, spec: StageWord) -> Callable[..., Any]:
    if word == FIND_CLASS:
        return find_class_function(stage)
    if word in TRAININGS:
        return training_function(stage)
    return _stage_function(stage, spec)


def _stage_function(stage: Any, spec: StageWord) -> Callable[..., Any]:
    def call(
        project: PROJECT_ARGUMENT,
        preset: PRESET_OPTION = "segstyle",
        as_json: JSON_OPTION = False,
        **options: Any,
    ) -> None:
        given = {name: value for name, value in options.items() if value not in (None, [])}
        for name in {spec.place, "start_from"} & given.keys():
            given[name] = _full_path(given[name])
        config = config_from_values(stage.config, stage.presets, preset, given)
        run_stage(stage, project, config, as_json=as_json)

    skip = (spec.place,) if spec.place else ()
    built = with_config_options(call, stage.config, skip=skip)
    return _with_place(built, stage.config, spec.place) if spec.place else built


def _with_place(function: Callable[..., Any], config_type: type[Any], place: str) -> Callable[..., Any]:
    """Put the argument ``place`` after the project."""
    field = next(field for field in dataclasses.fields(config_type) if field.name == place)
    help_text = setting_of(field).help
    parameters = list(inspect.signature(function).parameters.values())
    argument = inspect.Parameter(
        place,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[str, typer.Argument(metavar=place.upper(), help=help_text, show_default=False)],
    )
    parameters.insert(1, argument)
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function


def _full_path(text: str) -> str:
    from segstyle_gui.pipeline.import_generator import BUNDLED
    from segstyle_gui.pipeline.starting_generator import PROJECT

    return text if text in ("", BUNDLED, PROJECT) else str(Path(text).expanduser().resolve())


def run_stage(stage: Any, project_path: Path, config: Any, *, as_json: bool = False) -> None:
    """Run one stage with a progress bar and print what came out."""
    from segstyle_gui.cli.results import print_run

    if not ranks_here().leads:
        _follow(stage)
        return
    record = made_by(stage, project_path, lambda project, progress: stage.run(project, config, progress))
    print_run(stage, record, as_json=as_json)


def _follow(stage: Any) -> None:
    """Help the first process of a stage that several run; that one alone opens the project and stops."""
    if stage.follow is None:
        raise ConfigError(f"{stage.title}: one process does this; several were started.")
    with StopRequest(quiet=True):
        stage.follow()


def made_by(stage: Any, project_path: Path, work: Callable[[Any, Any], Any]) -> Any:
    """Return what ``work(project, progress)`` makes as ``stage``, with a progress bar."""
    from segstyle_gui.cli.results import note_stale_inputs, open_project

    with open_project(project_path) as project:
        note_stale_inputs(project, stage)
        try:
            with working(stage.title) as progress:
                return work(project, progress)
        except Cancelled as error:
            kept = "what was done is kept" if stage.resumes else "the project is as it was"
            raise Cancelled(f"stopped; {kept}. To go on, run the same command again.") from error
