"""The words of a settings form: what a field, a choice, a zero and a unit are called in front of a user.

Most labels follow from the field's name; the tables hold those that would read badly. Everything goes through
Qt's translation under the context ``Settings``, and so do the help texts of the configs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

CONTEXT = "Settings"

_LABELS: Mapping[str, Any] = {
    "accumulate": QT_TRANSLATE_NOOP("Settings", "Parts of a batch"),
    "ada_kimg": QT_TRANSLATE_NOOP("Settings", "Adaptation time"),
    "ada_target": QT_TRANSLATE_NOOP("Settings", "Adaptation target"),
    "attention": QT_TRANSLATE_NOOP("Settings", "Last attention"),
    "augment": QT_TRANSLATE_NOOP("Settings", "Augmentation"),
    "augment_color": QT_TRANSLATE_NOOP("Settings", "Augment brightness"),
    "augmentations": QT_TRANSLATE_NOOP("Settings", "Augmentation kind"),
    "augment_p": QT_TRANSLATE_NOOP("Settings", "Augmentation strength"),
    "bits": QT_TRANSLATE_NOOP("Settings", "Bits per pixel"),
    "channel_base": QT_TRANSLATE_NOOP("Settings", "Channel base"),
    "channel_max": QT_TRANSLATE_NOOP("Settings", "Most channels"),
    "bottom_share": QT_TRANSLATE_NOOP("Settings", "Taken to lack it"),
    "checkpoint_minutes": QT_TRANSLATE_NOOP("Settings", "Checkpoint every"),
    "class_index": QT_TRANSLATE_NOOP("Settings", "Class of the model"),
    "drop_share": QT_TRANSLATE_NOOP("Settings", "Drop the most doubtful"),
    "ema": QT_TRANSLATE_NOOP("Settings", "Weight averaging"),
    "ema_kimg": QT_TRANSLATE_NOOP("Settings", "Averaging half-life"),
    "encoder_weights": QT_TRANSLATE_NOOP("Settings", "Encoder weights"),
    "finer": QT_TRANSLATE_NOOP("Settings", "Finer grid by"),
    "flip": QT_TRANSLATE_NOOP("Settings", "Mirror"),
    "freeze_d": QT_TRANSLATE_NOOP("Settings", "Frozen blocks"),
    "grid": QT_TRANSLATE_NOOP("Settings", "Vector grid"),
    "hungarian": QT_TRANSLATE_NOOP("Settings", "Match automatically"),
    "ignore": QT_TRANSLATE_NOOP("Settings", "Ignored value"),
    "ignore_margin_share": QT_TRANSLATE_NOOP("Settings", "Ignored border"),
    "init_rows": QT_TRANSLATE_NOOP("Settings", "Vectors per start"),
    "kimg": QT_TRANSLATE_NOOP("Settings", "Training length"),
    "keep": QT_TRANSLATE_NOOP("Settings", "Keep the state"),
    "labels_json": QT_TRANSLATE_NOOP("Settings", "Write labels.json"),
    "largest_only": QT_TRANSLATE_NOOP("Settings", "Largest area only"),
    "layer": QT_TRANSLATE_NOOP("Settings", "Layers"),
    "layers": QT_TRANSLATE_NOOP("Settings", "Moved blocks"),
    "map": QT_TRANSLATE_NOOP("Settings", "Class values"),
    "max_iter": QT_TRANSLATE_NOOP("Settings", "Most iterations"),
    "memory_gb": QT_TRANSLATE_NOOP("Settings", "Memory"),
    "min_accuracy": QT_TRANSLATE_NOOP("Settings", "Least accuracy"),
    "min_area": QT_TRANSLATE_NOOP("Settings", "Smallest annotation"),
    "min_region": QT_TRANSLATE_NOOP("Settings", "Smallest area"),
    "model": QT_TRANSLATE_NOOP("Settings", "CLIP model"),
    "n_channels": QT_TRANSLATE_NOOP("Settings", "Style channels"),
    "n_init": QT_TRANSLATE_NOOP("Settings", "K-means starts"),
    "n_refits": QT_TRANSLATE_NOOP("Settings", "Stability repeats"),
    "norm": QT_TRANSLATE_NOOP("Settings", "Layer normalisation"),
    "normalize": QT_TRANSLATE_NOOP("Settings", "Normalisation"),
    "normalize_input": QT_TRANSLATE_NOOP("Settings", "Standardise input"),
    "one_to_one": QT_TRANSLATE_NOOP("Settings", "Each name once"),
    "orthogonal_to": QT_TRANSLATE_NOOP("Settings", "Leave alone"),
    "path_length_interval": QT_TRANSLATE_NOOP("Settings", "Path-length interval"),
    "path_length_weight": QT_TRANSLATE_NOOP("Settings", "Path-length weight"),
    "pca_dims": QT_TRANSLATE_NOOP("Settings", "Principal components"),
    "precision": QT_TRANSLATE_NOOP("Settings", "Number format"),
    "pretrained": QT_TRANSLATE_NOOP("Settings", "CLIP weights"),
    "preview": QT_TRANSLATE_NOOP("Settings", "Coloured previews"),
    "preview_kimg": QT_TRANSLATE_NOOP("Settings", "Sample grid every"),
    "psi": QT_TRANSLATE_NOOP("Settings", "Truncation ψ"),
    "quality_kimg": QT_TRANSLATE_NOOP("Settings", "Measure quality every"),
    "r1_gamma": QT_TRANSLATE_NOOP("Settings", "R1 weight"),
    "r1_interval": QT_TRANSLATE_NOOP("Settings", "R1 interval"),
    "recursive": QT_TRANSLATE_NOOP("Settings", "Include subfolders"),
    "refuse_unrelated": QT_TRANSLATE_NOOP("Settings", "Refuse unrelated prompts"),
    "remap": QT_TRANSLATE_NOOP("Settings", "Renumber classes"),
    "scales": QT_TRANSLATE_NOOP("Settings", "Image scales"),
    "schedule": QT_TRANSLATE_NOOP("Settings", "Rate schedule"),
    "self_train_confidence": QT_TRANSLATE_NOOP("Settings", "Own-label confidence"),
    "self_train_rate": QT_TRANSLATE_NOOP("Settings", "Own-label rate"),
    "self_train_steps": QT_TRANSLATE_NOOP("Settings", "Own-label steps"),
    "start_from": QT_TRANSLATE_NOOP("Settings", "Start from"),
    "stream": QT_TRANSLATE_NOOP("Settings", "Generate while training"),
    "stride": QT_TRANSLATE_NOOP("Settings", "CLIP grid step"),
    "templates": QT_TRANSLATE_NOOP("Settings", "Sentences"),
    "tile": QT_TRANSLATE_NOOP("Settings", "Tile side"),
    "tol": QT_TRANSLATE_NOOP("Settings", "Tolerance"),
    "top_share": QT_TRANSLATE_NOOP("Settings", "Taken to have it"),
    "validate_every": QT_TRANSLATE_NOOP("Settings", "Measure every"),
    "validation_share": QT_TRANSLATE_NOOP("Settings", "Held back"),
    "warmup_kimg": QT_TRANSLATE_NOOP("Settings", "Warm-up"),
    "weighting": QT_TRANSLATE_NOOP("Settings", "Alike in the mean"),
    "w_dim": QT_TRANSLATE_NOOP("Settings", "Latent w"),
    "window_high": QT_TRANSLATE_NOOP("Settings", "White percentile"),
    "window_low": QT_TRANSLATE_NOOP("Settings", "Black percentile"),
    "z_dim": QT_TRANSLATE_NOOP("Settings", "Latent z"),
}

_CHOICES: Mapping[str, Any] = {
    "ada": QT_TRANSLATE_NOOP("Settings", "Adaptive"),
    "adam": "Adam",
    "adamw": "AdamW",
    "best": QT_TRANSLATE_NOOP("Settings", "With the best samples"),
    "ce": QT_TRANSLATE_NOOP("Settings", "Cross-entropy"),
    "ce+dice": QT_TRANSLATE_NOOP("Settings", "With Dice"),
    "class": QT_TRANSLATE_NOOP("Settings", "Per class"),
    "clearclip": "ClearCLIP",
    "components": QT_TRANSLATE_NOOP("Settings", "Per part"),
    "dilate": QT_TRANSLATE_NOOP("Settings", "Dilation"),
    "enlarge": QT_TRANSLATE_NOOP("Settings", "Enlarging"),
    "images": QT_TRANSLATE_NOOP("Settings", "Images"),
    "l2": QT_TRANSLATE_NOOP("Settings", "Length 1"),
    "near_infrared": QT_TRANSLATE_NOOP("Settings", "Near-IR"),
    "pixels": QT_TRANSLATE_NOOP("Settings", "Pixels"),
    "poly": QT_TRANSLATE_NOOP("Settings", "Polynomial"),
    "resnet18_8s": "ResNet-18",
    "rgb": "RGB",
    "rle": "RLE",
    "rle_uncompressed": QT_TRANSLATE_NOOP("Settings", "Plain RLE"),
    "sclip": "SCLIP",
    "standard": QT_TRANSLATE_NOOP("Settings", "Standard"),
    "styles": QT_TRANSLATE_NOOP("Settings", "Channels"),
    "svm": "SVM",
    "unet": "U-Net",
    "value": "MaskCLIP",
}

#: What the least value (0 or -1) means where it is not a number.
_ZEROS: Mapping[str, Any] = {
    "class_index": QT_TRANSLATE_NOOP("Settings", "none"),
    "direction_share": QT_TRANSLATE_NOOP("Settings", "as the regions"),
    "ema": QT_TRANSLATE_NOOP("Settings", "off"),
    "freeze_d": QT_TRANSLATE_NOOP("Settings", "none"),
    "grid": QT_TRANSLATE_NOOP("Settings", "automatic"),
    "image_size": QT_TRANSLATE_NOOP("Settings", "as the set"),
    "init_rows": QT_TRANSLATE_NOOP("Settings", "all"),
    "min_region": QT_TRANSLATE_NOOP("Settings", "keep all"),
    "n_refits": QT_TRANSLATE_NOOP("Settings", "none"),
    "path_length_weight": QT_TRANSLATE_NOOP("Settings", "off"),
    "pca_dims": QT_TRANSLATE_NOOP("Settings", "all"),
    "quality_kimg": QT_TRANSLATE_NOOP("Settings", "off"),
    "r1_gamma": QT_TRANSLATE_NOOP("Settings", "automatic"),
    "self_train_steps": QT_TRANSLATE_NOOP("Settings", "none"),
    "size": QT_TRANSLATE_NOOP("Settings", "automatic"),
}

_UNITS: Mapping[str, Any] = {
    "image": QT_TRANSLATE_NOOP("Settings", "images"),
    "pixel": "px",
    "thousand images shown": QT_TRANSLATE_NOOP("Settings", "thousand images"),
    "of the image": QT_TRANSLATE_NOOP("Settings", "of the image"),
}

_VALUES = (
    QT_TRANSLATE_NOOP("Settings", "on"),
    QT_TRANSLATE_NOOP("Settings", "off"),
    QT_TRANSLATE_NOOP("Settings", "nothing"),
)
_PRESETS: Mapping[str, Any] = {"segstyle": "SegStyle", "paper": QT_TRANSLATE_NOOP("Settings", "Paper")}

DIRECTORIES = frozenset({"folder"})
FILES = frozenset({"source", "weights_file", "encoder_weights"})
#: What belongs to the user's machine, and stays as it is when a preset is chosen.
OWN = frozenset({"folder", "source", "start_from", "weights_file", "map", "overwrite", "prompts"})
#: Sides and widths, of which the doubles and halves are the next good values.
DOUBLING = frozenset(
    {
        "size",
        "image_size",
        "grid",
        "tile",
        "overlap",
        "stride",
        "channel_base",
        "channel_max",
        "z_dim",
        "w_dim",
    }
)


def label_of(name: str) -> str:
    """Return the label of a config field: ``n_clusters`` is "Clusters"."""
    return said(_LABELS.get(name) or name.removeprefix("n_").replace("_", " ").capitalize())


def choice_text(choice: str) -> str:
    """Return what one allowed value of a field is called."""
    return said(_CHOICES.get(choice) or choice.replace("_", " ").capitalize())


def zero_text(name: str) -> str:
    """Return what the least value of a field means, empty where it is a number like any other."""
    return said(_ZEROS.get(name, ""))


def unit_text(unit: str) -> str:
    """Return a unit as written behind a number."""
    return said(_UNITS.get(unit, unit))


def preset_text(name: str) -> str:
    """Return the title of a preset."""
    return said(_PRESETS.get(name) or name.replace("_", " ").capitalize())


def value_text(value: object) -> str:
    """Return a value in a sentence."""
    if isinstance(value, bool):
        return said("on") if value else said("off")
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text or said("nothing")


def said(text: str) -> str:
    """Return a text in the user's language."""
    return QCoreApplication.translate(CONTEXT, text) if text else ""
