import numpy as np
import pytest

from segstyle_gui.core.direction_channels import (
    ChannelClassifier,
    channel_names,
    fit_channels,
    sample_styles,
    usable_channels,
)
from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.generator.styles import style_sizes
from segstyle_gui.errors import StageError

N, S = 800, 30
CONFIG = DirectionConfig(prompt="x", method="styles", n_channels=2, top_share=0.1)


@pytest.fixture
def styles():
    scales = np.linspace(0.1, 5, S)
    return (np.random.default_rng(0).normal(size=(N, S)) * scales + 3).astype(np.float32)


@pytest.fixture
def scores(styles):
    """Two channels make the score, one of them downwards; how far channels vary plays no part."""
    z = (styles - styles.mean(axis=0)) / styles.std(axis=0)
    return (z[:, 4] - z[:, 20]).astype(np.float32)


def test_the_channels_that_make_the_score_are_found(styles, scores):
    fit = fit_channels(styles, scores, CONFIG)
    assert np.flatnonzero(fit.vector).tolist() == [4, 20]
    steps = fit.vector[[4, 20]] / styles.std(axis=0)[[4, 20]]
    assert np.sqrt(np.square(steps).mean()) == pytest.approx(1, abs=1e-3)
    assert steps[0] > 0.8 > -0.8 > steps[1]
    assert fit.accuracy > 0.9
    assert fit.n_positive == 80


def test_noise_is_refused(styles):
    scores = np.random.default_rng(3).normal(size=N).astype(np.float32)
    with pytest.raises(StageError, match="share too little"):
        fit_channels(styles, scores, CONFIG)


def test_channels_that_may_not_be_taken_are_left(styles, scores):
    usable = np.arange(S) != 4
    fit = fit_channels(styles, scores, CONFIG, usable)
    assert fit.vector[4] == 0
    assert fit.vector[20] != 0
    with pytest.raises(StageError, match="Every style channel"):
        fit_channels(styles, scores, CONFIG, np.zeros(S, bool))


def test_a_channel_that_never_varies_is_left(styles, scores):
    styles[:, 7] = 1.5
    fit = fit_channels(styles, scores, DirectionConfig(prompt="x", method="styles", n_channels=S))
    assert fit.vector[7] == 0
    assert np.isfinite(fit.vector).all()


def test_a_steady_channel_comes_before_one_that_varies():
    """|mean| / deviation over the positive samples: 2 / 2 against 1.5 / 0.5."""
    rng = np.random.default_rng(1)
    positive = np.stack([rng.normal(2, 2, 400), rng.normal(1.5, 0.5, 400)], axis=1)
    x, y = np.concatenate([positive, rng.normal(size=(400, 2))]), np.repeat([1, 0], 400)
    found = ChannelClassifier(1).fit(x, y)
    assert found.channels.tolist() == [1]
    assert (found.predict(x) == y).mean() > 0.8


def test_channels_bear_the_names_of_their_layers(tiny_generator):
    sizes = style_sizes(tiny_generator)
    vector = np.zeros(sum(sizes.values()), np.float32)
    vector[[0, 8 + 3]] = 1
    assert channel_names(tiny_generator, vector) == (("b4.conv1", 0), ("b8.conv0", 3))
    assert usable_channels(tiny_generator, ("b8",), [vector]).nonzero()[0].tolist() == [
        *range(8, 11), *range(12, 24)
    ]  # fmt: skip
    assert sample_styles(tiny_generator, range(3), 1.0).shape == (3, len(vector))
