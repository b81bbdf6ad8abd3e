"""K-means by scikit-learn and by torch: known answers, and each against the other."""

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans

from segstyle_gui.core import kmeans
from segstyle_gui.core.kmeans import fit_kmeans
from segstyle_gui.core.lloyd import lloyd, make_rows, mean_variance, plus_plus
from segstyle_gui.core.progress import Cancelled

ENGINES = ["sklearn", "torch"]


@pytest.fixture(params=["sklearn", "sklearn in place", "torch"])
def fit(request, monkeypatch):
    """fit_kmeans by each engine; scikit-learn also in the way it takes for large data."""
    engine, _, in_place = request.param.partition(" ")
    if in_place:
        monkeypatch.setattr(kmeans, "_COPY_BYTES", 0)
    return lambda *args, **options: fit_kmeans(*args, engine=engine, **options)


def blobs(n=1500, d=8, k=6, spread=0.1, seed=0):
    rng = np.random.default_rng(seed)
    centers = rng.standard_normal((k, d)) * 3
    labels = rng.integers(0, k, n)
    return (centers[labels] + spread * rng.standard_normal((n, d))).astype(np.float32), labels


def sorted_rows(values):
    return values[np.lexsort(values.T[::-1])]


@pytest.mark.parametrize("init_rows", [0, 400])
def test_separated_blobs_give_scikit_learns_centroids(fit, init_rows):
    x, _ = blobs()
    ours = fit(x.copy(), 6, n_init=5, seed=1, init_rows=init_rows, tol=0.0)
    theirs = KMeans(6, n_init=5, random_state=0).fit(x)
    np.testing.assert_allclose(
        sorted_rows(ours.centroids), sorted_rows(theirs.cluster_centers_), rtol=1e-4, atol=1e-4
    )
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-4)


@pytest.mark.parametrize("init_rows", [0, 1000])
def test_hard_data_reaches_scikit_learns_inertia(fit, init_rows):
    x = np.random.default_rng(3).standard_normal((3000, 6)).astype(np.float32)
    ours = fit(x.copy(), 12, n_init=10, init_rows=init_rows)
    theirs = KMeans(12, n_init=10, random_state=0).fit(x)
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=0.01)


@pytest.mark.parametrize("init_rows", [0, 400])
def test_engines_agree_on_separated_data(init_rows):
    x, _ = blobs()
    one, other = (fit_kmeans(x, 6, n_init=5, init_rows=init_rows, engine=engine) for engine in ENGINES)
    np.testing.assert_allclose(sorted_rows(one.centroids), sorted_rows(other.centroids), atol=1e-4)
    assert one.inertia == pytest.approx(other.inertia, rel=1e-4)
    pairs = set(zip(one.labels.tolist(), other.labels.tolist(), strict=True))
    assert len(pairs) == 6  # the same partition under other names


def written_out_lloyd(x, centroids, n_iter):
    """Iterate in float64 without any product of matrices."""
    x, centroids = x.astype(np.float64), centroids.astype(np.float64)
    for _ in range(n_iter):
        labels = ((x[:, None] - centroids) ** 2).sum(axis=-1).argmin(axis=1)
        centroids = np.stack([x[labels == k].mean(axis=0) for k in range(len(centroids))])
    return centroids


@pytest.mark.parametrize("n_iter", [3, 12])
def test_same_starts_end_where_lloyds_iterations_written_out_do(fit, monkeypatch, n_iter):
    """12 iterations take three chunks of scikit-learn; known starts replace those of both engines."""
    monkeypatch.setattr(kmeans, "_CHUNK_ITER", 5)
    x = np.random.default_rng(5).standard_normal((800, 5)).astype(np.float32)
    starts = plus_plus(make_rows(torch.from_numpy(x), torch.ones(800)), 9, np.random.default_rng(7)).numpy()
    monkeypatch.setattr(
        kmeans,
        "_best_start",
        lambda *_: kmeans.KMeansFit(centroids=starts, labels=np.zeros(0, np.int32), inertia=0.0, n_iter=0),
    )
    ours = fit(x.copy(), 9, init_rows=799, tol=0.0, max_iter=n_iter)
    np.testing.assert_allclose(ours.centroids, written_out_lloyd(x, starts, n_iter), atol=1e-4)
    assert ours.n_iter == n_iter


def test_tolerance_ends_a_run_early_and_near_the_end(fit):
    x = np.random.default_rng(3).standard_normal((3000, 6)).astype(np.float32)
    loose, strict = (fit(x.copy(), 12, n_init=1, init_rows=0, tol=tol) for tol in (1e-3, 0.0))
    assert loose.n_iter < strict.n_iter
    assert loose.inertia == pytest.approx(strict.inertia, rel=0.01)


def test_max_iter_is_kept(fit):
    x, _ = blobs(spread=3.0)
    assert fit(x, 6, n_init=1, init_rows=0, tol=0.0, max_iter=3).n_iter == 3


def test_labels_are_the_nearest_centroids_and_inertia_their_distances(fit):
    x, _ = blobs(spread=1.5)
    found = fit(x, 6, max_iter=3)
    square = ((x[:, None] - found.centroids[None]) ** 2).sum(axis=-1)
    assert np.array_equal(found.labels, square.argmin(axis=1))
    assert found.inertia == pytest.approx(square.min(axis=1).sum(), rel=1e-5)
    assert found.labels.dtype == np.int32
    assert found.centroids.dtype == np.float32


