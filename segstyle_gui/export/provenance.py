"""``provenance.json``: where an export comes from, and the mark by which an old export is recognised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import segstyle_gui
from segstyle_gui.export.label_set import LabelSet
from segstyle_gui.export.report import Tally

PROVENANCE_FILE = "provenance.json"
_MARK = "segstyle-export"


def write_provenance(
    folder: Path,
    label_set: LabelSet,
    *,
    kind: str,
    settings: Mapping[str, Any],
    exported_ids: Mapping[int, int],
    tally: Tally,
) -> None:
    """Write ``provenance.json`` into ``folder``.

    Parameters
    ----------
    folder
        The export's folder.
    label_set
        What was exported; its own ``provenance`` is stored under ``"source"``.
    kind
        ``"coco"`` or ``"png"``.
    settings
        The exporter's settings, :func:`settings_of` its config.
    exported_ids
        Permanent class id -> id in the exported files.
    tally
        Counts over all images.
    """
    document = {
        "format": _MARK,
        "kind": kind,
        "app_version": segstyle_gui.__version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "config": dict(settings),
        "classes": [
            {
                "id": label_class.id,
                "exported_id": exported_ids[label_class.id],
                "name": label_class.name,
                "color": list(label_class.color),
                "pixels": tally.pixels[label_class.id],
                "images": tally.images[label_class.id],
            }
            for label_class in label_set.classes
        ],
        "images": tally.n_images,
        "empty_images": tally.empty,
        "source": dict(label_set.provenance),
    }
    write_json(folder / PROVENANCE_FILE, document)


def settings_of(config: Any, kind: type[Any]) -> dict[str, Any]:
    """Return the fields that a config shares with ``kind``; a caller's own (a folder) stay out."""
    return {field.name: getattr(config, field.name) for field in fields(kind)}


def is_export(folder: Path) -> bool:
    """Return whether ``folder`` holds an export that SegStyle wrote."""
    try:
        document = json.loads((folder / PROVENANCE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("format") == _MARK


def write_json(path: Path, document: Any) -> None:
    """Write a JSON file in plain ASCII, which readers that guess the encoding cannot misread."""
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")
