"""Weights to arrays and files and back, and files that are not generators."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from segstyle_gui.core.generator.checkpoint import (
    generator_from_arrays,
    generator_to_arrays,
    load_generator_file,
    save_generator,
)
from segstyle_gui.core.generator.network import latents_from_seeds
from segstyle_gui.errors import ModelFileError


def _image(generator):
    return generator(latents_from_seeds([1], generator.z_dim), 0.7)


def test_file_round_trip_gives_the_same_picture(tiny_generator, tmp_path):
    path = tmp_path / "öur generator.safetensors"
    path.write_bytes(save_generator(tiny_generator))
    loaded = load_generator_file(path)
    assert loaded.spec == tiny_generator.spec
    torch.testing.assert_close(_image(loaded), _image(tiny_generator), rtol=0, atol=0)


def test_arrays_round_trip_gives_the_same_picture(tiny_generator):
    arrays = generator_to_arrays(tiny_generator)
    assert arrays["header"].dtype == np.uint8
    assert json.loads(bytes(arrays["header"]))["resolution"] == 16
    torch.testing.assert_close(_image(generator_from_arrays(arrays)), _image(tiny_generator), rtol=0, atol=0)


def test_missing_tensor_is_refused(tiny_generator):
    arrays = generator_to_arrays(tiny_generator)
    arrays.pop("tensors/mapping.w_avg")
    with pytest.raises(ModelFileError, match="do not fit"):
        generator_from_arrays(arrays)


def test_missing_header_is_refused(tiny_generator):
    arrays = generator_to_arrays(tiny_generator)
    arrays.pop("header")
    with pytest.raises(ModelFileError, match="header is missing"):
        generator_from_arrays(arrays)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 64, pickle.dumps({"a": 1})])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"weights\.safetensors"):
        load_generator_file(path)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="nowhere"):
        load_generator_file(tmp_path / "nowhere.safetensors")


@pytest.mark.parametrize("header", ["", "{}", '{"format": "segstyle-generator-1", "resolution": 17}', "[1]"])
def test_safetensors_of_something_else_is_refused(tmp_path, header):
    path = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(2)}, path, metadata={"segstyle": header} if header else None)
    with pytest.raises(ModelFileError, match=r"other\.safetensors.*header"):
        load_generator_file(path)
