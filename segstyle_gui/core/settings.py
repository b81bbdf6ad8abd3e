"""Configs that describe themselves: one dataclass field feeds function, CLI flag, recipe key and form."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from segstyle_gui.errors import ConfigError

_KEY = "setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known of one config field besides its type and default."""

    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    needs: str = ""


def setting(
    default: Any,
    help: str,  # noqa: A002 - the word that typer and argparse use as well
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    needs: str = "",
) -> Any:
    """Declare a config field with its help text, unit and allowed values.

    Parameters
    ----------
    default
        The field's default value (immutable).
    help
        One sentence for the user.
    unit
        Unit of the value, empty for none.
    low, high
        Inclusive bounds of a number.
    choices
        Allowed values of a string.
    needs
        Another field of the config: while that is empty or 0 this one plays no part, and a form greys it out.
    """
    known = Setting(help=help, unit=unit, low=low, high=high, choices=choices, needs=needs)
    return dataclasses.field(default=default, metadata={_KEY: known})


def setting_of(field: dataclasses.Field[Any]) -> Setting:
    """Return what :func:`setting` recorded for ``field`` (an empty one for a plain field)."""
    return field.metadata.get(_KEY, Setting(help=""))


def check_config(config: Any) -> None:
    """Check every field of a config dataclass against its bounds and choices, and ``int`` fields to be whole.

    Raises
    ------
    ConfigError
        Naming the field, the value found and the values wanted.
    """
    for field in dataclasses.fields(config):
        _check_field(field, getattr(config, field.name), type(config).__name__)


def _check_field(field: dataclasses.Field[Any], value: Any, owner: str) -> None:
    known = setting_of(field)
    where = f"{owner}.{field.name}"
    hint = f"Change {field.name.replace('_', '-')}: {known.help}" if known.help else ""
    if known.choices and value not in known.choices:
        raise ConfigError(f"{where} is {value!r}; wanted one of {', '.join(known.choices)}.", hint=hint)
    if field.type in ("int", int) and (isinstance(value, bool) or not isinstance(value, int)):
        raise ConfigError(f"{where} is {value!r}; wanted a whole number.", hint=hint)
    if known.low is None and known.high is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{where} is {value!r}; wanted a number.", hint=hint)
    too_low = known.low is not None and not value >= known.low
    too_high = known.high is not None and not value <= known.high
    if too_low or too_high:
        raise ConfigError(f"{where} is {value:g}; wanted {_range_text(known)}.", hint=hint)


def _range_text(known: Setting) -> str:
    unit = f" {known.unit}" if known.unit else ""
    if known.low is None:
        return f"at most {known.high:g}{unit}"
    if known.high is None:
        return f"at least {known.low:g}{unit}"
    return f"{known.low:g} to {known.high:g}{unit}"
