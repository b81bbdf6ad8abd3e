"""Pieces of a file that are known by their place and read only when wanted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from segstyle_gui.errors import ModelFileError

_WINDOW = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ByteRange:
    """``size`` bytes of an open file from ``start`` on; nothing is read before it is asked for."""

    file: BinaryIO
    start: int
    size: int

    def part(self, offset: int, size: int) -> ByteRange:
        """Return ``size`` bytes from ``offset`` on.

        Raises
        ------
        ModelFileError
            If they would lie outside: a claim larger than what is there, or a file that ends early.
        """
        if offset < 0 or size < 0 or offset + size > self.size:
            raise ModelFileError(
                f"The file claims {size:,} bytes where at most {max(self.size - offset, 0):,} are left; "
                "it is damaged or incomplete.",
                hint="Download or copy it again.",
            )
        return ByteRange(file=self.file, start=self.start + offset, size=size)

    def read_into(self, buffer: bytearray) -> None:
        """Fill ``buffer`` (as long as this range) from the file."""
        self.file.seek(self.start)
        if self.file.readinto(buffer) != self.size:  # type: ignore[attr-defined]
            raise ModelFileError("The file became shorter while it was read.", hint="Try again.")

    def read(self) -> bytes:
        """Return all bytes; for ranges that are known to be small."""
        buffer = bytearray(self.size)
        self.read_into(buffer)
        return bytes(buffer)


class Cursor:
    """Reads a range from front to back through a window of 64 KiB."""

    def __init__(self, source: ByteRange) -> None:
        self.source = source
        self.position = 0
        self._window = b""
        self._window_at = 0

    def take(self, n: int) -> bytes:
        """Return the next ``n`` bytes."""
        at = self.position - self._window_at
        if not 0 <= at <= len(self._window) - n:
            self._fill(n)
            at = 0
        self.position += n
        return self._window[at : at + n]

    def skip(self, n: int) -> ByteRange:
        """Step over the next ``n`` bytes and return where they are."""
        skipped = self.source.part(self.position, n)
        self.position += n
        return skipped

    def line(self, longest: int) -> bytes:
        """Return the bytes up to the next newline, without it; at most ``longest``."""
        left = min(longest + 1, self.source.size - self.position)
        found = self.source.part(self.position, left).read().partition(b"\n")
        if not found[1]:
            raise ModelFileError("A line of the file is too long or never ends; it is damaged.")
        self.position += len(found[0]) + 1
        return found[0]

    def _fill(self, n: int) -> None:
        size = max(n, min(_WINDOW, self.source.size - self.position))
        self._window = self.source.part(self.position, size).read()
        self._window_at = self.position


@contextmanager
def open_regular(path: Path) -> Iterator[ByteRange]:
    """Open a file to read; anything but a regular file is refused without waiting for it.

    Raises
    ------
    ModelFileError
        If there is no such file, it cannot be opened, or it is a folder, a pipe or a device.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelFileError(f"It cannot be opened ({reason}).", hint="Check the path.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ModelFileError("It is a folder, a pipe or a device; wanted a file.", hint="Check the path.")
        file = os.fdopen(descriptor, "rb", buffering=0)
    except BaseException:
        os.close(descriptor)
        raise
    with file:
        yield ByteRange(file=file, start=0, size=status.st_size)
