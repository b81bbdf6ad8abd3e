"""Taps and streaming: normalisation, resizing, scores, budget, independence of the batch size."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from segstyle_gui.core.feature_tap import feature_maps, parse_layers, resize, score_maps, vectors_at
from segstyle_gui.core.features import (
    fit_tap,
    map_batches,
    pixels_of_sample,
    rows_per_sample,
    sample_features,
)
from segstyle_gui.core.generator.network import Generator, GeneratorSpec
from segstyle_gui.errors import ConfigError

LAYERS = ("b16.conv0", "b32.conv1")
KINDS = [("l2", 0), ("standard", 0), ("none", 0), ("l2", 3), ("standard", 2), ("none", 3)]


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    spec = GeneratorSpec(
        resolution=32, z_dim=8, w_dim=8, mapping_layers=2, channels={4: 12, 8: 12, 16: 10, 32: 6}
    )
    return Generator(spec).eval()


def tap_of(generator, normalize="l2", pca_dims=0, grid=24, layers=LAYERS):
    return fit_tap(
        generator, layers, grid=grid, normalize=normalize, pca_dims=pca_dims, seeds=range(6), psi=0.7
    )


def maps_of(generator, tap, seeds=(0, 1)):
    return next(map_batches(generator, tap.names, list(seeds), 0.7, 8))[1]


def test_l2_makes_every_layer_weigh_the_same(generator):
    tap = tap_of(generator)
    maps = maps_of(generator, tap)
    parts = feature_maps(tap, {name: x[..., :1, :1] for name, x in maps.items()}, 1)
    for piece in tap.slices():
        np.testing.assert_allclose(parts[:, piece].square().sum(dim=1), 0.5, rtol=1e-5)


def test_standard_gives_mean_nought_and_one_share_of_variance(generator):
    tap = tap_of(generator, "standard", layers=("b16.conv1",), grid=16)
    maps = torch.cat([m["b16.conv1"] for _, m in map_batches(generator, tap.names, range(6), 0.7, 4)])
    vectors = feature_maps(tap, {"b16.conv1": maps}, 16)
    np.testing.assert_allclose(vectors.mean(dim=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(vectors.var(dim=(0, 2, 3), unbiased=False), 1 / 10, rtol=1e-3)


def test_none_leaves_activations_as_they_are(generator):
    tap = tap_of(generator, "none", layers=("b32.conv1",), grid=32)
    maps = maps_of(generator, tap)
    assert torch.equal(feature_maps(tap, maps, 32), maps["b32.conv1"])


def test_pca_keeps_the_axes_of_largest_variance(generator):
    tap = tap_of(generator, "none", 3, layers=("b16.conv1",), grid=16)
    maps = torch.cat([m["b16.conv1"] for _, m in map_batches(generator, tap.names, range(6), 0.7, 4)])
    rows = maps.movedim(1, -1).reshape(-1, 10).double().numpy()
    values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)[:3] ** 2 / len(rows)
    vectors = feature_maps(tap, {"b16.conv1": maps}, 16)
    assert tap.dims == 3
    np.testing.assert_allclose(vectors.var(dim=(0, 2, 3), unbiased=False), values, rtol=1e-3)


@pytest.mark.parametrize(("normalize", "pca_dims"), KINDS)
@pytest.mark.parametrize("size", [16, 24, 32, 48])
def test_scores_resized_are_the_scores_of_resized_features(generator, normalize, pca_dims, size):
    tap = tap_of(generator, normalize, pca_dims)
    maps = maps_of(generator, tap)
    centroids = np.random.default_rng(0).standard_normal((5, tap.dims)).astype(np.float32)
    vectors = feature_maps(tap, maps, size)
    c = torch.from_numpy(centroids)
    wanted = torch.einsum("ndyx,kd->nkyx", vectors, c) - c.square().sum(dim=1)[None, :, None, None] / 2
    np.testing.assert_allclose(score_maps(tap, maps, centroids, size), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("normalize", "pca_dims"), KINDS)
@pytest.mark.parametrize("grid", [16, 24, 32, 40])
def test_vectors_at_pixels_are_those_of_the_whole_map(generator, normalize, pca_dims, grid):
    tap = tap_of(generator, normalize, pca_dims, grid)
    maps = maps_of(generator, tap)
    whole = feature_maps(tap, maps, grid).flatten(2)
    pixels = torch.tensor([[0, 5, grid * grid - 1], [grid - 1, 7, grid * 3 + 2]])
    wanted = torch.stack([whole[i][:, pixels[i]].T for i in range(2)])
    np.testing.assert_allclose(vectors_at(tap, maps, pixels), wanted, rtol=1e-4, atol=1e-5)


def test_resize_down_is_the_area_average_and_up_is_bilinear():
    x = torch.arange(16.0).view(1, 1, 4, 4)
    assert resize(x, 2).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert torch.equal(resize(x, 8), F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
    assert resize(x, 4) is x


def test_streaming_does_not_depend_on_the_batch_size(generator):
    tap = tap_of(generator)
    one, five = (
        sample_features(generator, tap, range(7), psi=0.7, budget_bytes=60_000, seed=3, batch=b)
        for b in (1, 5)
    )
    assert np.array_equal(one.pixels, five.pixels)
    assert np.array_equal(one.seeds, five.seeds)
    np.testing.assert_allclose(one.vectors, five.vectors, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("budget", [2_000, 50_000, 10**9])
@pytest.mark.parametrize("n_samples", [1, 9, 200])
def test_the_budget_holds_whatever_the_number_of_samples(known_generator, budget, n_samples):
    tap = tap_of(known_generator, layers=LAYERS, grid=16)
    sample = sample_features(known_generator, tap, range(n_samples), psi=1.0, budget_bytes=budget)
    assert sample.vectors.nbytes <= budget
    assert len(sample.vectors) == len(sample.seeds) == len(sample.pixels) > 0
    if n_samples * 256 * tap.dims * 4 <= budget:
        assert len(sample.vectors) == n_samples * 256


def test_all_pixels_are_taken_in_order_if_they_fit(known_generator):
    tap = tap_of(known_generator, "none", layers=("b32.conv1",), grid=32)
    sample = sample_features(known_generator, tap, [4, 9], psi=1.0, budget_bytes=10**8)
    assert np.array_equal(sample.pixels, np.tile(np.arange(1024), 2))
    assert np.unique(sample.seeds).tolist() == [4, 9]
    whole = maps_of(known_generator, tap, (4, 9))["b32.conv1"]
    np.testing.assert_allclose(sample.vectors, whole.movedim(1, -1).reshape(-1, 4), atol=1e-6)


def test_chosen_pixels_are_different_and_seeded():
    pixels = pixels_of_sample(1, 2, 50, 16)
    assert len(np.unique(pixels)) == 50
    assert pixels.max() < 256
    assert np.array_equal(pixels, pixels_of_sample(1, 2, 50, 16))
    assert not np.array_equal(pixels, pixels_of_sample(1, 3, 50, 16))


def test_rows_per_sample_by_hand(known_generator):
    tap = tap_of(known_generator, layers=LAYERS, grid=16)  # D = 10, 40 bytes a vector
    assert rows_per_sample(tap, 10, 40 * 10 * 7 + 39) == 7
    assert rows_per_sample(tap, 10, 10**12) == 256


@pytest.mark.parametrize(
    ("resolution", "wanted"),
    [
        (16, ("b4.conv1", "b8.conv1", "b16.conv1")),
        (64, ("b16.conv1", "b32.conv1", "b64.conv1")),
        (128, ("b16.conv1", "b32.conv1", "b64.conv1")),
        (256, ("b32.conv1", "b64.conv1", "b128.conv1")),
    ],
)
def test_auto_layers(resolution, wanted):
    class Named:
        layer_names = ()

    named = Named()
    named.resolution = resolution
    assert parse_layers("auto", named) == wanted


def test_layer_lists_are_checked(generator):
    assert parse_layers(" b8.conv1, b32.conv0 ", generator) == ("b8.conv1", "b32.conv0")
    for text in ("b64.conv1", "", "b8.conv1,b8.conv1", "7"):
        with pytest.raises(ConfigError, match="layers"):
            parse_layers(text, generator)
