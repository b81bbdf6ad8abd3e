from itertools import permutations

import numpy as np
import pytest

from segstyle_gui.core.naming import Naming, NamingConfig, name_regions, region_embeddings, suggest_names
from segstyle_gui.errors import ConfigError, ProjectReadError

WORDS = ("pupil", "iris", "sclera", "skin")
PROMPTS = (("pupil",), ("iris", "coloured ring"), ("sclera",), ("skin",))
IDS = (3, 7, 9)


class KnownClip:
    """Gray value 10 x i embeds as axis i, and so does word i; any other text embeds as axis 5."""

    def encode_texts(self, texts):
        rows = np.zeros((len(texts), 6), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            hits = [i for i, word in enumerate(WORDS) if word in text]
            row[hits[0] if hits else 5] = 1
        return rows

    def dense(self, images, **options):
        side = images.shape[1] // 4
        cells = images[:, 2::4, 2::4, 0].reshape(len(images), side, side) // 10
        return np.eye(6, dtype=np.float32)[cells].transpose(0, 3, 1, 2)


def scene(n=11):
    """Return images where region 3 shows the iris, 7 the skin, and 9 is nowhere; 1 is not asked for."""
    maps = np.full((n, 16, 16), 1, dtype=np.int32)
    maps[:, :8] = 3
    maps[:, 8:, 8:] = 7
    images = np.zeros((n, 16, 16, 1), dtype=np.uint8)
    images[maps == 3] = 10
    images[maps == 7] = 30
    return images, maps


def test_known_embeddings_give_known_names():
    images, maps = scene()
    naming = name_regions(KnownClip(), images, maps, IDS, PROMPTS, NamingConfig())
    assert [s.name for s in naming.suggestions] == ["iris", "skin", None]
    assert [s.region_id for s in naming.suggestions] == list(IDS)
    assert np.allclose(naming.scores[:2], [[0, 1, 0, 0], [0, 0, 0, 1]], atol=1e-6)
    assert np.isnan(naming.scores[2]).all()
    assert naming.suggestions[0].margin == pytest.approx(1)
    assert naming.names == WORDS


def test_the_best_synonym_counts():
    class Odd(KnownClip):
        def encode_texts(self, texts):
            return super().encode_texts(
                [text.replace("iris", "x").replace("coloured ring", "iris") for text in texts]
            )

    images, maps = scene()
    naming = name_regions(Odd(), images, maps, IDS, PROMPTS, NamingConfig())
    assert naming.suggestions[0].name == "iris"


def test_an_image_counts_once_whatever_the_regions_size():
    maps = np.zeros((2, 16, 16), dtype=np.int64)
    maps[0] = 5
    maps[1, :4, :4] = 5
    images = np.zeros((2, 16, 16, 1), dtype=np.uint8)
    images[0], images[1] = 10, 20
    found = region_embeddings(KnownClip(), images, maps, (5,), NamingConfig())
    assert np.allclose(found[0], np.array([0, 1, 1, 0, 0, 0]) / np.sqrt(2), atol=1e-6)


def test_a_cell_counts_by_its_share_of_pixels():
    maps = np.zeros((1, 8, 8), dtype=np.int64)
    maps[0, :4, :4] = 5
    maps[0, :4, 4] = 5  # a quarter of the next cell
    images = np.zeros((1, 8, 8, 1), dtype=np.uint8)
    images[0, :, 4:] = 20
    found = region_embeddings(KnownClip(), images, maps, (5,), NamingConfig())
    wanted = np.array([4, 0, 1, 0, 0, 0]) / np.sqrt(17)
    assert np.allclose(found[0], wanted, atol=1e-6)


def test_a_small_lead_stays_unnamed():
    scores = np.array([[0.30, 0.285], [0.30, 0.27]])
    names = [s.name for s in suggest_names(scores, (1, 2), ("a", "b"), margin=0.02, one_to_one=False)]
    assert names == [None, "a"]
    kept = suggest_names(scores, (1, 2), ("a", "b"), margin=0.0, one_to_one=False)
    assert [s.name for s in kept] == ["a", "a"]
    assert kept[0].margin == pytest.approx(0.015)


def test_one_to_one_gives_each_name_once_at_the_highest_sum():
    scores = np.random.default_rng(0).uniform(-1, 1, size=(4, 6))
    found = suggest_names(scores, range(4), "abcdef", margin=0.0, one_to_one=True)
    best = max(permutations(range(6), 4), key=lambda p: sum(scores[i, j] for i, j in enumerate(p)))
    assert [s.name for s in found] == ["abcdef"[j] for j in best]
    for row, suggestion in enumerate(found):
        others = [p for p in permutations(range(6), 4) if p[row] != best[row]]
        second = max(sum(scores[i, j] for i, j in enumerate(p)) for p in others)
        total = sum(scores[i, j] for i, j in enumerate(best))
        assert suggestion.margin == pytest.approx(total - second)


def test_one_to_one_resolves_a_quarrel():
    scores = np.array([[0.9, 0.5], [0.8, 0.1], [0.2, 0.2]])
    free = suggest_names(scores, (1, 2, 3), ("a", "b"), margin=0.05, one_to_one=False)
    strict = suggest_names(scores, (1, 2, 3), ("a", "b"), margin=0.05, one_to_one=True)
    assert [s.name for s in free] == ["a", "a", None]
    assert [s.name for s in strict] == ["b", "a", None]


def test_regions_that_were_not_seen_do_not_disturb_the_rest():
    scores = np.array([[np.nan, np.nan], [0.1, 0.6]])
    for one_to_one in (False, True):
        found = suggest_names(scores, (1, 2), ("a", "b"), margin=0.02, one_to_one=one_to_one)
        assert [s.name for s in found] == [None, "b"]
    assert suggest_names(scores[:1], (1,), ("a", "b"), margin=0.0, one_to_one=True)[0].name is None


def test_shares_are_a_softmax():
    images, maps = scene()
    naming = name_regions(KnownClip(), images, maps, IDS[:2], PROMPTS, NamingConfig(temperature=1))
    e = np.e
    assert np.allclose(naming.shares[0], np.array([1, e, 1, 1]) / (3 + e), atol=1e-6)


def test_arrays_bring_everything_back():
    images, maps = scene()
    naming = name_regions(KnownClip(), images, maps, IDS, PROMPTS, NamingConfig())
    back = Naming.from_arrays(naming.to_arrays())
    assert back.region_ids == naming.region_ids
    assert back.prompts == naming.prompts
    assert back.suggestions[:2] == naming.suggestions[:2]
    assert back.suggestions[2].name is None
    assert np.array_equal(back.scores, naming.scores, equal_nan=True)
    assert back.temperature == 100


@pytest.mark.parametrize("damage", ["header", "scores", "shape", "cut"])
def test_damaged_arrays_are_refused(damage):
    images, maps = scene()
    arrays = name_regions(KnownClip(), images, maps, IDS, PROMPTS, NamingConfig()).to_arrays()
    if damage == "shape":
        arrays["scores"] = arrays["scores"][:1]
    elif damage == "cut":
        arrays["header"] = arrays["header"][:-5]
    else:
        del arrays[damage]
    with pytest.raises(ProjectReadError):
        Naming.from_arrays(arrays)


def test_a_wrong_stride_is_refused():
    with pytest.raises(ConfigError, match="stride"):
        NamingConfig(stride=12)


def test_images_and_maps_must_be_as_many():
    images, maps = scene()
    with pytest.raises(ValueError, match="maps"):
        name_regions(KnownClip(), images, maps[1:], IDS, PROMPTS, NamingConfig())
