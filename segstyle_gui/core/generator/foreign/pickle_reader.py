"""Python's pickle language, read as data: containers, numbers and text, and notes of everything else.

A pickle is a program for a small stack machine. This is that machine without the parts that look names up,
call, import, or set attributes: what a pickle asks to be called becomes a note (:mod:`.inert`), except for a
short table of functions of this package. Long byte strings stay in the file until they are wanted. The number
of instructions and the length of texts are bounded. Opcodes: Python's ``pickletools``, protocols 0 to 5.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from segstyle_gui.core.generator.foreign.byte_range import Cursor
from segstyle_gui.core.generator.foreign.inert import Called, Global, checked_global
from segstyle_gui.errors import ModelFileError

Call = Callable[[tuple[object, ...]], object]

_LONGEST_LINE = 1 << 10
_LONGEST_INT = 16  # bytes
_LARGEST_KEY = 1 << 32  # above it, integers can be made to collide


@dataclass(slots=True)
class Budget:
    """What one file may still ask for; shared by all the pickles in it."""

    instructions: int = 300_000  # three networks of 1024² take about 70,000
    text: int = 64 << 20

    def spend_text(self, n: int) -> int:
        """Take ``n`` bytes of text off the budget and return ``n``."""
        self.text -= n
        if self.text < 0:
            raise ModelFileError("The file holds far more text than a network's checkpoint does.")
        return n


class Buildable:
    """A value of a call's making that takes a state afterwards."""

    def set_state(self, state: object) -> None:
        """Take what the pickle says that the value's state is."""
        raise NotImplementedError


class Opaque:
    """Stands for a key that is no short scalar; keys are hashed, and hashing can be made slow."""


