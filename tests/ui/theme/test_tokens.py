"""Contrast of the palettes, after WCAG 2.2."""

from __future__ import annotations

from dataclasses import fields

import pytest

from segstyle_gui.ui.theme.tokens import DARK, LIGHT, Tokens, contrast, luminance

GROUNDS = ("canvas", "surface", "raised", "field", "well", "hover")
WORDS = ("text", "muted", "success", "warning", "danger", "info")
palettes = pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda p: p.name)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert luminance("#ff0000") == pytest.approx(0.2126)


@palettes
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_words_can_be_read_on_every_ground(palette: Tokens, word: str, ground: str) -> None:
    assert contrast(getattr(palette, word), getattr(palette, ground)) >= 4.5


@palettes
@pytest.mark.parametrize("word", ["text", "muted"])
@pytest.mark.parametrize("ground", ["selection", "pressed"])
def test_words_can_be_read_where_rows_are_chosen(palette: Tokens, word: str, ground: str) -> None:
    assert contrast(getattr(palette, word), getattr(palette, ground)) >= 4.5


@palettes
def test_words_on_the_accent_can_be_read(palette: Tokens) -> None:
    assert contrast(palette.accent_text, palette.accent) >= 4.5
    assert contrast(palette.accent_text, palette.accent_hover) >= 4.5


@palettes
@pytest.mark.parametrize("ground", ["canvas", "surface", "raised", "field"])
def test_links_outlines_and_rings_are_seen(palette: Tokens, ground: str) -> None:
    assert contrast(palette.accent, getattr(palette, ground)) >= 4.5
    assert contrast(palette.edge, getattr(palette, ground)) >= 3.0


@palettes
def test_disabled_words_are_fainter_than_muted_but_seen(palette: Tokens) -> None:
    faint, muted = (contrast(color, palette.surface) for color in (palette.faint, palette.muted))
    assert 3.0 <= faint < muted


def test_palettes_are_complete_colours() -> None:
    for palette in (DARK, LIGHT):
        for field in fields(Tokens):
            value = getattr(palette, field.name)
            assert field.name == "name" or (len(value) == 7 and int(value[1:], 16) >= 0)
