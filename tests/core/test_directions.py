from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from segstyle_gui.core.direction_blocks import latents_of_blocks, parse_blocks
from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.direction_strip import sweep
from segstyle_gui.core.direction_text import text_axis
from segstyle_gui.core.directions import find_direction
from segstyle_gui.core.found_direction import Direction, DirectionPreview
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.named_arrays import header_array, read_header
from segstyle_gui.core.progress import SilentProgress
from segstyle_gui.errors import ConfigError, ProjectReadError, StageError

D = 8


class BrightGenerator:
    """Images of 16 px whose gray value follows one direction of w; the first layer alone decides."""

    spec = SimpleNamespace(block_resolutions=(4, 8, 16))
    z_dim, w_dim, num_ws, resolution = D, D, 6, 16
    device = torch.device("cpu")
    vector = np.full(D, D**-0.5, np.float32) * np.array([1, -1] * 4, np.float32)

    def __init__(self):
        self.drawn = 0

    def mapping(self, z, psi=1.0):
        return 2 * z * psi

    def synthesis(self, w):
        self.drawn += len(w)
        first = w if w.ndim == 2 else w[:, 0]
        light = torch.tanh((first @ torch.from_numpy(self.vector)) / 8)
        return light[:, None, None, None].expand(-1, 1, 16, 16)


class BrightClip:
    """*bright* is the first axis, an *eye* the second; images lie between by their gray value."""

    def encode_texts(self, texts):
        axes = {"bright": [1, 0], "eye": [0, 1]}
        found = [[axis for word, axis in axes.items() if word in text] or [[0, 0]] for text in texts]
        return np.array([axis[0] for axis in found], np.float32)

    def encode_images(self, images):
        angle = images.mean(axis=(1, 2, 3)) / 255 * np.pi / 2
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


class LeftClip(BrightClip):
    """Sees the left half of an image alone."""

    def encode_images(self, images):
        return super().encode_images(images[:, :, :8])


class Blind(BrightClip):
    """Sees something else in every image, whatever is in it."""

    def __init__(self):
        self._rng = np.random.default_rng(0)

    def encode_images(self, images):
        angle = self._rng.uniform(0, np.pi / 2, len(images))
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


class Previews(SilentProgress):
    def __init__(self):
        self.shown = []

    def preview(self, value):
        self.shown.append(value)


CONFIG = DirectionConfig(prompt="a bright eye", n_samples=300, top_share=0.1)


@pytest.fixture
def generator():
    return BrightGenerator()


def test_a_planted_direction_is_found_and_makes_samples_fit(generator):
    found, embeddings = find_direction(generator, BrightClip(), CONFIG)
    assert found.vector @ generator.vector > 0.97
    assert found.accuracy > 0.9
    assert found.n_positive == 30
    assert found.share_before < 0.1
    assert found.share_after >= 0.8
    assert found.alpha in found.strip_alphas
    assert embeddings.shape == (300, 2)
    rising = found.strip_scores.mean(axis=0)
    assert np.all(np.diff(rising) > 0)
    assert found.strip.shape == (6, len(found.strip_alphas), 16, 16, 1)


def test_the_strip_shows_samples_that_were_not_learnt_from(generator):
    found, _ = find_direction(generator, BrightClip(), CONFIG)
    assert not set(found.strip_seeds.tolist()) & set(found.seeds.tolist())


def test_a_strength_that_is_asked_for_is_taken(generator):
    found, embeddings = find_direction(generator, BrightClip(), CONFIG)
    wanted = DirectionConfig(prompt="a bright eye", n_samples=300, top_share=0.1, alpha=5.0)
    again, _ = find_direction(generator, BrightClip(), wanted, embeddings=embeddings)
    assert again.alpha == 5.0
    assert np.allclose(again.vector, found.vector)
    assert 5.0 in again.strip_alphas


def test_known_embeddings_spare_the_samples(generator):
    _, embeddings = find_direction(generator, BrightClip(), CONFIG)
    before = generator.drawn
    opposite = DirectionConfig(prompt="an eye", opposite="a bright eye", n_samples=300, top_share=0.1)
    found, _ = find_direction(generator, BrightClip(), opposite, embeddings=embeddings)
    assert generator.drawn - before < 300
    assert found.vector @ generator.vector < -0.97


def test_a_generator_that_knows_nothing_of_the_text_is_refused(generator):
    with pytest.raises(StageError, match="share too little"):
        find_direction(generator, Blind(), CONFIG)


def test_a_direction_without_effect_is_refused(generator):
    """The layers that are moved do not decide what is seen."""
    config = DirectionConfig(prompt="a bright eye", n_samples=300, top_share=0.1, layers="b16")
    with pytest.raises(StageError, match="do not come to fit it"):
        find_direction(generator, BrightClip(), config)


def test_former_directions_are_left_alone(generator):
    other = np.eye(D, dtype=np.float32)[0]
    found, _ = find_direction(generator, BrightClip(), CONFIG, others=[other])
    assert abs(float(found.vector @ other)) < 1e-5
    assert found.vector @ generator.vector > 0.9


def test_previews_show_the_best_and_the_worst(generator):
    progress = Previews()
    found, _ = find_direction(generator, BrightClip(), CONFIG, progress=progress)
    last = progress.shown[-1]
    assert all(isinstance(shown, DirectionPreview) for shown in progress.shown)
    assert [len(shown.scores) for shown in progress.shown[:2]] == [32, 64]
    assert last.total == len(last.scores) == 300
    best = found.seeds[np.argsort(-found.scores, kind="stable")[:8]]
    assert last.best_seeds.tolist() == best.tolist()
    assert progress.shown[-2].best_seeds.tolist() == best.tolist()  # those kept from batch to batch
    assert last.best_images.mean() > last.worst_images.mean() + 50