class PickleReader:
    """Reads one pickle.

    Parameters
    ----------
    cursor
        Where it begins; afterwards it stands behind it.
    calls
        What to do for the few calls that are understood, by module and name; it gets the arguments.
    persistent
        What a persistent id stands for; without it such ids are refused.
    budget
        Shared by all pickles of a file.
    """

    def __init__(
        self,
        cursor: Cursor,
        budget: Budget,
        *,
        calls: Mapping[Global, Call] | None = None,
        persistent: Call | None = None,
    ) -> None:
        self._cursor = cursor
        self._budget = budget
        self._calls = calls or {}
        self._persistent = persistent
        self._stack: list[object] = []
        self._outer: list[list[object]] = []  # stacks below the marks
        self._memo: dict[int, object] = {}

    def read(self) -> object:
        """Run the machine to its end and return what it made.

        Raises
        ------
        ModelFileError
            If this is no pickle, is damaged, asks for too much, or for something other than data.
        """
        try:
            return self._run()
        except (LookupError, ArithmeticError, ValueError, TypeError, AttributeError, struct.error) as error:
            raise ModelFileError("It is no pickle, or a damaged one.", hint="Get the file again.") from error

    def _run(self) -> object:
        take, steps = self._cursor.take, _STEPS
        while (opcode := take(1)) != pickle.STOP:
            self._budget.instructions -= 1
            if self._budget.instructions < 0:
                raise ModelFileError("The file holds far more instructions than a network's checkpoint does.")
            step = steps.get(opcode)
            if step is None:
                raise ModelFileError(f"The file uses an instruction that no checkpoint needs ({opcode!r}).")
            step(self)
        return self._stack[-1]

    def _number(self, layout: str) -> int:
        return struct.unpack(layout, self._cursor.take(struct.calcsize(layout)))[0]

    def _push(self, value: object) -> None:
        self._stack.append(value)

    def _above_mark(self) -> list[object]:
        above, self._stack = self._stack, self._outer.pop()
        return above

    # Numbers and text

    def _protocol(self) -> None:
        if self._number("<B") > pickle.HIGHEST_PROTOCOL:
            raise ModelFileError("The file is a pickle of a protocol that is not known.")

    def _text(self, layout: str) -> None:
        n = self._number(layout)
        if n > self._cursor.source.size - self._cursor.position:
            self._cursor.skip(n)  # says what is wrong
        self._push(self._cursor.take(self._budget.spend_text(n)).decode("utf-8", "surrogatepass"))

    def _bytes(self, layout: str) -> None:
        self._push(self._cursor.skip(self._number(layout)))

    def _line(self) -> str:
        return self._cursor.line(_LONGEST_LINE).decode("utf-8", "replace")

    def _long(self, layout: str) -> None:
        n = self._number(layout)
        if not 0 <= n <= _LONGEST_INT:
            raise ModelFileError(f"The file holds a number of {n:,} bytes.")
        self._push(int.from_bytes(self._cursor.take(n), "little", signed=True))

    def _decimal(self) -> None:
        text = self._line().removesuffix("L")
        if len(text) > 3 * _LONGEST_INT:
            raise ModelFileError("The file holds a number of too many digits.")
        self._push({"00": False, "01": True}.get(text) if text in ("00", "01") else int(text))

    # Containers

    def _tuple_from_mark(self) -> None:
        items = self._above_mark()
        self._push(tuple(items))

    def _list_from_mark(self) -> None:
        items = self._above_mark()
        self._push(items)

    def _tuple(self, n: int) -> None:
        items = tuple(self._stack[-n:])
        if len(items) != n:
            raise IndexError
        self._stack[-n:] = [items]

    def _dict(self) -> None:
        items = self._above_mark()
        made: dict[object, object] = {}
        _set_items(made, items)
        self._push(made)

    def _set_items(self, items: list[object]) -> None:
        target = self._stack[-1]
        if isinstance(target, dict):
            _set_items(target, items)
        elif not isinstance(target, Called):
            raise TypeError

    def _append(self, items: list[object]) -> None:
        target = self._stack[-1]
        if isinstance(target, list):
            target.extend(items)
        elif not isinstance(target, Called):
            raise TypeError

    # Memo

    def _put(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    # Names and calls

    def _global(self) -> None:
        module, name = self._line(), self._line()
        self._push(checked_global(module, name))

    def _stack_global(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._push(checked_global(module, name))

    def _call(self) -> None:
        args, function = self._stack.pop(), self._stack.pop()
        if not (isinstance(function, Global) and isinstance(args, tuple)):
            raise ModelFileError("The file asks for something to be called that is not a plain function.")
        known = self._calls.get(function)
        self._push(Called(function, args) if known is None else known(args))

    def _build(self) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if isinstance(target, Buildable):
            target.set_state(state)
        elif isinstance(target, Called):
            target.state = state
        elif not isinstance(target, dict):  # of an ordered dict only the items count
            raise ModelFileError("The file sets attributes of something that has none.")

    def _persistent_id(self) -> None:
        if self._persistent is None:
            raise ModelFileError("The file refers to data outside of it.")
        self._push(self._persistent((self._stack.pop(),)))


def _set_items(target: dict[object, object], items: list[object]) -> None:
    if len(items) % 2:
        raise ValueError
    for key, value in zip(items[::2], items[1::2], strict=True):
        target[key if _is_plain_key(key) else Opaque()] = value


def _is_plain_key(key: object) -> bool:
    return key is None or isinstance(key, str) or (isinstance(key, int) and abs(key) < _LARGEST_KEY)


def _pop(reader: PickleReader) -> None:
    if reader._stack:
        reader._stack.pop()
    else:
        reader._stack = reader._outer.pop()


def _mark(reader: PickleReader) -> None:
    reader._outer.append(reader._stack)
    reader._stack = []


def _pairs_on_top(reader: PickleReader) -> list[object]:
    value, key = reader._stack.pop(), reader._stack.pop()
    return [key, value]


_STEPS: dict[bytes, Callable[[PickleReader], object]] = {
    pickle.PROTO: PickleReader._protocol,
    pickle.FRAME: lambda r: r._number("<Q"),
    pickle.MARK: _mark,
    pickle.POP: _pop,
    pickle.POP_MARK: lambda r: r._above_mark(),
    pickle.DUP: lambda r: r._push(r._stack[-1]),
    pickle.NONE: lambda r: r._push(None),
    pickle.NEWTRUE: lambda r: r._push(True),
    pickle.NEWFALSE: lambda r: r._push(False),
    pickle.INT: PickleReader._decimal,
    pickle.LONG: PickleReader._decimal,
    pickle.BININT: lambda r: r._push(r._number("<i")),
    pickle.BININT1: lambda r: r._push(r._number("<B")),
    pickle.BININT2: lambda r: r._push(r._number("<H")),
    pickle.LONG1: lambda r: r._long("<B"),
    pickle.LONG4: lambda r: r._long("<i"),
    pickle.FLOAT: lambda r: r._push(float(r._line())),
    pickle.BINFLOAT: lambda r: r._push(r._number(">d")),
    pickle.UNICODE: lambda r: r._push(r._line()),
    pickle.SHORT_BINUNICODE: lambda r: r._text("<B"),
    pickle.BINUNICODE: lambda r: r._text("<I"),
    pickle.BINUNICODE8: lambda r: r._text("<Q"),
    pickle.STRING: lambda r: r._push(r._line().strip("'\"")),
    pickle.SHORT_BINSTRING: lambda r: r._text("<B"),
    pickle.SHORT_BINBYTES: lambda r: r._bytes("<B"),
    pickle.BINBYTES: lambda r: r._bytes("<I"),
    pickle.BINBYTES8: lambda r: r._bytes("<Q"),
    pickle.BYTEARRAY8: lambda r: r._bytes("<Q"),
    pickle.EMPTY_TUPLE: lambda r: r._push(()),
    pickle.TUPLE1: lambda r: r._tuple(1),
    pickle.TUPLE2: lambda r: r._tuple(2),
    pickle.TUPLE3: lambda r: r._tuple(3),
    pickle.TUPLE: PickleReader._tuple_from_mark,
    pickle.FROZENSET: PickleReader._tuple_from_mark,
    pickle.EMPTY_LIST: lambda r: r._push([]),
    pickle.EMPTY_SET: lambda r: r._push([]),  # only ever looked through
    pickle.LIST: PickleReader._list_from_mark,
    pickle.EMPTY_DICT: lambda r: r._push({}),
    pickle.DICT: PickleReader._dict,
    pickle.APPEND: lambda r: r._append([r._stack.pop()]),
    pickle.APPENDS: lambda r: r._append(r._above_mark()),
    pickle.ADDITEMS: lambda r: r._append(r._above_mark()),
    pickle.SETITEM: lambda r: r._set_items(_pairs_on_top(r)),
    pickle.SETITEMS: lambda r: r._set_items(r._above_mark()),
    pickle.MEMOIZE: lambda r: r._put(len(r._memo)),
    pickle.PUT: lambda r: r._put(int(r._line())),
    pickle.BINPUT: lambda r: r._put(r._number("<B")),
    pickle.LONG_BINPUT: lambda r: r._put(r._number("<I")),
    pickle.GET: lambda r: r._push(r._memo[int(r._line())]),
    pickle.BINGET: lambda r: r._push(r._memo[r._number("<B")]),
    pickle.LONG_BINGET: lambda r: r._push(r._memo[r._number("<I")]),
    pickle.GLOBAL: PickleReader._global,
    pickle.STACK_GLOBAL: PickleReader._stack_global,
    pickle.REDUCE: PickleReader._call,
    pickle.NEWOBJ: PickleReader._call,
    pickle.BUILD: PickleReader._build,
    pickle.BINPERSID: PickleReader._persistent_id,
}
