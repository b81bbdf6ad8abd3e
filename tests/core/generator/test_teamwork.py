"""Two processes train as one does: the same losses and weights, also after a stop, and they end together."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import segstyle_gui
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.trainer import GeneratorTrainer
from segstyle_gui.core.ranks import ALONE, Ranks, ranks_here

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="torch has no gloo for loopback in every Windows build"
)

SETTINGS = {
    "batch_size": 16,
    "z_dim": 8,
    "w_dim": 8,
    "channel_base": 128,
    "channel_max": 16,
    "kimg": 0.128,  # 8 steps
    "precision": "float32",
    "augment_p": 0.3,
    "ada_kimg": 1.0,
    "path_length_weight": 2.0,
    "r1_interval": 4,
    "preview_kimg": 0.001,
    "checkpoint_minutes": 0.0,
    "quality_kimg": 0.0,
}
# Two legs: the first is stopped after as many steps as the last word says. The curve goes to the folder.
PROGRAM = """
import json, pathlib, sys
import numpy as np, torch
torch.set_num_threads(1)
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.teamwork import follow_training
from segstyle_gui.core.generator.train import train_generator
from segstyle_gui.core.generator.training_record import GeneratorPoint
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.core.ranks import joined

folder, settings = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])

class Watch:
    def __init__(self, left):
        self.curve, self.left = [], left
    def report(self, done, total, message=""):
        self.left -= 1
        if self.left == 0:
            raise Cancelled
    def preview(self, value):
        if isinstance(value, GeneratorPoint):
            self.curve.append([value.generator_loss, value.discriminator_loss, value.augment_p])

def lead(ranks):
    watch = Watch(int(sys.argv[3]))
    images, config, cpu = np.load(folder / "images.npy"), TrainConfig(**settings), torch.device("cpu")
    for leg in range(2):
        try:
            train_generator(
                images, config, device=cpu, checkpoint=folder / "training.pt", progress=watch, ranks=ranks
            )
        except Cancelled:
            watch.stopped = len(watch.curve)
    (folder / "curve.json").write_text(json.dumps([watch.stopped, watch.curve]))

with joined() as ranks:
    if ranks.leads:
        lead(ranks)
    else:
        for leg in range(2):
            follow_training(ranks, torch.device("cpu"))
        (folder / "followed").touch()
"""


def _images() -> np.ndarray:
    images = np.zeros((40, 16, 16, 1), np.uint8)
    images[:, :, :8] = np.random.default_rng(0).integers(150, 255, (40, 1, 1, 1))
    return images


def _two_processes(folder: Path, stop_after: int) -> tuple[int, list[list[float]]]:
    np.save(folder / "images.npy", _images())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {
        "PYTHONPATH": str(Path(segstyle_gui.__file__).parents[1]),
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", PROGRAM, str(folder), json.dumps(SETTINGS), str(stop_after)]
    processes = [
        subprocess.Popen(command, env=os.environ | shared | {"RANK": rank}, stderr=subprocess.PIPE, text=True)
        for rank in "01"
    ]
    try:
        errors = [process.communicate(timeout=240)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], "\n".join(errors)
    assert (folder / "followed").exists()
    stopped, curve = json.loads((folder / "curve.json").read_text())
    return stopped, curve


def _one_process() -> tuple[list[list[float]], GeneratorTrainer]:
    trainer = GeneratorTrainer(_images(), TrainConfig(**SETTINGS), torch.device("cpu"))
    curve = []
    for _ in range(8):
        losses = trainer.step()
        curve.append([float(losses.generator), float(losses.discriminator), trainer.strength.p])
    return curve, trainer


def _weights(state: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.flatten() for tensor in state.values()])


@pytest.mark.slow
def test_two_processes_train_as_one_with_twice_the_batch_also_after_a_stop(tmp_path: Path) -> None:
    expected, alone = _one_process()
    stopped, curve = _two_processes(tmp_path, stop_after=3)
    assert stopped == 3
    np.testing.assert_allclose(curve, expected, rtol=1e-3, atol=1e-4)
    averaged = torch.load(tmp_path / "training.pt", weights_only=True)["averaged"]
    torch.testing.assert_close(
        _weights(averaged), _weights(alone.averaged.state_dict()), rtol=1e-2, atol=2e-3
    )


def test_shares_are_contiguous_and_cover_everything() -> None:
    shares = [Ranks(rank, 4).share_of(16) for rank in range(4)]
    assert [list(range(16))[share] for share in shares] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 10, 11],
        [*range(12, 16)],
    ]


def test_a_process_alone_needs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert ranks_here() is ALONE
    assert ALONE.broadcast("word") == "word"
    numbers = torch.ones(3)
    ALONE.sum_([numbers])
    assert numbers.tolist() == [1, 1, 1]