def test_a_sweep_is_what_the_generator_draws(tiny_generator):
    step = LatentShift(vector=np.eye(8, dtype=np.float32)[1])
    images = sweep(tiny_generator, step, [3, 5], [0.0, 4.0, -4.0], psi=0.5)
    assert images.shape == (2, 3, 16, 16, 1)
    assert not np.array_equal(images[0, 0], images[0, 1])
    alone = sweep(tiny_generator, step, [5], [4.0], psi=0.5)
    assert np.abs(images[1, 1].astype(int) - alone[0, 0]).max() <= 1
    last = replace(step, layers=(5,))  # the image of the last block
    none = sweep(tiny_generator, last, [5], [4.0, 0.0], psi=0.5)
    assert np.abs(none[0, 1].astype(int) - images[1, 0]).max() <= 1


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("all", ()),
        ("b4", (0,)),
        ("b4-b8", (0, 1, 2)),
        ("b8", (1, 2)),
        ("b16", (3, 4, 5)),
        ("b4 - b16", (0, 1, 2, 3, 4, 5)),
    ],
)
def test_blocks_are_the_latents_of_their_layers(tiny_generator, text, layers):
    assert latents_of_blocks(parse_blocks(text, tiny_generator), tiny_generator) == layers


@pytest.mark.parametrize("text", ["b5", "b16-b4", "4-8", "b32"])
def test_other_blocks_are_refused(tiny_generator, text):
    with pytest.raises(ConfigError, match="The blocks are"):
        parse_blocks(text, tiny_generator)


def test_a_prompt_is_compared_with_its_opposite():
    axis = text_axis(BrightClip(), DirectionConfig(prompt="bright|a bright one", opposite="an eye"))
    assert np.allclose(axis, [1, -1])
    assert np.allclose(text_axis(BrightClip(), DirectionConfig(prompt="bright", opposite="")), [1, 0])
    with pytest.raises(ConfigError, match="no prompt"):
        text_axis(BrightClip(), DirectionConfig())
    with pytest.raises(ConfigError, match="both"):
        text_axis(BrightClip(), DirectionConfig(prompt="an  eye"))


def test_arrays_bring_the_same_back(generator):
    found, _ = find_direction(generator, BrightClip(), CONFIG)
    arrays = found.to_arrays()
    again = Direction.from_arrays(arrays)
    for name in Direction.__dataclass_fields__:
        assert np.array_equal(getattr(again, name), getattr(found, name)), name
    shift = again.shift(0.5)
    assert np.allclose(shift.vector, found.alpha * found.vector)
    assert shift.share == 0.5
    assert np.allclose(again.shift(1.0, 2.0).vector, 2 * found.vector)
    with pytest.raises(ProjectReadError, match="direction cannot be read"):
        Direction.from_arrays({**arrays, "vector": arrays["strip"]})


def test_directions_of_older_projects_are_in_w(generator):
    arrays = find_direction(generator, BrightClip(), CONFIG)[0].to_arrays()
    header = read_header(arrays)
    for name in ("space", "channels"):
        del header[name]
    again = Direction.from_arrays({**arrays, "header": header_array(header)})
    assert (again.space, again.channels, again.shift(1.0).space) == ("w", (), "w")


STYLES = DirectionConfig(
    prompt="bright", n_samples=300, top_share=0.1, method="styles", n_channels=5, layers="b8-b16"
)


def test_style_channels_are_found_and_come_back(other_generator):
    found, _ = find_direction(other_generator, LeftClip(), STYLES)
    assert found.accuracy > 0.8
    assert len(found.channels) == np.count_nonzero(found.vector) == 5
    assert found.alpha == 9  # of 12: what goes further is for a person to choose
    assert np.all(np.diff(found.strip_scores.mean(axis=0)) > 0)
    again = Direction.from_arrays(found.to_arrays())
    assert (again.space, again.channels) == ("styles", found.channels)
    assert again.shift(0.5).space == "styles"


def test_style_channels_keep_to_their_blocks_and_leave_others_alone(other_generator):
    first, embeddings = find_direction(other_generator, LeftClip(), STYLES)
    assert {layer.partition(".")[0] for layer, _ in first.channels} <= {"b8", "b16"}
    config = replace(STYLES, layers="all")
    second, _ = find_direction(
        other_generator, LeftClip(), config, others=[first.vector], embeddings=embeddings
    )
    assert not set(first.channels) & set(second.channels)


def test_a_prompt_about_something_else_is_refused(generator):
    prompts = {name: replace(CONFIG, prompt=name) for name in ("a bright eye", "a green sofa")}
    _, embeddings = find_direction(generator, BrightClip(), prompts["a bright eye"])
    with pytest.raises(StageError, match="as near to “a green sofa” as to") as caught:
        find_direction(generator, BrightClip(), prompts["a green sofa"], embeddings=embeddings)
    assert caught.value.hint
    unchecked = replace(prompts["a green sofa"], refuse_unrelated=False)
    found, _ = find_direction(generator, BrightClip(), unchecked, embeddings=embeddings)
    assert found.prompt == "a green sofa"
