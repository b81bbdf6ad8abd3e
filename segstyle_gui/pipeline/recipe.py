"""A recipe: a TOML file that says what a project shall be made of, from the images to the exports."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline import region_recipe
from segstyle_gui.pipeline.catalog import STAGES, is_current
from segstyle_gui.pipeline.configs import config_from_values, nearest
from segstyle_gui.pipeline.import_generator import BUNDLED
from segstyle_gui.pipeline.region_recipe import RegionEdits
from segstyle_gui.pipeline.stage import Stage
from segstyle_gui.pipeline.starting_generator import PROJECT
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

_EXPORT = "export"
_PATHS = ("folder", "source", "start_from", "encoder_weights")
_WORDS = ("", BUNDLED, PROJECT, "imagenet")  # values of these settings that are no paths
_GENERATORS = {"train_generator", "import_generator"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """A checked recipe: the project's file, the stages' configs in order of flow, edits of the regions."""

    project: Path
    steps: tuple[tuple[Stage, Any], ...]
    regions: RegionEdits | None


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What became of one step: ``made`` now, or ``kept`` because it was up to date."""

    name: str
    action: Literal["made", "kept"]
    run: RunRecord | None


def read_recipe(path: Path) -> Recipe:
    """Read and check a whole recipe before anything runs.

    Raises
    ------
    ConfigError
        If the file is missing or no TOML, or a section, key or value is not known; the nearest valid key
        is named.
    """
    base = path.resolve().parent
    sections = _sections(_read_toml(path))
    known = ["project", "regions", _EXPORT, *(stage.name for stage in STAGES)]
    for name in sections:
        if name not in known:
            hint = nearest(_toml_name(name), [_toml_name(word) for word in known])
            raise ConfigError(f"{path.name} has an unknown section [{_toml_name(name)}].", hint=hint)
    if sections.keys() >= _GENERATORS:
        raise ConfigError(
            f"{path.name} both trains and imports a generator.", hint="Keep one of the two sections."
        )
    if "regions" in sections and "find_regions" in sections:  # the section alone says what regions become
        sections["find_regions"].setdefault("keep_names", False)
    steps = tuple(
        (stage, _config(stage, sections[stage.name], base)) for stage in STAGES if stage.name in sections
    )
    edits = region_recipe.read_edits(sections["regions"], base) if "regions" in sections else None
    return Recipe(_project_path(sections.get("project", {}), base, path), steps, edits)


def run_recipe(recipe: Recipe, progress_of: Callable[[str], Progress]) -> list[StepOutcome]:
    """Make the project what the recipe says: what is current stays, what is missing or stale runs.

    Parameters
    ----------
    recipe
        From :func:`read_recipe`.
    progress_of
        Returns the progress for the step of a title.
    """
    opened = Project.open(recipe.project) if recipe.project.exists() else Project.create(recipe.project)
    outcomes: list[StepOutcome] = []
    with opened as project:
        edits_due = recipe.regions
        for stage, config in recipe.steps:
            if edits_due is not None and not _before_regions(stage):
                outcomes.append(_edit_regions(project, edits_due, progress_of))
                edits_due = None
            outcomes.append(_run_step(project, stage, config, progress_of))
        if edits_due is not None:
            outcomes.append(_edit_regions(project, edits_due, progress_of))
    return outcomes


def _before_regions(stage: Stage) -> bool:
    return stage.makes in ("images", "generator", "regions")


def _run_step(
    project: Project, stage: Stage, config: Any, progress_of: Callable[[str], Progress]
) -> StepOutcome:
    kept = is_current(project, stage, config)
    if kept is not None:
        return StepOutcome(stage.name, "kept", kept)
    return StepOutcome(stage.name, "made", stage.run(project, config, progress_of(stage.title)))


def _edit_regions(
    project: Project, edits: RegionEdits, progress_of: Callable[[str], Progress]
) -> StepOutcome:
    changed = region_recipe.apply_edits(project, edits, progress_of("Edit the regions"))
    return StepOutcome("regions", "made" if changed else "kept", project.current("regions"))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}).", hint="Name a .toml recipe."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is no TOML: {error}.", hint="See toml.io for the syntax.") from error


def _sections(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the sections by name, ``[export.png]`` under ``"export_png"``."""
    sections: dict[str, dict[str, Any]] = {}
    for name, content in document.items():
        if not isinstance(content, dict):
            raise ConfigError(f"The recipe has {name!r} outside of a section.", hint="Use [project].")
        if name == _EXPORT:
            for kind, inner in content.items():
                if not isinstance(inner, dict):
                    raise ConfigError(f"[export] has {kind!r}.", hint="Use [export.coco] or [export.png].")
                sections[f"{_EXPORT}_{kind}"] = {"overwrite": True} | inner
        else:
            sections[name] = dict(content)
    return sections


def _toml_name(name: str) -> str:
    return name.replace(f"{_EXPORT}_", f"{_EXPORT}.")


def _config(stage: Stage, section: Mapping[str, Any], base: Path) -> Any:
    values = {name: _value(name, value, base) for name, value in section.items() if name != "preset"}
    try:
        return config_from_values(stage.config, stage.presets, str(section.get("preset", "segstyle")), values)
    except ConfigError as error:
        raise ConfigError(f"[{_toml_name(stage.name)}] {error.message}", hint=error.hint) from error


def _value(name: str, value: Any, base: Path) -> Any:
    if isinstance(value, dict):  # map = { pupil = 3 } is the same as map = ["pupil=3"]
        return [f"{key}={inner}" for key, inner in value.items()]
    if name in _PATHS and isinstance(value, str) and value not in _WORDS:
        return str((base / Path(value).expanduser()).resolve())
    return value


def _project_path(section: Mapping[str, Any], base: Path, recipe: Path) -> Path:
    for name in section:
        if name != "path":
            raise ConfigError(f"[project] There is no setting {name!r}.", hint=nearest(name, ["path"]))
    path = base / Path(str(section.get("path", recipe.stem))).expanduser()
    return path if path.suffix == ".segstyle" else path.with_name(path.name + ".segstyle")
