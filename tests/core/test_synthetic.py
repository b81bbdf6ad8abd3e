from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from segstyle_gui.core import labelled_samples, synthetic
from segstyle_gui.core.generator.network import Generator, GeneratorSpec
from segstyle_gui.core.labelled_samples import image_doubt
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.progress import Cancelled, SilentProgress
from segstyle_gui.core.resizing import resize_images
from segstyle_gui.core.synthetic import (
    PRESETS,
    SyntheticConfig,
    class_ids_of,
    generate_synthetic_set,
    seed_renderer,
    shift_of_set,
    synthetic_batches,
    synthetic_size,
)
from segstyle_gui.errors import ConfigError, StageError


class FakeState:
    """Only what is read of a region state: the class of each cluster."""

    def __init__(self, *ids):
        self._ids = np.array(ids)

    def cluster_to_class(self):
        return self._ids.astype(np.uint8 if self._ids.max(initial=0) < 255 else np.uint16)


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    spec = GeneratorSpec(resolution=16, z_dim=8, w_dim=8, mapping_layers=2, channels={4: 8, 8: 8, 16: 8})
    return Generator(spec)


@pytest.fixture(autouse=True)
def _fake_maps(monkeypatch):
    """Class 2 on the right; the margin rises from left to right and with the first latent."""

    def class_maps(generator, clustering, state, w, *, size):
        with torch.no_grad():
            images = generator.synthesis(w)
        pictures = torch.round(images.clamp(-1, 1) * 127.5 + 127.5).to(torch.uint8)
        ramp = np.linspace(0, 1, size, dtype=np.float32)[None, None, :] * np.ones((1, size, 1), np.float32)
        sure = w[:, 0].numpy().reshape(-1, 1, 1)
        labels = np.where(ramp > 0.5, 2, 0).astype(np.uint8).repeat(len(w), axis=0)
        return pictures.permute(0, 2, 3, 1).numpy(), labels, (ramp + sure).astype(np.float32)

    monkeypatch.setattr(labelled_samples, "class_maps", class_maps)


STATE = FakeState(0, 2, 2)
CONFIG = SyntheticConfig(n_images=40, size=32, drop_share=0.1, ignore_margin_share=0.05)


def _make(generator, config=CONFIG, **options):
    return generate_synthetic_set(generator, None, STATE, config, device="cpu", **options)


def test_the_presets_hold_their_settings():
    paper = PRESETS["paper"]
    assert (paper.n_images, paper.size, paper.psi, paper.stream) == (15_000, 128, 0.7, True)
    assert (paper.drop_share, paper.ignore_margin_share) == (0.0, 0.0)
    assert PRESETS["segstyle"] == SyntheticConfig()
    assert SyntheticConfig(n_images=3).seeds == range(100_000, 100_003)


@pytest.mark.parametrize(
    ("change", "word"), [({"n_images": 0}, "n_images"), ({"psi": 2.0}, "psi"), ({"size": 30}, "size")]
)
def test_settings_out_of_range_are_named(change, word):
    with pytest.raises(ConfigError, match=word):
        SyntheticConfig(**change)


@pytest.mark.parametrize(("resolution", "size"), [(32, 64), (64, 128), (128, 128), (256, 256)])
def test_the_size_is_doubled_up_to_128_but_never_less_than_the_generators(resolution, size):
    assert synthetic_size(SyntheticConfig(), resolution) == size
    assert synthetic_size(SyntheticConfig(size=96), resolution) == 96


def test_a_set_holds_what_it_says(generator):
    made = _make(generator)
    n = len(made.seeds)
    assert made.images.shape == (n, 32, 32, 1)
    assert made.labels.shape == (n, 32, 32)
    assert (made.images.dtype, made.labels.dtype) == (np.uint8, np.uint8)
    assert sorted([*made.seeds, *made.dropped_seeds]) == list(CONFIG.seeds)
    assert len(made.dropped_seeds) == 4
    assert set(np.unique(made.labels)) == {0, 2, 255}
    assert made.class_pixels == {0: int((made.labels == 0).sum()), 2: int((made.labels == 2).sum())}


def test_the_most_doubtful_images_and_pixels_go(generator):
    made = _make(generator)
    every = _make(generator, SyntheticConfig(n_images=40, size=32, drop_share=0.0, ignore_margin_share=0.0))
    margins = np.concatenate(
        [b.doubt for b in synthetic_batches(generator, None, STATE, CONFIG, device="cpu")]
    )
    assert margins.max() <= made.thresholds.doubt
    assert len(every.seeds) == 40
    assert not (every.labels == 255).any()
    ignored = (made.labels == 255).any(axis=(0, 1))
    assert ignored[0]  # least margin on the left
    assert not ignored[16:].any()
    assert 0 < (made.labels == 255).mean() < 0.05


def test_batches_are_the_set_in_parts(generator):
    made = _make(generator)
    batches = list(synthetic_batches(generator, None, STATE, CONFIG, device="cpu"))
    assert (np.concatenate([b.images for b in batches]) == made.images).all()
    assert (np.concatenate([b.labels for b in batches]) == made.labels).all()
    assert (np.concatenate([b.seeds for b in batches]) == made.seeds).all()


