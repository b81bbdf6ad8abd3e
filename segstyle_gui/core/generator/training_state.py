"""A training's whole state on disk, so that it goes on exactly where it stopped."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import torch

from segstyle_gui.core.checkpoint_file import UNREADABLE, write_checkpoint
from segstyle_gui.core.generator.trainer import GeneratorTrainer

_FORMAT = "segstyle-training-1"


def save_state(trainer: GeneratorTrainer, path: Path) -> None:
    """Write the state to ``path`` whole or not at all (:func:`write_checkpoint`)."""
    state: dict[str, Any] = {
        "format": _FORMAT,
        "fingerprint": trainer.fingerprint,
        "generator": trainer.generator.state_dict(),
        "discriminator": trainer.discriminator.state_dict(),
        "averaged": trainer.averaged.state_dict(),
        "generator_optimizer": trainer.generator_optimizer.state_dict(),
        "discriminator_optimizer": trainer.discriminator_optimizer.state_dict(),
        "strength": dataclasses.asdict(trainer.strength),
        "rng": trainer.rng.get_state(),
        "path_length_mean": trainer.path_length_mean,
        "images_seen": trainer.images_seen,
        "steps": trainer.steps,
    }
    write_checkpoint(path, state)


def load_state(trainer: GeneratorTrainer, path: Path) -> bool:
    """Restore ``trainer`` from ``path`` and return True, if the file is there and belongs to this training.

    A file of another training (or a damaged one) is renamed to ``<name>.old`` and False is returned.
    """
    if not path.exists():
        return False
    state = _read(path, trainer.device)
    if state.get("format") != _FORMAT or state.get("fingerprint") != trainer.fingerprint:
        path.replace(path.with_name(path.name + ".old"))
        return False
    trainer.generator.load_state_dict(state["generator"])
    trainer.discriminator.load_state_dict(state["discriminator"])
    trainer.averaged.load_state_dict(state["averaged"])
    trainer.generator_optimizer.load_state_dict(state["generator_optimizer"])
    trainer.discriminator_optimizer.load_state_dict(state["discriminator_optimizer"])
    for name, value in state["strength"].items():
        setattr(trainer.strength, name, value)
    trainer.rng.set_state(state["rng"].cpu())
    trainer.path_length_mean = state["path_length_mean"]
    trainer.images_seen, trainer.steps = state["images_seen"], state["steps"]
    return True


def _read(path: Path, device: torch.device) -> dict[str, Any]:
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except UNREADABLE:
        return {}
    return state if isinstance(state, dict) else {}
