from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline.configs import config_from_values, nearest, value_of_kind


@dataclass(frozen=True, kw_only=True)
class Soup:
    salt: int = setting(3, "Salt.", unit="g", low=0, high=9)
    heat: float = setting(1.5, "Heat.")
    stir: bool = setting(False, "Stir.")
    kind: Literal["thin", "thick"] = setting("thin", "Kind.", choices=("thin", "thick"))
    beans: tuple[int, ...] = setting((), "Beans.")

    def __post_init__(self) -> None:
        check_config(self)


PRESETS = {"plain": Soup(), "rich": Soup(salt=5, beans=(1,))}


def _soup(preset: str = "plain", **values: Any) -> Soup:
    made = config_from_values(Soup, PRESETS, preset, values)
    assert isinstance(made, Soup)
    return made


def test_values_are_put_into_the_preset() -> None:
    assert _soup("rich", heat=2) == Soup(salt=5, heat=2.0, beans=(1,))
    assert isinstance(_soup(heat=2).heat, float)


@pytest.mark.parametrize("value", ["1,2", ["1", "2"], ["1, 2"], [1, 2]])
def test_lists_come_from_commas_or_repetition(value: Any) -> None:
    assert _soup(beans=value).beans == (1, 2)


@pytest.mark.parametrize(
    ("name", "value"), [("salt", "much"), ("salt", 2.5), ("salt", True), ("stir", "yes"), ("kind", 4)]
)
def test_what_does_not_fit_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=name):
        _soup(**{name: value})


def test_ranges_and_choices_are_those_of_the_dataclass() -> None:
    with pytest.raises(ConfigError, match="0 to 9 g"):
        _soup(salt=10)
    with pytest.raises(ConfigError, match="thin, thick"):
        _soup(kind="solid")


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'salt'"):
        _soup(sallt=1)
    with pytest.raises(ConfigError, match="Did you mean 'rich'"):
        _soup("ritch")
    assert nearest("xyz", ["a", "b"]) == "Wanted one of: a, b."


def test_a_whole_float_is_a_whole_number() -> None:
    assert value_of_kind(4.0, int, "n") == 4
