"""All stages in order of flow, and what of a project is missing, done or stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline import (
    evaluate,
    export_masks,
    find_direction,
    find_regions,
    import_generator,
    import_images,
    name_regions,
    predict_masks,
    synthesize,
    train_generator,
    train_student,
)
from segstyle_gui.pipeline.configs import nearest
from segstyle_gui.pipeline.stage import MADE_BY, Stage, config_to_dict, inputs_of, spoken, token_of, why_not
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

STAGES: tuple[Stage, ...] = (
    import_images.STAGE,
    train_generator.STAGE,
    import_generator.STAGE,
    find_direction.STAGE,
    find_regions.STAGE,
    name_regions.STAGE,
    synthesize.STAGE,
    train_student.STAGE,
    predict_masks.STAGE,
    export_masks.EXPORT_COCO,
    export_masks.EXPORT_PNG,
    evaluate.STAGE,
)

State = Literal["empty", "ready", "done", "stale"]


@dataclass(frozen=True, slots=True)
class StageStatus:
    """Where a stage stands: ``why`` says what is missing (empty) or what changed (stale)."""

    stage: Stage
    state: State
    run: RunRecord | None
    why: str


def stage_named(name: str) -> Stage:
    """Return the stage called ``name`` (``find_regions`` or ``find-regions``).

    Raises
    ------
    ConfigError
        Naming the nearest stage if there is none of this name.
    """
    wanted = name.replace("-", "_")
    for stage in STAGES:
        if stage.name == wanted:
            return stage
    raise ConfigError(f"There is no stage {name!r}.", hint=nearest(wanted, [stage.name for stage in STAGES]))


def status(project: Project) -> list[StageStatus]:
    """Return the state of every stage, in order of flow.

    A stage is stale when what it was made from has changed since, or is stale itself. A student that could
    learn from newer corrections is stale, but nothing else is for that: correcting masks is no reason to
    distrust them.
    """
    causes: dict[str, str] = {}  # of what is stale: the change at the beginning of the chain
    found = []
    for stage in STAGES:
        run = project.current(stage.makes)
        if run is None or run.stage != stage.name:
            why = why_not(project, stage)
            found.append(StageStatus(stage, "empty" if why else "ready", None, why))
            continue
        cause, through = _stale(project, stage, run, causes)
        if cause and cause != _CORRECTED_SINCE:
            causes[stage.makes] = cause
        why = f"the {spoken(through)} {_verb(through, 'is', 'are')} stale: {cause}" if through else cause
        found.append(StageStatus(stage, "stale" if cause else "done", run, why))
    return found


def _stale(project: Project, stage: Stage, run: RunRecord, causes: Mapping[str, str]) -> tuple[str, str]:
    """Return the change that makes a run stale, and through which stale input, both empty if it is not."""
    inputs = {makes: token for makes, token in run.inputs.items() if makes in MADE_BY}
    for makes, token in inputs.items():
        change = _change(makes, token, token_of(project, stage, makes))
        if change:
            return change, ""
    for word, change in _EDITED_SINCE.items():
        if word in run.inputs and run.inputs[word] != project.input_token(word):
            return change, ""
    for makes in inputs:
        if makes in causes:
            return causes[makes], makes
    return "", ""


_CORRECTED_SINCE = "masks were corrected or reviewed since"
_EDITED_SINCE = {"corrections": _CORRECTED_SINCE, "reviewed": "other masks are marked as reviewed now"}
_PLURAL = {"images", "regions", "masks", "names"}


def _verb(makes: str, singular: str, plural: str) -> str:
    return plural if makes in _PLURAL else singular


def _change(makes: str, before: str, now: str | None) -> str:
    if before == now:
        return ""
    verb = _verb(makes, "was", "were")
    if now is None:
        return f"the {spoken(makes)} {verb} removed since"
    if before.partition(":")[0] == now.partition(":")[0]:
        return f"the {spoken(makes)} {verb} {'corrected' if makes == 'masks' else 'edited'} since"
    return f"the {spoken(makes)} {verb} made again since"


def is_current(project: Project, stage: Stage, config: Any) -> RunRecord | None:
    """Return the current run if it is what ``stage`` would make with ``config`` now, else None.

    Besides the config and what the stage needs, the files that it reads outside of the project count, and
    so does whether the files that it wrote are still there.
    """
    run = project.current(stage.makes)
    if run is None or run.stage != stage.name or run.config != config_to_dict(config):
        return None
    if run.inputs != inputs_of(project, stage, config):
        return None
    written = run.summary.get("folder")
    return None if written is not None and not Path(written).is_dir() else run
