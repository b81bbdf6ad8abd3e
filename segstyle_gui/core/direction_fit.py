"""From scored latents to a unit vector: the normal of a linear classifier between best and worst samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.svm import LinearSVC

from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.errors import ConfigError, StageError

_FOLDS = 4
_LEAST_POSITIVE = 8  # two in each fold
_CLEAR = 0.75  # quantile of the positive samples' scores that a clear example has
_LEAST_SPREAD = 1e-4  # of scores between best and worst; cosines of unlike images differ by 1e-2
_LEAST_REST = 0.2  # of a unit vector that must be left when other directions are taken out
_MAX_ITER = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class DirectionFit:
    """What was found in scored samples; ``threshold`` is the score of a clear positive one."""

    vector: NDArray[np.float32]
    accuracy: float
    n_positive: int
    threshold: float

    @classmethod
    def of(cls, vector: NDArray[np.floating], accuracy: float, positive: NDArray[np.float32]) -> DirectionFit:
        """Return what is known of a vector from its accuracy and the scores of the positive samples."""
        threshold = float(np.quantile(positive, _CLEAR))
        return cls(vector.astype(np.float32), accuracy, len(positive), threshold)


class Classifier(Protocol):
    """What scikit-learn's classifiers do."""

    def fit(self, x: Any, y: Any) -> Any: ...  # noqa: D102
    def predict(self, x: Any) -> Any: ...  # noqa: D102


def fit_direction(
    latents: NDArray[np.float32], scores: NDArray[np.float32], config: DirectionConfig
) -> DirectionFit:
    """Separate the samples of the highest scores from those of the lowest by a plane in W.

    The samples in between are left out, because a score does not decide on them. For the accuracy a quarter
    at a time is held out; the direction then comes from all.

    Parameters
    ----------
    latents
        (n, w_dim) float32.
    scores
        (n,), high where the thing is seen.
    config
        Shares, classifier, least accuracy.

    Returns
    -------
    DirectionFit
        ``vector`` points to the high scores.

    Raises
    ------
    ConfigError
        If there are too few positive samples.
    StageError
        If all scores are alike, or the classifier is hardly better than chance.
    """
    best, worst = scored_ends(scores, config)
    x = np.concatenate([latents[best], latents[worst]]).astype(np.float64)
    y = np.repeat([1, 0], [len(best), len(worst)])
    x -= latents.mean(axis=0, dtype=np.float64)
    x /= max(float(np.sqrt(np.square(x).mean())), 1e-12)  # one number: directions keep their lengths
    accuracy = held_out_accuracy(x, y, lambda: _classifier(config), config)
    normal = _classifier(config).fit(x, y).coef_[0]
    return DirectionFit.of(normal / np.linalg.norm(normal), accuracy, scores[best])


def orthogonal(vector: NDArray[np.float32], others: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the unit vector nearest to ``vector`` that changes none of ``others``.

    Raises
    ------
    StageError
        If hardly anything of the vector is left.
    """
    if not others:
        return vector
    basis, _ = np.linalg.qr(np.stack(others, axis=1).astype(np.float64))
    rest = vector - basis @ (basis.T @ vector)
    length = float(np.linalg.norm(rest))
    if length < _LEAST_REST:
        raise StageError(
            f"This direction is nearly the same as the others: {length:.0%} of it is left without them.",
            hint="Take fewer directions out, or look for something else.",
        )
    return (rest / length).astype(np.float32)


def scored_ends(
    scores: NDArray[np.float32], config: DirectionConfig
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indices of the best and of the worst samples.

    Raises
    ------
    ConfigError
        If there are too few of the best.
    StageError
        If both have the same scores.
    """
    n_best = round(config.top_share * len(scores))
    n_worst = min(len(scores) - n_best, max(n_best, round(config.bottom_share * len(scores))))
    if n_best < _LEAST_POSITIVE:
        raise ConfigError(
            f"{n_best} of {len(scores)} samples would be positive; wanted {_LEAST_POSITIVE} or more.",
            hint="Score more samples, or take a larger share of them as having the thing.",
        )
    order = np.argsort(-scores, kind="stable")
    best, worst = order[:n_best], order[-n_worst:]
    if float(scores[best].mean() - scores[worst].mean()) < _LEAST_SPREAD:
        raise StageError(
            "The prompt and this generator share nothing: all samples fit it equally well.",
            hint="Describe something that some samples show and others do not.",
        )
    return best, worst


def held_out_accuracy(
    x: NDArray[np.floating], y: NDArray[np.int64], make: Callable[[], Classifier], config: DirectionConfig
) -> float:
    """Return the balanced accuracy of classifiers on samples that they were not fitted on.

    Raises
    ------
    StageError
        If it is below ``config.min_accuracy``.
    """
    accuracy = float(balanced_accuracy_score(y, _predictions(x, y, make, config.seed)))
    if accuracy < config.min_accuracy:
        raise StageError(
            f"The prompt and this generator share too little: whether a sample fits could be told from its "
            f"latent in {accuracy:.0%} of the cases only; wanted {config.min_accuracy:.0%} (chance is 50%).",
            hint="Describe something that the samples do show, in other words, or score more samples.",
        )
    return accuracy


def _predictions(
    x: NDArray[np.floating], y: NDArray[np.int64], make: Callable[[], Classifier], seed: int
) -> NDArray[np.int64]:
    """Return the class that each sample is given by a classifier that was not fitted on it."""
    rng = np.random.default_rng([seed, 2])
    fold = np.empty(len(y), dtype=np.int64)
    for label in (0, 1):
        members = rng.permutation(np.flatnonzero(y == label))
        fold[members] = np.arange(len(members)) % _FOLDS
    found = np.empty_like(y)
    for number in range(_FOLDS):
        out = fold == number
        found[out] = make().fit(x[~out], y[~out]).predict(x[out])
    return found


def _classifier(config: DirectionConfig) -> LogisticRegression | LinearSVC:
    kind = LogisticRegression if config.method == "logistic" else LinearSVC
    return kind(C=config.strictness, class_weight="balanced", max_iter=_MAX_ITER)
