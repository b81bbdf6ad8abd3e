"""What was loaded or computed last, kept within a number of objects or of bytes; safe between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Shelf(Generic[Value]):
    """The last few objects that were asked for; one that two threads want at once is made once.

    Parameters
    ----------
    most
        How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.RLock()  # also held while making: whoever wants the same waits for it
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the object of ``key``, made by ``make`` if it is not kept."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return self._kept[key]

    def kept(self, key: Hashable) -> Value | None:
        """Return the object of ``key`` if it is kept, else None."""
        with self._lock:
            return self._kept.get(key)

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()


class ByteCache:
    """Values with a known size, the least recently used going first when the budget is spent.

    Parameters
    ----------
    budget
        Bytes of all values together.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Any | None:
        """Return the value of ``key``, None if it is not kept."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: Hashable, value: Any, n_bytes: int) -> None:
        """Keep a value; one that is larger than the whole budget is not kept."""
        if n_bytes > self.budget:
            return
        with self._lock:
            self._bytes += n_bytes - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = value, n_bytes
            while self._bytes > self.budget:
                self._bytes -= self._kept.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
