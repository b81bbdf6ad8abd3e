"""What a student learns from: a set in memory, one made while it is learnt from, and corrected real pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

IGNORE = 255
MAX_VALIDATION = 256  # images

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]  # images (N, H, W, C), label maps (N, H, W)


class TrainingData(Protocol):
    """Pairs of images (N, H, W, C) uint8 and label maps (N, H, W) uint8 of class ids (255: not learnt)."""

    @property
    def n_classes(self) -> int:
        """Number of classes, background included."""
        ...

    @property
    def class_ids(self) -> tuple[int, ...]:
        """Class ids that occur, ascending, 0 included."""
        ...

    def batches(self, batch_size: int, rng: np.random.Generator, *, start: int = 0) -> Iterator[Pair]:
        """Yield batches without end, from batch number ``start``; equal ``rng`` states give equal batches."""
        ...

    def validation(self) -> Pair:
        """Return the pairs held back (at most 256; those trained on if none are)."""
        ...

    def corrected(self) -> Pair | None:
        """Return the real pairs that every batch has a share of, or None."""
        ...


class _WithClasses:
    """The class ids of a set: 0 and all others, ascending; no real pairs."""

    _class_ids: tuple[int, ...]

    @property
    def n_classes(self) -> int:
        """Number of classes, background included."""
        return len(self._class_ids)

    @property
    def class_ids(self) -> tuple[int, ...]:
        """Class ids, ascending, 0 included."""
        return self._class_ids

    def corrected(self) -> Pair | None:
        """Return None: all pairs are synthetic."""
        return None


class StoredSet(_WithClasses):
    """A set in memory, shuffled anew in every epoch.

    Parameters
    ----------
    images, labels
        (N, H, W, C) and (N, H, W) uint8.
    class_ids
        All ids the student is to know; by default those that occur, and 0.
    validation_share
        Share held back from the end, at most 256 images; the set should come in random order.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        *,
        class_ids: Sequence[int] | None = None,
        validation_share: float = 0.1,
    ) -> None:
        _check_pair(images, labels)
        self.images, self.labels = images, labels
        self._class_ids = ids_with_background(labels) if class_ids is None else tuple(sorted({0, *class_ids}))
        self.n_held = _held_back(len(images), validation_share)

    def batches(self, batch_size: int, rng: np.random.Generator, *, start: int = 0) -> Iterator[Pair]:
        """Yield batches without end; see :class:`TrainingData`."""
        for rows in shuffled_rows(len(self.images) - self.n_held, batch_size, rng, start):
            yield self.images[rows], self.labels[rows]

    def validation(self) -> Pair:
        """Return the pairs held back; the first 256 if none are."""
        if self.n_held == 0:
            return self.images[:MAX_VALIDATION], self.labels[:MAX_VALIDATION]
        return self.images[-self.n_held :], self.labels[-self.n_held :]


class StreamedSet(_WithClasses):
    """A set whose pairs are made from their seeds when they are wanted.

    Parameters
    ----------
    render
        Makes the pairs of some seeds; may raise what the generator raises.
    seeds
        Seeds of the set, each used once before any is used again.
    class_ids
        All ids the student is to know.
    validation_share
        Share of the seeds held back from the end, at most 256.
    """

    def __init__(
        self,
        render: Callable[[Sequence[int]], Pair],
        seeds: Sequence[int],
        class_ids: Sequence[int],
        *,
        validation_share: float = 0.1,
    ) -> None:
        if not len(seeds):
            raise ValueError("seeds is empty; wanted at least one")
        self._render = render
        self._seeds = np.asarray(seeds, np.int64)
        self._class_ids = tuple(sorted({0, *class_ids}))
        self.n_held = _held_back(len(seeds), validation_share)
        self._validation: Pair | None = None

    def batches(self, batch_size: int, rng: np.random.Generator, *, start: int = 0) -> Iterator[Pair]:
        """Yield batches without end; see :class:`TrainingData`."""
        for rows in shuffled_rows(len(self._seeds) - self.n_held, batch_size, rng, start):
            yield self._render(self._seeds[rows].tolist())

    def validation(self) -> Pair:
        """Return the pairs held back (made once); of the first 64 seeds if none are."""
        if self._validation is None:
            seeds = self._seeds[-self.n_held :] if self.n_held else self._seeds[:64]
            parts = [self._render(seeds[i : i + 16].tolist()) for i in range(0, len(seeds), 16)]
            images, labels = zip(*parts, strict=True)
            self._validation = np.concatenate(images), np.concatenate(labels)
        return self._validation


