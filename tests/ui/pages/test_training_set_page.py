"""The training set page: pairs as they would be made, what is dropped, the balance of classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.project.edits import AssignClass, NameRegions, RecolorClass
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.training_set.balance import ClassBalance
from segstyle_gui.ui.pages.training_set.page import TrainingSetPage
from segstyle_gui.ui.pages.training_set.pictures import IGNORE, pair_pictures
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.labels import MutedLabel
from segstyle_gui.ui.widgets.swatch import ClassChip

LEFT = Qt.MouseButton.LeftButton
NAMES = {1: "iris", 2: "lens", 3: "tear"}


@pytest.fixture
def page(open_session: Session, actions: Actions, qtbot: QtBot, idle: Callable[[], None]) -> TrainingSetPage:
    made = TrainingSetPage(open_session, actions)
    qtbot.addWidget(made)
    qtbot.addWidget(made.sidebar())
    made.resize(900, 700)
    made.show()
    made.activate()
    idle()
    qtbot.waitUntil(lambda: n_shown(made) > 0, timeout=20_000)
    return made


def n_shown(page: TrainingSetPage) -> int:
    return len(page.grid._images)


def pairs_of(page: TrainingSetPage) -> Any:
    assert page._preview is not None
    return page._preview.pairs


def wait_for_another(page: TrainingSetPage, qtbot: QtBot, before: Any) -> None:
    qtbot.waitUntil(lambda: pairs_of(page) is not before, timeout=20_000)


def test_the_preview_shows_what_would_be_dropped(page: TrainingSetPage, qtbot: QtBot) -> None:
    pairs = pairs_of(page)
    n_dropped = int(pairs.dropped.sum())
    assert n_shown(page) == len(pairs.seeds) == 12
    assert n_dropped == int((pairs.doubt > pairs.doubt_threshold).sum()) > 0
    assert f"{n_dropped} of these 12" in page.says.text()
    for key, wanted in (("dropped", n_dropped), ("kept", 12 - n_dropped), ("all", 12)):
        qtbot.mouseClick(page.shown.button(key), LEFT)
        assert n_shown(page) == wanted
        marked = [caption for caption in page.grid._captions if "dropped" in caption]
        assert len(marked) == (0 if key == "kept" else n_dropped)


def test_pairs_are_sorted_by_doubt(page: TrainingSetPage) -> None:
    pairs = pairs_of(page)
    order = [pairs.seeds[number] for number in np.argsort(pairs.doubt)]
    assert [int(caption.split()[1]) for caption in page.grid._captions] == order


def test_another_share_drops_others_in_the_preview_and_nothing_is_stored(
    page: TrainingSetPage, qtbot: QtBot
) -> None:
    before, run = pairs_of(page), page.session.run("synthetic_set")
    assert page.panel.form is not None
    page.panel.form.set_value("drop_share", 0.5)
    wait_for_another(page, qtbot, before)
    assert int(pairs_of(page).dropped.sum()) > int(before.dropped.sum())
    page_run = page.session.run("synthetic_set")
    assert page_run == run
    before = pairs_of(page)
    page.panel.form.set_value("drop_share", 0.0)
    wait_for_another(page, qtbot, before)
    assert not pairs_of(page).dropped.any()
    qtbot.mouseClick(page.shown.button("dropped"), LEFT)
    assert n_shown(page) == 0


def test_shares_of_the_classes_sum_to_one(page: TrainingSetPage) -> None:
    state = page.session.state
    assert state is not None
    assert sum(page.balance.shares.values()) == pytest.approx(1, abs=1e-3)
    names = {chip.name() for chip in page.balance.findChildren(ClassChip)}
    assert {label_class.name for label_class in state.classes} <= names


def test_another_class_is_another_preview(page: TrainingSetPage, qtbot: QtBot) -> None:
    session, before = page.session, pairs_of(page)
    assert session.state is not None
    free = next(region.id for region in session.state.regions if region.class_id is None)
    session.apply(NameRegions((free,), "skin"))
    wait_for_another(page, qtbot, before)
    new = next(c.id for c in session.state.classes if c.name == "skin")
    assert page.balance.shares[new] > 0


def test_colours_and_opacity_follow(page: TrainingSetPage, qtbot: QtBot) -> None:
    before, pairs = page._pictures, pairs_of(page)
    page.opacity.value_changed.emit(page.opacity.value)
    page.opacity.set_value(20)
    page.opacity.value_changed.emit(20)
    qtbot.waitUntil(lambda: page._pictures is not before, timeout=10_000)
    assert pairs_of(page) is pairs, "images are not drawn again"
    assert not np.array_equal(before, page._pictures)
    assert page.session.state is not None
    page.session.apply(RecolorClass(page.session.state.classes[0].id, (1, 2, 3)))
    qtbot.waitUntil(lambda: page._preview.classes[0].color == (1, 2, 3), timeout=20_000)  # type: ignore[union-attr]


def test_the_button_makes_the_set_that_was_shown(
    page: TrainingSetPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    assert page.panel.form is not None
    page.panel.form.set_value("n_images", 8)
    page.registry.action("training_set.run").trigger()
    qtbot.waitUntil(lambda: len(pairs_of(page).seeds) == 8, timeout=20_000)
    idle()
    run = page.session.run("synthetic_set")
    assert run is not None
    assert run.config["n_images"] == 8
    kept = page.session.project.array(run, "kept_seeds").tolist()  # type: ignore[union-attr]
    pairs = pairs_of(page)
    assert set(kept) == {seed for seed, gone in zip(pairs.seeds, pairs.dropped, strict=True) if not gone}
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.mouseClick(page.next, LEFT)
    assert asked.args == ["student"]


def test_an_edit_of_the_regions_makes_the_set_stale(page: TrainingSetPage) -> None:
    assert page.stale.isHidden()
    assert page.session.state is not None
    free = next(region.id for region in page.session.state.regions if region.class_id is None)
    page.session.apply(AssignClass((free,), page.session.state.classes[0].id))
    assert page.banner.isVisible()
    page.session.undo()
    assert page.stale.isHidden()


def test_without_a_class_the_page_leads_to_the_regions(
    page: TrainingSetPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    assert page.session.state is not None
    taken = tuple(region.id for region in page.session.state.regions if region.class_id is not None)
    page.session.apply(AssignClass(taken, None))
    assert page.empty.isVisible()
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.mouseClick(page.empty.button(), LEFT)
    assert asked.args == ["regions"]
    idle()


def test_rare_and_missing_classes_are_pointed_out(qtbot: QtBot) -> None:
    balance = ClassBalance()
    qtbot.addWidget(balance)
    classes = tuple(LabelClass(number, name, (0, 0, number)) for number, name in NAMES.items())
    balance.show_shares(classes, {0: 0.5, 1: 0.497, 2: 0.003})
    said = " ".join(label.text() for label in balance.findChildren(MutedLabel))
    assert "Rare: lens." in said
    assert "Not in the set: tear." in said
    assert "iris" not in said


def test_a_pair_is_the_image_and_beside_it_its_colours() -> None:
    images = np.full((1, 4, 4, 3), 100, np.uint8)
    labels = np.zeros((1, 4, 4), np.uint8)
    labels[0, 0], labels[0, 1] = 7, IGNORE
    made = pair_pictures(images, labels, (LabelClass(7, "iris", (200, 0, 0)),), 0.5)
    assert made.shape == (1, 4, 10, 3)
    assert (made[:, :, :4] == images).all()
    assert made[0, 0, 6].tolist() == [150, 50, 50]
    assert (made[0, 1, 6:] > 150).all(), "what is not learnt is whitish"
    assert (made[0, 2:, 6:] == 100).all()