def test_weights_count_like_repeated_rows(fit):
    x, _ = blobs(n=200, spread=1.0)
    times = np.random.default_rng(0).integers(1, 4, 200)
    weighted = fit(x.copy(), 4, weights=times.astype(np.float32), n_init=20, tol=0.0)
    repeated = fit(np.repeat(x, times, axis=0), 4, n_init=20, tol=0.0)
    assert weighted.inertia == pytest.approx(repeated.inertia, rel=1e-3)
    np.testing.assert_allclose(sorted_rows(weighted.centroids), sorted_rows(repeated.centroids), atol=2e-3)


def test_equal_rows_still_give_k_centroids(fit):
    x = np.repeat(np.array([[0.0, 1.0], [2.0, 3.0]], dtype=np.float32), 10, axis=0)
    found = fit(x, 4)
    assert found.centroids.shape == (4, 2)
    assert np.isfinite(found.centroids).all()
    assert found.inertia == pytest.approx(0.0, abs=1e-5)


def test_torch_fills_an_empty_cluster_with_the_farthest_row():
    x = torch.tensor([[0.0], [1.0], [2.0], [11.0]])
    far = torch.tensor([[0.0], [100.0]])
    centroids, labels, inertia, _ = lloyd(make_rows(x, torch.ones(4)), far, 10, 0.0, lambda _: None)
    assert centroids[:, 0].tolist() == pytest.approx([1.0, 11.0])
    assert labels.tolist() == [0, 0, 0, 1]
    assert inertia == pytest.approx(2.0)


def test_one_cluster_is_the_mean_and_k_rows_are_their_own_centroids(fit):
    x, _ = blobs(n=30)
    np.testing.assert_allclose(fit(x.copy(), 1).centroids[0], x.mean(axis=0), rtol=1e-4, atol=1e-5)
    assert fit(x, 30).inertia == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_same_seed_same_answer_and_input_untouched(engine):
    x, _ = blobs(spread=2.0)
    before = x.copy()
    first, second = (fit_kmeans(x, 6, seed=4, init_rows=300, engine=engine) for _ in range(2))
    assert np.array_equal(first.centroids, second.centroids)
    assert np.array_equal(x, before)


def test_rows_too_large_to_copy_come_back_but_for_their_last_bits(monkeypatch):
    monkeypatch.setattr(kmeans, "_COPY_BYTES", 0)
    x, _ = blobs(spread=2.0)
    before = x.copy()
    fit_kmeans(x, 6, n_init=3, init_rows=0, tol=0.0)
    np.testing.assert_allclose(x, before, rtol=1e-6, atol=1e-6)
    x.flags.writeable = False
    kept = x.copy()
    fit_kmeans(x, 6, n_init=1)
    assert np.array_equal(x, kept)


@pytest.mark.parametrize("engine", ENGINES)
def test_tensors_are_taken_like_arrays(engine):
    x, _ = blobs(spread=2.0)
    array = fit_kmeans(x, 6, engine=engine, weights=np.ones(len(x), np.float32))
    tensor = fit_kmeans(torch.from_numpy(x), 6, engine=engine, weights=torch.ones(len(x)))
    assert np.array_equal(array.centroids, tensor.centroids)


def test_cpu_runs_scikit_learn(monkeypatch):
    monkeypatch.delattr(kmeans, "_TorchRows")
    assert fit_kmeans(blobs()[0], 6, device="cpu").centroids.shape == (6, 8)


def test_progress_never_falls_and_can_stop(fit, spy):
    x, _ = blobs(spread=2.0)
    fit(x, 6, init_rows=300, progress=spy)
    shares = [done / total for done, total, _ in spy.reports]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)

    def stop(*_):
        raise Cancelled

    spy.report = stop
    with pytest.raises(Cancelled):
        fit(x, 6, progress=spy)


def test_long_run_of_scikit_learn_reports_between_chunks(spy, monkeypatch):
    monkeypatch.setattr(kmeans, "_CHUNK_ITER", 2)
    x, _ = blobs(spread=3.0)
    found = fit_kmeans(x, 6, n_init=1, init_rows=0, tol=0.0, progress=spy)
    assert len(spy.reports) == -(-found.n_iter // 2) >= 3


def test_mean_variance_is_numpys():
    x, _ = blobs()
    rows = make_rows(torch.from_numpy(x), torch.ones(len(x)))
    assert mean_variance(rows) == pytest.approx(x.var(axis=0).mean(), rel=1e-4)


@pytest.mark.parametrize(("k", "weights"), [(0, None), (1501, None), (3, np.ones(4, np.float32))])
def test_impossible_input_is_refused(fit, k, weights):
    with pytest.raises(ValueError, match="rows"):
        fit(blobs()[0], k, weights=weights)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_gpu_agrees_with_the_cpu():
    x, _ = blobs()
    cpu, gpu = (fit_kmeans(x, 6, device=device, seed=2) for device in ("cpu", "cuda"))
    assert gpu.inertia == pytest.approx(cpu.inertia, rel=1e-3)
