"""Masks of a prediction that is under way: one small file an image, so that a stop loses none."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np


class UnfinishedMasks:
    """Label maps and confidences beside the project until all are there.

    Parameters
    ----------
    folder
        The stage's checkpoint folder.
    token
        Names what they are made from; those of another token are deleted.
    """

    def __init__(self, folder: Path, token: str) -> None:
        self._all = folder
        self._folder = folder / token
        if folder.is_dir():
            for other in folder.iterdir():
                if other.is_dir() and other != self._folder:
                    shutil.rmtree(other)
        self._folder.mkdir(parents=True, exist_ok=True)

    def holds(self, image_id: int) -> bool:
        """Return whether the masks of an image are there and whole."""
        path = self._path(image_id)
        try:
            with np.load(path) as stored:
                return bool(stored["label_map"].shape == stored["confidence"].shape)
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
            return False

    def put(self, image_id: int, label_map: np.ndarray, confidence: np.ndarray) -> None:
        """Keep the masks of an image, whole or not at all."""
        path = self._path(image_id)
        temporary = path.with_suffix(".part.npz")
        np.savez_compressed(temporary, label_map=label_map, confidence=confidence)
        temporary.replace(path)

    def label_map(self, image_id: int) -> np.ndarray:
        """Return the (H, W) class ids of an image."""
        return self._read(image_id, "label_map")

    def confidence(self, image_id: int) -> np.ndarray:
        """Return the (H, W) uint8 confidence of an image."""
        return self._read(image_id, "confidence")

    def remove(self) -> None:
        """Delete them all: the project has them now."""
        shutil.rmtree(self._all, ignore_errors=True)

    def _read(self, image_id: int, name: str) -> np.ndarray:
        with np.load(self._path(image_id)) as stored:
            array: np.ndarray = stored[name]
        return array

    def _path(self, image_id: int) -> Path:
        return self._folder / f"{image_id}.npz"
