import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from segstyle_gui.core.student.checkpoint import (
    load_student,
    save_student,
    student_from_arrays,
    student_to_arrays,
)
from segstyle_gui.core.student.network import StudentSpec, build_student
from segstyle_gui.errors import ModelFileError


def _student(architecture="unet", **change):
    torch.manual_seed(4)
    known = {
        "class_ids": (0, 1, 5),
        "channels": 1,
        "mean": (101.5,),
        "std": (44.25,),
        "image_size": 64,
        "width": 8,
        "norm": "batch",
        "class_names": ("background", "pupil", "Iris ä"),
    }
    return build_student(StudentSpec(architecture=architecture, **{**known, **change})).eval()


@pytest.mark.parametrize(
    ("architecture", "way"), [("unet", "bytes"), ("unet", "arrays"), ("resnet18_8s", "arrays")]
)
def test_a_student_comes_back_as_it_was(architecture, way):
    student = _student(architecture)
    if way == "bytes":
        back = load_student(save_student(student))
    else:
        back = student_from_arrays(student_to_arrays(student))
    assert back.spec == student.spec
    x = torch.rand(1, 1, 32, 32) * 255
    with torch.no_grad():
        assert torch.equal(back(x), student(x))


def test_arrays_are_named_for_storage():
    arrays = student_to_arrays(_student())
    assert arrays["header"].dtype == np.uint8
    assert all(name == "header" or name.startswith("tensors/") for name in arrays)
    assert json.loads(arrays["header"].tobytes())["class_ids"] == [0, 1, 5]


def test_damaged_bytes_are_refused():
    data = save_student(_student())
    for broken in (b"", b"x" * 40, data[: len(data) // 2], data[:-1], b"\xff" * 8 + data[8:]):
        with pytest.raises(ModelFileError):
            load_student(broken)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"width": 10**9},
        {"width": "wide"},
        {"architecture": "vgg"},
        {"class_ids": [0]},
        {"class_ids": [0, 999]},
        {"class_ids": None},
        {"std": [0.0]},
        {"mean": [float("nan")]},
        {"channels": 3},
        {"image_size": 0},
        {"class_ids": [0, 1, 5, 6], "class_names": []},
        {"norm": "layer"},
    ],
)
def test_headers_that_lie_are_refused(change):
    arrays = student_to_arrays(_student())
    header = {**json.loads(arrays["header"].tobytes()), **change}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    with pytest.raises(ModelFileError):
        student_from_arrays(arrays)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000])
def test_headers_that_are_none_are_refused(text):
    tensors = load(save_student(_student()))
    with pytest.raises(ModelFileError):
        load_student(save(tensors, metadata={"header": text}))
    with pytest.raises(ModelFileError):
        load_student(save(tensors))


def test_missing_wrong_and_unfinite_tensors_are_refused():
    arrays = student_to_arrays(_student())
    name = "tensors/network.head.weight"
    for change in ({name: arrays[name][:1]}, {name: arrays[name] * np.nan}, {"tensors/more": np.zeros(1)}):
        with pytest.raises(ModelFileError):
            student_from_arrays({**arrays, **change})
    with pytest.raises(ModelFileError):
        student_from_arrays({k: v for k, v in arrays.items() if k not in (name,)})
    with pytest.raises(ModelFileError, match="header"):
        student_from_arrays({name: arrays[name]})
