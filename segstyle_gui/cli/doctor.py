"""``segstyle doctor``: what this computer offers, and what is missing."""

from __future__ import annotations

from dataclasses import asdict

import typer

from segstyle_gui.cli.console import write_json, write_line
from segstyle_gui.cli.options import JSON_OPTION


def register(app: typer.Typer) -> None:
    """Add ``doctor`` to the command line."""
    app.command(name="doctor", rich_help_panel="Projects")(doctor)


def doctor(as_json: JSON_OPTION = False) -> None:
    """Check this computer: device, packages, window, folders, disk. Exit code 1 if something is missing."""
    from segstyle_gui.pipeline.system_check import system_checks

    checks = system_checks()
    if as_json:
        write_json([asdict(check) for check in checks])
    else:
        for check in checks:
            mark = "ok " if check.ok else "NO "
            write_line(f"{mark} {check.name}: {check.found}")
            if check.next_step:
                write_line(f"     {check.next_step}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
