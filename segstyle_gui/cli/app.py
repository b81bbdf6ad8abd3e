"""The ``segstyle`` command: its words, made on demand, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from segstyle_gui.cli.console import EXIT_CANCELLED, say, say_error, write_line
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.errors import SegStyleError

_USAGE_ERROR: Any = typer.BadParameter.__mro__[2]  # the base of typer's own errors, wherever it keeps it


class CommandGroup(TyperGroup):
    """Builds a stage's flags only when that stage is called, and turns errors into one line and a code."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command called, a stage's with its full set of flags."""
        from segstyle_gui.cli.stages import stage_command

        name, command, rest = super().resolve_command(ctx, args)
        return name, stage_command(name or "") or command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a known error, a stop and a surprise each end with their own exit code."""
        try:
            return super().invoke(ctx)
        except SegStyleError as error:
            say_error(error)
            raise typer.Exit(error.exit_code) from error
        except (Cancelled, KeyboardInterrupt) as error:
            say(str(error) or "stopped.")
            raise typer.Exit(EXIT_CANCELLED) from error
        except (typer.Exit, typer.Abort, _USAGE_ERROR):
            raise
        except OSError as error:  # a full disk, a folder without rights: no error of this program
            say_error(f"{error.filename or 'The system'}: {error.strerror or error}.")
            raise typer.Exit(1) from error
        except Exception as error:  # the last resort of this floor: a line and a log, never a traceback
            _report_unexpected(error)
            raise typer.Exit(1) from error


def _report_unexpected(error: Exception) -> None:
    from segstyle_gui.paths import log_dir

    file = log_dir() / f"error-{datetime.now():%Y%m%d-%H%M%S}.log"
    line = f"unexpected {type(error).__name__}: {error}"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        say_error(line)
    else:
        say_error(f"{line} (details in {file})")


def _version(asked: bool) -> None:
    if asked:
        from segstyle_gui import __version__

        write_line(f"segstyle {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Pixel labels for your images without annotation. Without a command the window opens."""


def _build() -> typer.Typer:
    from segstyle_gui.cli import commands, demo, desktop, doctor, recipes, regions, stages

    built = typer.Typer(
        name="segstyle",
        cls=CommandGroup,
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    built.callback()(_options)
    commands.register(built)
    stages.register(built)
    built.add_typer(regions.app, name="regions", rich_help_panel="Stages, in order")
    recipes.register(built)
    demo.register(built)
    doctor.register(built)
    desktop.register(built)
    return built


app = _build()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        The words after ``segstyle``; those of this process if None.
    """
    try:
        app(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="segstyle")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
