"""K-means against known answers and scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans

from segstyle_gui.core.kmeans import fit_kmeans, plus_plus
from segstyle_gui.core.lloyd import make_rows, mean_variance, squared_distances
from segstyle_gui.core.progress import Cancelled


def blobs(n=1500, d=8, k=6, spread=0.1, seed=0):
    rng = np.random.default_rng(seed)
    centers = rng.standard_normal((k, d)) * 3
    labels = rng.integers(0, k, n)
    return (centers[labels] + spread * rng.standard_normal((n, d))).astype(np.float32), labels


def sorted_rows(values):
    return values[np.lexsort(values.T[::-1])]


@pytest.mark.parametrize("init_rows", [0, 400])
def test_separated_blobs_give_scikit_learns_centroids(init_rows):
    x, _ = blobs()
    ours = fit_kmeans(x, 6, n_init=5, seed=1, init_rows=init_rows, tol=0.0)
    theirs = KMeans(6, n_init=5, random_state=0).fit(x)
    np.testing.assert_allclose(
        sorted_rows(ours.centroids), sorted_rows(theirs.cluster_centers_), rtol=1e-4, atol=1e-4
    )
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-4)


@pytest.mark.parametrize("init_rows", [0, 1000])
def test_hard_data_reaches_scikit_learns_inertia(init_rows):
    x = np.random.default_rng(3).standard_normal((3000, 6)).astype(np.float32)
    ours = fit_kmeans(x, 12, n_init=10, init_rows=init_rows)
    theirs = KMeans(12, n_init=10, random_state=0).fit(x)
    assert ours.inertia <= 1.01 * theirs.inertia_


def test_bounds_leave_lloyds_answer_unchanged():
    """The same starts without any bound, written out, end in the same place."""
    x = torch.from_numpy(np.random.default_rng(5).standard_normal((800, 5)).astype(np.float32))
    rows = make_rows(x, torch.ones(800))
    centroids = plus_plus(rows, 9, np.random.default_rng(7))
    for _ in range(40):
        labels = squared_distances(x, rows.squares, centroids).argmin(dim=1)
        centroids = torch.stack([x[labels == k].mean(dim=0) for k in range(9)])
    ours = fit_kmeans(x, 9, n_init=1, seed=7, init_rows=0, tol=0.0, max_iter=40)
    np.testing.assert_allclose(ours.centroids, centroids.numpy(), atol=1e-4)


def test_labels_are_the_nearest_centroids_and_inertia_their_distances():
    x, _ = blobs(spread=1.5)
    fit = fit_kmeans(x, 6, max_iter=3)
    square = ((x[:, None] - fit.centroids[None]) ** 2).sum(axis=-1)
    assert np.array_equal(fit.labels, square.argmin(axis=1))
    assert fit.inertia == pytest.approx(square.min(axis=1).sum(), rel=1e-5)
    assert fit.labels.dtype == np.int32
    assert fit.centroids.dtype == np.float32


def test_weights_count_like_repeated_rows():
    x, _ = blobs(n=200, spread=1.0)
    times = np.random.default_rng(0).integers(1, 4, 200)
    weighted = fit_kmeans(x, 4, weights=times.astype(np.float32), n_init=20, tol=0.0)
    repeated = fit_kmeans(np.repeat(x, times, axis=0), 4, n_init=20, tol=0.0)
    assert weighted.inertia == pytest.approx(repeated.inertia, rel=1e-3)
    np.testing.assert_allclose(sorted_rows(weighted.centroids), sorted_rows(repeated.centroids), atol=2e-3)


def test_equal_rows_still_give_k_centroids():
    x = np.repeat(np.array([[0.0, 1.0], [2.0, 3.0]], dtype=np.float32), 10, axis=0)
    fit = fit_kmeans(x, 4)
    assert fit.centroids.shape == (4, 2)
    assert np.isfinite(fit.centroids).all()
    assert fit.inertia == pytest.approx(0.0, abs=1e-5)


def test_one_cluster_is_the_mean_and_k_rows_are_their_own_centroids():
    x, _ = blobs(n=30)
    np.testing.assert_allclose(fit_kmeans(x, 1).centroids[0], x.mean(axis=0), rtol=1e-4, atol=1e-5)
    assert fit_kmeans(x, 30).inertia == pytest.approx(0.0, abs=1e-3)


def test_same_seed_same_answer_and_input_untouched():
    x, _ = blobs(spread=2.0)
    before = x.copy()
    first, second = (fit_kmeans(x, 6, seed=4, init_rows=300) for _ in range(2))
    assert np.array_equal(first.centroids, second.centroids)
    assert np.array_equal(x, before)


def test_progress_never_falls_and_can_stop(spy):
    x, _ = blobs(spread=2.0)
    fit_kmeans(x, 6, init_rows=300, progress=spy)
    shares = [done / total for done, total, _ in spy.reports]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)

    def stop(*_):
        raise Cancelled

    spy.report = stop
    with pytest.raises(Cancelled):
        fit_kmeans(x, 6, progress=spy)


def test_mean_variance_is_numpys():
    x, _ = blobs()
    rows = make_rows(torch.from_numpy(x), torch.ones(len(x)))
    assert mean_variance(rows) == pytest.approx(x.var(axis=0).mean(), rel=1e-4)


@pytest.mark.parametrize(("k", "weights"), [(0, None), (1501, None), (3, np.ones(4, np.float32))])
def test_impossible_input_is_refused(k, weights):
    with pytest.raises(ValueError, match="rows"):
        fit_kmeans(blobs()[0], k, weights=weights)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_gpu_agrees_with_the_cpu():
    x, _ = blobs()
    cpu, gpu = (fit_kmeans(x, 6, device=device, seed=2) for device in ("cpu", "cuda"))
    assert gpu.inertia == pytest.approx(cpu.inertia, rel=1e-3)
