"""Run a stage as a window does: when memory runs out it is tried again with less, and that is said."""

from __future__ import annotations

import dataclasses
import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from segstyle_gui.core.progress import Progress
from segstyle_gui.core.settings import setting_of
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.stage import Stage, remarked
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

RETRIES = 3
_HALVED = {"batch_size": "batch size", "memory_gb": "memory in GB"}  # settings that cost memory
_IN_WORDS = {**_HALVED, "accumulate": "parts of a batch"}
_LEAST_PART = 4  # images; see TrainConfig.accumulate
_MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory")


@dataclass(frozen=True, slots=True)
class Retried:
    """A preview that says that a stage begins again with less: what happened, and the new config."""

    keep_all: ClassVar[bool] = True  # none is skipped, however soon the next preview comes

    message: str
    config: Any


def run_stage(
    project: Project,
    stage: Stage,
    config: Any,
    progress: Progress,
    *,
    free: Callable[[], None] | None = None,
) -> RunRecord:
    """Run a stage again, up to three times, with half the memory or batch at once, when memory runs out.

    Parameters
    ----------
    project, stage, config, progress
        As of :attr:`Stage.run`. A retry is told by ``progress.preview(Retried(...))`` and is noted as
        ``retried`` in the run's summary.
    free
        Lets go of what can be made again, before a retry.

    Raises
    ------
    StageError
        If memory runs out although nothing can be halved any more.
    """
    note = ""
    for attempt in range(1 + RETRIES):
        made = _attempt(project, stage, config, progress, note)
        if made is not None:
            return made
        smaller = halved(config)
        if smaller is None or attempt == RETRIES:
            break
        note = _described(config, smaller)
        config = smaller
        free_memory(free)
        progress.preview(Retried(note, config))
    raise StageError(
        f"{stage.title}: there is not enough memory. {note}".strip(),
        hint="Close other programs, or choose smaller images, fewer channels or a smaller batch.",
    )


def _attempt(project: Project, stage: Stage, config: Any, progress: Progress, note: str) -> RunRecord | None:
    """Run the stage once; None if memory ran out (the error, and the tensors it holds, are let go here)."""
    try:
        with remarked({"retried": note} if note else {}):
            return stage.run(project, config, progress)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out, of the computer or of the GPU."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in _MEMORY_WORDS)


def halved(config: Any) -> Any | None:
    """Return the config with batch size and memory halved where their bounds allow it, None if nowhere.

    A batch that can be worked off in parts is left whole, and its parts are halved: the result stays the
    same, and a training goes on from its checkpoint.
    """
    parts = getattr(config, "accumulate", 0)
    if parts and config.batch_size % (2 * _LEAST_PART * parts) == 0:
        return dataclasses.replace(config, accumulate=2 * parts)
    smaller: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        if field.name in _HALVED:
            value = getattr(config, field.name)
            half = value // 2 if isinstance(value, int) else value / 2
            low = setting_of(field).low
            if half >= (low or 0) and half > 0:
                smaller[field.name] = half
    return dataclasses.replace(config, **smaller) if smaller else None


def free_memory(free: Callable[[], None] | None = None) -> None:
    """Give back what nobody uses: unreachable objects and the GPU blocks that torch keeps."""
    if free is not None:
        free()
    gc.collect()
    torch = sys.modules.get("torch")  # not loaded: nothing to free
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _described(config: Any, smaller: Any) -> str:
    changes = [
        f"{words} {getattr(smaller, name):g} instead of {getattr(config, name):g}"
        for name, words in _IN_WORDS.items()
        if getattr(smaller, name, None) != getattr(config, name, None)
    ]
    return f"Memory ran out; tried again with {' and '.join(changes)}."
