"""Runs in a project file: how a commit writes them, and how they are read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from segstyle_gui import __version__
from segstyle_gui.core.classes import RegionState, state_from_json, state_to_json
from segstyle_gui.errors import ProjectReadError, ProjectWriteError
from segstyle_gui.project import payload
from segstyle_gui.project.commit import require_space, writing
from segstyle_gui.project.history import EditHistory, now
from segstyle_gui.project.journal import Event
from segstyle_gui.project.mask_history import MaskHistory
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.schema import (
    FORMAT,
    LIBVER,
    SCHEMA_VERSION,
    Header,
    open_for_reading,
    read_attribute,
    read_header,
    run_group_name,
    unreadable,
    write_attribute,
)

_ATTRIBUTES = ("stage", "makes", "created", "app_version")
_TEXTS = ("config", "inputs", "summary")
MASK_EDITS = "mask_edits"


@dataclass(frozen=True, slots=True)
class Fold:
    """What every commit brings up to date: header, settings, selection, the runs that were edited."""

    header: Header
    settings: dict[str, Any]
    selection: dict[str, int]
    histories: Sequence[EditHistory]
    masks: Sequence[MaskHistory] = ()
    last_deleted: int = 0  # the highest id of a run that is not there any more: none is given again


@contextmanager
def reading(path: Path) -> Iterator[h5py.File]:
    """Open a file for one read and turn damage that shows up into a :class:`ProjectReadError`."""
    with open_for_reading(path) as file:
        try:
            yield file
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError) as error:
            raise unreadable(path, error) from error


@contextmanager
def _changing(temp: Path, path: Path, mode: str = "r+") -> Iterator[h5py.File]:
    with writing(path):
        file = h5py.File(temp, mode, locking=False, libver=LIBVER)
    try:
        yield file
    finally:
        with writing(path):
            file.close()


def write_empty(temp: Path, path: Path, fold: Fold) -> None:
    """Write a project without runs to ``temp``, which will take the place of ``path``."""
    with _changing(temp, path, "w") as file, writing(path):
        write_attribute(file, "format", FORMAT)
        write_attribute(file, "created", now())
        file.create_group("runs")
        _write_fold(file, fold)


def write_run(
    temp: Path,
    path: Path,
    record: RunRecord,
    arrays: Iterable[tuple[str, Any]],
    images: Sequence[ImageRecord] | None,
    state: RegionState | None,
) -> None:
    """Write a run without marking it complete, then read it back and compare the checksums.

    Raises
    ------
    ProjectWriteError
        If the disk is full or what was written reads differently. What the iteration over ``arrays``
        raises is passed on as it is.
    """
    with _changing(temp, path) as file:
        with writing(path):
            group = _start_run(file, record, images, state)
        names = []
        for name, values in arrays:
            with writing(path):
                require_space(path, np.asarray(values).nbytes)
                payload.write_array(group, f"arrays/{name}", values)
            names.append(name)
        with writing(path):
            payload.append_lines(group, "array_names", sorted(names))
    _check_run(temp, path, record.id)


def write_without(temp: Path, path: Path, run_id: int) -> None:
    """Write all complete runs but one to a new file ``temp``, packed, and compare their checksums.

    Raises
    ------
    ProjectReadError
        If the present file is damaged.
    ProjectWriteError
        If the disk is full or what was written reads differently.
    """
    with reading(path) as source:
        kept = [record.id for record in read_complete_runs(source) if record.id != run_id]
        with _changing(temp, path, "w") as file, writing(path):
            for name in ("format", "created"):
                write_attribute(file, name, read_attribute(source, name))
            runs = file.create_group("runs")
            for number in kept:
                source.copy(run_group_name(number), runs)
    for number in kept:
        _check_run(temp, path, number)


def finish(temp: Path, path: Path, fold: Fold, run_id: int | None) -> None:
    """Write what every commit brings up to date, mark the new run complete, and verify the file.

    Raises
    ------
    ProjectWriteError
        If it cannot be written or does not verify.
    """
    with _changing(temp, path) as file, writing(path):
        _write_fold(file, fold)
        if run_id is not None:
            file[run_group_name(run_id)].attrs["complete"] = True
    _verify(temp, path, fold)


def read_complete_runs(file: h5py.File) -> tuple[RunRecord, ...]:
    """Return the complete runs, oldest first; others are left out."""
    groups = [(name, file["runs"][name]) for name in sorted(file["runs"])]
    return tuple(_read_record(int(name), group) for name, group in groups if group.attrs.get("complete"))


def read_images(file: h5py.File, run_id: int) -> tuple[ImageRecord, ...]:
    """Return the image records of a run, none if it imported no images."""
    group = file[run_group_name(run_id)]
    if "images" not in group:
        return ()
    return tuple(ImageRecord.from_json(text) for text in payload.read_lines(group, "images"))


def read_history(file: h5py.File, run_id: int) -> EditHistory:
    """Return state and edit history of a run of regions."""
    group = file[run_group_name(run_id)]
    state = state_from_json(payload.read_text(group, "region_state"))
    rows = [json.loads(text) for text in payload.read_lines(group, "edits")]
    return EditHistory(run_id, state, [Event(row["kind"], run_id, row["data"]) for row in rows])


def read_mask_history(file: h5py.File, run_id: int) -> MaskHistory:
    """Return corrections, marks and edit history of a run of masks; empty if there was never an edit."""
    group = file[run_group_name(run_id)]
    lines = payload.read_lines(group, MASK_EDITS) if MASK_EDITS in group else []
    return MaskHistory.from_lines(run_id, lines)


def read_array(file: h5py.File, run_id: int, name: str, index: slice | int | None = None) -> NDArray[Any]:
    """Return an array of a run, or a part along its first axis.

    Raises
    ------
    ProjectReadError
        If the run has no such array.
    """
    arrays = file[run_group_name(run_id)]["arrays"]
    if name not in arrays or not isinstance(arrays[name], h5py.Dataset):
        known = ", ".join(array_names(file, run_id)[:10]) or "none"
        raise ProjectReadError(f"Run {run_id} has no array “{name}”; it has {known}.")
    return payload.read_array(arrays[name], index)


def array_names(file: h5py.File, run_id: int) -> tuple[str, ...]:
    """Return the names of a run's arrays, sorted."""
    return tuple(payload.read_lines(file[run_group_name(run_id)], "array_names"))


