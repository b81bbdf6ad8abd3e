"""What ``torch.save`` writes, read without torch's own reader: its older stream and its zip archive."""

from __future__ import annotations

from collections.abc import Mapping

from segstyle_gui.core.generator.foreign.byte_range import ByteRange, Cursor
from segstyle_gui.core.generator.foreign.inert import Global
from segstyle_gui.core.generator.foreign.pickle_reader import Budget, Call, PickleReader
from segstyle_gui.core.generator.foreign.stored import CALLS, STORAGE_TYPES, Storage
from segstyle_gui.core.generator.foreign.zip_archive import read_entries
from segstyle_gui.errors import ModelFileError

STREAM_MAGIC = 0x1950A86A20F9469CFC6C  # the first value of the older files
_DATA = "data.pkl"


class _Storages:
    """The storages that a pickle names by key, each made once."""

    def __init__(self, entries: Mapping[str, ByteRange] | None = None) -> None:
        self.by_key: dict[str, Storage] = {}
        self._entries = entries

    def find(self, args: tuple[object, ...]) -> Storage:
        """Return the storage of a persistent id ``("storage", type, key, device, size, ...)``."""
        (named,) = args
        if not (isinstance(named, tuple) and len(named) >= 5 and named[0] == "storage"):
            raise ModelFileError("The file refers to something outside of it that is no row of numbers.")
        _, kind, key, _, size = named[:5]
        dtype = STORAGE_TYPES.get(kind.name) if isinstance(kind, Global) else None
        if dtype is None or not isinstance(key, str) or type(size) is not int or size < 0:
            raise ModelFileError("The file holds numbers of a type that no weights are of.")
        if len(named) > 5 and named[5] is not None:
            raise ModelFileError("The file holds parts of storages, which no program has written for years.")
        known = self.by_key.get(key)
        if known is None:
            known = self.by_key[key] = Storage(dtype=dtype, size=size)
            if self._entries is not None:
                self._put(known, f"data/{key}")
        elif (known.dtype, known.size) != (dtype, size):
            raise ModelFileError("The file describes the same numbers in two ways.")
        return known

    def _put(self, storage: Storage, name: str) -> None:
        assert self._entries is not None
        entry = self._entries.get(name)
        if entry is None:
            raise ModelFileError(f"The archive lacks {name[:80]}.", hint="Download or copy the file again.")
        storage.put(entry)


def is_stream(first: object) -> bool:
    """Return whether the first value of a file is that of torch's older files."""
    return first == STREAM_MAGIC


def read_stream_rest(cursor: Cursor, budget: Budget, calls: Mapping[Global, Call]) -> object:
    """Read an older file behind its first value: two more headers, the object, keys, and the numbers."""
    PickleReader(cursor, budget).read()  # the version
    _check_byte_order(PickleReader(cursor, budget).read())
    storages = _Storages()
    value = PickleReader(cursor, budget, calls=calls, persistent=storages.find).read()
    keys = PickleReader(cursor, budget).read()
    if (
        not isinstance(keys, list)
        or len(keys) != len(storages.by_key)
        or len(set(map(str, keys))) != len(keys)
    ):
        raise ModelFileError("The file does not list the numbers that it refers to; it is damaged.")
    for key in keys:
        storage = storages.by_key.get(key) if isinstance(key, str) else None
        if storage is None or int.from_bytes(cursor.take(8), "little") != storage.size:
            raise ModelFileError("The file does not have the numbers that it refers to; it is damaged.")
        storage.put(cursor.skip(storage.size * storage.dtype.itemsize))
    return value


def storage_from_bytes(budget: Budget) -> Call:
    """Return what ``torch.storage._load_from_bytes(bytes)`` stands for: a storage, as an older file."""

    def read(args: tuple[object, ...]) -> object:
        if len(args) != 1 or not isinstance(args[0], ByteRange):
            raise ModelFileError("The file describes numbers by something other than bytes.")
        source = args[0]
        if source.size >= 4 and source.part(0, 4).read() == b"PK\x03\x04":
            return read_zip(source, budget)
        cursor = Cursor(source)
        if not is_stream(PickleReader(cursor, budget).read()):
            raise ModelFileError("The file describes numbers by bytes that torch did not write.")
        return read_stream_rest(cursor, budget, {})

    return read


def read_zip(source: ByteRange, budget: Budget, calls: Mapping[Global, Call] = CALLS) -> object:
    """Read what torch has written since version 1.6: a zip archive of one pickle and its numbers."""
    entries = read_entries(source)
    pickles = [name for name in entries if name == _DATA or name.endswith("/" + _DATA)]
    if len(pickles) != 1:
        raise ModelFileError(
            "It is a zip archive that torch did not write.",
            hint="If it holds a checkpoint, unpack it and import that.",
        )
    root = pickles[0].removesuffix(_DATA)
    inside = {name.removeprefix(root): entry for name, entry in entries.items() if name.startswith(root)}
    order = inside.get("byteorder")
    if order is not None and order.part(0, min(order.size, 16)).read().strip() != b"little":
        raise ModelFileError("It was written on a big-endian computer, whose numbers are not read here.")
    storages = _Storages(inside)
    return PickleReader(Cursor(inside[_DATA]), budget, calls=calls, persistent=storages.find).read()


def _check_byte_order(facts: object) -> None:
    if isinstance(facts, dict) and facts.get("little_endian") is False:
        raise ModelFileError("It was written on a big-endian computer, whose numbers are not read here.")
