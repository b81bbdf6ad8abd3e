"""The entries of a zip archive as pieces of the file; nothing is unpacked, and nothing is written anywhere.

torch stores its numbers uncompressed, so that an entry is a piece of the file, and an archive that claims to
hold more than its own size is refused.
"""

from __future__ import annotations

import io
import struct
import zipfile

from segstyle_gui.core.generator.foreign.byte_range import ByteRange
from segstyle_gui.errors import ModelFileError

_LARGEST_DIRECTORY = 4 << 20  # bytes; torch's for a large network is a few hundred kilobytes
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_IS_ENCRYPTED = 0x1


def read_entries(source: ByteRange) -> dict[str, ByteRange]:
    """Return the archive's entries by name.

    Raises
    ------
    ModelFileError
        If the archive is damaged, compressed, encrypted, or has names or sizes that no honest one has.
    """
    try:
        with zipfile.ZipFile(_Bounded(source)) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as error:
        raise ModelFileError("It is a damaged zip archive.", hint="Download or copy it again.") from error
    entries: dict[str, ByteRange] = {}
    for info in listed:
        _check(info)
        if info.orig_filename in entries:
            raise ModelFileError(f"The archive has two entries of the name {info.orig_filename[:80]!r}.")
        entries[info.orig_filename] = _contents(source, info)
    if sum(entry.size for entry in entries.values()) > source.size:
        raise ModelFileError("The archive claims to hold more than its own size; it was made to do harm.")
    return entries


def _check(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        raise ModelFileError(
            f"The archive has an entry that wants to be written outside of it ({name[:80]!r}): "
            "it was made to do harm.",
            hint="Get the checkpoint from its authors.",
        )
    if info.flag_bits & _IS_ENCRYPTED:
        raise ModelFileError("The archive is encrypted.", hint="Decrypt it first.")
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise ModelFileError(
            "The archive is compressed, which torch's are not.", hint="Get the file as torch wrote it."
        )


def _contents(source: ByteRange, info: zipfile.ZipInfo) -> ByteRange:
    """Return where an entry's bytes lie: behind its local header, whose texts have lengths of their own."""
    header = source.part(info.header_offset, _LOCAL_HEADER.size).read()
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    if signature != b"PK\x03\x04":
        raise ModelFileError("It is a damaged zip archive.", hint="Download or copy it again.")
    start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    return source.part(start, info.file_size)


class _Bounded(io.RawIOBase):
    """A piece of a file as a file, of which only modest portions can be read at a time."""

    def __init__(self, source: ByteRange) -> None:
        super().__init__()
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}[whence]
        if base + offset < 0:
            raise OSError("a place before the beginning")
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = max(self._source.size - self._position, 0)
        n = left if size < 0 else min(size, left)
        if n > _LARGEST_DIRECTORY:
            raise ModelFileError("The archive's list of contents is far larger than a network's is.")
        data = self._source.part(self._position, n).read() if n else b""
        self._position += n
        return data
