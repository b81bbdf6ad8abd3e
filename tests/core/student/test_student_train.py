import dataclasses
import math

import numpy as np
import pytest
import torch

from segstyle_gui.core.progress import Cancelled, SilentProgress, StopHere
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.data import CorrectedSet, StoredSet
from segstyle_gui.core.student.predict import predict_image
from segstyle_gui.core.student.train import StudentPreview, train_student
from segstyle_gui.core.student.trainer import StudentPoint, Trainer, index_table
from segstyle_gui.errors import ConfigError, ModelFileError, StageError

SMALL = StudentConfig(width=8, batch_size=8, steps=60, learning_rate=1e-2, augment="none", validate_every=30)
SHORT = dataclasses.replace(SMALL, steps=8, validate_every=4, augment="strong", precision="float32")


class StopAt(SilentProgress):
    def __init__(self, step, error=Cancelled):
        self.step, self.error = step, error
        self.previews = []

    def report(self, done, total, message=""):
        if done == self.step:
            raise self.error

    def preview(self, value):
        self.previews.append(value)


def _weights(result):
    return result.student.state_dict()


def _assert_equal(first, second):
    for name, value in _weights(first).items():
        assert torch.allclose(value.float(), _weights(second)[name].float(), atol=1e-6), name


def test_squares_are_learnt(square_set):
    result = train_student(square_set, SMALL, device="cpu")
    assert result.best_miou > 0.9
    assert [p.step for p in result.history] == [30, 60]
    assert result.history[1].loss < result.history[0].loss


def test_gaps_in_the_class_ids_survive(squares):
    result = train_student(StoredSet(*squares(class_id=9)), SMALL, device="cpu")
    assert result.student.spec.class_ids == (0, 9)
    images, labels = squares(n=4, class_id=9, seed=5)
    indices = np.stack([predict_image(result.student, image).argmax(axis=0) for image in images])
    assert (np.array([0, 9])[indices] == labels).mean() > 0.95


