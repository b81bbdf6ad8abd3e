"""Shapes that are known beforehand are those of the networks, and sizes without measure are refused."""

from __future__ import annotations

import json

import pytest
import torch

from segstyle_gui.core.generator.checkpoint import spec_from_json, spec_to_json
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.network import Generator, GeneratorSpec
from segstyle_gui.core.generator.shapes import discriminator_shapes, generator_shapes, misfit
from segstyle_gui.errors import ConfigError, ModelFileError

SPEC = GeneratorSpec(
    resolution=32, img_channels=3, z_dim=5, w_dim=7, mapping_layers=3, channels={4: 9, 8: 6, 16: 4, 32: 2}
)


def test_they_are_the_networks_own() -> None:
    for network, shapes in (
        (Generator(SPEC), generator_shapes(SPEC)),
        (Discriminator(SPEC), discriminator_shapes(SPEC)),
    ):
        state = network.state_dict()
        assert shapes == {name: tuple(tensor.shape) for name, tensor in state.items()}
        assert misfit(shapes, state) == ""


def test_a_misfit_is_said() -> None:
    wanted = {"a": (2, 3), "b": ()}
    assert misfit(wanted, {"a": torch.zeros(2, 3)}) == "b is missing"
    assert misfit({"a": (2, 3)}, {"a": torch.zeros(2, 3), "c": torch.zeros(1)}) == "there is no place for c"
    assert misfit({"a": (2, 3)}, {"a": torch.zeros(3)}) == "a is 3, not 2 × 3"


@pytest.mark.parametrize(
    "bad", [{"z_dim": 0}, {"w_dim": 10**9}, {"mapping_layers": 10**6}, {"channels": {4: 8, 8: 10**9, 16: 1}}]
)
def test_sizes_without_measure_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="was asked for"):
        GeneratorSpec(**{"resolution": 16, **bad})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["8", 8.5, None, True, [8]])
def test_sizes_that_are_no_numbers_are_refused(value: object) -> None:
    header = json.loads(spec_to_json(SPEC)) | {"z_dim": value}
    with pytest.raises(ModelFileError, match="header"):
        spec_from_json(json.dumps(header))
