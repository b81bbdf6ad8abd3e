"""A config dataclass becomes the flags of a command: type, help, unit, range and default described once."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from segstyle_gui.core.settings import Setting, setting_of
from segstyle_gui.pipeline.configs import base_type, typed_fields

JSON_OPTION = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]
PRESET_OPTION = Annotated[
    str,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="Start from: segstyle, or paper where there is one; find-regions has more.",
    ),
]
PROJECT_ARGUMENT = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project, Name.segstyle.")]


def with_config_options(
    function: Callable[..., Any], config_type: type[Any], *, skip: tuple[str, ...] = ()
) -> Callable[..., Any]:
    """Return ``function`` with one option per config field in place of its ``**options``.

    Parameters
    ----------
    function
        Its other parameters stay; it is called with the options that the person gave, under ``**options``.
    config_type
        The config dataclass.
    skip
        Fields that ``function`` takes itself.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())
    fixed = [parameter for parameter in own if parameter.kind is not inspect.Parameter.VAR_KEYWORD]
    flags = [_parameter(field, kind) for field, kind in typed_fields(config_type) if field.name not in skip]

    def call(**arguments: Any) -> Any:
        return function(**arguments)

    kept = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in fixed]
    call.__signature__ = inspect.Signature([*kept, *flags])  # type: ignore[attr-defined]
    call.__annotations__ = {p.name: p.annotation for p in (*kept, *flags)}
    call.__name__, call.__doc__ = function.__name__, function.__doc__
    return call


def _parameter(field: dataclasses.Field[Any], kind: Any) -> inspect.Parameter:
    known = setting_of(field)
    base, many = base_type(kind)
    flag = field.name.replace("_", "-")
    names = [f"--{flag}/--no-{flag}"] if base is bool and not many else [f"--{flag}"]
    shown: Any = list[str] if many else base
    option = typer.Option(
        *names, help=_help(field, known), show_default=False, metavar=_metavar(known, base, many)
    )
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[shown | None, option],
    )


def _metavar(known: Setting, base: type[Any], many: bool) -> str | None:
    if base is bool:
        return None
    if known.choices:
        return "|".join(known.choices)
    word = {int: "N", float: "X", Path: "PATH"}.get(base, "TEXT")
    return f"{word},{word},…" if many else word


def _help(field: dataclasses.Field[Any], known: Setting) -> str:
    facts = [known.unit] if known.unit else []
    if known.low is not None or known.high is not None:
        low = "" if known.low is None else f"{known.low:g}"
        high = "" if known.high is None else f"{known.high:g}"
        facts.append(f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}")
    default = field.default
    if default is not dataclasses.MISSING and default not in ("", None, ()):
        facts.append(f"default {_shown(default)}")
    text = known.help.rstrip()
    return f"{text} ({'; '.join(facts)})" if facts else text


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