class CorrectedSet:
    """A set with real pairs in every batch, whose label maps a person corrected or reviewed.

    What is held back stays that of the set, so that its figures can be compared with those of a training
    without real pairs.

    Parameters
    ----------
    synthetic
        The set; the size of its images is that of the real ones.
    images, labels
        (M, H, W, C) and (M, H, W) uint8 of the real pairs; every id is one of the set's, or 255.
    share
        Share of a batch in (0, 1); at least one pair of either kind is in it.
    """

    def __init__(
        self, synthetic: TrainingData, images: NDArray[np.uint8], labels: NDArray[np.uint8], *, share: float
    ) -> None:
        _check_pair(images, labels)
        if not 0.0 < share < 1.0:
            raise ValueError(f"share is {share}; wanted more than 0 and less than 1")
        self._synthetic, self._real, self._share = synthetic, (images, labels), share

    @property
    def n_classes(self) -> int:
        """Number of classes, background included."""
        return self._synthetic.n_classes

    @property
    def class_ids(self) -> tuple[int, ...]:
        """Class ids, ascending, 0 included."""
        return self._synthetic.class_ids

    def batches(self, batch_size: int, rng: np.random.Generator, *, start: int = 0) -> Iterator[Pair]:
        """Yield batches without end, the real pairs last in each; see :class:`TrainingData`."""
        n_real = min(max(1, round(batch_size * self._share)), batch_size - 1)
        own = np.random.default_rng(int(rng.integers(2**63)))
        rows = shuffled_rows(len(self._real[0]), n_real, own, start)
        images, labels = self._real
        for pair in self._synthetic.batches(batch_size - n_real, rng, start=start):
            chosen = next(rows)
            yield np.concatenate([pair[0], images[chosen]]), np.concatenate([pair[1], labels[chosen]])

    def validation(self) -> Pair:
        """Return the synthetic pairs held back."""
        return self._synthetic.validation()

    def corrected(self) -> Pair | None:
        """Return the real pairs."""
        return self._real


def ids_with_background(labels: NDArray[np.uint8]) -> tuple[int, ...]:
    """Return the class ids that occur, ascending, with 0 and without 255."""
    counts = np.bincount(labels.reshape(-1), minlength=256)
    return tuple(sorted({0, *np.flatnonzero(counts[:IGNORE]).tolist()}))


def shuffled_rows(
    n: int, batch_size: int, rng: np.random.Generator, start: int
) -> Iterator[NDArray[np.int64]]:
    """Yield row numbers of batch ``start``, ``start + 1``, …: epochs in random order, laid end to end.

    One number is drawn from ``rng``; every epoch's order follows from it, so any batch can be the first.
    """
    base = int(rng.integers(2**63))
    orders: dict[int, NDArray[np.int64]] = {}
    position = start * batch_size
    while True:
        places = np.arange(position, position + batch_size)
        epochs = range(int(places[0] // n), int(places[-1] // n) + 1)
        orders = {
            e: orders[e] if e in orders else np.random.default_rng((base, e)).permutation(n) for e in epochs
        }
        yield np.concatenate([orders[e][places[places // n == e] % n] for e in epochs])
        position += batch_size


def _held_back(n: int, share: float) -> int:
    return min(round(n * share), MAX_VALIDATION, n - 1)


def _check_pair(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    if images.ndim != 4 or images.dtype != np.uint8 or labels.dtype != np.uint8:
        raise ValueError(f"images are {images.shape} {images.dtype}; wanted (N, H, W, C) uint8, labels uint8")
    if len(images) == 0 or labels.shape != images.shape[:3]:
        raise ValueError(f"label maps are {labels.shape} for images {images.shape}; wanted (N, H, W), N > 0")
