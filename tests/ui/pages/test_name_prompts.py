from __future__ import annotations

from segstyle_gui.core.clip.prompts import parse_prompts
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.ui.pages.names.prompts import (
    PromptLine,
    joined,
    line_of,
    lines_of_setting,
    lines_of_text,
    setting_of_lines,
)
from segstyle_gui.ui.pages.names.vocabularies import vocabularies


def test_a_line_is_a_name_with_its_synonyms() -> None:
    assert line_of("  sclera ,white  of the eye| sclera;;Skleren") == PromptLine(
        "sclera", ("white of the eye", "Skleren")
    )
    assert line_of(" , ;") is None


def test_pasted_lines_leave_out_headings_and_empty_ones() -> None:
    text = "# Eye\npupil\n\n  iris, iris of the eye\n#more\n"
    assert lines_of_text(text) == (PromptLine("pupil"), PromptLine("iris", ("iris of the eye",)))


def test_a_pasted_setting_is_read_as_one() -> None:
    assert lines_of_text("iris|iris of the eye, pupil") == (
        PromptLine("iris", ("iris of the eye",)),
        PromptLine("pupil"),
    )


def test_the_setting_comes_back_and_is_what_the_stage_reads() -> None:
    lines = lines_of_setting(NamingConfig().prompts)
    text = setting_of_lines(lines)
    assert lines_of_setting(text) == lines
    assert parse_prompts(text) == parse_prompts(NamingConfig().prompts)
    assert parse_prompts(text) == tuple((line.name, *line.synonyms) for line in lines)


def test_adding_keeps_what_is_there() -> None:
    own = (PromptLine("Iris", ("own",)),)
    assert joined(own, (PromptLine("iris"), PromptLine("pupil"), PromptLine("Pupil"))) == (
        *own,
        PromptLine("pupil"),
    )


def test_every_vocabulary_can_be_asked_and_the_first_is_the_default() -> None:
    known = vocabularies()
    assert known[0].lines == lines_of_setting(NamingConfig().prompts)
    assert len({one.key for one in known}) == len(known) > 2
    for one in known:
        assert one.title
        assert len(parse_prompts(setting_of_lines(one.lines))) == len(one.lines)
