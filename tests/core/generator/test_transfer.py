"""Starting from a trained generator: what is kept, what grows, and who waits for whom at first."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.network import Generator, GeneratorSpec, latents_from_seeds
from segstyle_gui.core.generator.train import train_generator
from segstyle_gui.core.generator.trainer import GeneratorTrainer
from segstyle_gui.core.generator.training_state import load_state, save_state, start_of_checkpoint
from segstyle_gui.core.generator.transfer import (
    Start,
    started_discriminator,
    started_generator,
    trained_spec,
)
from segstyle_gui.errors import ConfigError

CPU = torch.device("cpu")
CONFIG = TrainConfig(
    batch_size=4, z_dim=4, w_dim=4, channel_base=64, channel_max=16, precision="float32", kimg=0.016
)


def _start(generator: Generator, *, with_discriminator: bool = True) -> Start:
    torch.manual_seed(5)
    judge = Discriminator(generator.spec).state_dict() if with_discriminator else None
    return Start(generator, judge)


def _images(size: int = 16, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (20, size, size, channels), dtype=np.uint8)


def _trainer(start: Start, size: int = 16, **changes: object) -> GeneratorTrainer:
    settings = {name: getattr(CONFIG, name) for name in CONFIG.__slots__} | changes
    return GeneratorTrainer(_images(size), TrainConfig(**settings), CPU, start)


def _state(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def _same(before: dict[str, torch.Tensor], network: torch.nn.Module) -> bool:
    return all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_the_widths_and_latents_of_the_start_win(tiny_generator: Generator) -> None:
    trainer = _trainer(_start(tiny_generator))
    assert trainer.spec == tiny_generator.spec
    z = latents_from_seeds(range(3), 8)
    torch.testing.assert_close(trainer.averaged(z), tiny_generator(z))


@pytest.mark.parametrize("size", [32, 64])
def test_a_grown_generator_begins_with_the_images_of_before_enlarged(
    tiny_generator: Generator, size: int
) -> None:
    spec = trained_spec(CONFIG, size, 1, _start(tiny_generator))
    assert [spec.channels[r] for r in (4, 8, 16)] == [8, 8, 8]
    assert spec.channels[32] == 4  # half of the block below: the config would give 2
    grown = started_generator(spec, _start(tiny_generator)).eval()
    z = latents_from_seeds(range(3), 8)
    enlarged = tiny_generator(z)
    for r in (32, 64)[: size // 32]:
        enlarged = grown.synthesis_network.get_submodule(f"b{r}").resample.upsample(enlarged)
    torch.testing.assert_close(grown(z), enlarged)


def test_a_size_that_does_not_follow_is_refused(tiny_generator: Generator) -> None:
    with pytest.raises(
        ConfigError, match=r"makes images of 16 px and yours have 128 px; wanted .* 16, 32, 64"
    ):
        trained_spec(CONFIG, 128, 1, Start(tiny_generator))


def test_gray_and_rgb_are_converted() -> None:
    spec = GeneratorSpec(resolution=16, img_channels=3, z_dim=8, w_dim=8, channels={4: 8, 8: 8, 16: 8})
    torch.manual_seed(0)
    colored = Generator(spec).eval()
    start = _start(colored)
    gray = trained_spec(CONFIG, 16, 1, start)
    z = latents_from_seeds(range(2), 8)
    torch.testing.assert_close(
        started_generator(gray, start)(z), colored(z).mean(dim=1, keepdim=True), rtol=1e-4, atol=1e-4
    )
    judge, is_known = started_discriminator(gray, start)
    assert is_known
    images = torch.randn(4, 1, 16, 16)
    of_start = Discriminator(spec)
    of_start.load_state_dict(start.discriminator)
    torch.testing.assert_close(judge(images), of_start(images.expand(-1, 3, -1, -1)))


def test_a_given_discriminator_is_used_at_once(tiny_generator: Generator) -> None:
    start = _start(tiny_generator)
    trainer = _trainer(start)
    assert _same(start.discriminator, trainer.discriminator)
    assert trainer.warmup_images == 0


def test_a_grown_discriminator_keeps_what_it_knew_below_its_new_blocks(tiny_generator: Generator) -> None:
    start = _start(tiny_generator)
    trainer = _trainer(start, 32)
    found = trainer.discriminator.state_dict()
    assert torch.equal(found["blocks.1.conv0.weight"], start.discriminator["blocks.0.conv0.weight"])
    assert torch.equal(found["fc.weight"], start.discriminator["fc.weight"])
    assert trainer.warmup_images == 2000  # its new blocks know nothing yet


def test_the_generator_is_untouched_while_a_new_discriminator_warms_up(tiny_generator: Generator) -> None:
    trainer = _trainer(_start(tiny_generator, with_discriminator=False), warmup_kimg=0.012, augment_p=0.3)
    before, average, judge = map(_state, (trainer.generator, trainer.averaged, trainer.discriminator))
    for _ in range(3):
        trainer.step()
    assert _same(before, trainer.generator)
    assert _same(average, trainer.averaged)
    assert not _same(judge, trainer.discriminator)
    trainer.step()
    assert not _same(before, trainer.generator)


def test_a_warm_up_teaches_the_discriminator_to_tell_them_apart(tiny_generator: Generator) -> None:
    trainer = _trainer(
        _start(tiny_generator, with_discriminator=False), warmup_kimg=10, augment="none", learning_rate=0.01
    )
    losses = [float(trainer.step().discriminator) for _ in range(40)]
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


def test_a_stop_within_the_warm_up_goes_on_to_the_same_weights(tiny_generator: Generator, tmp_path) -> None:
    start = _start(tiny_generator, with_discriminator=False)
    whole, first = (_trainer(start, 32, warmup_kimg=0.012) for _ in range(2))
    for _ in range(6):
        whole.step()
    for _ in range(2):
        first.step()
    save_state(first, tmp_path / "training.pt")
    second = _trainer(start, 32, warmup_kimg=0.012)
    assert load_state(second, tmp_path / "training.pt")
    for _ in range(4):
        second.step()
    assert _same(_state(whole.generator), second.generator)
    assert _same(_state(whole.averaged), second.averaged)


def test_another_start_is_another_training(tiny_generator: Generator, tmp_path) -> None:
    save_state(_trainer(_start(tiny_generator)), tmp_path / "training.pt")
    with torch.no_grad():
        tiny_generator.mapping.w_avg.add_(1)
    assert not load_state(_trainer(_start(tiny_generator)), tmp_path / "training.pt")


def test_the_average_of_a_good_start_moves_slowly(tiny_generator: Generator) -> None:
    trainer = _trainer(_start(tiny_generator))
    name = "synthesis_network.b16.conv1.weight"
    for _ in range(4):
        trainer.step()
    moved = [
        float((network.state_dict()[name] - tiny_generator.state_dict()[name]).abs().max())
        for network in (trainer.averaged, trainer.generator)
    ]
    assert 0 < moved[0] < 0.01 * moved[1]


def test_frozen_blocks_stay_as_they_were(tiny_generator: Generator) -> None:
    start = _start(tiny_generator)
    trainer = _trainer(start, freeze_d=1)
    trainer.step()
    changed = {
        name.split(".")[0] if not name.startswith("blocks") else name[:8]
        for name, tensor in trainer.discriminator.state_dict().items()
        if not torch.equal(tensor, start.discriminator[name])
    }
    assert changed == {"blocks.1", "conv", "fc", "out"}


@pytest.mark.parametrize(("with_discriminator", "size"), [(False, 16), (True, 32)])
def test_what_is_not_known_cannot_be_frozen(tiny_generator, with_discriminator: bool, size: int) -> None:
    with pytest.raises(ConfigError, match="none is given"):
        _trainer(_start(tiny_generator, with_discriminator=with_discriminator), size, freeze_d=1)


def test_a_checkpoint_is_a_start_with_its_discriminator(tiny_generator: Generator, tmp_path) -> None:
    path = tmp_path / "training.pt"
    result = train_generator(_images(), CONFIG, device=CPU, checkpoint=path)
    start = start_of_checkpoint(path)
    assert start is not None
    assert _same(_state(result.generator), start.generator)
    grown = train_generator(_images(32), CONFIG, device=CPU, start=start)
    assert grown.generator.resolution == 32
    assert start_of_checkpoint(tmp_path / "none.pt") is None
    (tmp_path / "other.pt").write_bytes(b"no checkpoint")
    assert start_of_checkpoint(tmp_path / "other.pt") is None
