from itertools import islice

import numpy as np
import pytest

from segstyle_gui.core.student.data import CorrectedSet, StoredSet, StreamedSet, shuffled_rows


def _take(rows, n):
    return np.concatenate(list(islice(rows, n)))


def test_every_row_comes_once_before_any_comes_again():
    rows = _take(shuffled_rows(10, 4, np.random.default_rng(0), 0), 5)
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert list(rows[:10]) != list(rows[10:])


@pytest.mark.parametrize(("n", "batch"), [(10, 4), (3, 8), (16, 16)])
def test_starting_later_continues_the_same_order(n, batch):
    whole = list(islice(shuffled_rows(n, batch, np.random.default_rng(5), 0), 9))
    later = list(islice(shuffled_rows(n, batch, np.random.default_rng(5), 6), 3))
    assert all((a == b).all() for a, b in zip(whole[6:], later, strict=True))


def test_held_back_images_are_never_trained_on(squares):
    images, labels = squares(n=20)
    data = StoredSet(images, labels, validation_share=0.25)
    held, _ = data.validation()
    trained = np.concatenate([b[0] for b in islice(data.batches(5, np.random.default_rng(0)), 6)])
    assert len(held) == 5
    assert not any((trained == image).all(axis=(1, 2, 3)).any() for image in held)


def test_without_a_share_all_images_are_trained_on(squares):
    data = StoredSet(*squares(n=6), validation_share=0.0)
    images, _ = next(data.batches(6, np.random.default_rng(0)))
    assert len(np.unique(images.reshape(6, -1), axis=0)) == 6
    assert len(data.validation()[0]) == 6


def test_class_ids_come_with_background_and_without_255(squares):
    images, labels = squares(class_id=7)
    labels[0] = 255
    assert StoredSet(images, labels).class_ids == (0, 7)
    assert StoredSet(images, labels, class_ids=(7, 3)).class_ids == (0, 3, 7)


def test_wrong_shapes_are_refused(squares):
    images, labels = squares()
    with pytest.raises(ValueError, match="label maps"):
        StoredSet(images, labels[:-1])
    with pytest.raises(ValueError, match="wanted"):
        StoredSet(images[..., 0], labels)


def test_a_streamed_set_makes_each_seed_once_an_epoch_and_validation_once(squares):
    made = []

    def render(seeds):
        made.extend(seeds)
        return squares(n=len(seeds))

    data = StreamedSet(render, range(100, 120), (1,), validation_share=0.2)
    list(islice(data.batches(4, np.random.default_rng(0)), 4))
    assert sorted(made) == list(range(100, 116))
    data.validation(), data.validation()
    assert made[16:] == [116, 117, 118, 119]
    assert (data.class_ids, data.n_classes) == ((0, 1), 2)


def test_every_batch_has_its_share_of_corrected_pairs(squares):
    synthetic = StoredSet(*squares(n=20), validation_share=0.2)
    images, labels = squares(n=3, seed=9)
    data = CorrectedSet(synthetic, images, labels, share=0.25)
    seen = []
    for batch, maps in islice(data.batches(8, np.random.default_rng(0)), 6):
        assert (len(batch), len(maps)) == (8, 8)
        rows = [np.flatnonzero((images == image).all(axis=(1, 2, 3))) for image in batch]
        assert [len(row) for row in rows] == [0] * 6 + [1] * 2
        assert all((labels[row[0]] == maps[6 + i]).all() for i, row in enumerate(rows[6:]))
        seen += [int(row[0]) for row in rows[6:]]
    assert sorted(seen) == [0] * 4 + [1] * 4 + [2] * 4
    assert np.array_equal(data.validation()[0], synthetic.validation()[0])
    assert (data.class_ids, data.n_classes) == (synthetic.class_ids, synthetic.n_classes)
    assert synthetic.corrected() is None
    assert data.corrected()[0] is images


def test_batches_with_corrected_pairs_can_start_later(squares):
    data = CorrectedSet(StoredSet(*squares(n=20)), *squares(n=3, seed=9), share=0.3)
    whole = list(islice(data.batches(5, np.random.default_rng(1)), 6))
    later = list(islice(data.batches(5, np.random.default_rng(1), start=4), 2))
    for wanted, found in zip(whole[4:], later, strict=True):
        assert np.array_equal(wanted[0], found[0])
        assert np.array_equal(wanted[1], found[1])


@pytest.mark.parametrize("share", [0.01, 0.9])
def test_a_batch_has_pairs_of_both_kinds(squares, share):
    data = CorrectedSet(StoredSet(*squares(n=9)), *squares(n=3, seed=9), share=share)
    batch, _ = next(data.batches(2, np.random.default_rng(0)))
    real = data.corrected()[0]
    assert [(real == image).all(axis=(1, 2, 3)).any() for image in batch] == [False, True]
    with pytest.raises(ValueError, match="share"):
        CorrectedSet(data, *squares(n=3), share=1.0)
