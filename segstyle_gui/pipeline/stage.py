"""What a stage is, and the frame that every stage's run shares: check, remember the inputs, commit once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import ProjectWriteError, StageError
from segstyle_gui.project.mask_state import MaskEdit
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project
from segstyle_gui.project.writer import no_edit

Arrays = Mapping[str, Any] | Iterable[tuple[str, Any]]

_remarks: ContextVar[Mapping[str, Any] | None] = ContextVar("remarks", default=None)


def _no_presets() -> Mapping[str, Any]:
    return {}


def _always_ready(project: Project) -> str:
    return ""


def _reads_nothing(config: Any) -> dict[str, str]:
    return {}


def _needs_no_more(config: Any) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the flow, described once for the command line, the recipe and the window.

    Attributes
    ----------
    name
        Word of the recipe and the run record, such as ``"find_regions"``.
    title
        The same for people.
    help
        One sentence on what it does.
    needs
        What must exist in the project (the ``makes`` of earlier stages).
    makes
        What a run of it becomes.
    load_config
        Returns the config dataclass; importing it may import torch, hence not at once.
    run
        ``run(project, config, progress)`` does the work and returns the committed run.
    load_presets
        Returns named configs besides the defaults, such as ``"paper"``.
    blocked_by
        Returns why the stage cannot run although all of ``needs`` exist, empty when it can.
    reads
        Returns tokens of what a config makes the stage read outside of the project (see :func:`path_token`).
    needs_more
        Returns what a config needs besides ``needs``.
    may_use
        Returns what a config makes the stage use besides, where the project has it.
    follow
        What the other processes do when several run the stage together; None if one alone can.
    resumes
        True when a cancelled run leaves a checkpoint that the next run continues.
    ignores_classes
        True when what it makes of regions is the same whatever class they are in.
    """

    name: str
    title: str
    help: str
    needs: tuple[str, ...]
    makes: str
    load_config: Callable[[], type[Any]]
    run: Callable[[Project, Any, Progress], RunRecord]
    load_presets: Callable[[], Mapping[str, Any]] = _no_presets
    blocked_by: Callable[[Project], str] = _always_ready
    reads: Callable[[Any], dict[str, str]] = _reads_nothing
    needs_more: Callable[[Any], tuple[str, ...]] = _needs_no_more
    may_use: Callable[[Any], tuple[str, ...]] = _needs_no_more
    follow: Callable[[], None] | None = None
    resumes: bool = False
    ignores_classes: bool = False

    @property
    def config(self) -> type[Any]:
        """The config dataclass (imported on first use)."""
        return self.load_config()

    @property
    def presets(self) -> dict[str, Any]:
        """Named configs; ``"segstyle"`` is the defaults."""
        return {"segstyle": self.config(), **self.load_presets()}


@dataclass(frozen=True, slots=True)
class RunDraft:
    """A run that has begun: its inputs are those of the beginning, whatever is edited meanwhile."""

    project: Project
    stage: Stage
    config: Any
    inputs: dict[str, str]
    started: float

    def commit(
        self,
        summary: dict[str, Any],
        arrays: Arrays,
        *,
        images: Sequence[ImageRecord] | None = None,
        region_state: RegionState | None = None,
        first_edit: Callable[[], MaskEdit | None] = no_edit,
    ) -> RunRecord:
        """Store the result in one atomic step and return its record (see :meth:`Project.add_run`)."""
        return self.project.add_run(
            self.stage.name,
            self.stage.makes,
            config_to_dict(self.config),
            self.inputs,
            {**summary, **(_remarks.get() or {})},
            arrays,
            seconds=time.monotonic() - self.started,
            images=images,
            region_state=region_state,
            first_edit=first_edit,
        )


@contextmanager
def remarked(remarks: Mapping[str, Any]) -> Iterator[None]:
    """Add ``remarks`` to the summary of every run that this thread stores inside of the ``with``."""
    token = _remarks.set(remarks)
    try:
        yield
    finally:
        _remarks.reset(token)


def begin(project: Project, stage: Stage, config: Any) -> RunDraft:
    """Check that ``stage`` can run now and note what it is made from.

    Raises
    ------
    ProjectWriteError
        If the project is open read-only: better said before hours of work than after.
    StageError
        If something upstream is missing.
    """
    if project.readonly:
        raise ProjectWriteError(
            f"{project.path} is open read-only; {stage.title.lower()} wants to store its result.",
            hint="Copy the project to a folder that you can write to, or close the other window that has it.",
        )
    why = why_not(project, stage, config)
    if why:
        missing = missing_needs(project, stage, config)
        raise StageError(f"{stage.title}: {why}", hint=f"First: {MADE_BY[missing[0]]}." if missing else "")
    return RunDraft(project, stage, config, inputs_of(project, stage, config), time.monotonic())


def missing_needs(project: Project, stage: Stage, config: Any = None) -> tuple[str, ...]:
    """Return which of the stage's needs the project lacks (without a config, of those it always has)."""
    more = () if config is None else stage.needs_more(config)
    return tuple(need for need in (*stage.needs, *more) if project.current(need) is None)


def why_not(project: Project, stage: Stage, config: Any = None) -> str:
    """Return why the stage cannot run, empty when it can."""
    missing = missing_needs(project, stage, config)
    if missing:
        return f"the project has no {' and no '.join(spoken(need) for need in missing)} yet."
    return stage.blocked_by(project)


def inputs_of(project: Project, stage: Stage, config: Any) -> dict[str, str]:
    """Return the tokens of what a run of ``stage`` would be made from now, inside the project and outside."""
    names = (*stage.needs, *stage.needs_more(config), *stage.may_use(config))
    tokens = {name: token_of(project, stage, name) for name in names}
    return {need: token for need, token in tokens.items() if token is not None} | stage.reads(config)


def token_of(project: Project, stage: Stage, makes: str) -> str | None:
    """Return the token of what a stage is made from, as it is now (see :meth:`Project.input_token`)."""
    token, state = project.input_token(makes), project.region_state
    if token is None or state is None or makes != "regions" or not stage.ignores_classes:
        return token
    return f"{token.partition(':')[0]}:{state.parts_digest()}"


def current_run(project: Project, makes: str) -> RunRecord:
    """Return the current run of ``makes``.

    Raises
    ------
    StageError
        If there is none.
    """
    run = project.current(makes)
    if run is None:
        raise StageError(f"{project.name} has no {spoken(makes)} yet.", hint=f"First: {MADE_BY[makes]}.")
    return run


def path_token(path: Path) -> str:
    """Return a short text that changes when a file, or any file below a folder, does (sizes and times)."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            facts = file.stat()
            digest.update(f"{file.relative_to(path.parent)}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def config_to_dict(config: Any) -> dict[str, Any]:
    """Return a config as plain JSON values (tuples become lists, paths become text)."""
    values = dataclasses.asdict(config)
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return plain


def spoken(makes: str) -> str:
    """Return ``makes`` as a person says it: ``"synthetic_set"`` is "synthetic set"."""
    return makes.replace("_", " ")


MADE_BY = {
    "images": "segstyle import PROJECT FOLDER",
    "generator": "segstyle train-generator PROJECT, or segstyle import-generator PROJECT near-eye",
    "direction": "segstyle find-class PROJECT SENTENCE",
    "regions": "segstyle find-regions PROJECT",
    "names": "segstyle name PROJECT",
    "synthetic_set": "segstyle synthesize PROJECT",
    "student": "segstyle train-student PROJECT",
    "masks": "segstyle predict PROJECT",
}
