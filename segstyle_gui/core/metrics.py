"""How well two sets of label maps agree: confusion, IoU, and the matching of unnamed ids to classes.

Rows of a confusion matrix are the truth, columns the prediction. It is summed over all images first and
divided last (dataset-level IoU, as in the paper); the mean over images of per-image IoUs is another measure.
"""

from __future__ import annotations

import numpy as np
import scipy  # its parts are imported on first use: half a second


def confusion_matrix(
    truth: np.ndarray,
    prediction: np.ndarray,
    n_classes: int,
    *,
    n_predicted: int | None = None,
    ignore: int = 255,
) -> np.ndarray:
    """Count the pixels of every pair of ids.

    Parameters
    ----------
    truth, prediction
        Integer ids of one shape.
    n_classes
        True ids are 0..n_classes-1.
    n_predicted
        Predicted ids are 0..n_predicted-1; ``n_classes`` by default.
    ignore
        Pixels with this true id are left out.

    Returns
    -------
    np.ndarray
        (n_classes, n_predicted) int64; add the matrices of several images up.

    Raises
    ------
    ValueError
        If the shapes differ or an id is out of range.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"truth is {truth.shape} and prediction {prediction.shape}; wanted one shape")
    columns = n_classes if n_predicted is None else n_predicted
    counted = truth != ignore
    true_ids = truth[counted].astype(np.int64)
    predicted_ids = prediction[counted].astype(np.int64)
    _check_ids(true_ids, n_classes, "truth")
    _check_ids(predicted_ids, columns, "prediction")
    counts = np.bincount(true_ids * columns + predicted_ids, minlength=n_classes * columns)
    return counts.reshape(n_classes, columns).astype(np.int64)


def iou_per_class(confusion: np.ndarray) -> np.ndarray:
    """Return |truth ∩ prediction| / |truth ∪ prediction| of each class.

    Parameters
    ----------
    confusion
        (n, n) counts.

    Returns
    -------
    np.ndarray
        (n,) float64 in [0, 1]; NaN for a class that is absent from both.
    """
    _check_square(confusion)
    return _ratio(np.diagonal(confusion), np.diagonal(_unions(confusion)))


def mean_iou(confusion: np.ndarray) -> float:
    """Return the mean of :func:`iou_per_class` over the classes that occur; NaN if none does."""
    ious = iou_per_class(confusion)
    present = ~np.isnan(ious)
    return float(ious[present].mean()) if present.any() else float("nan")


def pixel_accuracy(confusion: np.ndarray) -> float:
    """Return the share of counted pixels whose class is right; NaN if none was counted."""
    _check_square(confusion)
    total = int(confusion.sum())
    return float(np.trace(confusion) / total) if total else float("nan")


def match_hungarian(confusion: np.ndarray) -> dict[int, int]:
    """Match predicted ids to true ids one to one so that the sum of their IoUs is largest.

    Parameters
    ----------
    confusion
        (n_classes, n_predicted) counts; the two numbers may differ.

    Returns
    -------
    dict[int, int]
        Predicted id to true id. An id that overlaps nothing it could be matched to has no entry.
    """
    ious = np.nan_to_num(_ratio(confusion, _unions(confusion)))
    true_ids, predicted_ids = scipy.optimize.linear_sum_assignment(ious, maximize=True)
    pairs = zip(predicted_ids.tolist(), true_ids.tolist(), strict=True)
    return {predicted: true for predicted, true in sorted(pairs) if ious[true, predicted] > 0}


def _unions(confusion: np.ndarray) -> np.ndarray:
    """Return |truth i ∪ prediction j| for every pair, the shape of ``confusion``."""
    return confusion.sum(axis=1)[:, None] + confusion.sum(axis=0)[None, :] - confusion


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _check_square(confusion: np.ndarray) -> None:
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"confusion is {confusion.shape}; wanted (n, n): match the ids first")


def _check_ids(ids: np.ndarray, n: int, name: str) -> None:
    if ids.size and (ids.min() < 0 or ids.max() >= n):
        raise ValueError(f"{name} has ids {ids.min()}..{ids.max()}; wanted 0..{n - 1}")
