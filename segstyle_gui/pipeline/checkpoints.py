"""What a stopped stage left behind: how far it had come, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from segstyle_gui.pipeline import predict_masks, train_generator, train_student
from segstyle_gui.project.store import Project

_SLACK = 60  # seconds that storing a run may take after its last checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointState:
    """An unfinished run that the next one with the same settings continues.

    ``done`` counts ``unit`` ("kimg", "steps" or "images"); ``time`` is when it was written (UTC).
    """

    stage: str
    done: float
    unit: str
    time: datetime


def checkpoint_state(project: Project, stage_name: str) -> CheckpointState | None:
    """Return what is unfinished of a stage, None if nothing is (or it cannot be read).

    Whether the next run continues it depends on its settings: other ones begin anew.
    """
    if project.readonly or stage_name not in _READERS:
        return None
    unit, file, read = _READERS[stage_name]
    path = project.checkpoint_dir(stage_name) / file
    if not path.exists():
        return None
    done = read(path)
    if done is None or not done:
        return None
    seconds = max([path.stat().st_mtime, *(one.stat().st_mtime for one in path.glob("*/*"))])
    if _is_stored(project, stage_name, done, seconds):
        return None
    return CheckpointState(
        stage=stage_name, done=done, unit=unit, time=datetime.fromtimestamp(seconds, tz=UTC)
    )


def _is_stored(project: Project, stage_name: str, done: float, written: float) -> bool:
    """Return whether a run is that training's end: the generator's checkpoint stays for a longer one."""
    return any(
        run.stage == stage_name
        and run.summary.get("kimg") == done
        and datetime.fromisoformat(run.created).timestamp() >= written - _SLACK
        for run in project.runs()
    )


def _kimg(path: Path) -> float | None:
    state = _read_state(path)
    return state["images_seen"] / 1000 if "images_seen" in state else None


def _steps(path: Path) -> float | None:
    step: int | None = _read_state(path).get("step")
    return step


def _masks(folder: Path) -> float | None:
    return sum(not path.name.endswith(".part.npz") for path in folder.glob("*/*.npz"))


def _read_state(path: Path) -> dict[str, Any]:
    import torch

    from segstyle_gui.core.checkpoint_file import UNREADABLE

    try:
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except UNREADABLE:
        return {}
    return state if isinstance(state, dict) else {}


_READERS = {
    train_generator.STAGE.name: ("kimg", train_generator.CHECKPOINT_FILE, _kimg),
    train_student.STAGE.name: ("steps", train_student.CHECKPOINT_FILE, _steps),
    predict_masks.STAGE.name: ("images", "", _masks),
}
