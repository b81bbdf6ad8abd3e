"""A form for every stage's config: the right editors, live checks in place, presets and the way back."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from segstyle_gui.core.cluster_config import PRESETS, ClusterConfig
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.images import ImageConfig
from segstyle_gui.core.naming import NamingConfig
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline.catalog import STAGES
from segstyle_gui.pipeline.evaluate import EvaluateConfig
from segstyle_gui.pipeline.import_generator import ImportGeneratorConfig
from segstyle_gui.pipeline.import_images import ImportConfig
from segstyle_gui.ui.config_editors import (
    ComboEditor,
    LongTextEditor,
    NumberEditor,
    PathEditor,
    SegmentEditor,
    SwitchEditor,
    TextEditor,
)
from segstyle_gui.ui.config_form import ConfigForm
from segstyle_gui.ui.config_sources import SourceEditor
from segstyle_gui.ui.config_words import label_of
from segstyle_gui.ui.widgets.cards import CollapsibleSection
from segstyle_gui.ui.widgets.segmented import SegmentedControl


@dataclass(frozen=True, slots=True, kw_only=True)
class OddConfig:
    """Kinds of fields that no stage has yet."""

    place: Path = setting(Path("here"), "A path.")  # noqa: RUF009
    limit: int | None = setting(None, "A number or nothing.")
    scales: tuple[float, ...] = setting((0.5, 1.0), "Several numbers.")
    many: str = setting("a", "Of many.", choices=("a", "b", "c", "d", "e"))
    free: float = setting(-3.5, "Unbounded.")

    def __post_init__(self) -> None:
        check_config(self)


def new_form(qtbot, config_type, presets=None, **options):
    form = ConfigForm(config_type, presets, **options)
    qtbot.addWidget(form)
    form.resize(600, 500)
    form.show()
    return form


@pytest.fixture
def form(qtbot):
    presets = {"segstyle": ClusterConfig(), **PRESETS}
    return new_form(qtbot, ClusterConfig, presets, basic=("n_regions", "layer"))


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_has_a_form_that_gives_each_preset_back(qtbot, stage):
    form = new_form(qtbot, stage.config, stage.presets)
    for config in stage.presets.values():
        form.set_config(config)
        assert form.config() == config
    for field in dataclasses.fields(stage.config):
        row = form.row(field.name)
        assert row.label
        assert row._editor.accessibleName() == row.label


@pytest.mark.parametrize(
    ("config_type", "name", "editor"),
    [
        (ClusterConfig, "n_clusters", NumberEditor),
        (ClusterConfig, "psi", NumberEditor),
        (ClusterConfig, "layer", TextEditor),
        (ClusterConfig, "normalize", SegmentEditor),
        (TrainConfig, "mirror", SwitchEditor),
        (TrainConfig, "start_from", SourceEditor),
        (ImportConfig, "folder", PathEditor),
        (StudentConfig, "encoder_weights", PathEditor),
        (NamingConfig, "prompts", LongTextEditor),
        (EvaluateConfig, "map", TextEditor),
        (OddConfig, "place", PathEditor),
        (OddConfig, "limit", TextEditor),
        (OddConfig, "scales", TextEditor),
        (OddConfig, "many", ComboEditor),
        (OddConfig, "free", NumberEditor),
    ],
)
def test_the_editor_suits_the_field(qtbot, config_type, name, editor):
    assert type(new_form(qtbot, config_type).row(name).editor) is editor


def test_odd_fields_keep_their_types(qtbot):
    form = new_form(qtbot, OddConfig)
    assert form.config() == OddConfig()
    form.row("limit").editor.setText("7")
    form.row("scales").editor.setText("1, 2")
    form.row("free").editor.set_config_value(-100.25)
    config = form.config()
    assert (config.limit, config.scales, config.free) == (7, (1.0, 2.0), -100.25)
    assert isinstance(config.place, Path)
    form.row("limit").editor.setText("many")
    with pytest.raises(ConfigError, match="whole number"):
        form.config()


def test_labels_read_well():
    assert [label_of(name) for name in ("n_clusters", "psi", "batch_size", "kimg")] == [
        "Clusters",
        "Truncation ψ",
        "Batch size",
        "Training length",
    ]


def test_basic_fields_come_first_with_help_and_the_rest_is_folded(form):
    assert form.row("n_regions").isVisible()
    assert form.row("layer").geometry().top() > form.row("n_regions").geometry().top()
    assert not form.row("seed").isVisible()
    shown = [label.text() for label in form.row("n_regions").findChildren(QLabel) if label.isVisible()]
    assert "Regions that the merge tree is first cut into." in shown
    form.findChild(CollapsibleSection).set_expanded(True)
    assert form.row("seed").isVisible()
    assert "Seed of the samples" in form.row("seed")._editor.toolTip()


def test_a_basic_field_that_is_not_there_is_an_error(qtbot):
    with pytest.raises(KeyError):
        ConfigForm(ClusterConfig, basic=("n_clusters", "k"))


def test_units_and_zeros_are_written_out(form):
    assert form.row("n_samples").editor.text() == "200 images"
    assert form.row("grid").editor.text() == "automatic"
    assert form.row("tol").editor.text() == "0.0001"
    form.set_value("grid", 64)
    assert form.row("grid").editor.text() == "64 px"


def test_no_class_is_written_out_and_the_first_is_a_number(qtbot):
    form = new_form(qtbot, ImportGeneratorConfig)
    editor = form.row("class_index").editor
    assert editor.text() == "none"
    editor.stepUp()
    assert (editor.text(), form.config().class_index) == ("0", 0)
    editor.stepDown()
    assert form.config().class_index == -1


def test_an_edit_is_told_once_and_makes_the_config_custom(form, qtbot):
    told = []
    form.changed.connect(lambda: told.append(form.config().n_regions))
    editor = form.row("n_regions").editor
    editor.stepUp()
    assert told == [13]
    assert (form.preset, chooser(form).current) == ("custom", "custom")
    editor.stepDown()
    assert (form.preset, chooser(form).current) == ("segstyle", "segstyle")


def test_the_way_back_shows_only_where_a_value_differs(form, qtbot):
    row = form.row("n_regions")
    assert not row._reset.isVisible()
    form.set_value("n_regions", 20)
    assert row._reset.isVisible()
    assert row._reset.toolTip() == "Back to 12 (SegStyle)"
    qtbot.mouseClick(row._reset, Qt.MouseButton.LeftButton)
    assert form.config() == ClusterConfig()
    assert not row._reset.isVisible()


def test_a_preset_takes_over_and_custom_brings_ones_own_back(form, qtbot):
    form.set_value("n_regions", 20)
    own = form.config()
    click(qtbot, form, "paper")
    assert form.config() == PRESETS["paper"]
    assert not form.row("n_regions")._reset.isVisible()
    click(qtbot, form, "custom")
    assert form.config() == own
    assert form.row("n_regions")._reset.toolTip() == "Back to 9 (Paper)"


def test_a_preset_leaves_folders_alone(qtbot):
    presets = {"segstyle": ImportConfig(), "large": ImportConfig(size=256)}
    form = new_form(qtbot, ImportConfig, presets)
    form.set_value("folder", "/data/eyes")
    assert form.preset == "segstyle"
    click(qtbot, form, "large")
    assert (form.config().folder, form.config().size) == ("/data/eyes", 256)
    assert form.preset == "large"


def test_what_the_config_refuses_is_said_at_its_field_until_it_is_right(qtbot):
    form = new_form(qtbot, ImageConfig)
    form.set_value("size", 100)
    assert (
        form.row("size").problem
        == "Size is 100; wanted a power of two from 16 to 1024. Use 32, 64, 128 or 256."
    )
    assert form.row("size")._editor.property("invalid")
    assert not form.is_valid
    with pytest.raises(ConfigError, match="power of two"):
        form.config()
    form.set_value("size", 128)
    assert form.row("size").problem == ""
    assert form.is_valid


def test_what_no_single_field_is_to_blame_for_is_said_below_all(qtbot):
    form = new_form(qtbot, EvaluateConfig)
    form.set_value("map", ("iris=1",))
    form.set_value("hungarian", True)
    assert form._problem.isVisible()
    assert form._problem.text().startswith("Both a map and hungarian")
    form.set_value("hungarian", False)
    assert not form._problem.isVisible()


def test_the_class_may_come_later_and_change(qtbot):
    form = new_form(qtbot, None)
    with pytest.raises(ConfigError, match="not loaded"):
        form.config()
    form.set_config_type(ClusterConfig, PRESETS)
    assert form.config() == PRESETS[next(iter(PRESETS))]
    form.set_config_type(EvaluateConfig)
    assert form.config() == EvaluateConfig()
    assert form.row("ignore").value() == 255
    with pytest.raises(KeyError):
        form.row("n_clusters")


@pytest.mark.parametrize(
    ("name", "value", "up", "down"),
    [
        ("n_samples", 200, 210, 190),
        ("n_samples", 1, 2, 1),
        ("n_clusters", 32, 33, 31),
        ("psi", 0.7, 0.75, 0.65),
        ("tol", 0.0001, 0.00011, 0.000099),
        ("grid", 64, 128, 32),
        ("grid", 0, 16, 0),
        ("seed", 40, 41, 39),
        ("init_rows", 20_000, 21_000, 19_000),
    ],
)
def test_steps_are_sensible(form, name, value, up, down):
    editor = form.row(name).editor
    for step, wanted in ((1, up), (-1, down)):
        editor.set_config_value(value)
        editor.stepBy(step)
        assert editor.config_value() == pytest.approx(wanted, rel=1e-6)


def test_a_seed_of_two_to_the_31_survives(qtbot):
    @dataclass(frozen=True, kw_only=True)
    class Big:
        seed: int = setting(2**31, "Seed.", low=0, high=2**31)

    assert new_form(qtbot, Big).config().seed == 2**31


def test_a_comma_is_a_decimal_point(form, qtbot):
    editor = form.row("psi").editor
    editor.selectAll()
    qtbot.keyClicks(editor, "0,85")
    assert form.config().psi == pytest.approx(0.85)


def test_the_wheel_scrolls_the_page_and_not_the_numbers(qtbot):
    area = QScrollArea()
    qtbot.addWidget(area)
    form = ConfigForm(ClusterConfig)
    area.setWidget(form)
    area.resize(500, 100)
    area.show()
    editor = form.row("n_regions").editor
    assert isinstance(editor, NumberEditor)
    assert not editor.hasFocus()
    wheel(editor)
    assert editor.config_value() == 12


def test_a_narrow_form_puts_labels_above(form):
    row = form.row("n_regions")
    assert row._label.geometry().right() < row._editor.geometry().left()
    form.resize(300, 500)
    QApplication.processEvents()
    assert row._label.geometry().bottom() <= row._editor.geometry().top()
    assert form.width() == 300


def test_a_dropped_folder_is_taken_and_a_dropped_file_is_not(qtbot, tmp_path):
    form = new_form(qtbot, ImportConfig)
    editor = form.row("folder").editor
    (tmp_path / "a.txt").touch()
    told = []
    form.changed.connect(lambda: told.append(True))
    drop(editor, tmp_path / "a.txt")
    assert (form.config().folder, told) == ("", [])
    drop(editor, tmp_path)
    assert (form.config().folder, told) == (str(tmp_path), [True])


def chooser(form):
    return next(
        control for control in form.findChildren(SegmentedControl) if control.accessibleName() == "Preset"
    )


def click(qtbot, form, preset):
    qtbot.mouseClick(chooser(form).button(preset), Qt.MouseButton.LeftButton)


def drop(editor, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(5, 5), copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    editor.dropEvent(event)


def wheel(widget):
    place = QPointF(10, 10)
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_fields_that_play_no_part_are_grey(qtbot):
    form = new_form(qtbot, TrainConfig)
    assert not form.row("freeze_d").editor.isEnabled()
    assert not form.row("path_length_interval").editor.isEnabled()
    form.set_value("start_from", "near-eye")
    form.set_value("path_length_weight", 2.0)
    assert form.row("freeze_d").editor.isEnabled()
    assert form.row("path_length_interval").editor.isEnabled()
    form.set_config(TrainConfig())
    assert not form.row("warmup_kimg").editor.isEnabled()
