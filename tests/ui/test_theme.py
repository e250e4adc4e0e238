"""Contrast after WCAG 2.2 AA, computed from the tables of colours."""

from __future__ import annotations

import re

import pytest

from desktop.ui.theme import DARK, LIGHT, Tokens, style_sheet

TEXT = [
    ("text", "bg"),
    ("text", "surface"),
    ("muted", "bg"),
    ("muted", "surface"),
    ("text", "accent_soft"),
    ("rail_text", "rail"),
    ("rail_text", "rail_selected"),
    ("accent", "surface"),
    ("accent", "bg"),
    ("accent_text", "accent"),
    ("ok", "ok_soft"),
    ("ok", "surface"),
    ("warn", "warn_soft"),
    ("warn", "surface"),
    ("error", "error_soft"),
    ("error", "surface"),
    ("error", "bg"),
    ("toast_text", "toast"),
    ("toast_action", "toast"),
]
EDGES = [("border", "surface"), ("border", "bg"), ("focus", "surface"), ("focus", "bg"), ("error", "surface")]
THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_agrees_with_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(tokens: Tokens, front: str, back: str) -> None:
    assert contrast(getattr(tokens, front), getattr(tokens, back)) >= 4.5


@THEMES
@pytest.mark.parametrize(("front", "back"), EDGES)
def test_inputs_and_the_focus_can_be_seen(tokens: Tokens, front: str, back: str) -> None:
    assert contrast(getattr(tokens, front), getattr(tokens, back)) >= 3


@THEMES
def test_white_on_the_open_entry_of_the_rail_can_be_read(tokens: Tokens) -> None:
    assert contrast("#FFFFFF", tokens.rail_selected) >= 4.5


@THEMES
def test_every_name_in_the_sheet_is_a_colour_of_the_table(tokens: Tokens) -> None:
    sheet = style_sheet(tokens)
    assert not re.search(r"@\w+", sheet)
    assert re.search(r"QLineEdit:focus.*\{\s*border: 2px", sheet, re.DOTALL)


@THEMES
def test_the_drop_arrow_is_seen_on_the_surface(tokens: Tokens) -> None:
    path = re.search(r'image: url\("([^"]+)"\)', style_sheet(tokens))
    assert path is not None
    with open(path[1], encoding="ascii") as drawing:
        stroke = re.search(r'stroke="(#[0-9A-F]{6})"', drawing.read())
    assert stroke is not None
    assert contrast(stroke[1], tokens.surface) >= 3
