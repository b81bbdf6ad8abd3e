import numpy as np
import pytest

from segstyle_gui.core.cluster_looks import ClusterLooks, group_embeddings, look_at_clusters
from segstyle_gui.core.naming import region_embeddings
from segstyle_gui.core.naming_config import PRESETS, NamingConfig
from segstyle_gui.errors import ConfigError


class GrayClip:
    """A cell's embedding is (gray, 255 - gray, 1) of its middle pixel; remembers what it was asked for."""

    def __init__(self):
        self.options = {}

    def encode_texts(self, texts):
        raise AssertionError("no text is wanted")

    def dense(self, images, **options):
        self.options = options
        gray = images[:, 2::4, 2::4, 0].astype(np.float32)
        return np.stack([gray, 255 - gray, np.ones_like(gray)], axis=1)


def scene(n=5, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, size=(n, 16, 16, 1), dtype=np.uint8)
    return images, rng.integers(0, 6, size=(n, 16, 16)).astype(np.int16)


def batches(images, maps, size):
    return [(images[i : i + size], maps[i : i + size]) for i in range(0, len(images), size)]


def test_sums_and_areas_are_those_of_a_plain_loop():
    images, maps = scene()
    looks = look_at_clusters(GrayClip(), batches(images, maps, 2), range(5), NamingConfig())
    cells = GrayClip().dense(images)
    for n in range(5):
        for cluster in range(5):
            shares = (maps[n] == cluster).reshape(4, 4, 4, 4).mean(axis=(1, 3))
            assert looks.areas[n, cluster] == pytest.approx(shares.sum(), abs=1e-5)
            wanted = (shares * cells[n]).sum(axis=(1, 2))
            assert np.allclose(looks.sums[n, cluster], wanted, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("weighting", ["images", "pixels"])
def test_a_group_of_clusters_is_what_a_look_at_the_merged_map_gives(weighting):
    images, maps = scene()
    groups = [(0, 3), (1,), (2, 4, 5)]
    config = NamingConfig(weighting=weighting)
    looks = look_at_clusters(GrayClip(), batches(images, maps, 3), range(6), config)
    table = np.zeros(6, np.int64)
    for region, group in enumerate(groups):
        table[list(group)] = region + 10
    wanted = region_embeddings(GrayClip(), images, table[maps], (10, 11, 12), config)
    assert np.allclose(group_embeddings(looks, groups, weighting), wanted, atol=1e-5)


def test_images_count_alike_or_pixels_do():
    sums = np.array([[[9.0, 0.0]], [[0.0, 1.0]]], np.float32)  # large in one image, small in the other
    looks = ClusterLooks((7,), sums, np.array([[9.0], [1.0]], np.float32))
    assert np.allclose(group_embeddings(looks, [(7,)], "images"), np.array([[1, 1]]) / np.sqrt(2))
    assert np.allclose(group_embeddings(looks, [(7,)], "pixels"), np.array([[9, 1]]) / np.sqrt(82))


def test_what_is_in_no_image_has_no_embedding():
    looks = ClusterLooks((0, 1), np.ones((1, 2, 3), np.float32), np.array([[1.0, 0.0]], np.float32))
    looks.sums[0, 1] = 0
    for weighting in ("images", "pixels"):
        found = group_embeddings(looks, [(0, 1), (1,), (9,)], weighting)
        assert np.isfinite(found[0]).all()
        assert np.isnan(found[1:]).all()


def test_the_grids_settings_reach_the_network():
    clip = GrayClip()
    config = NamingConfig(stride=8, size=64, finer="enlarge", attention="sclip", memory_gb=0.5)
    look_at_clusters(clip, batches(*scene(), 5), range(2), config)
    wanted = {"stride": 8, "size": 64, "finer": "enlarge", "attention": "sclip", "memory_gb": 0.5}
    assert clip.options == wanted


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        look_at_clusters(GrayClip(), [], range(2), NamingConfig())


def test_the_paper_preset_holds_the_published_settings():
    paper = PRESETS["paper"]
    assert (paper.model, paper.pretrained, paper.n_images) == ("RN50", "openai", 10)
    assert (paper.size, paper.stride, paper.weighting) == (2048, 32, "pixels")
    assert (paper.templates, paper.temperature, paper.margin) == ("paper", 100.0, 0.0)


@pytest.mark.parametrize("wrong", [{"finer": "x"}, {"attention": "x"}, {"weighting": "x"}, {"memory_gb": 0}])
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        NamingConfig(**wrong)
