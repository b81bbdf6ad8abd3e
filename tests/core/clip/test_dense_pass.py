import numpy as np
import pytest
import torch

from segstyle_gui.core.clip.dense import dense_pass
from segstyle_gui.core.clip.dense_pass import DensePass, run_pass


def pass_of(side, run, *, grain=4, native=16):
    """Return a pass with cells of 4 pixels whose memory is the area in bytes."""
    return DensePass(side=side, cell=4, grain=grain, native=native, n_bytes=lambda s: s * s, run=run)


def cell_means(images):
    return torch.nn.functional.avg_pool2d(images, 4)


@pytest.mark.parametrize("side", [32, 40, 64, 100])
@pytest.mark.parametrize("budget", [16 * 16, 24 * 24, 30 * 30])
def test_tiles_are_put_together_without_a_gap_or_a_shift(side, budget):
    images = torch.arange(2 * 3 * side * side, dtype=torch.float32).reshape(2, 3, side, side)
    seen = []

    def run(tile):
        seen.append(tile.shape[-1])
        return cell_means(tile)

    found = run_pass(pass_of(side, run), images, budget)
    assert torch.equal(found, cell_means(images))
    assert max(seen) ** 2 <= budget
    assert len(seen) > 1


def test_a_tile_keeps_only_what_has_context_on_every_side():
    def run(tile):
        cells = cell_means(tile)
        cells[..., [0, -1], :] = cells[..., [0, -1]] = -1  # spoilt at the borders of a tile
        return cells

    found = run_pass(pass_of(64, run), torch.ones(1, 1, 64, 64), 32 * 32)
    assert (found[..., 1:-1, 1:-1] == 1).all()


def test_memory_decides_batches_first_and_tiles_then():
    dense = pass_of(64, cell_means)
    assert (dense.tile(3 * 64 * 64), dense.batch(3 * 64 * 64, 16)) == (64, 3)
    assert dense.batch(100 * 64 * 64, 16) == 16
    assert (dense.tile(1000), dense.batch(1000, 16)) == (28, 1)
    assert dense.tile(1) == 16  # not smaller than what the network knows
    assert pass_of(64, cell_means, grain=0).tile(1) == 64


def of(clip, size, stride, **options):
    model = clip._model
    return dense_pass(
        model.visual, size, encode=model.encode_image, native_size=clip.image_size, stride=stride, **options
    )


def test_finer_grids_cost_more(resnet_clip, transformer_clip):
    for clip in (resnet_clip, transformer_clip):
        coarse, fine = of(clip, 64, 8), of(clip, 64, 4)
        assert fine.n_bytes(fine.side) > 1.5 * coarse.n_bytes(coarse.side)
    enlarged, dilated = (of(resnet_clip, 64, 8, finer=way) for way in ("enlarge", "dilate"))
    assert (enlarged.side, enlarged.cell, dilated.side, dilated.cell) == (256, 32, 64, 8)


@pytest.mark.parametrize("name", ["resnet_clip", "transformer_clip"])
def test_a_small_budget_gives_almost_the_same_embeddings(name, request):
    clip = request.getfixturevalue(name)
    images = np.random.default_rng(0).integers(0, 256, size=(3, 256, 256, 1), dtype=np.uint8)
    whole = clip.dense(images, stride=8, size=256)
    dense = of(clip, 256, 8)
    budget = dense.n_bytes(128 if name == "resnet_clip" else 64)
    assert dense.tile(budget) < 256
    tiled = clip.dense(images, stride=8, size=256, memory_gb=budget / 1e9)
    assert tiled.shape == whole.shape
    cosine = (tiled * whole).sum(axis=1) / np.linalg.norm(tiled, axis=1) / np.linalg.norm(whole, axis=1)
    assert np.median(cosine) > 0.9
