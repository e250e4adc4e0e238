"""A lock while a template is written: whatever was typed is kept, and nothing of it can be used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.models.purposes import MailPurpose
from desktop.office.values import ImportRequest
from desktop.office.values_templates import TemplateKeep, TemplateTryRequest, TemplateWords
from tests.made_practice import PEOPLE, Practice
from tests.made_rows_templates import KEPT, WORDS
from tests.support.template_desk import FLU, Desk, code_of, edited, usable

HALF = "Hello {{ first_na"


@pytest.fixture
def desk(practice: Practice) -> Desk:
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", data=PEOPLE))
    return office, ana


def half(request: TemplateKeep, **changes: object) -> TemplateKeep:
    """As the window keeps it before a lock."""
    texts = {"en": TemplateWords("Hello", HALF)}
    return replace(request, **{"texts": texts, "unfinished": True, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [HALF, "{% if x", "{{ ssn }}", "x" * 30_000, " ", "a\ue000b\x00c\ud800", "![x](https://a.example/)"],
)
def test_what_is_no_template_yet_is_kept_and_nobody_approves_it(desk: Desk, body: str) -> None:
    office, ana = desk
    shown = office.keep_template(ana, half(KEPT, texts={"en": TemplateWords("Hello", body)}))
    stored = body.replace("\ud800", "?").strip()
    assert office.show_template(ana, shown.line.id).texts["en"].body == stored
    assert (shown.stops, shown.can_approve) == (True, False)
    assert code_of(lambda: office.approve_template(ana, shown.line.id, 1)) == "template-stops"
    tried = TemplateTryRequest(shown.texts["en"], "en", MailPurpose.TREATMENT)
    assert office.preview_template(ana, tried).letter is None
    assert code_of(lambda: usable(office, shown.line.id)) == "template-not-approved"


def test_letters_go_on_from_the_approved_version_under_half_written_words(desk: Desk) -> None:
    office, ana = desk
    first = office.keep_template(ana, KEPT)
    ok = office.approve_template(ana, first.line.id, 1)
    shown = office.keep_template(ana, half(edited(ok, ""), purpose=MailPurpose.OPERATIONS, layout="notice"))
    assert (shown.line.version, shown.line.approved) == (2, 1)
    assert (shown.line.purpose, shown.line.layout) == (ok.line.purpose, ok.line.layout)
    assert usable(office, first.line.id)[1].texts["en"].body == WORDS.body


@pytest.mark.parametrize("meanwhile", ["changed", "removed"])
def test_what_a_colleague_did_meanwhile_leaves_both_their_words_and_mine(desk: Desk, meanwhile: str) -> None:
    office, ana = desk
    seen = office.keep_template(ana, KEPT)
    if meanwhile == "changed":
        office.keep_template(ana, edited(seen, "Theirs."))
    else:
        office.retire_template(ana, seen.line.id)
    mine = office.keep_template(ana, half(edited(seen, "")))
    assert mine.line.id != seen.line.id
    assert mine.texts["en"].body == HALF
    assert mine.line.name == (f"{KEPT.name} (2)" if meanwhile == "changed" else KEPT.name)
    theirs = office.show_template(ana, seen.line.id)
    assert theirs.texts["en"].body == ("Theirs." if meanwhile == "changed" else WORDS.body)


def test_a_name_that_is_given_gets_a_number_and_a_long_one_stays_short(desk: Desk) -> None:
    office, ana = desk
    long = "A very long name " * 8
    names = [office.keep_template(ana, half(KEPT, name=long)).line.name for _ in range(3)]
    assert len(set(names)) == 3
    assert all(len(name) <= 80 for name in names)
    assert names[1].endswith("(2)")


def test_a_purpose_that_may_not_be_is_put_right_and_the_words_stay(desk: Desk) -> None:
    office, ana = desk
    news = half(FLU, code="newsletter", purpose=MailPurpose.TREATMENT)
    kept = office.keep_template(ana, news)
    assert (kept.line.purpose, kept.texts["en"].body) == (MailPurpose.OWN_SERVICE, HALF)
    again = office.keep_template(
        ana, half(edited(kept, ""), purpose=MailPurpose.TREATMENT, texts={"en": TemplateWords("B", "More")})
    )
    assert (again.line.id, again.line.purpose) == (kept.line.id, MailPurpose.OWN_SERVICE)
    assert again.texts["en"].body == "More"


def test_more_templates_than_are_kept_do_not_lose_what_was_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, ana = desk
    office.keep_template(ana, KEPT)
    monkeypatch.setattr("desktop.office.templates.MOST", 1)
    assert code_of(lambda: office.keep_template(ana, FLU)) == "template-many"
    assert office.keep_template(ana, half(FLU)).texts["en"].body == HALF