def _start_run(
    file: h5py.File, record: RunRecord, images: Sequence[ImageRecord] | None, state: RegionState | None
) -> h5py.Group:
    if run_group_name(record.id) in file:  # an incomplete run, which counts as none
        del file[run_group_name(record.id)]
    group = file.create_group(run_group_name(record.id))
    group.create_group("arrays")
    for name in _ATTRIBUTES:
        write_attribute(group, name, getattr(record, name))
    group.attrs["seconds"] = float(record.seconds)
    for name in _TEXTS:
        payload.write_text(group, name, json.dumps(getattr(record, name), ensure_ascii=False))
    if images is not None:
        payload.append_lines(group, "images", [image.to_json() for image in images])
    if state is not None:
        payload.write_text(group, "region_state", state_to_json(state))
        payload.append_lines(group, "edits", [])
    return group


def _read_record(run_id: int, group: h5py.Group) -> RunRecord:
    attributes: dict[str, Any] = {name: read_attribute(group, name) for name in _ATTRIBUTES}
    texts = {name: json.loads(payload.read_text(group, name)) for name in _TEXTS}
    return RunRecord(id=run_id, seconds=float(group.attrs["seconds"]), **attributes, **texts)


def _write_fold(file: h5py.File, fold: Fold) -> None:
    file.attrs["schema_version"] = SCHEMA_VERSION
    write_attribute(file, "app_version", __version__)
    write_attribute(file, "uuid", fold.header.uuid)
    write_attribute(file, "commit_id", fold.header.commit_id)
    write_attribute(file, "parent_commit_id", fold.header.parent_commit_id)
    write_attribute(file, "journal_id", fold.header.journal_id)
    file.attrs["journal_seq"] = fold.header.journal_seq
    file.attrs["last_deleted"] = fold.last_deleted
    payload.write_text(file, "settings", json.dumps(fold.settings, ensure_ascii=False))
    payload.write_text(file, "selection", json.dumps(fold.selection, ensure_ascii=False))
    for history in fold.histories:
        group = file[run_group_name(history.run_id)]
        rows = [{"kind": event.kind, "data": event.data} for event in history.unfolded]
        payload.write_text(group, "region_state", state_to_json(history.state))
        payload.append_lines(group, "edits", [json.dumps(row, ensure_ascii=False) for row in rows])
    for masks in fold.masks:
        payload.replace_lines(file[run_group_name(masks.run_id)], MASK_EDITS, masks.to_lines())


def _check_run(temp: Path, path: Path, run_id: int) -> None:
    def compare(file: h5py.File) -> None:
        group = file[run_group_name(run_id)]
        for name in group:
            if isinstance(group[name], h5py.Dataset):
                payload.check_array(group[name])
        for name in array_names(file, run_id):
            payload.check_array(group["arrays"][name])

    _reread(temp, path, compare)


def _verify(temp: Path, path: Path, fold: Fold) -> None:
    def compare(file: h5py.File) -> None:
        if read_header(file, path) != fold.header:
            raise ValueError("the header differs")
        for record in read_complete_runs(file):
            arrays = file[run_group_name(record.id)]["arrays"]
            if payload.missing_links(arrays, array_names(file, record.id)):
                raise ValueError(f"arrays of run {record.id} are missing")
        for history in fold.histories:
            group = file[run_group_name(history.run_id)]
            payload.check_array(group["edits"])
            if payload.read_text(group, "region_state") != state_to_json(history.state):
                raise ValueError(f"regions of run {history.run_id} differ")
        for masks in fold.masks:
            payload.check_array(file[run_group_name(masks.run_id)][MASK_EDITS])

    _reread(temp, path, compare)


def _reread(temp: Path, path: Path, compare: Callable[[h5py.File], None]) -> None:
    """Open what was written and compare it; nothing that fails this takes the place of the old file."""
    try:
        with reading(temp) as file:
            compare(file)
    except ProjectReadError as error:
        raise ProjectWriteError(
            f"{path.name} was not saved: the new copy does not verify ({error.message}).",
            hint="The file on disk is unchanged. Check the disk and try again.",
        ) from error
