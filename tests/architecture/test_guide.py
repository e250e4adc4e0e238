"""The guide keeps up with the program: codes, commands, states and links."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.cli.arguments import parser
from desktop.cli.main import HANDLERS
from desktop.models.records import State
from desktop.people.contacts import FIELDS
from desktop.texts import Texts

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GUIDE = DOCS / "guide"
TRANSLATIONS = ROOT / "resources" / "translations"
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
_NEVER_SHOWN = frozenset({State.DRAFT, State.FROZEN})
"""A message is stored as `queued`; the two before it exist in memory only."""


def _error_codes() -> set[str]:
    catalogues = [*TRANSLATIONS.glob("en.po"), *TRANSLATIONS.glob("parts/*.en.po")]
    found = {
        code
        for path in catalogues
        for code in re.findall(r'^msgid "error\.([a-z0-9-]+)"$', path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(found) > 100
    return found


def _listed_codes() -> set[str]:
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", (GUIDE / "trouble.md").read_text("utf-8"), re.MULTILINE))


def test_every_error_has_its_line_in_the_guide() -> None:
    assert sorted(_error_codes() - _listed_codes()) == []


def test_the_guide_explains_no_error_that_does_not_exist() -> None:
    assert sorted(_listed_codes() - _error_codes()) == []


def test_every_command_stands_in_the_guide() -> None:
    text = (GUIDE / "command-line.md").read_text("utf-8")
    assert [name for name in HANDLERS if f"`{name}" not in text] == []


def _long_options(one: argparse.ArgumentParser) -> Iterator[str]:
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _long_options(inner)
        yield from (option for option in action.option_strings if option.startswith("--"))


def test_every_option_stands_in_the_guide() -> None:
    text = (GUIDE / "command-line.md").read_text("utf-8")
    assert sorted({option for option in _long_options(parser()) if option not in text}) == []


def test_every_field_that_may_be_set_stands_in_the_guide() -> None:
    text = (GUIDE / "command-line.md").read_text("utf-8")
    assert [field for field in FIELDS if field not in text] == []


def test_every_state_of_a_message_is_explained_in_the_words_of_the_screen() -> None:
    text = (GUIDE / "outbox.md").read_text("utf-8")
    words = {Texts("en").say(f"ui.state.{state.value}") for state in State if state not in _NEVER_SHOWN}
    assert [said for said in sorted(words) if f"**{said}**" not in text] == []


@pytest.mark.parametrize(
    "page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix()
)
def test_links_between_the_documents_lead_somewhere(page: Path) -> None:
    targets = [match[1] for match in _LINK.finditer(page.read_text("utf-8"))]
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not (page.parent / target).exists()] == []
