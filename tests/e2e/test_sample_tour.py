"""Every page of the sample project by eye and hand; with ``--tour-shots`` it leaves a picture of each."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QPoint, Qt
from touring import Tour, place_of

from segstyle_gui.project.store import Project
from segstyle_gui.ui.shell.command_palette import CommandPalette
from segstyle_gui.ui.shell.guide import Guide
from segstyle_gui.ui.shell.shortcut_overlay import ShortcutOverlay


@pytest.fixture
def sample(tour: Tour) -> Tour:
    """The welcome page, then the sample project, opened by its button."""
    from PySide6.QtWidgets import QPushButton

    tour.shot("welcome_first")
    button = next(
        b for b in tour.window.welcome.findChildren(QPushButton) if b.text().startswith("Open the sample")
    )
    tour.click(button)
    tour.until(lambda: tour.window.session.project is not None)
    tour.rest()
    return tour


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_sample_project_by_eye_and_hand(sample: Tour) -> None:
    look_at_images_and_generator(sample)
    play_with_regions(sample)
    look_at_names_and_directions(sample)
    watch_a_student_train(sample)
    correct_masks(sample)
    look_around_the_window(sample)
    come_back(sample)


def look_at_images_and_generator(tour: Tour) -> None:
    assert tour.page.key == "regions", "the sample has regions: it opens on them"
    page = tour.go("images")
    tour.until(lambda: page.wall.model.rowCount() == 240)
    tour.shot("images")
    first = page.wall.model.ids()[0]
    page.wall.list.select_ids([first])
    tour.rest()
    tour.shot("images_selected")
    page = tour.go("generator")
    for part in ("samples", "train", "import"):
        tour.click(page.parts.button(part))
        tour.rest()
        tour.shot(f"generator_{part}")


def play_with_regions(tour: Tour) -> None:
    page = tour.go("regions")
    tour.until(lambda: len(page.gallery.seeds) == 64)
    tour.rest()
    tour.shot("regions")
    state = tour.project.region_state
    assert state is not None
    named = next(
        region.id for region in state.regions if region.name in ("iris", "sclera") or region.class_id
    )
    tour.hover(page.gallery.viewport(), place_of(page.gallery, named))
    assert tour.window.session.hover == named
    tour.click(page.gallery.viewport(), place_of(page.gallery, named))
    tour.rest()
    tour.shot("regions_selected")
    others = [region.id for region in state.regions if region.id != named]
    tour.click(page.gallery.viewport(), place_of(page.gallery, others[0]), shift=True)
    tour.key(Qt.Key.Key_M)
    merged = tour.project.region_state
    assert merged is not None
    assert len(merged.regions) == len(state.regions) - 1
    tour.key(Qt.Key.Key_Z, ctrl=True)
    assert tour.project.region_state == state
    tour.click(page.gallery.viewport(), place_of(page.gallery, named))
    tour.key(Qt.Key.Key_S, shift=True)
    tour.shot("regions_scribble")
    tour.key(Qt.Key.Key_Escape)
    tour.key(Qt.Key.Key_H, ctrl=True)
    tour.shot("regions_history")
    tour.key(Qt.Key.Key_H, ctrl=True)


def look_at_names_and_directions(tour: Tour) -> None:
    page = tour.go("names")
    assert page.rows()
    tour.shot("names")
    tour.go("find")
    tour.shot("find")
    page = tour.go("training_set")
    tour.until(lambda: page._preview is not None)
    tour.shot("training_set")


def watch_a_student_train(tour: Tour) -> None:
    page = tour.go("student")
    tour.shot("student")
    before = tour.project.current("student")
    tour.start(page.panel, steps=12, width=8, validate_every=4)
    tour.until(lambda: page.panel.job.update is not None and page.panel.job.update.done >= 5, 180_000)
    tour.shot("student_training")
    tour.rest()
    assert tour.project.current("student") != before
    tour.shot("student_trained")
    assert before is not None
    tour.window.session.select_run(before)


def correct_masks(tour: Tour) -> None:
    page = tour.go("masks")
    tour.until(lambda: page.desk.image_id is not None)
    tour.rest()
    tour.shot("masks")
    page.canvas.setFocus()
    tour.key(Qt.Key.Key_2)
    middle = page.canvas.rect().center()
    tour.drag(page.canvas, [middle + QPoint(dx, dx // 4) for dx in (-80, -40, 0, 40, 80)])
    assert page.desk.image_id in tour.project.corrected
    tour.rest()
    tour.shot("masks_painted")
    tour.key(Qt.Key.Key_C)
    tour.shot("masks_confidence")
    tour.key(Qt.Key.Key_C)
    tour.key(Qt.Key.Key_Return)
    tour.rest()
    assert len(tour.project.reviewed) == 1


def look_around_the_window(tour: Tour) -> None:
    page = tour.go("export")
    tour.shot("export")
    folder = tour.project.path.parent / "coco"
    tour.run(page.panels["coco"], folder=str(folder))
    tour.shot("export_done")
    assert (folder / "annotations" / "instances_default.json").is_file()
    shutil.rmtree(folder)
    tour.key(Qt.Key.Key_P, ctrl=True, shift=True)
    palette = tour.window.findChild(CommandPalette)
    assert palette is not None
    tour.qtbot.keyClicks(palette._field, "region")
    tour.shot("palette", palette)
    palette.close()
    tour.go("regions")
    tour.window.dialogs.show_shortcuts()
    overlay = tour.window.findChild(ShortcutOverlay)
    assert overlay is not None
    tour.shot("shortcuts")
    overlay.close()
    guide = Guide.start(tour.window)
    assert guide is not None
    tour.window.session.notify(
        "error", "The disk is full (masks).", "Free some space, then run it again.", "trace"
    )
    tour.window.session.notify("success", "Exported", "240 images written, read back and compared.")
    tour.shot("guide_and_notices")
    guide.close()
    for card in tour.window.notices.cards:
        card.fade()
    show_dialogs(tour)


def show_dialogs(tour: Tour) -> None:
    from segstyle_gui.ui.shell.about import AboutDialog
    from segstyle_gui.ui.shell.preferences_dialog import PreferencesDialog
    from segstyle_gui.ui.shell.system_check import SystemCheckDialog

    window = tour.window
    preferences = PreferencesDialog(window.preferences, window.actions_registry, window)
    check = SystemCheckDialog(window.session, window)
    for name, dialog in (("preferences", preferences), ("check", check), ("about", AboutDialog(window))):
        dialog.show()
        tour.rest()
        tour.shot(name, dialog)
        if name == "preferences":
            from PySide6.QtWidgets import QTabWidget

            tabs = dialog.findChild(QTabWidget)
            assert isinstance(tabs, QTabWidget)
            tabs.setCurrentIndex(1)
            tour.shot("preferences_keys", dialog)
        dialog.close()
        dialog.deleteLater()


def come_back(tour: Tour) -> None:
    path, edits = tour.project.path, len(tour.project.history())
    tour.key(Qt.Key.Key_W, ctrl=True)
    tour.until(lambda: tour.window.views.currentWidget() is tour.window.welcome)
    tour.rest()
    tour.shot("welcome")
    with Project.open(path) as again:
        assert len(again.history()) == edits
        assert len(again.reviewed) == 1
