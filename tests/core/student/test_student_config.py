import pytest

from segstyle_gui.core.student.config import PAPER, PRESETS, PredictConfig, StudentConfig
from segstyle_gui.errors import ConfigError


def test_the_paper_preset_holds_the_published_settings():
    assert PRESETS["paper"] is PAPER
    assert (PAPER.architecture, PAPER.encoder_weights, PAPER.loss) == ("resnet18_8s", "imagenet", "ce")
    assert (PAPER.optimizer, PAPER.learning_rate, PAPER.weight_decay) == ("adam", 1e-4, 1e-4)
    assert (PAPER.schedule, PAPER.batch_size, PAPER.steps) == ("poly", 15, 1000)
    assert (PAPER.augment, PAPER.flip, PAPER.normalize_input) == ("none", False, False)
    assert (PAPER.ema, PAPER.validation_share, PAPER.self_train_steps) == (0.0, 0.0, 0)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"batch_size": 1}, "batch_size"),
        ({"architecture": "vgg"}, "architecture"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"image_size": 24}, "image_size"),
        ({"image_size": 8}, "image_size"),
        ({"width": 20}, "width"),
        ({"ema": 1.0}, "ema"),
        ({"augment": "wild"}, "augment"),
        ({"validation_share": 0.9}, "validation_share"),
    ],
)
def test_settings_out_of_range_are_named(change, word):
    with pytest.raises(ConfigError, match=word):
        StudentConfig(**change)


@pytest.mark.parametrize("scales", ["", "one", "0.1", "1,9", "nan"])
def test_scales_that_are_none_are_refused(scales):
    with pytest.raises(ConfigError, match="scales"):
        PredictConfig(scales=scales)


def test_scales_are_read_as_numbers():
    assert PredictConfig(scales="0.75, 1,1.5").scale_values() == (0.75, 1.0, 1.5)


def test_an_overlap_above_half_a_tile_is_refused():
    with pytest.raises(ConfigError, match="overlap"):
        PredictConfig(tile=64, overlap=48)
