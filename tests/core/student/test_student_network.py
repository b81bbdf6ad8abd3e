import pytest
import torch

from segstyle_gui.core.student.encoder import build_resnet18_8s
from segstyle_gui.core.student.network import StudentSpec, UNet, build_student
from segstyle_gui.errors import ConfigError, ModelFileError

SPEC = {"class_ids": (0, 1, 5), "channels": 1, "mean": (100.0,), "std": (50.0,), "image_size": 64}


@pytest.mark.parametrize("norm", ["group", "batch"])
def test_the_unet_gives_a_logit_for_each_class_and_pixel(norm):
    student = build_student(StudentSpec(architecture="unet", width=8, norm=norm, **SPEC))
    assert student(torch.zeros(2, 1, 32, 48)).shape == (2, 3, 32, 48)


def test_the_default_unet_is_compact():
    n = sum(p.numel() for p in UNet(1, 5).parameters())
    assert 1_000_000 < n < 2_000_000


def test_the_input_is_standardised_with_the_spec():
    student = build_student(StudentSpec(architecture="unet", width=8, **SPEC))
    seen = []
    student.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    student(torch.full((1, 1, 32, 32), 150.0))
    assert torch.allclose(seen[0], torch.ones(1, 1, 32, 32))


def test_resnet18_8s_keeps_stride_8_and_has_the_published_head():
    torch.manual_seed(0)
    network = build_resnet18_8s(3, 4)
    features = network.features(torch.zeros(1, 3, 64, 96))
    assert features.shape == (1, 512, 8, 12)
    assert network(torch.zeros(1, 3, 64, 96)).shape == (1, 4, 64, 96)
    assert network.head.weight.std().item() == pytest.approx(0.01, rel=0.1)
    assert network.head.kernel_size == (1, 1)
    dilations = {m.dilation for m in network.encoder.layer4.modules() if isinstance(m, torch.nn.Conv2d)}
    assert (4, 4) in dilations


def test_encoder_weights_come_from_a_file_and_gray_sums_the_colours(tmp_path):
    torch.manual_seed(1)
    colour = build_resnet18_8s(3, 2)
    state = {k: v for k, v in colour.encoder.state_dict().items() if "num_batches" not in k}
    torch.save({**state, "fc.weight": torch.zeros(1000, 512)}, tmp_path / "resnet18.pth")
    gray = build_resnet18_8s(1, 2, str(tmp_path / "resnet18.pth"))
    colour.eval(), gray.eval()
    x = torch.rand(1, 1, 32, 32)
    assert torch.allclose(gray.features(x), colour.features(x.expand(-1, 3, -1, -1)), atol=1e-4)


def test_weights_of_another_network_or_damaged_ones_are_refused(tmp_path):
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    (tmp_path / "damaged.pth").write_bytes(b"no weights")
    (tmp_path / "damaged.safetensors").write_bytes(b"no weights")
    for name in ("other.pth", "damaged.pth", "damaged.safetensors", "missing.pth"):
        with pytest.raises(ModelFileError, match=name):
            build_resnet18_8s(3, 2, str(tmp_path / name))


@pytest.mark.parametrize(
    "change",
    [
        {"class_ids": (0,)},
        {"class_ids": (1, 2)},
        {"class_ids": (0, 2, 1)},
        {"class_ids": (0, 255)},
        {"channels": 2},
        {"std": (0.0,)},
        {"class_names": ("one",)},
    ],
)
def test_a_spec_that_cannot_be_is_refused(change):
    with pytest.raises(ConfigError):
        StudentSpec(architecture="unet", **{**SPEC, **change})