@pytest.mark.parametrize(
    "change", [{}, {"norm": "group", "ema": 0.0, "optimizer": "adam", "schedule": "poly"}]
)
def test_stopped_and_resumed_equals_uninterrupted(square_set, tmp_path, change):
    config = dataclasses.replace(SHORT, **change)
    whole = train_student(square_set, config, device="cpu")
    file = tmp_path / "new folder" / "student.ckpt"
    with pytest.raises(Cancelled):
        train_student(square_set, config, device="cpu", checkpoint=file, progress=StopAt(6))
    assert torch.load(file, weights_only=True)["step"] == 6
    resumed = train_student(square_set, config, device="cpu", checkpoint=file)
    _assert_equal(whole, resumed)
    for before, after in zip(whole.history, resumed.history, strict=True):
        assert before.step == after.step
        assert (before.loss, before.val_miou) == pytest.approx((after.loss, after.val_miou))
    assert [p.name for p in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("step", [0, 6])
def test_stop_here_returns_the_best_so_far(square_set, step):
    result = train_student(square_set, SHORT, device="cpu", progress=StopAt(step, StopHere))
    assert result.history[-1].step == step
    assert result.best_miou == max(point.val_miou for point in result.history)


def test_a_stop_before_the_first_step_can_be_resumed(square_set, tmp_path):
    file = tmp_path / "student.ckpt"
    with pytest.raises(Cancelled):
        train_student(square_set, SHORT, device="cpu", checkpoint=file, progress=StopAt(0))
    _assert_equal(
        train_student(square_set, SHORT, device="cpu", checkpoint=file),
        train_student(square_set, SHORT, device="cpu"),
    )


def test_a_state_of_another_config_or_set_is_not_taken_over(square_set, squares, tmp_path):
    file = tmp_path / "student.ckpt"
    train_student(square_set, SHORT, device="cpu", checkpoint=file)
    other = dataclasses.replace(SHORT, seed=3)
    _assert_equal(
        train_student(square_set, other, device="cpu", checkpoint=file),
        train_student(square_set, other, device="cpu"),
    )
    other_set = StoredSet(*squares(seed=8))
    _assert_equal(
        train_student(other_set, SHORT, device="cpu", checkpoint=file),
        train_student(other_set, SHORT, device="cpu"),
    )


def test_a_damaged_state_is_named(square_set, tmp_path):
    file = tmp_path / "student.ckpt"
    file.write_bytes(b"half a file")
    with pytest.raises(ModelFileError, match=r"student\.ckpt"):
        train_student(square_set, SHORT, device="cpu", checkpoint=file)


def test_a_training_that_diverges_says_so(square_set):
    config = dataclasses.replace(SMALL, learning_rate=1.0, steps=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "segstyle_gui.core.student.trainer.student_loss",
            lambda logits, *_, **__: logits.sum() * float("nan"),
        )
        with pytest.raises(StageError, match="diverged"):
            train_student(square_set, config, device="cpu")


def test_the_best_measured_weights_are_kept(square_set, monkeypatch, tmp_path):
    values = iter([0.4, 0.8, 0.6])
    monkeypatch.setattr("segstyle_gui.core.student.trainer.mean_iou", lambda _: next(values))
    config = dataclasses.replace(SHORT, steps=6, validate_every=2)
    file = tmp_path / "student.ckpt"
    with pytest.raises(Cancelled):
        train_student(square_set, config, device="cpu", checkpoint=file, progress=StopAt(4))
    at_four = torch.load(file, weights_only=True)["average"]
    result = train_student(square_set, config, device="cpu", checkpoint=file)
    assert all(torch.equal(value, at_four[name]) for name, value in _weights(result).items())
    assert result.best_miou == 0.8
    assert [p.val_miou for p in result.history] == [0.4, 0.8, 0.6]


def test_points_and_label_maps_are_shown_on_the_way(squares):
    watch = StopAt(-1)
    data = StoredSet(*squares(class_id=4))
    real, _ = squares(n=3, seed=9)
    config = dataclasses.replace(SHORT, steps=12, validate_every=6)
    train_student(data, config, device="cpu", progress=watch, unlabelled=real)
    points = [p for p in watch.previews if isinstance(p, StudentPoint)]
    assert [(p.step, math.isnan(p.val_miou)) for p in points] == [(6, False), (10, True), (12, False)]
    shown = [p for p in watch.previews if isinstance(p, StudentPreview)]
    assert len(shown) == 2
    assert shown[0].real
    assert (shown[0].images == real).all()
    assert shown[0].label_maps.shape == (3, 32, 32)
    assert set(np.unique(shown[0].label_maps)) <= {0, 4}


def test_images_of_another_size_are_shown_as_the_student_gets_them(squares):
    watch = StopAt(-1)
    real, _ = squares(n=3, size=16, seed=9)
    config = dataclasses.replace(SHORT, steps=1, validate_every=1)
    train_student(StoredSet(*squares()), config, device="cpu", progress=watch, unlabelled=real)
    shown = next(p for p in watch.previews if isinstance(p, StudentPreview))
    assert shown.images.shape == (3, 32, 32, real.shape[-1])
    assert abs(float(shown.images.mean()) - float(real.mean())) < 5
    assert shown.label_maps.shape == (3, 32, 32)


def test_another_image_size_and_rgb(squares):
    config = dataclasses.replace(SHORT, image_size=16, steps=2)
    result = train_student(StoredSet(*squares(channels=3)), config, device="cpu")
    assert (result.student.image_size, result.student.spec.channels) == (16, 3)
    assert 0 <= result.best_miou <= 1


def test_a_set_of_an_odd_size_is_trained_at_the_next_multiple_of_16(squares):
    result = train_student(StoredSet(*squares(size=40)), dataclasses.replace(SHORT, steps=1), device="cpu")
    assert result.student.image_size == 48


def test_the_papers_network_scales_to_minus_one_to_one(squares):
    config = dataclasses.replace(
        SHORT, architecture="resnet18_8s", normalize_input=False, steps=1, batch_size=2, validation_share=0.0
    )
    result = train_student(StoredSet(*squares(n=4), validation_share=0.0), config, device="cpu")
    assert (result.student.spec.mean, result.student.spec.std) == ((127.5,), (127.5,))


def test_self_training_learns_from_real_images(squares, square_set):
    real, truth = squares(n=24, seed=7)
    darker = (real * 0.6).astype(np.uint8)
    config = dataclasses.replace(SMALL, self_train_steps=20, self_train_confidence=0.6)
    result = train_student(square_set, config, device="cpu", unlabelled=darker)
    assert [p.step for p in result.history] == [30, 60, 80]
    predicted = np.stack([predict_image(result.student, image).argmax(axis=0) for image in darker])
    assert (predicted == truth).mean() > 0.9


def test_corrected_images_teach_what_the_synthetic_set_does_not_show(squares, square_set):
    real, truth = squares(n=12, seed=7)
    images, maps = 255 - real, truth  # dark squares on a bright ground
    data = CorrectedSet(square_set, images[:6], maps[:6], share=0.25)

    def agreement(result):
        shown = np.stack([predict_image(result.student, image).argmax(axis=0) for image in images[6:]])
        return (shown == maps[6:]).mean()

    plain = train_student(square_set, SMALL, device="cpu")
    taught = train_student(data, SMALL, device="cpu")
    assert agreement(plain) < 0.5
    assert agreement(taught) > 0.9
    assert taught.best_miou > 0.85


def test_with_corrected_images_the_last_weights_are_kept(squares, square_set):
    data = CorrectedSet(square_set, *squares(n=2, seed=7), share=0.25)
    trainer = Trainer(data, SHORT, torch.device("cpu"))
    name = next(iter(trainer.average.state_dict()))
    for miou, kept in ((0.9, True), (0.86, True), (0.84, False)):
        trainer.average.state_dict()[name].fill_(miou)
        trainer._keep_best(miou)
        assert bool((trainer.best[name] == torch.tensor(miou)).all()) is kept
    assert trainer.best_miou == 0.9


def test_self_training_without_real_images_is_refused(square_set):
    with pytest.raises(ConfigError, match="real images"):
        train_student(square_set, dataclasses.replace(SHORT, self_train_steps=5), device="cpu")


def test_an_id_that_is_no_class_is_refused(squares):
    data = StoredSet(*squares(class_id=3), class_ids=(1,))
    with pytest.raises(ValueError, match="not one of"):
        train_student(data, SHORT, device="cpu")


def test_the_index_table_keeps_255_and_marks_unknown_ids():
    table = index_table((0, 1, 5))
    assert table[[0, 1, 5, 255, 2]].tolist() == [0, 1, 2, 255, -1]
