"""All or nothing: an export grows in a temporary folder beside its place and moves there once verified."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segstyle_gui.errors import ExportError
from segstyle_gui.export.provenance import is_export

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_BAD_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR, errno.ENOENT}


@contextmanager
def staged_folder(folder: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yield a temporary folder that becomes ``folder`` when the block ends well.

    On any exception (a cancel too) the temporary folder is deleted and an existing export is left as
    it was.

    Parameters
    ----------
    folder
        Where the export shall be; missing or empty, or with ``overwrite`` an earlier export.
    overwrite
        Replace an earlier export. A folder that holds anything else is never replaced.

    Raises
    ------
    ExportError
        If the place is taken, or the file system refuses (full, read-only, a bad name).
    """
    _check_place(folder, overwrite=overwrite)
    with translated_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".segstyle-export-", dir=folder.parent))
    try:
        with translated_errors(folder):
            content = temporary / "new"
            content.mkdir()
            yield content
            _swap_in(content, folder, backup=temporary / "old")
    except BaseException:
        shutil.rmtree(temporary / "new", ignore_errors=True)
        with contextlib.suppress(OSError):
            temporary.rmdir()  # stays where an earlier export could not be put back
        raise
    shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def translated_errors(folder: Path) -> Iterator[None]:
    """Turn an :class:`OSError` of the block into an :class:`ExportError` with the next step."""
    try:
        yield
    except OSError as error:
        raise _export_error(error, folder) from error


def list_files(folder: Path) -> tuple[str, ...]:
    """Return the POSIX paths of all files below ``folder``, relative to it and sorted."""
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))


def _check_place(folder: Path, *, overwrite: bool) -> None:
    with translated_errors(folder):
        if not folder.exists():
            return
        taken = not folder.is_dir() or any(folder.iterdir())
    if not taken:
        return
    if not is_export(folder):
        raise ExportError(f"{folder} exists and is not an earlier export.", hint="Choose a new folder name.")
    if not overwrite:
        raise ExportError(
            f"{folder} already holds an export.", hint="Choose another folder, or allow it to be replaced."
        )


def _swap_in(content: Path, folder: Path, *, backup: Path) -> None:
    """Rename ``content`` to ``folder``; what was there waits in ``backup`` and returns if that fails."""
    replaces = folder.exists()
    if replaces:
        folder.rename(backup)
    try:
        content.rename(folder)
    except BaseException:
        if replaces:
            backup.rename(folder)
        raise


def _export_error(error: OSError, folder: Path) -> ExportError:
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        return ExportError(
            f"The disk filled up while writing {folder.name}; nothing was kept.",
            hint="Free some space, or export to another disk.",
        )
    if error.errno in _FORBIDDEN:
        return ExportError(
            f"{folder} cannot be written ({reason}).", hint="Choose a folder that you may write to."
        )
    if error.errno in _BAD_NAME:
        return ExportError(
            f"The file system refuses a name in {folder} ({reason}).",
            hint="Choose a shorter folder name without special characters.",
        )
    return ExportError(
        f"Writing {folder} failed ({reason}).", hint="Check the disk, or export to another folder."
    )
