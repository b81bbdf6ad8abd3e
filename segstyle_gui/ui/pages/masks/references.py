"""True label maps beside the images: which file belongs to which image, and what its values mean here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.errors import ImageReadError
from segstyle_gui.export.label_set import safe_file_name
from segstyle_gui.pipeline.configs import config_from_values
from segstyle_gui.pipeline.evaluate import (
    BACKGROUND,
    N_VALUES,
    EvaluateConfig,
    read_ids,
    reference_files,
    reference_of,
)
from segstyle_gui.project.records import ImageRecord, RunRecord

_UNKNOWN = 255  # to the canvas: nobody knows
_N_IDS = 65536


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class References:
    """A folder of label maps.

    Attributes
    ----------
    files
        By name without ending.
    value_of
        (65536,) uint8, the value of every class id; 0 for a class that has none.
    class_of
        (256,) uint8, the class that a value is drawn as; background where no class has it.
    ignore
        The value that does not count.
    """

    files: Mapping[str, Path]
    value_of: NDArray[np.uint8]
    class_of: NDArray[np.uint8]
    ignore: int

    def load(self, record: ImageRecord) -> NDArray[np.uint8] | None:
        """Return the (H, W) uint8 values of an image; None if it has no reference that fits."""
        path = reference_of(safe_file_name(record.path), dict(self.files))
        if path is None:
            return None
        try:
            values = read_ids(path)
        except ImageReadError:
            return None
        if values.shape != (record.height, record.width) or not 0 <= values.min() <= values.max() < N_VALUES:
            return None
        return values.astype(np.uint8)

    def shown(self, values: NDArray[np.uint8], label_map: NDArray[Any]) -> NDArray[np.uint8]:
        """Return the reference in class ids: the mask's own class where they agree, 255 where unknown.

        Parameters
        ----------
        values, label_map
            (H, W) of one image; ids above 254 are never drawn as the reference.
        """
        own = np.where(label_map < _UNKNOWN, label_map, 0).astype(np.uint8)
        reference = np.where(self.value_of[label_map] == values, own, self.class_of[values])
        reference[values == self.ignore] = _UNKNOWN
        return reference


def read_references(run: RunRecord, classes: Sequence[LabelClass], home: Path) -> References | None:
    """Return the folder that a run of ``evaluate`` compared with; None if it is not there any more.

    Parameters
    ----------
    run
        The comparison.
    classes
        Of the masks, as they are called now.
    home
        The project's folder: a folder of that name in it is taken if the project was moved.
    """
    config = evaluate_config(run, home)
    if not Path(config.folder).is_dir():
        return None
    ids = {BACKGROUND: 0} | {one.name.casefold(): one.id for one in classes}
    known = {
        ids[name.casefold()]: value
        for name, value in run.summary["mapping"].items()
        if name.casefold() in ids
    }
    value_of, class_of = np.zeros(_N_IDS, np.uint8), np.zeros(N_VALUES, np.uint8)
    for number, value in sorted(known.items(), reverse=True):
        value_of[number] = value
        if 0 < number < _UNKNOWN:
            class_of[value] = number
    return References(
        files=reference_files(config), value_of=value_of, class_of=class_of, ignore=config.ignore
    )


def evaluate_config(run: RunRecord, home: Path) -> EvaluateConfig:
    """Return the settings of a run, to compare again; its folder is looked for beside the project too."""
    default = EvaluateConfig()
    known = {name: value for name, value in run.config.items() if hasattr(default, name)}
    folder = Path(known["folder"]).expanduser()
    known["folder"] = str(folder if folder.is_dir() else home / folder.name)
    config: EvaluateConfig = config_from_values(EvaluateConfig, {"now": default}, "now", known)
    return config
