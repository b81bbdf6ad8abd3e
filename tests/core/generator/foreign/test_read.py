"""What is found in foreign files, what is left out and why, and what is refused."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from foreign_files import (
    Weights,
    as_torch,
    nvidia_discriminator,
    nvidia_module,
    nvidia_names,
    nvidia_weights,
    rosinality_weights,
    tensorflow_network,
    tensorflow_weights,
    widths,
    write_nvidia,
    write_rosinality,
    write_tensorflow,
)

from segstyle_gui.core.generator.checkpoint import save_generator
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.foreign.read import read_generator
from segstyle_gui.core.generator.foreign.report import ConditionalGeneratorError
from segstyle_gui.core.generator.network import Generator, latents_from_seeds
from segstyle_gui.errors import ConfigError, ModelFileError

CHANNELS = widths(16, 128, 8)


def _image(generator: Generator) -> torch.Tensor:
    return generator(latents_from_seeds([1], generator.z_dim), 0.7)


def test_own_files_are_read(tmp_path: Path, tiny_generator: Generator) -> None:
    path = tmp_path / "own.anything"
    path.write_bytes(save_generator(tiny_generator))
    read = read_generator(path)
    assert read.report.format == "segstyle"
    torch.testing.assert_close(_image(read.generator), _image(tiny_generator), rtol=0, atol=0)
    with pytest.raises(ConfigError, match="no classes"):
        read_generator(path, class_index=0)


def test_the_report_says_what_was_used(tmp_path: Path) -> None:
    weights = nvidia_weights(CHANNELS)
    weights["synthesis.b16.surprise"] = np.ones(3, np.float32)
    report = read_generator(write_nvidia(tmp_path / "net.pkl", weights)).report
    assert (report.format, report.network, report.n_classes) == ("nvidia-pytorch", "G_ema", 0)
    assert report.n_used == len(weights) - 1
    left = {item.name: item for item in report.left_out}
    assert set(left) == {"synthesis.b16.surprise", "synthesis.b4.resample_filter"}
    assert left["synthesis.b16.surprise"].shape == (3,)
    assert "filter" in left["synthesis.b4.resample_filter"].reason
    assert any("G, D" in note for note in report.notes)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64, torch.bfloat16])
def test_other_precisions_become_float32(tmp_path: Path, dtype: torch.dtype) -> None:
    weights: dict[str, Any] = {name: as_torch(v).to(dtype) for name, v in nvidia_weights(CHANNELS).items()}
    with nvidia_names():
        (tmp_path / "net.pkl").write_bytes(pickle.dumps({"G_ema": nvidia_module(weights)}))
    state = read_generator(tmp_path / "net.pkl").generator.state_dict()
    assert {tensor.dtype for tensor in state.values()} == {torch.float32}
    wanted = weights["synthesis.b8.conv0.weight"].float()
    torch.testing.assert_close(state["synthesis_network.b8.conv0.weight"], wanted, rtol=0, atol=0)


def test_strided_tensors_keep_their_order(tmp_path: Path) -> None:
    weights: dict[str, Any] = dict(nvidia_weights(CHANNELS))
    name = "synthesis.b8.conv1.weight"
    weights[name] = as_torch(weights[name]).to(memory_format=torch.channels_last)
    found = read_generator(write_nvidia(tmp_path / "net.pkl", weights)).generator.state_dict()
    torch.testing.assert_close(found["synthesis_network.b8.conv1.weight"], weights[name].contiguous())


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_arrays_of_any_order_and_protocol(tmp_path: Path, protocol: int) -> None:
    weights = tensorflow_weights(CHANNELS)
    name = "synthesis/8x8/Conv1/weight"
    weights[name] = np.asfortranarray(weights[name])
    path = write_tensorflow(tmp_path / "net.pkl", weights, protocol=protocol)
    found = read_generator(path).generator.state_dict()["synthesis_network.b8.conv1.weight"]
    np.testing.assert_array_equal(found.numpy(), weights[name].transpose(3, 2, 0, 1))


def test_a_missing_mean_is_estimated_and_said(tmp_path: Path) -> None:
    read = read_generator(write_rosinality(tmp_path / "net.pt", rosinality_weights(CHANNELS)))
    z = torch.randn(8192, 24, generator=torch.Generator().manual_seed(9))
    expected = read.generator.mapping(z).mean(dim=0)
    spread = read.generator.mapping(z).std(dim=0).mean()
    assert float((read.generator.mapping.w_avg - expected).abs().max()) < 0.1 * float(spread)
    assert any("estimated from 8,192 latents" in note for note in read.report.notes)
    again = read_generator(tmp_path / "net.pt").generator.mapping.w_avg
    torch.testing.assert_close(again, read.generator.mapping.w_avg, rtol=0, atol=0)


def test_missing_noise_is_drawn_or_silent(tmp_path: Path) -> None:
    weights = rosinality_weights(CHANNELS)
    weights = {name: value for name, value in weights.items() if not name.startswith("noises")}
    read = read_generator(write_rosinality(tmp_path / "net.pt", weights))
    assert any("drawn anew" in note for note in read.report.notes)
    quiet = {name: value for name, value in nvidia_weights(CHANNELS).items() if ".noise_" not in name}
    read = read_generator(write_nvidia(tmp_path / "net.pkl", quiet))
    assert any("without noise" in note for note in read.report.notes)
    assert float(read.generator.state_dict()["synthesis_network.b8.conv0.noise_strength"]) == 0


def test_another_learning_rate_multiplier_gives_the_same_latents(tmp_path: Path) -> None:
    weights = nvidia_weights(CHANNELS)
    slow = {name: value / 5 if ".fc" in name else value for name, value in weights.items()}
    facts = {"mapping__fc0__bias_gain": 0.05}
    a = read_generator(write_nvidia(tmp_path / "a.pkl", weights)).generator
    b = read_generator(write_nvidia(tmp_path / "b.pkl", slow, **facts)).generator
    torch.testing.assert_close(_image(a), _image(b), rtol=1e-4, atol=1e-4)


def test_a_state_dict_alone_will_do(tmp_path: Path) -> None:
    weights = {name: as_torch(value) for name, value in nvidia_weights(CHANNELS).items()}
    torch.save({"G_ema": weights}, tmp_path / "a.pt")
    torch.save({name: as_torch(v) for name, v in rosinality_weights(CHANNELS).items()}, tmp_path / "b.pt")
    assert read_generator(tmp_path / "a.pt").report.format == "nvidia-pytorch"
    assert read_generator(tmp_path / "b.pt").report.format == "rosinality"


def test_one_tensorflow_network_alone_will_do(tmp_path: Path) -> None:
    with nvidia_names():
        network = tensorflow_network(tensorflow_weights(CHANNELS))
        (tmp_path / "net.pkl").write_bytes(pickle.dumps(network))
    assert read_generator(tmp_path / "net.pkl").report.network == "G"


# Classes


def test_a_conditional_model_asks_for_a_class(tmp_path: Path) -> None:
    path = write_nvidia(tmp_path / "net.pkl", nvidia_weights(CHANNELS, classes=7))
    with pytest.raises(ConditionalGeneratorError, match="7 classes") as caught:
        read_generator(path)
    assert caught.value.n_classes == 7
    for wrong in (-1, 7):
        with pytest.raises(ConfigError, match="0 to 6"):
            read_generator(path, class_index=wrong)
    report = read_generator(path, class_index=6).report
    assert (report.n_classes, report.class_index) == (7, 6)
    assert any("number 6" in note for note in report.notes)


def test_classes_draw_different_pictures(tmp_path: Path) -> None:
    path = write_nvidia(tmp_path / "net.pkl", nvidia_weights(CHANNELS, classes=3))
    a, b = (_image(read_generator(path, class_index=i).generator) for i in (0, 2))
    assert float((a - b).abs().max()) > 0.1


# The discriminator


def test_the_discriminator_is_taken_when_wanted(tmp_path: Path) -> None:
    theirs = nvidia_discriminator(CHANNELS)
    path = write_nvidia(tmp_path / "net.pkl", nvidia_weights(CHANNELS), theirs)
    assert read_generator(path).discriminator is None
    read = read_generator(path, with_discriminator=True)
    assert read.discriminator is not None
    network = Discriminator(read.generator.spec)
    network.load_state_dict(dict(read.discriminator))
    np.testing.assert_array_equal(network.blocks[1].conv1.weight.detach(), theirs["b8.conv1.weight"])
    np.testing.assert_array_equal(network.fromrgb.weight.detach(), theirs["b16.fromrgb.weight"])


def test_a_discriminator_of_another_kind_is_left_out(tmp_path: Path) -> None:
    theirs = nvidia_discriminator(widths(16, 64, 4))
    path = write_nvidia(tmp_path / "net.pkl", nvidia_weights(CHANNELS), theirs)
    read = read_generator(path, with_discriminator=True)
    assert read.discriminator is None
    assert any("discriminator is built in another way" in note for note in read.report.notes)


# What is refused


def _refused(tmp_path: Path, weights: Weights, **facts: Any) -> str:
    with pytest.raises(ModelFileError) as caught:
        read_generator(write_nvidia(tmp_path / "net.pkl", weights, **facts))
    return str(caught.value)


def test_other_architectures_are_named(tmp_path: Path) -> None:
    weights = nvidia_weights(CHANNELS)
    skip = {**weights, "synthesis.b8.skip.weight": np.ones((8, 8, 1, 1), np.float32)}
    assert "connected in another way" in _refused(tmp_path, skip)
    assert "StyleGAN3" in _refused(tmp_path, {**weights, "synthesis.L0_36_512.bias": np.ones(3, np.float32)})
    assert "relu" in _refused(tmp_path, weights, synthesis__b8__conv0__activation="relu")
    old = {**tensorflow_weights(CHANNELS), "synthesis/ToRGB_lod0/weight": np.ones((1, 1, 8, 3), np.float32)}
    with pytest.raises(ModelFileError, match="config E or F"):
        read_generator(write_tensorflow(tmp_path / "old.pkl", old))
    with pytest.raises(ModelFileError, match="another setting of nonlinearity"):
        read_generator(
            write_tensorflow(tmp_path / "t.pkl", tensorflow_weights(CHANNELS), nonlinearity="relu")
        )


def test_oblong_generators_are_named(tmp_path: Path) -> None:
    weights = nvidia_weights(CHANNELS)
    weights["synthesis.b4.const"] = weights["synthesis.b4.const"][:, :, :2].copy()
    assert "16 × 8 pixels" in _refused(tmp_path, weights)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("synthesis.b8.conv0.weight", "conv0.weight is missing"),
        ("synthesis.b8.conv1.weight", "channel count"),
        ("synthesis.b8.conv1.noise_strength", "noise_strength is missing"),
        ("mapping.fc1.weight", "fc1.weight is missing"),
        ("synthesis.b16.torgb.weight", "torgb.weight"),
    ],
)
def test_missing_tensors_are_named(tmp_path: Path, name: str, found: str) -> None:
    weights = nvidia_weights(CHANNELS)
    del weights[name]
    with pytest.raises(ModelFileError, match=found):
        read_generator(write_nvidia(tmp_path / "net.pkl", weights))


def test_tensors_of_another_shape_are_named(tmp_path: Path) -> None:
    weights = nvidia_weights(CHANNELS)
    weights["synthesis.b8.conv0.affine.weight"] = np.ones((5, 5), np.float32)
    assert "affine.weight is 5 × 5, not 8 × 24" in _refused(tmp_path, weights)


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    weights = nvidia_weights(CHANNELS)
    weights["synthesis.b8.conv0.bias"][2] = np.nan
    assert "not finite" in _refused(tmp_path, weights)


def test_a_checkpoint_of_something_else_is_named(tmp_path: Path) -> None:
    torch.save({"model": {"a": torch.zeros(3)}, "epoch": 3}, tmp_path / "net.pt")
    with pytest.raises(ModelFileError, match="only model, epoch"):
        read_generator(tmp_path / "net.pt")
