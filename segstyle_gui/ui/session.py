"""The session: the open project as signals, and the only way in which pages change it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.catalog import StageStatus, stage_named, status
from segstyle_gui.pipeline.run_stage import run_stage
from segstyle_gui.pipeline.studio import Studio
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project
from segstyle_gui.ui.editing_session import EditingSession, Notice, NoticeKind
from segstyle_gui.ui.preferences import Preferences
from segstyle_gui.workers.job import Failure, Job, JobState
from segstyle_gui.workers.job_queue import JobQueue

__all__ = ["Notice", "NoticeKind", "Session"]

_TRAININGS = ("train_generator", "train_student")  # they return what they have when they are stopped


class Session(EditingSession):
    """The open project and its jobs, besides what :class:`EditingSession` does.

    Everything here belongs to the GUI thread. Long work goes through :meth:`run_stage` and :meth:`fetch`;
    what :meth:`fetch` brings is dropped when another project has been opened since.

    Signals
    -------
    project_opened, project_closing, project_closed
    open_failed(str, object)
        The path that could not be opened and the :class:`Failure`.
    runs_changed(str)
        Another run of this kind (what a stage makes) is the current one.
    """

    project_opened = Signal()
    project_closing = Signal()
    project_closed = Signal()
    open_failed = Signal(str, object)
    runs_changed = Signal(str)

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.preferences = preferences
        self.jobs = JobQueue(self)
        self.jobs.job_changed.connect(self._job_changed)
        self.studio: Studio | None = None

    # The project

    def open(self, path: str | Path, *, readonly: bool = False) -> Job:
        """Open a project in the place of the present one."""
        return self._enter(Path(path), lambda: Project.open(path, readonly=readonly))

    def create(self, path: str | Path) -> Job:
        """Make an empty project and open it in the place of the present one."""
        return self._enter(Path(path), lambda: Project.create(path))

    def close(self) -> Job | None:
        """Stop the jobs, save and close the project; ``project_closed`` follows. None if there is none."""
        project = self.project
        if project is None:
            return None
        self.project_closing.emit()
        for job in self.jobs.unfinished():
            job.cancel()
        self.project, self.studio = None, None
        self.selection, self.hover = frozenset(), None
        # On the lane of the stages: it begins when the stage that was stopped has let go of the project.
        job = self.jobs.submit(self.tr("Saving {0}").format(project.name), _closing(project), lane="stage")
        job.failed.connect(self._tell_failure)
        job.finished.connect(self.project_closed)
        return job

    def _enter(self, path: Path, make: Callable[[], Project]) -> Job:
        self.close()
        job = self.jobs.submit(
            self.tr("Opening {0}").format(path.stem), lambda progress: make(), lane="stage"
        )
        job.succeeded.connect(self._opened)
        job.failed.connect(lambda failure: self.open_failed.emit(str(path), failure))
        return job

    def _opened(self, project: Project) -> None:
        self.project = project
        self.studio = Studio(project)
        self.project_opened.emit()
        self.status_changed.emit()
        self.edits_changed.emit()
        for text in project.notices:
            self.notify("info", self.tr("Project recovered"), text)

    # Reading

    def run(self, makes: str) -> RunRecord | None:
        """Return the current run of a kind."""
        return self.project.current(makes) if self.project else None

    def status(self) -> dict[str, StageStatus]:
        """Return the states of all stages by name, empty without a project."""
        return {} if self.project is None else {one.stage.name: one for one in status(self.project)}

    def fetch(
        self,
        title: str,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None],
        *,
        lane: str = "look",
        key: str = "",
        failed: Callable[[Failure], None] | None = None,
    ) -> Job:
        """Do something in a job and hand its result over here, unless the project is another one by then.

        Parameters
        ----------
        title
            What the user reads if it takes long.
        work
            Called on a thread of the job queue.
        done
            Called with the result on this thread.
        lane, key
            See :meth:`JobQueue.submit`.
        failed
            Called with the failure; by default it is told as a notice.
        """
        project = self.project
        job = self.jobs.submit(title, work, lane=lane, key=key)

        def hand_over(result: Any) -> None:
            if self.project is project:
                done(result)

        job.succeeded.connect(hand_over)
        job.failed.connect(failed or self._tell_failure)
        return job

    # Changing

    def run_stage(self, name: str, config: Any) -> Job:
        """Run a stage in a job; when it is done its result is the current run."""
        stage = stage_named(name)
        project = self._wanted_project()
        studio = self.studio
        assert studio is not None  # comes and goes with the project

        def work(progress: Progress) -> RunRecord:
            with studio.text_models.at_hand():
                return run_stage(project, stage, config, progress, free=studio.clear)

        title = QCoreApplication.translate("Stages", stage.title)
        return self.submit_change(title, work, makes=stage.makes, pausable=True, keeps=name in _TRAININGS)

    def submit_change(
        self,
        title: str,
        work: Callable[[Progress], Any],
        *,
        makes: str,
        pausable: bool = False,
        keeps: bool = False,
    ) -> Job:
        """Run long work that ends in another current run of ``makes``."""
        project = self._wanted_project()
        before = project.current(makes)
        job = self.jobs.submit(title, work, lane="stage", pausable=pausable, keeps=keeps)

        def refresh() -> None:
            if self.project is project:
                self._refresh(makes, before)

        job.finished.connect(refresh)
        job.failed.connect(self._tell_failure)
        return job

    def toggle_pause(self) -> None:
        """Hold the running stage, or let it go on."""
        job = self.jobs.active()
        if job is not None:
            job.resume() if job.state is JobState.PAUSED else job.pause()

    def finish_job(self) -> None:
        """Stop the running stage and keep what it has."""
        job = self.jobs.active()
        if job is not None:
            job.finish()

    def cancel_job(self) -> None:
        """Stop the running stage."""
        job = self.jobs.active()
        if job is not None:
            job.cancel()

    def select_run(self, run: RunRecord) -> None:
        """Go back (or forth) to another run of its kind."""
        project = self._wanted_project()
        before = project.current(run.makes)
        if self._try(lambda: project.select_run(run.id)):
            self._refresh(run.makes, before)

    # Inside

    def _refresh(self, makes: str, before: RunRecord | None) -> None:
        assert self.project is not None
        self.status_changed.emit()
        if self.project.current(makes) == before:
            return
        self.runs_changed.emit(makes)
        if makes == "regions":
            self._regions_edited()
        if makes == "masks":
            self._masks_edited(())

    def _job_changed(self, job: Job) -> None:
        if job.lane == "stage":
            self.status_changed.emit()

    def _tell_failure(self, failure: Failure) -> None:
        self.notify("error", failure.message, failure.hint, failure.details)


def _closing(project: Project) -> Callable[[Progress], None]:
    def work(progress: Progress) -> None:
        project.close()

    return work
