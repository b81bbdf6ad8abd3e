"""Configs that describe themselves."""

from __future__ import annotations

import dataclasses

import pytest

from segstyle_gui.core.settings import check_config, setting, setting_of
from segstyle_gui.errors import ConfigError


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Config:
    share: float = setting(0.5, "How much.", unit="of the image", low=0.0, high=1.0)
    count: int = setting(3, "How many.", low=1)
    mode: str = setting("fast", "Which way.", choices=("fast", "slow"))
    name: str = "plain"
    seed: int = setting(0, "Any number.")

    def __post_init__(self):
        check_config(self)


def test_defaults_and_bounds_are_allowed():
    assert _Config().share == 0.5
    assert _Config(share=1).share == 1
    assert _Config(seed=-7).seed == -7
    assert _Config(share=0.0, count=1_000_000, mode="slow").count == 1_000_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 1.5}, r"_Config.share is 1.5; wanted 0 to 1 of the image. Change share: How much."),
        ({"share": float("nan")}, "share is nan"),
        ({"count": 0}, "count is 0; wanted at least 1"),
        ({"share": "half"}, "share is 'half'; wanted a number"),
        ({"count": "many"}, "count is 'many'; wanted a whole number"),
        ({"count": True}, "count is True; wanted a whole number"),
        ({"count": 64.5}, r"count is 64.5; wanted a whole number. Change count: How many."),
        ({"count": 64.0}, "count is 64.0; wanted a whole number"),
        ({"seed": 0.5}, "seed is 0.5; wanted a whole number"),
        ({"mode": "medium"}, "mode is 'medium'; wanted one of fast, slow"),
    ],
)
def test_errors_say_field_value_and_wanted(change, message):
    with pytest.raises(ConfigError, match=message):
        _Config(**change)


def test_description_is_kept_for_forms_and_flags():
    share, *_, name, _ = dataclasses.fields(_Config)
    assert setting_of(share).unit == "of the image"
    assert setting_of(name).help == ""


def test_an_annotation_that_is_no_text_counts_as_well():
    plain = dataclasses.make_dataclass("Plain", [("count", int, setting(1, "How many."))])
    with pytest.raises(ConfigError, match=r"count is 1\.5; wanted a whole number"):
        check_config(plain(count=1.5))
