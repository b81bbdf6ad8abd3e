"""Edits to and from JSON text, checked against the types of their fields."""

from __future__ import annotations

import base64
import dataclasses
import json
import types
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from segstyle_gui.core.classes import LabelClass, Region, Split
from segstyle_gui.errors import ProjectReadError
from segstyle_gui.project.edit_types import EDIT_TYPES, Edit

_T = TypeVar("_T")


def edit_to_json(edit: Edit) -> str:
    """Return the edit as one line of JSON: its type's name and its fields; arrays are base64 float32."""
    return json.dumps(edit_to_data(edit), ensure_ascii=False, separators=(",", ":"))


def edit_from_json(text: str) -> Edit:
    """Return the edit that :func:`edit_to_json` wrote.

    Raises
    ------
    ProjectReadError
        If the text is not an edit that this version knows.
    """
    return edit_from_data(text)


def edit_to_data(edit: Edit) -> dict[str, Any]:
    """Return the edit as what :mod:`json` writes."""
    data: dict[str, Any] = _encode(edit)
    return data


def edit_from_data(data: dict[str, Any] | str) -> Edit:
    """Return the edit of data, or of JSON text; raises as :func:`edit_from_json`."""
    try:
        return _decode_edit(json.loads(data) if isinstance(data, str) else data)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ProjectReadError(
            f"A stored edit cannot be read ({error}); wanted one of {', '.join(EDIT_TYPES)}.",
            hint="Update SegStyle, or restore the project from a backup.",
        ) from error


def _encode(value: Any) -> Any:
    if isinstance(value, Split):
        data = base64.b64encode(value.centroids.astype("<f4").tobytes()).decode("ascii")
        shape = list(value.centroids.shape)
        return {
            "first_cluster": value.first_cluster,
            "parents": value.parents,
            "shape": shape,
            "centroids": data,
        }
    if isinstance(value, Edit | Region | LabelClass):
        fields = {field.name: _encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields} if isinstance(value, Edit) else fields
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, np.integer):
        return int(value)
    return value


def _decode_edit(data: Any) -> Edit:
    kind = EDIT_TYPES[data["type"]]
    return _decode_fields(kind, {key: value for key, value in data.items() if key != "type"})


def _decode_fields(kind: type[_T], data: dict[str, Any]) -> _T:
    hints = get_type_hints(kind)
    return kind(**{name: _decode(hints[name], value) for name, value in data.items()})


def _decode(hint: Any, value: Any) -> Any:
    """Return ``value`` as the type that ``hint`` names; raises TypeError or ValueError if it is not one."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = next(arg for arg in get_args(hint) if arg is not type(None))
        return None if value is None else _decode(inner, value)
    if get_origin(hint) is tuple:
        return _decode_tuple(get_args(hint), value)
    if hint is Split:
        return _decode_split(value)
    if hint is Edit:
        return _decode_edit(value)
    if hint in (Region, LabelClass):
        return _decode_fields(hint, value)
    if type(value) is not hint:
        raise TypeError(f"{value!r} is not {hint.__name__}")
    return value


def _decode_tuple(args: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    kinds = [args[0]] * len(value) if args[-1] is Ellipsis else list(args)
    return tuple(_decode(kind, item) for kind, item in zip(kinds, value, strict=True))


def _decode_split(data: Any) -> Split:
    values = np.frombuffer(base64.b64decode(data["centroids"], validate=True), dtype="<f4")
    return Split(
        first_cluster=_decode(int, data["first_cluster"]),
        parents=_decode(tuple[int, ...], data["parents"]),
        centroids=values.reshape(data["shape"]).astype(np.float32),
    )
