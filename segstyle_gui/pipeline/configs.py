"""Values from flags and recipes become config dataclasses: types from annotations, presets, near misses."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from segstyle_gui.errors import ConfigError

_TYPE_WORDS = {int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}


def typed_fields(config_type: type[Any]) -> list[tuple[dataclasses.Field[Any], Any]]:
    """Return the fields of a config dataclass, each with its evaluated annotation."""
    kinds = typing.get_type_hints(config_type)
    return [(field, kinds[field.name]) for field in dataclasses.fields(config_type) if field.init]


def base_type(kind: Any) -> tuple[type[Any], bool]:
    """Return the scalar type behind an annotation, and whether it is a tuple of them."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return base_type(next(part for part in inner if part is not type(None)))
    if origin is tuple:
        return base_type(inner[0])[0], True
    if origin is Literal:
        return type(inner[0]), False
    return (kind, False) if kind in (int, float, bool, Path) else (str, False)


def config_from_values(
    config_type: type[Any], presets: Mapping[str, Any], preset: str, values: Mapping[str, Any]
) -> Any:
    """Return the preset with ``values`` put in.

    Raises
    ------
    ConfigError
        If there is no such preset or field, or a value cannot be used.
    """
    if preset not in presets:
        raise ConfigError(f"There is no preset {preset!r}.", hint=nearest(preset, presets))
    kinds = {field.name: kind for field, kind in typed_fields(config_type)}
    for name in values:
        if name not in kinds:
            raise ConfigError(f"There is no setting {name!r}.", hint=nearest(name, kinds))
    converted = {name: value_of_kind(value, kinds[name], name) for name, value in values.items()}
    return dataclasses.replace(presets[preset], **converted)


def value_of_kind(value: Any, kind: Any, name: str) -> Any:
    """Return a value from a flag or a recipe as the config field's annotation wants it.

    A comma list becomes a tuple and a whole number a float.

    Raises
    ------
    ConfigError
        If the value does not fit.
    """
    base, many = base_type(kind)
    try:
        if not many:
            return _scalar(value, base)
        parts = [value] if isinstance(value, str) else list(value)
        return tuple(_scalar(piece, base) for part in parts for piece in _pieces(part))
    except (TypeError, ValueError) as error:
        wanted = _TYPE_WORDS.get(base, "a text")
        more = " or several, separated by commas" if many else ""
        raise ConfigError(f"{name.replace('_', '-')} is {value!r}; wanted {wanted}{more}.") from error


def _pieces(part: Any) -> list[Any]:
    if not isinstance(part, str):
        return [part]
    return [piece.strip() for piece in part.split(",") if piece.strip()]


def _scalar(value: Any, base: type[Any]) -> Any:
    if base is bool or isinstance(value, bool):
        if base is not bool or not isinstance(value, bool):
            raise TypeError("truth values and others do not mix")
        return value
    if base is str and not isinstance(value, str):
        raise TypeError("not a text")
    if base is int and isinstance(value, float) and not value.is_integer():
        raise ValueError("not whole")
    return base(value)


def nearest(word: str, words: Iterable[str]) -> str:
    """Return "Did you mean ...?" for a mistyped ``word``, or the list of what there is."""
    known = list(words)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Wanted one of: {', '.join(known)}."
