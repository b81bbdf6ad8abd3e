"""Confusion, IoU and matching against known answers and independent formulas."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import jaccard_score

from segstyle_gui.core.metrics import (
    confusion_matrix,
    iou_per_class,
    match_hungarian,
    mean_iou,
    pixel_accuracy,
)


def two_maps(n: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, n, (40, 50)).astype(np.uint8)
    prediction = np.where(rng.random((40, 50)) < 0.7, truth, rng.integers(0, n, (40, 50))).astype(np.uint16)
    return truth, prediction


def test_confusion_by_hand() -> None:
    truth = np.array([[0, 0, 1], [1, 2, 255]], np.uint8)
    prediction = np.array([[0, 1, 1], [1, 0, 2]], np.uint8)
    confusion = confusion_matrix(truth, prediction, 3)
    assert confusion.dtype == np.int64
    assert confusion.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 0]]
    np.testing.assert_allclose(iou_per_class(confusion), [1 / 3, 2 / 3, 0])
    assert mean_iou(confusion) == pytest.approx(1 / 3)
    assert pixel_accuracy(confusion) == pytest.approx(3 / 5)


def test_against_scikit_learn() -> None:
    truth, prediction = two_maps()
    confusion = confusion_matrix(truth, prediction, 5)
    np.testing.assert_array_equal(confusion, sklearn_confusion(truth.ravel(), prediction.ravel()))
    wanted = jaccard_score(truth.ravel(), prediction.ravel(), average=None)
    np.testing.assert_allclose(iou_per_class(confusion), wanted)


def test_absent_classes_are_nan_and_do_not_count() -> None:
    truth, prediction = two_maps(3)
    few, many = confusion_matrix(truth, prediction, 3), confusion_matrix(truth, prediction, 6)
    assert np.isnan(iou_per_class(many)[3:]).all()
    assert mean_iou(many) == pytest.approx(mean_iou(few))
    empty = np.zeros((3, 3), np.int64)
    assert np.isnan(mean_iou(empty))
    assert np.isnan(pixel_accuracy(empty))


def test_dataset_iou_is_of_the_sum() -> None:
    truth, prediction = two_maps()
    halves = sum(confusion_matrix(truth[rows], prediction[rows], 5) for rows in (slice(0, 13), slice(13, 40)))
    np.testing.assert_array_equal(halves, confusion_matrix(truth, prediction, 5))


def test_wrong_input_is_refused() -> None:
    ids = np.array([0, 1, 2])
    with pytest.raises(ValueError, match="shape"):
        confusion_matrix(ids, ids[:2], 3)
    with pytest.raises(ValueError, match="truth"):
        confusion_matrix(ids, ids * 0, 2)
    with pytest.raises(ValueError, match="prediction"):
        confusion_matrix(ids * 0, ids - 1, 2)
    with pytest.raises(ValueError, match="match the ids first"):
        iou_per_class(np.zeros((2, 3), np.int64))


@pytest.mark.parametrize("seed", range(5))
def test_hungarian_is_the_best_of_all_permutations(seed: int) -> None:
    confusion = np.random.default_rng(seed).integers(1, 100, (4, 4))
    unions = confusion.sum(1)[:, None] + confusion.sum(0)[None] - confusion
    ious = confusion / unions
    best = max(
        sum(ious[true, p] for p, true in enumerate(order)) for order in itertools.permutations(range(4))
    )
    mapping = match_hungarian(confusion)
    assert sorted(mapping) == sorted(mapping.values()) == [0, 1, 2, 3]
    assert sum(ious[true, p] for p, true in mapping.items()) == pytest.approx(best)


def test_hungarian_undoes_a_permutation() -> None:
    truth, _ = two_maps()
    shuffled = np.array([3, 0, 4, 1, 2])[truth]
    mapping = match_hungarian(confusion_matrix(truth, shuffled, 5))
    assert mapping == {3: 0, 0: 1, 4: 2, 1: 3, 2: 4}


def test_more_clusters_than_classes() -> None:
    truth = np.array([0] * 10 + [1] * 10)
    clusters = np.array([0] * 6 + [1] * 4 + [2] * 7 + [3] * 3)
    confusion = confusion_matrix(truth, clusters, 2, n_predicted=6)
    assert confusion.shape == (2, 6)
    assert match_hungarian(confusion) == {0: 0, 2: 1}
