"""Taps as plain records: their arrays and back, without torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import segstyle_gui
from segstyle_gui.core.taps import FeatureTap, LayerTap


@pytest.fixture
def tap() -> FeatureTap:
    """Three layers: one with PCA, one as it is, one scaled."""
    rng = np.random.default_rng(0)
    layers = (
        LayerTap(
            name="b16.conv0",
            channels=6,
            mean=rng.random(6, dtype=np.float32),
            projection=rng.random((2, 6), dtype=np.float32),
        ),
        LayerTap(name="b16.conv1", channels=4),
        LayerTap(name="b32.conv1", channels=3, projection=rng.random(3, dtype=np.float32)),
    )
    return FeatureTap(layers=layers, grid=24, normalize="standard")


def test_parts_of_a_vector(tap: FeatureTap) -> None:
    assert tap.dims == 2 + 4 + 3
    assert tap.slices() == [slice(0, 2), slice(2, 6), slice(6, 9)]


def test_round_trip_by_json_and_arrays(tap: FeatureTap) -> None:
    arrays = tap.to_arrays()
    assert sorted(arrays) == ["layer0_mean", "layer0_projection", "layer2_projection"]
    again = FeatureTap.from_arrays(json.loads(json.dumps(tap.header())), arrays)
    assert (again.names, again.grid, again.normalize) == (tap.names, 24, "standard")
    for before, after in zip(tap.layers, again.layers, strict=True):
        assert before.channels == after.channels
        for one, other in ((before.mean, after.mean), (before.projection, after.projection)):
            assert (one is None) == (other is None)
            assert one is None or (other.dtype == np.float32 and np.array_equal(one, other))


@pytest.mark.parametrize(
    "change", [{"normalize": "l3"}, {"grid": "wide"}, {"layers": [{"name": "b4.conv1"}]}]
)
def test_a_header_of_something_else_is_refused(tap: FeatureTap, change: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError)):
        FeatureTap.from_arrays(tap.header() | change, tap.to_arrays())


@pytest.mark.parametrize("module", ["taps", "clustering", "cluster_statistics"])
def test_stored_clusters_are_read_without_torch(module: str) -> None:
    code = f"import sys, segstyle_gui.core.{module}; sys.exit('torch' in sys.modules)"
    root = str(Path(segstyle_gui.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
