"""Arrays and texts in an open project file, each with a checksum.

Texts have a fixed length: HDF5's variable-length strings lie in a heap without checksums, and damage there
makes the library loop for ever.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from segstyle_gui.project.schema import storage_options, text_type

_READ_BYTES = 16 << 20  # of an array that is held in memory while its checksum is taken
_LINES_CHUNK = 16 << 10  # bytes
_CHECKSUM = "crc32"


class ChecksumError(ValueError):
    """What was read is not what was written."""


def write_array(group: h5py.Group, name: str, values: Any) -> None:
    """Store one array (numbers, bools, or texts) with its checksum.

    Raises
    ------
    ValueError
        If it is of a type that HDF5 has no plain equivalent for.
    """
    array = np.asarray(values)
    if array.dtype.kind == "U":
        encoded = np.char.encode(array, "utf-8")
        array = encoded.astype(text_type(encoded.dtype.itemsize))
    elif array.dtype.kind not in "biuf":
        raise ValueError(f"array {name!r} has dtype {array.dtype}; wanted numbers, bools or texts")
    dataset = group.create_dataset(name, data=array, **storage_options(name, array))
    dataset.attrs[_CHECKSUM] = np.uint32(_checksum([array]))


def read_array(dataset: h5py.Dataset, index: slice | int | None = None) -> NDArray[Any]:
    """Return an array, or the part of it at ``index`` along its first axis.

    Raises
    ------
    ChecksumError
        If a whole array was read and differs from what was written.
    """
    values = np.asarray(dataset[() if index is None else index])
    if index is None:
        _compare(dataset, _checksum([values]))
    return np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values


def check_array(dataset: h5py.Dataset) -> None:
    """Read a dataset piece by piece and compare its checksum; raises :class:`ChecksumError`."""
    _compare(dataset, _checksum(_pieces(dataset)))


def write_text(group: h5py.Group, name: str, text: str) -> None:
    """Store a text in the place of the present one."""
    if name in group:
        del group[name]
    write_array(group, name, text)


def read_text(group: h5py.Group, name: str) -> str:
    """Return a text; raises :class:`ChecksumError`."""
    return str(read_array(group[name]))


def append_lines(group: h5py.Group, name: str, lines: Sequence[str]) -> None:
    """Add lines of text to a growing list of them, stored as bytes of UTF-8."""
    if name not in group:
        group.create_dataset(name, shape=(0,), maxshape=(None,), chunks=(_LINES_CHUNK,), dtype=np.uint8)
        group[name].attrs[_CHECKSUM] = np.uint32(0)
    dataset = group[name]
    start = dataset.shape[0]
    added = np.frombuffer("".join(f"{line}\n" for line in lines).encode(), dtype=np.uint8)
    dataset.resize((start + len(added),))
    if added.size:
        dataset[start:] = added
    dataset.attrs[_CHECKSUM] = np.uint32(_checksum([added], int(dataset.attrs[_CHECKSUM])))


def replace_lines(group: h5py.Group, name: str, lines: Sequence[str]) -> None:
    """Store lines of text in the place of those there; the space of the old ones is used again."""
    if name in group:
        group[name].resize((0,))
        group[name].attrs[_CHECKSUM] = np.uint32(0)
    append_lines(group, name, lines)


def read_lines(group: h5py.Group, name: str) -> list[str]:
    """Return a list of lines; raises :class:`ChecksumError`."""
    return read_array(group[name]).tobytes().decode().split("\n")[:-1]


def missing_links(group: h5py.Group, names: Sequence[str]) -> bool:
    """Return whether a group lacks one of the named datasets, or has another; none of them is opened."""
    children: dict[str, set[str]] = {"": set()}
    for name in names:
        parent = ""
        for part in name.split("/"):
            children.setdefault(parent, set()).add(part)
            parent = f"{parent}/{part}".lstrip("/")
    return any(len(group[parent] if parent else group) != len(found) for parent, found in children.items())


def _pieces(dataset: h5py.Dataset) -> Iterator[NDArray[Any]]:
    if dataset.ndim == 0:
        yield np.asarray(dataset[()])
        return
    row_bytes = max(1, dataset.nbytes // max(1, dataset.shape[0]))
    rows = max(1, _READ_BYTES // row_bytes)
    for start in range(0, dataset.shape[0], rows):
        yield dataset[start : start + rows]


def _checksum(pieces: Iterable[NDArray[Any]], start: int = 0) -> int:
    """Return the CRC-32 of the values' bytes in C order, going on from ``start``."""
    value = start
    for piece in pieces:
        value = zlib.crc32(np.ascontiguousarray(piece).reshape(-1).view(np.uint8).data, value)
    return value


def _compare(dataset: h5py.Dataset, found: int) -> None:
    wanted = int(dataset.attrs[_CHECKSUM])
    if found != wanted:
        raise ChecksumError(f"checksum of {dataset.name} is {found:08x}, not {wanted:08x}")
