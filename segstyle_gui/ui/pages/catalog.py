"""The pages in order of flow; a page's module is imported when it is first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from segstyle_gui.ui.pages.page import Page


def _noop(text: str) -> str:
    """Mark a text for translation in the context "Pages" and return it as it is."""
    return text


EditContext = Literal["regions", "masks", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInfo:
    """What the window knows of a page before it is made.

    Attributes
    ----------
    key
        Permanent name; ``segstyle_gui.ui.pages.<key>.page`` holds the page.
    source_title
        English name, for the translation.
    icon
        Name of an icon.
    class_name
        Of the page.
    stages
        Names of the stages that the page runs.
    edit_context
        Whose history undo and redo go through while the page is shown.
    """

    key: str
    source_title: str
    icon: str
    class_name: str
    stages: tuple[str, ...]
    edit_context: EditContext = "regions"

    @property
    def title(self) -> str:
        """The translated name."""
        return QCoreApplication.translate("Pages", self.source_title)

    def load(self) -> type[Page]:
        """Import the page and return its class."""
        module = importlib.import_module(f"segstyle_gui.ui.pages.{self.key}.page")
        page: type[Page] = getattr(module, self.class_name)
        return page


PAGES: tuple[PageInfo, ...] = (
    PageInfo(
        key="images",
        source_title=_noop("Images"),
        icon="images",
        class_name="ImagesPage",
        stages=("import_images",),
        edit_context="",
    ),
    PageInfo(
        key="generator",
        source_title=_noop("Generator"),
        icon="generator",
        class_name="GeneratorPage",
        stages=("train_generator", "import_generator"),
        edit_context="",
    ),
    PageInfo(
        key="regions",
        source_title=_noop("Regions"),
        icon="regions",
        class_name="RegionsPage",
        stages=("find_regions",),
    ),
    PageInfo(
        key="names",
        source_title=_noop("Names"),
        icon="names",
        class_name="NamesPage",
        stages=("name_regions",),
    ),
    PageInfo(
        key="find",
        source_title=_noop("Find by text"),
        icon="find",
        class_name="FindPage",
        stages=("find_direction",),
    ),
    PageInfo(
        key="training_set",
        source_title=_noop("Training set"),
        icon="training_set",
        class_name="TrainingSetPage",
        stages=("synthesize",),
    ),
    PageInfo(
        key="student",
        source_title=_noop("Student"),
        icon="student",
        class_name="StudentPage",
        stages=("train_student",),
        edit_context="",
    ),
    PageInfo(
        key="masks",
        source_title=_noop("Masks"),
        icon="masks",
        class_name="MasksPage",
        stages=("predict_masks",),
        edit_context="masks",
    ),
    PageInfo(
        key="export",
        source_title=_noop("Export"),
        icon="export",
        class_name="ExportPage",
        stages=("export_coco", "export_png"),
        edit_context="",
    ),
)


def page_info(key: str) -> PageInfo:
    """Return what is known of a page; raises KeyError if there is none of this key."""
    return {info.key: info for info in PAGES}[key]
