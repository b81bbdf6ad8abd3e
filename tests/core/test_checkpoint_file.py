"""A checkpoint is written whole, or the one of before stays."""

from __future__ import annotations

import dataclasses
import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from segstyle_gui.core.checkpoint_file import write_checkpoint
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.trainer import GeneratorTrainer
from segstyle_gui.core.generator.training_state import load_state, save_state
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.data import StoredSet
from segstyle_gui.core.student.train import train_student
from segstyle_gui.errors import ProjectWriteError, SegStyleError


class _FullDisk(io.FileIO):
    """Takes a little of what is written, then says what a full disk says."""

    def write(self, data: Any) -> int:
        super().write(bytes(data)[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fill(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Path, "open", lambda path, mode="r", **_: _FullDisk(path, mode))


def test_the_next_state_takes_the_place_of_the_last(tmp_path: Path) -> None:
    file = tmp_path / "new" / "training.pt"
    for step in (1, 2):
        write_checkpoint(file, {"step": step, "weight": torch.full((3,), float(step))})
    stored = torch.load(file, weights_only=True)
    assert stored["step"] == 2
    assert stored["weight"].tolist() == [2.0, 2.0, 2.0]
    assert list(file.parent.iterdir()) == [file]


def test_a_full_disk_keeps_the_last_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "training.pt"
    write_checkpoint(file, {"step": 1})
    before = file.read_bytes()
    _fill(monkeypatch)
    with pytest.raises(ProjectWriteError) as caught:
        write_checkpoint(file, {"step": 2})
    assert "\n" not in str(caught.value)
    assert "training.pt could not be written (the disk is full); the last one is kept." in str(caught.value)
    assert (
        caught.value.hint
        == "Free some space, then run the same command again; it goes on from the last checkpoint."
    )
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_disk_that_fills_up_before_the_first_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(monkeypatch)
    with pytest.raises(ProjectWriteError, match="nothing of this training is kept yet") as caught:
        write_checkpoint(tmp_path / "training.pt", {"step": 1})
    assert caught.value.hint == "Free some space, then run the same command again."
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_only_when_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("segstyle_gui.core.checkpoint_file.os.fsync", refuse)
    with pytest.raises(ProjectWriteError, match="disk is full"):
        write_checkpoint(tmp_path / "training.pt", {"step": 1})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file")
    with pytest.raises(ProjectWriteError, match=r"File exists|Not a directory") as caught:
        write_checkpoint(tmp_path / "work" / "training.pt", {"step": 1})
    assert str(tmp_path / "work") in caught.value.hint
    assert "space" not in caught.value.hint


def test_a_generator_training_outlives_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = TrainConfig(batch_size=8, z_dim=8, w_dim=8, channel_base=64, channel_max=8, precision="float32")
    images = torch.zeros(16, 16, 16, 1, dtype=torch.uint8).numpy()
    trainer = GeneratorTrainer(images, config, torch.device("cpu"))
    file = tmp_path / "training.pt"
    save_state(trainer, file)
    with monkeypatch.context() as patch:
        _fill(patch)
        trainer.steps = 5
        with pytest.raises(SegStyleError, match="disk is full"):
            save_state(trainer, file)
    assert list(tmp_path.iterdir()) == [file]
    assert load_state(trainer, file)
    assert trainer.steps == 0


def test_a_student_training_outlives_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.randint(0, 255, (12, 16, 16, 1), dtype=torch.uint8).numpy()
    labels = (images[..., 0] > 127).astype("uint8")
    config = StudentConfig(width=8, batch_size=4, steps=2, validate_every=1, augment="none")
    data, file = StoredSet(images, labels), tmp_path / "student.ckpt"
    train_student(data, config, device="cpu", checkpoint=file)
    before = file.read_bytes()
    _fill(monkeypatch)
    with pytest.raises(SegStyleError, match="disk is full"):
        train_student(data, dataclasses.replace(config, seed=1), device="cpu", checkpoint=file)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == before
