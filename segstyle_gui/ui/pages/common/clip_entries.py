"""The CLIP models that a picker offers, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from segstyle_gui.core.clip.choice import AUTO, BUNDLED, ClipChoice

_HUB = "hf-hub:"


@dataclass(frozen=True, slots=True)
class ClipSettings:
    """The settings that say which CLIP."""

    model: str = AUTO
    pretrained: str = "openai"
    weights_file: str = ""


@dataclass(frozen=True, slots=True)
class ClipEntry:
    """One line of the picker: what it sets, its title, what is to be said of it, and the size of a download.

    ``missing_mb`` is 0 where nothing need be downloaded.
    """

    settings: ClipSettings
    title: str
    about: str
    choice: ClipChoice | None = None
    missing_mb: int = 0


def clip_entries(choices: Sequence[ClipChoice], auto_label: str, now: ClipSettings) -> list[ClipEntry]:
    """Return what can be picked: automatic, the suggested models, and the present setting if it is neither.

    Parameters
    ----------
    choices
        The catalog.
    auto_label
        What *auto* means here.
    now
        The present settings.
    """
    entries = [ClipEntry(ClipSettings(), _tr("Automatic"), _tr("Here: {0}.").format(auto_label))]
    entries += [_suggested(choice) for choice in choices if choice.available or choice.name != BUNDLED]
    if now.weights_file:
        file = Path(now.weights_file)
        about = _tr("A local file: {0}. Its network: {1}.").format(now.weights_file, now.model)
        entries.append(ClipEntry(now, file.name, about))
    elif place_of(entries, now) < 0:
        title = f"{now.model} · {now.pretrained}" if now.pretrained else now.model
        entries.append(ClipEntry(now, title, _tr("Chosen by name, under More settings.")))
    return entries


def place_of(entries: Sequence[ClipEntry], now: ClipSettings) -> int:
    """Return the number of the entry that is set, -1 for none; automatic and bundled have no weights tag."""
    for number, entry in enumerate(entries):
        same_file = entry.settings.weights_file == now.weights_file
        tagless = now.model in (AUTO, BUNDLED)
        same_tag = tagless or entry.settings.pretrained == now.pretrained
        if same_file and entry.settings.model == now.model and same_tag:
            return number
    return -1


def _suggested(choice: ClipChoice) -> ClipEntry:
    facts = [f"{choice.size_mb} MB", choice.licence]
    facts.append(_tr("on this computer") if choice.available else _tr("not downloaded"))
    about = f"{' · '.join(facts)}\n{QCoreApplication.translate('ClipModels', choice.good_for)}"
    settings = ClipSettings(choice.name, choice.tag or "openai")
    if choice.name.startswith(_HUB):
        settings = ClipSettings(choice.name, "")
    missing = 0 if choice.available else choice.size_mb
    return ClipEntry(settings, _title(choice), about, choice, missing)


def _title(choice: ClipChoice) -> str:
    if choice.name == BUNDLED:
        return _tr("Near eye (bundled)")
    if choice.name.startswith(_HUB):
        return choice.name.rpartition("/")[2].partition("-")[0]
    return f"{choice.name} · {choice.tag}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClipPicker", text)
