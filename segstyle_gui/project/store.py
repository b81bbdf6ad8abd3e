"""The project: open it, read it, store runs in it, edit its regions and masks."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from segstyle_gui import __version__
from segstyle_gui.core.classes import RegionState
from segstyle_gui.errors import ProjectVersionError, ProjectWriteError
from segstyle_gui.project import container
from segstyle_gui.project.commit import publish, staged_copy, writing
from segstyle_gui.project.contents import MASKS, REGIONS, Contents
from segstyle_gui.project.edits import Edit
from segstyle_gui.project.history import Step, now
from segstyle_gui.project.journal import Event
from segstyle_gui.project.mask_editing import MaskEditing
from segstyle_gui.project.mask_state import MaskEdit
from segstyle_gui.project.migrations import migrate
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.schema import SCHEMA_VERSION, SUFFIX, Header, read_header
from segstyle_gui.project.workspace import Workspace
from segstyle_gui.project.writer import Writer, no_edit, replay

Arrays = Mapping[str, Any] | Iterable[tuple[str, Any]]


class Project(MaskEditing):
    """An open project; made by :meth:`create` or :meth:`open`, safe to use from several threads.

    Edits, selections and settings are noted in the journal before a call returns, and join the file at
    the next commit: a new run, :meth:`checkpoint` or :meth:`close`.

    Attributes
    ----------
    readonly
        Whether nothing can be changed; no lock is held then and no work folder made.
    notices
        What opening the project found worth telling the user, one sentence each.
    """

    def __init__(self, workspace: Workspace, *, readonly: bool) -> None:
        load = _load_with_journal if readonly else _load
        super().__init__(load(workspace))
        self.readonly = readonly
        self.notices: tuple[str, ...] = ()
        self._workspace = workspace
        self._writer: Writer | None = None
        if not readonly:
            self._writer = Writer(workspace, self._contents, self._lock)
            self.notices = self._writer.notices

    @classmethod
    def create(cls, path: str | os.PathLike[str], *, overwrite: bool = False) -> Self:
        """Make an empty project and open it.

        Parameters
        ----------
        path
            Where; the ending ``.segstyle`` is added if it is missing, and so are folders.
        overwrite
            Replace a project that is there.

        Raises
        ------
        ProjectWriteError
            If there is a file already, or the folder cannot be written.
        ProjectLockedError
            If a project to be replaced is open elsewhere.
        """
        target = Path(path).absolute()
        target = target if target.suffix == SUFFIX else target.with_name(target.name + SUFFIX)
        if target.exists() and not (overwrite and target.is_file()):
            raise ProjectWriteError(f"{target} exists already.", hint="Choose another name, or open it.")
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        header = Header(SCHEMA_VERSION, uuid.uuid4().hex, secrets.token_hex(8), "")
        workspace = Workspace(target)
        with _acquired(workspace):
            with staged_copy(target, empty=True) as temp:
                container.write_empty(temp, target, container.Fold(header, {}, {}, ()))
                publish(temp, target)
            return cls(workspace, readonly=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, readonly: bool = False) -> Self:
        """Open a project; what the journal holds beyond the file is replayed.

        Raises
        ------
        ProjectReadError
            If the file is missing, damaged or no project.
        ProjectVersionError
            If a newer SegStyle wrote it.
        ProjectLockedError
            If it is open for writing elsewhere (not with ``readonly``).
        ProjectWriteError
            If its folder cannot be written (not with ``readonly``).
        """
        target = Path(path).absolute()
        workspace = Workspace(target)
        with container.reading(target) as file:
            version = read_header(file, target).schema_version
        if readonly:
            if version < SCHEMA_VERSION:
                raise ProjectVersionError(
                    f"{target.name} has project format {version}; reading wants {SCHEMA_VERSION}.",
                    hint="Open it for writing once: that updates it.",
                )
            return cls(workspace, readonly=True)
        with _acquired(workspace):
            migrate(target)
            return cls(workspace, readonly=False)

    @property
    def work_dir(self) -> Path:
        """The folder beside the file for lock, journal and checkpoints."""
        return self._workspace.folder

    def close(self) -> None:
        """Bring the file up to date, then give the lock back; does nothing a second time.

        Raises
        ------
        ProjectWriteError
            If the file could not be written; the project is closed and its journal kept all the same.
        """
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def select_run(self, run_id: int) -> None:
        """Make a run the current one of its kind; regions and masks bring their own state and history."""
        with self._lock:
            makes = self._contents.run(run_id).makes
            event = Event("select", run_id, {"time": now()})
            self._wanted_writer().note(event)
            self._contents.selection[makes] = run_id

    def add_run(
        self,
        stage: str,
        makes: str,
        config: dict[str, Any],
        inputs: dict[str, str],
        summary: dict[str, Any],
        arrays: Arrays,
        seconds: float = 0.0,
        images: Sequence[ImageRecord] | None = None,
        region_state: RegionState | None = None,
        first_edit: Callable[[], MaskEdit | None] = no_edit,
    ) -> RunRecord:
        """Store a finished run in one commit and make it the current one of its kind.

        Parameters
        ----------
        stage, makes
            The stage's name and what it makes.
        config, inputs, summary
            Plain values for JSON; ``inputs`` maps names to tokens of :meth:`input_token`.
        arrays
            Name -> array (numbers, bools or text), or pairs of them. Pairs are taken one after the other,
            so that a generator can stream more than memory holds; other threads may read and edit meanwhile.
        seconds
            How long the run took.
        images
            The records of an import of images.
        region_state
            The first state of a run of regions.
        first_edit
            Returns the edit that the history of a run of masks begins with. It is asked when all arrays are
            written and other threads can edit no more, and should be quick.

        Raises
        ------
        ProjectWriteError
            If it could not be saved; the project is as before.
        """
        if (region_state is not None) != (makes == REGIONS):
            raise ValueError("region_state belongs to a run that makes regions, and to no other")
        if first_edit is not no_edit and makes != MASKS:
            raise ValueError("first_edit belongs to a run that makes masks, and to no other")
        known = list(arrays.items()) if isinstance(arrays, Mapping) else []
        record = RunRecord(
            id=0,
            stage=stage,
            makes=makes,
            config=copy.deepcopy(config),
            inputs=dict(inputs),
            created=now(),
            seconds=seconds,
            app_version=__version__,
            summary=copy.deepcopy(summary),
        )
        pairs = known if isinstance(arrays, Mapping) else arrays
        n_bytes = sum(np.asarray(values).nbytes for _, values in known)
        return self._wanted_writer().add_run(record, pairs, n_bytes, images, region_state, first_edit)

    def delete_run(self, run_id: int) -> None:
        """Delete a run for good; the file is written anew and becomes smaller. Its id is not given again.

        Raises
        ------
        ProjectReadError
            If there is no such run.
        ProjectError
            If it is current, or a current run was made from it.
        ProjectWriteError
            If the file could not be written; the project is as before.
        """
        self._wanted_writer().delete_run(run_id)

    def checkpoint(self) -> bool:
        """Bring the file up to date with the journal; False if a running commit is about to do so."""
        return self._wanted_writer().checkpoint()

    def apply(self, edit: Edit) -> None:
        """Make an edit of the current regions; when this returns, it survives a crash.

        Raises
        ------
        StageError
            If there are no regions yet.
        ProjectError
            If the edit is refused; the message says why.
        ProjectWriteError
            If it could not be noted; nothing has changed then.
        """
        with self._lock:
            self._make(self._contents.wanted_history().plan_apply(edit))

    def undo(self) -> str | None:
        """Take the last edit back and return its text, or None if there is none; raises as :meth:`apply`."""
        with self._lock:
            return self._make(self._contents.wanted_history().plan_undo())

    def redo(self) -> str | None:
        """Make the last undone edit again and return its text, or None; raises as :meth:`apply`."""
        with self._lock:
            return self._make(self._contents.wanted_history().plan_redo())

    def set_setting(self, key: str, value: Any) -> None:
        """Store a setting: any plain value for JSON, small."""
        with self._lock:
            kept = json.loads(json.dumps(value))
            self._wanted_writer().note(Event("setting", 0, {"key": key, "value": kept}))
            self._contents.settings[key] = kept

    def checkpoint_dir(self, stage: str) -> Path:
        """Return a folder for the checkpoints of a stage; it outlives the session until it is emptied."""
        self._wanted_writer()
        with writing(self.path):
            return self._workspace.checkpoint_dir(self.uuid, stage)

    def _make(self, step: Step | None) -> str | None:
        writer = self._wanted_writer()
        if step is None:
            return None
        writer.note(step.event)
        self._contents.wanted_history().accept(step)
        return step.text

    def _wanted_writer(self) -> Writer:
        if self._writer is not None:
            return self._writer
        if self.readonly:
            raise ProjectWriteError(
                f"{self.path.name} is open read-only.", hint="Open it for writing, or save a copy."
            )
        raise ProjectWriteError(f"{self.path.name} is closed.", hint="Open it again.")


@contextlib.contextmanager
def _acquired(workspace: Workspace) -> Iterator[None]:
    """Take the lock, and give it back only if opening fails."""
    workspace.acquire()
    try:
        yield
    except BaseException:
        workspace.release()
        raise


def _load(workspace: Workspace) -> Contents:
    return Contents.load(workspace.project)


def _load_with_journal(workspace: Workspace) -> Contents:
    """Read the journal before the file: a commit in between then loses nothing."""
    recover = workspace.read_journal()
    contents = Contents.load(workspace.project)
    replay(contents, recover(contents.header).events, workspace)
    return contents
