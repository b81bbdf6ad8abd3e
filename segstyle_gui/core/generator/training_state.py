"""A training's whole state on disk, so that it goes on exactly where it stopped."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path
from typing import Any

import torch

from segstyle_gui.core.checkpoint_file import UNREADABLE, write_checkpoint
from segstyle_gui.core.generator.checkpoint import spec_from_json, spec_to_json
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.generator.trainer import GeneratorTrainer
from segstyle_gui.core.generator.transfer import Start
from segstyle_gui.errors import ModelFileError

_FORMAT = "segstyle-training-2"


def state_of(trainer: GeneratorTrainer) -> dict[str, Any]:
    """Return all that changes while ``trainer`` trains: tensors (not copies) and plain values."""
    return {
        "spec": spec_to_json(trainer.spec),
        "generator": trainer.generator.state_dict(),
        "discriminator": trainer.discriminator.state_dict(),
        "averaged": trainer.averaged.state_dict(),
        "generator_optimizer": trainer.generator_optimizer.state_dict(),
        "discriminator_optimizer": trainer.discriminator_optimizer.state_dict(),
        "strength": dataclasses.asdict(trainer.strength),
        "rng": trainer.rng.get_state(),
        "path_length_mean": trainer.path_length_mean,
        "start_digest": trainer.start_digest,
        "warmup_images": trainer.warmup_images,
        "images_seen": trainer.images_seen,
        "steps": trainer.steps,
    }


def restore(trainer: GeneratorTrainer, state: dict[str, Any]) -> None:
    """Put ``trainer`` into a state that :func:`state_of` returned for one of the same shapes."""
    trainer.generator.load_state_dict(state["generator"])
    trainer.discriminator.load_state_dict(state["discriminator"])
    trainer.averaged.load_state_dict(state["averaged"])
    trainer.generator_optimizer.load_state_dict(state["generator_optimizer"])
    trainer.discriminator_optimizer.load_state_dict(state["discriminator_optimizer"])
    for name, value in state["strength"].items():
        setattr(trainer.strength, name, value)
    trainer.rng.set_state(state["rng"].cpu())
    trainer.path_length_mean = state["path_length_mean"].to(trainer.device)
    trainer.start_digest, trainer.warmup_images = state["start_digest"], state["warmup_images"]
    trainer.images_seen, trainer.steps = state["images_seen"], state["steps"]


def save_state(trainer: GeneratorTrainer, path: Path) -> None:
    """Write the state to ``path`` whole or not at all (:func:`write_checkpoint`)."""
    write_checkpoint(path, {"format": _FORMAT, "fingerprint": trainer.fingerprint, **state_of(trainer)})


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
    restore(trainer, state)
    return True


def start_of_checkpoint(path: Path) -> Start | None:
    """Return the averaged generator and the discriminator of a training's checkpoint, None if it is none."""
    state = _read(path, torch.device("cpu")) if _is_checkpoint(path) else {}
    if state.get("format") != _FORMAT:
        return None
    try:
        generator = Generator(spec_from_json(state["spec"]))
        generator.load_state_dict(state["averaged"])
        discriminator: dict[str, torch.Tensor] = dict(state["discriminator"])
    except (ModelFileError, KeyError, RuntimeError, TypeError, ValueError):
        return None
    return Start(generator.eval().requires_grad_(False), discriminator)


def _is_checkpoint(path: Path) -> bool:
    """Return whether this may be a checkpoint: an archive that does not claim to hold more than it does."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist()) <= path.stat().st_size
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def _read(path: Path, device: torch.device) -> dict[str, Any]:
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except UNREADABLE:
        return {}
    return state if isinstance(state, dict) else {}
