import numpy as np
import pytest
import torch

from segstyle_gui.core.latent_shift import SHIFT_ARRAYS, LatentShift
from segstyle_gui.core.latents import latents_of

UNIT = np.eye(8, dtype=np.float32)[2]


@pytest.mark.parametrize("share", [0.03, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("first", [0, 100_000, 2**31 - 1000])
def test_moved_seeds_have_the_share_and_are_spread_evenly(share, first):
    moves = LatentShift(vector=UNIT, share=share).moves(range(first, first + 400))
    counts = moves.reshape(4, 100).sum(axis=1)
    assert np.all(np.abs(counts - 100 * share) <= 2)


def test_none_all_and_more():
    seeds = range(1000)
    moved = [LatentShift(vector=UNIT, share=share).moves(seeds) for share in (0.0, 0.2, 0.6, 1.0)]
    assert not moved[0].any()
    assert moved[3].all()
    assert not (moved[1] & ~moved[2]).any()  # a higher share moves the same ones and more


def test_a_seed_alone_decides():
    shift = LatentShift(vector=UNIT, share=0.4)
    whole = shift.moves(range(50))
    assert [bool(shift.moves([seed])[0]) for seed in range(50)] == whole.tolist()


def test_moved_latents_differ_by_the_vector(tiny_generator):
    shift = LatentShift(vector=3 * UNIT, share=0.5)
    seeds = range(10)
    plain, moved = (latents_of(tiny_generator, seeds, 0.7, one) for one in (None, shift))
    wanted = 3 * UNIT[None] * shift.moves(seeds)[:, None]
    assert np.allclose((moved - plain).numpy(), wanted, atol=1e-6)


def test_some_layers_can_be_moved_alone(tiny_generator):
    shift = LatentShift(vector=UNIT, share=1.0, layers=(0, 2))
    plain = latents_of(tiny_generator, [4], 1.0)
    moved = latents_of(tiny_generator, [4], 1.0, shift)
    assert moved.shape == (1, tiny_generator.num_ws, 8)
    steps = (moved - plain[:, None])[0, :, 2]
    assert torch.allclose(steps, torch.tensor([1.0, 0, 1, 0, 0, 0]), atol=1e-6)


def test_a_vector_of_another_generator_is_refused(tiny_generator):
    with pytest.raises(ValueError, match="8 dimensions"):
        latents_of(tiny_generator, [0], 1.0, LatentShift(vector=np.zeros(9, np.float32)))


def test_arrays_bring_the_same_back():
    shift = LatentShift(vector=UNIT, share=0.3, layers=(1, 2))
    arrays = shift.to_arrays()
    assert tuple(arrays) == SHIFT_ARRAYS
    again = LatentShift.from_arrays(arrays)
    assert np.array_equal(again.vector, UNIT)
    assert (again.share, again.layers) == (0.3, (1, 2))
    assert LatentShift.from_arrays({}) is None
    older = {name: array for name, array in arrays.items() if name != "shift_space"}
    assert LatentShift.from_arrays(older).space == "w"
    with pytest.raises(KeyError):
        LatentShift.from_arrays({"shift_vector": UNIT})
    with pytest.raises(ValueError, match="a shift of"):
        LatentShift.from_arrays({**arrays, "shift_share": np.array([2.0])})


def test_styles_are_moved_after_w(tiny_generator):
    vector = np.zeros(40, np.float32)
    vector[3] = 2
    shift = LatentShift(vector=vector, share=0.5, space="styles")
    plain = latents_of(tiny_generator, range(6), 0.7)
    packed = latents_of(tiny_generator, range(6), 0.7, shift)
    assert torch.equal(packed[:, :8], plain)
    assert packed[:, 8:].numpy().tolist() == (vector * shift.moves(range(6))[:, None]).tolist()
    again = LatentShift.from_arrays(shift.to_arrays())
    assert again.space == "styles"
    assert np.array_equal(again.vector, vector)
