"""Results in words: a run's summary, the table of stages, tables of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstyle_gui.cli.console import say, spoken_time, write_json, write_line

if TYPE_CHECKING:
    from segstyle_gui.pipeline.catalog import StageStatus
    from segstyle_gui.pipeline.stage import Stage
    from segstyle_gui.project.records import RunRecord
    from segstyle_gui.project.store import Project

SUFFIX = ".segstyle"
_SHOWN = 20  # lines of a list before the rest is only counted


def project_file(path: Path) -> Path:
    """Return the project's file: ``Eyes`` stands for ``Eyes.segstyle``."""
    full = path.expanduser()
    return full if full.suffix == SUFFIX or full.is_file() else full.with_name(full.name + SUFFIX)


def open_project(path: Path, *, readonly: bool = False) -> Project:
    """Open the project that the person named, and pass on what opening it found."""
    from segstyle_gui.project.store import Project

    project = Project.open(project_file(path), readonly=readonly)
    for notice in project.notices:
        say(f"note: {notice}")
    return project


def note_stale_inputs(project: Project, stage: Stage) -> None:
    """Say which of the things that ``stage`` works from are stale: it runs on them all the same."""
    from segstyle_gui.pipeline.catalog import status

    for entry in status(project):
        if entry.state == "stale" and entry.stage.makes in stage.needs:
            say(f"note: {entry.stage.title} is stale: {entry.why}.")


def print_run(stage: Stage, record: RunRecord, *, as_json: bool = False) -> None:
    """Print what a run made."""
    if as_json:
        write_json(asdict(record))
        return
    write_line(f"{stage.title}: done in {spoken_time(record.seconds)}.")
    for line in summary_lines(record.summary):
        write_line(f"  {line}")


def summary_lines(summary: dict[str, Any]) -> list[str]:
    """Return a run's summary as lines: ``name  value``, lists and tables indented below their name."""
    lines: list[str] = []
    width = max((len(name) for name in summary), default=0)
    for name, value in summary.items():
        title = name.replace("_", " ")
        if name == "classes":  # rows of id, name, colour
            value = [class_name for _, class_name, _ in value]
        if isinstance(value, dict):
            lines += [f"{title}:", *(f"  {key}: {_text(inner)}" for key, inner in value.items())]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{title}: {len(value)}", *_rows(value)]
        elif isinstance(value, list) and any(str(one).endswith(".") for one in value):
            lines += [f"{title}:", *(f"  {sentence}" for sentence in value)]
        else:
            lines.append(f"{title:<{width}}  {_text(value)}")
    return lines


def _rows(rows: list[dict[str, Any]]) -> Iterable[str]:
    for row in rows[:_SHOWN]:
        yield "  " + ": ".join(_text(value) for value in row.values())
    if len(rows) > _SHOWN:
        yield f"  and {len(rows) - _SHOWN} more (--json lists all)"


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_text(part) for part in value) or "none"
    return str(value)


def print_status(entries: list[StageStatus], *, as_json: bool = False) -> None:
    """Print every stage with its state and the reason for it."""
    if as_json:
        write_json([_status_data(entry) for entry in entries])
        return
    rows = [(entry.stage.title, entry.state, entry.why or _made(entry)) for entry in entries]
    for line in table(("stage", "state", ""), rows):
        write_line(line)


def _made(entry: StageStatus) -> str:
    return f"{entry.run.created[:16].replace('T', ' ')} UTC" if entry.run else ""


def _status_data(entry: StageStatus) -> dict[str, Any]:
    run = asdict(entry.run) if entry.run else None
    return {"stage": entry.stage.name, "state": entry.state, "why": entry.why, "run": run}


def table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return rows as lines with aligned columns; numbers are right-aligned."""
    cells = [[_text(value) for value in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(titles), *cells]) for i in range(len(titles))]
    numeric = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(titles))
    ]
    lines = []
    for row in [list(titles), *cells]:
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return lines