def test_a_streamed_set_keeps_seeds_that_render_the_same_pairs(generator):
    stored = _make(generator)
    streamed = _make(generator, SyntheticConfig(n_images=40, size=32, ignore_margin_share=0.05, stream=True))
    assert streamed.images.shape == (0, 32, 32, 1)
    assert streamed.labels.shape == (0, 32, 32)
    assert (streamed.seeds == stored.seeds).all()
    assert streamed.class_pixels == stored.class_pixels
    render = seed_renderer(generator, None, STATE, CONFIG, streamed.thresholds, device="cpu")
    images, labels = render(stored.seeds[[5, 30, 2]].tolist())
    assert (images == stored.images[[5, 30, 2]]).all()
    assert (labels == stored.labels[[5, 30, 2]]).all()


def test_an_unfiltered_stream_looks_at_the_first_images_only(generator, monkeypatch):
    monkeypatch.setattr(synthetic, "CALIBRATION_IMAGES", 16)
    seen = []
    render = labelled_samples.render
    monkeypatch.setattr(labelled_samples, "render", lambda s, seeds: seen.extend(seeds) or render(s, seeds))
    made = _make(
        generator,
        SyntheticConfig(n_images=500, size=32, drop_share=0.0, ignore_margin_share=0.0, stream=True),
    )
    assert len(made.seeds) == 500
    assert len(seen) == 16
    assert made.class_pixels == {0: 16 * 32 * 16, 2: 16 * 32 * 16}


def test_equal_settings_give_equal_sets_and_another_seed_another(generator):
    one, two = _make(generator), _make(generator)
    assert (one.images == two.images).all()
    assert not set(_make(generator, SyntheticConfig(n_images=4, seed=5, size=32)).seeds) & set(one.seeds)


def test_doubt_is_minus_the_mean_of_the_least_tenth():
    margins = np.arange(100, dtype=np.float32).reshape(1, 10, 10)
    assert image_doubt(margins).tolist() == [-4.5]
    assert image_doubt(np.full((1, 10, 10), np.inf, np.float32)).tolist() == [-np.inf]


def test_infinite_margins_drop_nothing():
    samples = labelled_samples.LabelledSamples(
        np.zeros((4, 8, 8, 1), np.uint8),
        np.ones((4, 8, 8), np.uint8),
        np.full((4, 8, 8), np.inf, np.float32),
        np.arange(4),
    )
    thresholds = labelled_samples.measure_thresholds([samples], drop_share=0.5, ignore_share=0.1)
    batch, dropped = labelled_samples.filter_samples(samples, thresholds)
    assert len(dropped) == 0
    assert (batch.labels == 1).all()


@pytest.mark.parametrize("size", [16, 32, 8])
def test_resizing_keeps_flat_images_flat(size):
    images = np.full((2, 16, 16, 3), 77, np.uint8)
    resized = resize_images(images, size)
    assert resized.shape == (2, size, size, 3)
    assert (resized == 77).all()


def test_no_class_is_refused_with_the_next_step(generator):
    with pytest.raises(StageError, match="Name at least one region first"):
        generate_synthetic_set(generator, None, FakeState(0, 0, 0), CONFIG, device="cpu")


def test_class_ids_that_do_not_fit_a_byte_are_refused():
    assert class_ids_of(FakeState(0, 5, 2, 5)) == (0, 2, 5)
    with pytest.raises(StageError, match="300"):
        class_ids_of(FakeState(0, 300))


def test_a_stop_request_is_passed_on(generator):
    class Stop(SilentProgress):
        def report(self, done, total, message=""):
            raise Cancelled

    with pytest.raises(Cancelled):
        _make(generator, progress=Stop())


SHIFT = LatentShift(vector=np.eye(8, dtype=np.float32)[0] * 5, share=0.5)
CLUSTERING = SimpleNamespace(shift=SHIFT)


def test_a_set_mixes_plain_and_moved_samples(generator):
    config = SyntheticConfig(n_images=40, size=32, drop_share=0.0)
    plain, moved = (_make(generator, config, shift=shift) for shift in (None, SHIFT))
    differ = (plain.images != moved.images).any(axis=(1, 2, 3))
    assert np.array_equal(differ, SHIFT.moves(config.seeds))
    assert 19 <= differ.sum() <= 21


def test_a_streamed_set_with_moved_samples_is_made_again_from_its_seeds(generator):
    stored = _make(generator, shift=SHIFT)
    streamed = _make(generator, replace(CONFIG, stream=True), shift=SHIFT)
    assert np.array_equal(stored.seeds, streamed.seeds)
    options = {"device": "cpu", "shift": SHIFT}
    render = seed_renderer(generator, None, STATE, CONFIG, streamed.thresholds, **options)
    images, labels = render(streamed.seeds[5:9].tolist())
    assert np.array_equal(images, stored.images[5:9])
    assert np.array_equal(labels, stored.labels[5:9])


def test_the_share_of_the_regions_is_taken_unless_another_is_given():
    other = LatentShift(vector=SHIFT.vector * 2)
    assert shift_of_set(CONFIG, CLUSTERING).share == 0.5
    alone = SimpleNamespace(shift=SHIFT.with_share(1.0))
    assert shift_of_set(CONFIG, alone).share == 0.5  # the student must know plain ones too
    assert shift_of_set(replace(CONFIG, direction_share=0.8), CLUSTERING).share == 0.8
    assert shift_of_set(replace(CONFIG, direction_share=0.8), CLUSTERING, other).vector is other.vector
    assert shift_of_set(replace(CONFIG, direction_share=0.0), CLUSTERING) is None
    assert shift_of_set(CONFIG, SimpleNamespace(shift=None)) is None
    with pytest.raises(ConfigError, match="direction_share"):
        SyntheticConfig(direction_share=-0.5)
