import numpy as np
import pytest

from segstyle_gui.core.direction_config import PRESETS, DirectionConfig
from segstyle_gui.core.direction_fit import fit_direction, orthogonal
from segstyle_gui.errors import ConfigError, StageError

N, D = 1000, 12


@pytest.fixture
def latents():
    return np.random.default_rng(0).normal(size=(N, D)).astype(np.float32) * 2 + 1


@pytest.fixture
def planted():
    vector = np.random.default_rng(1).normal(size=D)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.mark.parametrize("method", ["logistic", "svm"])
def test_a_planted_direction_is_recovered(latents, planted, method):
    scores = 0.02 * np.tanh(latents @ planted)
    config = DirectionConfig(prompt="x", method=method, top_share=0.1)
    fit = fit_direction(latents, scores.astype(np.float32), config)
    assert np.linalg.norm(fit.vector) == pytest.approx(1, abs=1e-5)
    assert fit.vector @ planted > 0.97
    assert fit.accuracy > 0.95
    assert fit.n_positive == 100
    assert np.quantile(scores, 0.97) < fit.threshold <= scores.max()


def test_noise_in_the_scores_is_averaged_out(latents, planted):
    rng = np.random.default_rng(2)
    scores = (latents @ planted + rng.normal(size=N) * 4).astype(np.float32)
    fit = fit_direction(latents, scores, DirectionConfig(prompt="x", top_share=0.1))
    assert fit.vector @ planted > 0.85
    assert 0.6 < fit.accuracy < 0.95


def test_the_accuracy_is_of_samples_held_out():
    """With more dimensions than samples a fit is perfect, whatever the scores are."""
    rng = np.random.default_rng(4)
    latents, scores = rng.normal(size=(N, 60)), rng.normal(size=N)
    flexible = DirectionConfig(
        prompt="x", strictness=100.0, min_accuracy=0.75, top_share=0.02, bottom_share=0.02
    )
    with pytest.raises(StageError, match="share too little"):
        fit_direction(latents.astype(np.float32), scores.astype(np.float32), flexible)


def test_scores_that_latents_do_not_tell_are_refused(latents):
    scores = np.random.default_rng(5).normal(size=N).astype(np.float32)
    with pytest.raises(StageError, match="prompt and this generator share too little") as caught:
        fit_direction(latents, scores, DirectionConfig(prompt="x", top_share=0.1))
    assert caught.value.hint


def test_equal_scores_are_refused(latents):
    with pytest.raises(StageError, match="all samples fit it equally well"):
        fit_direction(latents, np.full(N, 0.2, np.float32), DirectionConfig(prompt="x"))


def test_too_few_positives_are_refused(latents):
    with pytest.raises(ConfigError, match="5 of 1000 samples would be positive"):
        fit_direction(latents, latents[:, 0], DirectionConfig(prompt="x", top_share=0.005))


def test_the_seed_decides_alone(latents, planted):
    scores = (latents @ planted).astype(np.float32)
    one, other = (fit_direction(latents, scores, DirectionConfig(prompt="x", seed=7)) for _ in range(2))
    assert np.array_equal(one.vector, other.vector)
    assert one.accuracy == other.accuracy


def test_other_directions_are_taken_out(planted):
    rng = np.random.default_rng(6)
    others = [rng.normal(size=D).astype(np.float32) for _ in range(3)]
    rest = orthogonal(planted, others)
    assert np.linalg.norm(rest) == pytest.approx(1, abs=1e-5)
    assert max(abs(float(rest @ other)) for other in others) < 1e-5
    assert rest @ planted > 0
    assert orthogonal(planted, ()) is planted
    with pytest.raises(StageError, match="nearly the same"):
        orthogonal(planted, [planted + 0.01 * others[0]])


def test_the_papers_settings_are_there():
    paper = PRESETS["paper"]
    assert (paper.model, paper.n_samples, paper.alpha, paper.psi) == ("ViT-B-32", 5000, 6.0, 1.0)
    with pytest.raises(ConfigError, match="top_share"):
        DirectionConfig(top_share=0.9)
