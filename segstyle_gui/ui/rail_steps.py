"""What the rail says of each page: its state and one line about its current run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication

from segstyle_gui.core.classes import RegionState
from segstyle_gui.pipeline.catalog import StageStatus
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.pages.catalog import PageInfo
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.shell.rail import RailState, RailStep
from segstyle_gui.workers.job import Job


def rail_steps(session: Session, pages: Sequence[PageInfo]) -> list[RailStep]:
    """Return a step for every page of the open project."""
    known = session.status()
    job = session.jobs.active("stage")
    return [
        _step(session, page, [known[name] for name in page.stages if name in known], job) for page in pages
    ]


def _step(session: Session, page: PageInfo, found: list[StageStatus], job: Job | None) -> RailStep:
    running = job is not None and any(_title(one) == job.title for one in found)
    if running and job is not None:
        share = f" · {job.update.share:.0%}" if job.update is not None else ""
        return RailStep(page.key, page.title, "running", _tr("running") + share, job.title)
    best = _most_telling(found)
    if best is None:
        return RailStep(page.key, page.title, "ready", "")
    state: RailState = best.state
    if best.run is None:
        return RailStep(page.key, page.title, state, "", best.why)
    if state == "stale":
        return RailStep(page.key, page.title, state, _tr("stale: {0}").format(best.why), best.why)
    return RailStep(page.key, page.title, state, run_detail(session, best.run))


def _most_telling(found: list[StageStatus]) -> StageStatus | None:
    """Return the newest run's status, else the first stage that could run, else the first."""
    ran = [one for one in found if one.run is not None]
    if ran:
        return max(ran, key=lambda one: one.run.id if one.run else 0)
    return next((one for one in found if one.state == "ready"), found[0] if found else None)


def _title(status: StageStatus) -> str:
    return QCoreApplication.translate("Stages", status.stage.title)


def run_detail(session: Session, run: RunRecord) -> str:
    """Return the key figure of a run in a few words, empty if nothing is known of its kind."""
    tell = _DETAILS.get(run.makes)
    return tell(session, run) if tell else ""


def _images(session: Session, run: RunRecord) -> str:
    skipped = len(run.summary.get("skipped", []))
    text = _tr("{0} imported").format(f"{run.summary.get('images', 0):,}")
    return text + (_tr(", {0} skipped").format(skipped) if skipped else "")


def _generator(session: Session, run: RunRecord) -> str:
    size = f"{run.summary.get('resolution', '?')}²"
    kimg = run.summary.get("kimg")
    if not kimg:
        return _tr("{0}, imported").format(size)
    return f"{size}, {kimg:,.0f} kimg" if kimg >= 10 else f"{size}, {kimg:.2g} kimg"


def _regions(session: Session, run: RunRecord) -> str:
    state, current = session.state, session.run("regions")
    if state is None or current is None or current.id != run.id:
        return _tr("{0} clusters").format(run.summary.get("clusters", "?"))
    return _tr("{0} clusters → {1} regions").format(run.summary.get("clusters", "?"), len(state.regions))


def _names(session: Session, run: RunRecord) -> str:
    state = session.state
    if state is None:
        return ""
    return _tr("{0} of {1} in a class").format(_with_class(state), len(state.regions))


def _with_class(state: RegionState) -> int:
    return sum(region.class_id is not None for region in state.regions)


def _direction(session: Session, run: RunRecord) -> str:
    return f"“{run.summary.get('prompt', run.config.get('prompt', ''))}”"


def _synthetic_set(session: Session, run: RunRecord) -> str:
    return _tr("{0} pairs").format(f"{run.summary.get('images', 0):,}")


def _student(session: Session, run: RunRecord) -> str:
    return _tr("mIoU {0}").format(f"{run.summary.get('best_miou', 0):.2f}")


def _masks(session: Session, run: RunRecord) -> str:
    reviewed = len(session.project.reviewed) if session.project else 0
    return _tr("{0} of {1} reviewed").format(f"{reviewed:,}", f"{run.summary.get('images', 0):,}")


def _export(session: Session, run: RunRecord) -> str:
    return _tr("{0} images written").format(f"{run.summary.get('images', 0):,}")


_DETAILS: dict[str, Callable[[Session, RunRecord], str]] = {
    "images": _images,
    "generator": _generator,
    "regions": _regions,
    "names": _names,
    "direction": _direction,
    "synthetic_set": _synthetic_set,
    "student": _student,
    "masks": _masks,
    "export_coco": _export,
    "export_png": _export,
}


def _tr(text: str) -> str:
    return QCoreApplication.translate("Rail", text)
