"""The shipped templates: alike in both languages, whole without what may be unknown, nothing remote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from desktop.errors import InputError
from desktop.mail.fields import FIELDS
from desktop.mail.readability import grade
from desktop.mail.template_blocks import Block, Button, Heading
from desktop.mail.template_checks import MOST_GRADE, Checked, check
from desktop.mail.template_design import Design, Rendered
from desktop.mail.template_footer import Imprint, footer
from desktop.mail.template_library import Group, LibraryTemplate, library, library_template, shipped_template
from desktop.mail.template_marks import Marks
from desktop.mail.template_page import PAGE_BYTES, Around, Brand
from desktop.mail.template_source import compiled, laid_out, placeholders, write_source
from desktop.models.purposes import BASES, MailPurpose
from desktop.models.standing import FieldClass
from desktop.paths import resource
from desktop.texts import LANGUAGES, Texts
from tests.support.letters import IMPRINT, known
from tests.support.lettertree import LetterTree

ALL = [(one, language) for one in library() for language in LANGUAGES]
EACH = pytest.mark.parametrize(("one", "language"), ALL, ids=[f"{one.code}-{at}" for one, at in ALL])
ASKED_FOR = {
    "reminder-week reminder-two-days reminder-today confirm-visit visit-moved missed-visit after-visit",
    "recall-checkup recall-overdue flu-season screening-age results-ready new-patient-welcome",
    "new-patient-forms portal-invitation billing-notice payment-plan survey newsletter birthday",
    "closure-holiday closure-weather new-provider new-location",
}
FOOTER = re.compile(r"911|STOP|ALTO|unsubscribe|darse de baja|{{ practice_address }}", re.IGNORECASE)
CLAIMS = re.compile(
    r"HIPAA|guarantee|garantiza|100 ?%|risk.free|sin riesgo|promise|prometemos", re.IGNORECASE
)
SCARS = re.compile(
    r"[ \t]{2,}\S|\s[,.;:?!](?:\s|$)|\{\{|\{%|%\}|\}\}|[\ue000\ue001]|\.invalid|\bNone\b", re.MULTILINE
)


@cache
def design(one: LibraryTemplate, language: str) -> Design:
    lines = footer(one.purpose, IMPRINT, language)
    return Design(
        one.source(language), Around(language, one.layout, Brand(IMPRINT.practice, "#1f5f8b"), lines)
    )


def blocks(one: LibraryTemplate, language: str, *, whole: bool = True) -> tuple[Block, ...]:
    body = compiled(one.source(language)).body
    return laid_out(body, body.asked() if whole else frozenset(), Marks())


def letters(one: LibraryTemplate, language: str) -> Iterator[Rendered]:
    """With all that may be known, with nothing of it, with each alone, and with each missing alone."""
    made, every = design(one, language), known(language)
    asked = made.parts.asked
    always = {name: value for name, value in every.items() if name not in asked}
    yield made.render(every, "x")
    yield made.render(always, "x")
    for name in sorted(asked):
        yield made.render(always | {name: every[name]}, "x")
        yield made.render({key: value for key, value in every.items() if key != name}, "x")


def test_the_library_has_what_a_practice_writes_most() -> None:
    assert {one.code for one in library()} == set(" ".join(ASKED_FOR).split())
    assert {one.group for one in library()} == set(Group)


def test_every_file_of_the_library_belongs_to_a_template() -> None:
    lying = {path.name for path in resource("templates/library").glob("*.md")}
    assert lying == {f"{one.code}.{language}.md" for one, language in ALL}


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_and_groups_have_their_words(language: str) -> None:
    texts = Texts(language)
    titles = [texts.say(f"template.title.{one.code}") for one in library()]
    groups = [texts.say(f"template.group.{group.value}") for group in Group]
    assert [said for said in titles + groups if said.startswith("template.")] == []
    assert len(set(titles)) == len(titles)


def test_who_asks_for_what_is_not_there_is_told() -> None:
    for code in ("", "nothing", "../layouts/letter", "library"):
        with pytest.raises(InputError) as caught:
            shipped_template(code, "en")
        assert caught.value.code == "template-unknown"


def test_an_unknown_language_reads_english() -> None:
    assert (
        shipped_template("survey", "xx")
        == shipped_template("survey", "en")
        != shipped_template("survey", "es")
    )
    assert library_template("survey").source("es") == shipped_template("survey", "es")


def test_each_template_says_what_it_is_for() -> None:
    """45 CFR 164.501: what the practice says of its own offers has a way to say no."""
    of = {purpose: {one.code for one in library() if one.purpose is purpose} for purpose in MailPurpose}
    assert of[MailPurpose.PAYMENT] == {"billing-notice", "payment-plan"}
    assert of[MailPurpose.OWN_SERVICE] == {"newsletter", "birthday", "new-provider", "new-location"}
    assert {"recall-checkup", "screening-age", "flu-season", "results-ready"} <= of[MailPurpose.TREATMENT]
    assert {"survey", "closure-holiday", "closure-weather"} <= of[MailPurpose.OPERATIONS]
    assert not of[MailPurpose.MARKETING] | of[MailPurpose.PAID] | of[MailPurpose.FUNDRAISING]
    assert all(not BASES[one.purpose].authorized for one in library())


@EACH
def test_the_checks_find_nothing_but_what_the_practice_fills_in(one: LibraryTemplate, language: str) -> None:
    found = check(one.source(language), Checked(one.purpose, language, IMPRINT))
    unfilled = [finding for finding in found if finding.reason.code == "check-unfilled"]
    assert [finding for finding in found if finding not in unfilled] == []
    assert len(unfilled) == len(placeholders(one.source(language)))
    assert all(finding.stops for finding in unfilled)


@pytest.mark.parametrize("one", library(), ids=lambda one: one.code)
def test_both_languages_are_built_alike(one: LibraryTemplate) -> None:
    english, spanish = (compiled(one.source(language)) for language in LANGUAGES)
    for part in ("subject", "preview", "body"):
        of_english, of_spanish = getattr(english, part), getattr(spanish, part)
        assert of_english.fields() == of_spanish.fields()
        assert of_english.asked() == of_spanish.asked()
    assert len(placeholders(one.source("en"))) == len(placeholders(one.source("es")))
    for whole in (True, False):
        kinds = [[type(block) for block in blocks(one, language, whole=whole)] for language in LANGUAGES]
        assert kinds[0] == kinds[1]
    assert write_source(one.source("en")) != write_source(one.source("es"))


@EACH
def test_it_needs_no_more_than_its_kind_always_has(one: LibraryTemplate, language: str) -> None:
    always = {"practice": "x", "first_name": "x"} | ({"date": "x", "time": "x"} if one.needs_visit else {})
    assert design(one, language).missing(always) == ()
    of_visit = compiled(one.source(language)).fields & {"date", "time", "provider", "arrive_at"}
    assert bool(of_visit) == one.needs_visit


@EACH
def test_a_locked_screen_tells_nothing_of_health(one: LibraryTemplate, language: str) -> None:
    parts = compiled(one.source(language))
    shown = parts.subject.fields() | parts.preview.fields()
    assert {name for name in shown if FIELDS[name] is FieldClass.CLINICAL} == set()
    assert shown <= {"practice", "date", "time"}, "nor who is written to"
    assert parts.preview.pieces, "without a preview line the first words of the letter show"


@EACH
def test_it_has_one_title_and_one_call(one: LibraryTemplate, language: str) -> None:
    made = blocks(one, language)
    assert isinstance(made[0], Heading)
    assert [block.level for block in made if isinstance(block, Heading)].count(1) == 1
    buttons = [block for block in made if isinstance(block, Button)]
    assert len(buttons) <= 1
    assert not [block for block in blocks(one, language, whole=False) if isinstance(block, Button)]
    answer = {"en": "nswer this email", "es": "esponda a este correo"}[language]
    assert one.source(language).body.count(answer) == 1, "whoever has no link can always answer"


@EACH
def test_it_is_plain_and_short(one: LibraryTemplate, language: str) -> None:
    text = write_source(one.source(language))
    years = grade(design(one, language).render(known(language), "x").text, language)
    assert years is None or years <= MOST_GRADE
    assert len(re.sub(r"\{[{%].*?[%}]\}", "", text).split()) <= 130
    assert not FOOTER.search(text), "the program adds that below"
    assert not CLAIMS.search(text)


@EACH
def test_it_comes_out_whole_whatever_is_unknown(one: LibraryTemplate, language: str) -> None:
    for letter in letters(one, language):
        words = LetterTree.of(letter.html)
        for said in (letter.subject, letter.text, words.text):
            assert not (found := SCARS.search(said)), (found, said)
        assert "\n\n\n" not in letter.text
        assert not re.search(r"<(p|li|ul|ol|strong)\b(?![^>]*border-top)[^>]*>\s*</\1>", letter.html)
        assert words.sources == []
        assert not {"script", "link", "iframe"} & words.tags
        assert not re.search(r"url\(|@import|http:", letter.html.replace("http://www.w3.org/", ""))
        assert set(words.links) <= {known(language)["booking_link"], known(language)["portal_link"]}
        assert len(letter.html.encode()) < PAGE_BYTES / 4


@EACH
def test_page_and_text_say_the_same(one: LibraryTemplate, language: str) -> None:
    letter = design(one, language).render(known(language), "x")
    in_text = re.sub(r"https://\S+|^-- $|^\* \* \*$|^(?:- |\d\. )", " ", letter.text, flags=re.MULTILINE)
    on_page = LetterTree.of(letter.html).text
    assert {word.strip(":") for word in in_text.split()} <= {word.strip(":") for word in on_page.split()}


@EACH
def test_below_stands_what_its_purpose_asks_for(one: LibraryTemplate, language: str) -> None:
    letter = design(one, language).render(known(language), "x")
    assert "911" in letter.text
    assert IMPRINT.address in letter.text
    assert bool(re.search(r"\b(STOP|ALTO)\b", letter.text)) == BASES[one.purpose].commercial


def test_what_is_ready_is_not_said() -> None:
    for language in LANGUAGES:
        said = design(library_template("results-ready"), language).render(known(language), "x")
        assert not re.search(
            r"\b(result|tests?|labs?|scan|examen|análisis|prueba)", said.subject + said.text, re.IGNORECASE
        )


def test_no_template_that_still_has_to_be_filled_in_passes() -> None:
    waiting = {one.code for one in library() if placeholders(one.source("en"))}
    assert waiting == {
        "screening-age",
        "closure-holiday",
        "closure-weather",
        "newsletter",
        "new-provider",
        "new-location",
    }


def test_a_commercial_letter_without_an_address_is_stopped() -> None:
    one = library_template("birthday")
    found = check(one.source("en"), Checked(one.purpose, "en", Imprint("Riverside")))
    assert [(finding.reason.code, finding.stops) for finding in found] == [("template-needs-address", True)]
