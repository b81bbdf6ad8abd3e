"""Every error a user can meet: one line that says what was found, what was wanted, what to do next.

Core, project, export and pipeline raise these; only the command line, a job and the application's
last-resort hook catch them. ``Cancelled`` (a stop that the user asked for) is not an error and lives in
:mod:`segstyle_gui.core.progress`.
"""

from __future__ import annotations


class SegStyleError(Exception):
    """Base of all errors with a message made for the user.

    Parameters
    ----------
    message
        What was found and what was wanted, one sentence without a trailing newline.
    hint
        The next step for the user; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(SegStyleError):
    """A setting is outside what the stage accepts."""

    exit_code = 2


class ImageReadError(SegStyleError):
    """An image file cannot be used."""

    exit_code = 3


class ModelFileError(SegStyleError):
    """A weights file cannot be used."""

    exit_code = 4


class ProjectError(SegStyleError):
    """A project cannot be read, written or used as asked."""

    exit_code = 5


class ProjectReadError(ProjectError):
    """The file is missing, damaged or not a SegStyle project."""


class ProjectWriteError(ProjectError):
    """The project cannot be written: full disk, read-only place, verification failed."""


class ProjectVersionError(ProjectError):
    """The project was written by a newer SegStyle."""


class ProjectLockedError(ProjectError):
    """Another process has the project open for writing."""


class StageError(SegStyleError):
    """A stage cannot run yet: something upstream is missing."""

    exit_code = 6


class ExportError(SegStyleError):
    """An export could not be written, or its re-read copy differs."""

    exit_code = 7
