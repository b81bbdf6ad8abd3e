"""Several processes train one generator: the first runs the training, the others follow it step by step.

A follower needs no files: images, settings and the state to begin with come from the leader. Then it waits
for the leader's word before every step, so that a stop, an error or the end of the training there ends it
here.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from segstyle_gui.core.device import choose_device, tune_cpu
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.network import Generator, GeneratorSpec
from segstyle_gui.core.generator.trainer import GeneratorTrainer
from segstyle_gui.core.generator.training_state import restore, state_of
from segstyle_gui.core.generator.transfer import Start
from segstyle_gui.core.ranks import Ranks
from segstyle_gui.errors import StageError


@dataclass(frozen=True, slots=True)
class _Work:
    images: np.ndarray
    config: TrainConfig
    spec: GeneratorSpec
    state: dict[str, Any]


def lead_training(trainer: GeneratorTrainer) -> None:
    """Give the other processes all that they need to take the same steps as ``trainer``."""
    if trainer.ranks.size > 1:
        work = _Work(trainer.images, trainer.config, trainer.spec, _on_cpu(state_of(trainer)))
        trainer.ranks.broadcast(work)


def dismiss(ranks: Ranks) -> None:
    """Tell the other processes that there are no more steps; one that is gone needs not be told."""
    with contextlib.suppress(RuntimeError):
        ranks.broadcast(False)


def follow_training(ranks: Ranks, device: torch.device | None = None) -> None:
    """Take the leader's steps with this process's share of each batch, until the leader has no more.

    Raises
    ------
    StageError
        If the leader is gone, or memory runs out here.
    """
    tune_cpu()
    try:
        work: _Work = ranks.broadcast(None)
        start = Start(Generator(work.spec), Discriminator(work.spec).state_dict())
        trainer = GeneratorTrainer(work.images, work.config, device or choose_device(), start, ranks)
        restore(trainer, work.state)
        while ranks.broadcast(None):
            trainer.step()
    except RuntimeError as error:
        raise StageError(
            f"Process {ranks.rank + 1} of {ranks.size} cannot go on ({error}).",
            hint="See the messages of the other processes.",
        ) from error


def _on_cpu(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.cpu()
    if isinstance(value, dict):
        return {key: _on_cpu(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_on_cpu(part) for part in value]
    return value
