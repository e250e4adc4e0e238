"""Where a hit stands, and what follows from it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest

from desktop.config import CONTENT_LIMITS
from desktop.mail import optin
from desktop.mail.content import check_content, check_sender
from desktop.mail.content_codes import learn
from desktop.mail.content_names import NameIndex
from desktop.mail.content_values import (
    Action,
    ContentFile,
    ContentInput,
    ContentReport,
    Kind,
    Known,
    MrnShapes,
    Part,
    Policy,
)
from desktop.models.records import PersonId
from desktop.texts import LANGUAGES, Texts

MARIA = PersonId("1" * 32)
PEOPLE = NameIndex(
    [
        (MARIA, "María", "López"),
        (PersonId("2" * 32), "John", "Smith"),
        (PersonId("3" * 32), "Rose", "Grant"),
        (PersonId("4" * 32), "Maria", "Lopez"),
    ]
)
KNOWN = Known(
    PEOPLE,
    person=MARIA,
    first_name="María",
    last_name="López",
    birth_date=date(1961, 3, 4),
    external_id="MG-00451",
)


def check(
    subject: str = "", text: str = "", html: str | None = None, known: Known = KNOWN, *files: ContentFile
) -> ContentReport:
    return check_content(ContentInput(subject, text, html, files, known), CONTENT_LIMITS, time.monotonic)


def file(text: str, name: str = "report.txt") -> ContentFile:
    return ContentFile(name, "text/plain", text.encode())


def kinds(report: ContentReport) -> list[Kind]:
    return [hit.kind for hit in report.hits]


def test_an_empty_message_gives_nothing_away() -> None:
    report = check("Your visit", "See you on Tuesday.", "<p>See you.</p>")
    assert (report.hits, report.action, report.shortened) == ((), None, False)


def test_the_same_word_raises_in_the_text_and_blocks_in_the_subject() -> None:
    assert check(text="your chemotherapy").verdict == {Kind.CLINICAL: Action.RAISE}
    assert check(subject="your chemotherapy").verdict == {Kind.CLINICAL: Action.BLOCK}


@pytest.mark.parametrize(
    "name", ["john-smith.pdf", "JohnSmith.pdf", "Smith, John.pdf", "scan_SMITH_JOHN.pdf"]
)
def test_another_patients_name_in_a_files_name_blocks(name: str) -> None:
    report = check("", "", None, KNOWN, file("nothing", name))
    assert Kind.OTHER_PATIENT in kinds(report)
    assert report.action is Action.BLOCK
    assert {hit.where.part for hit in report.hits if hit.kind is Kind.OTHER_PATIENT} == {Part.FILE_NAME}


def test_the_patients_own_name_is_fine_inside_and_blocks_outside() -> None:
    assert check(text="Dear Maria Lopez,").hits == ()
    assert check("", "", None, KNOWN, file("Maria Lopez, born 3/4/1961")).verdict == {
        Kind.BIRTH_DATE: Action.RAISE
    }
    assert check(subject="Maria Lopez").verdict == {Kind.OWN_NAME: Action.BLOCK}
    assert check("", "", None, KNOWN, file("nothing", "maria_lopez.txt")).action is Action.BLOCK


def test_another_patient_in_the_text_warns_and_in_a_file_blocks() -> None:
    assert check(text="John Smith will drive you").verdict == {Kind.OTHER_NAME: Action.WARN}
    report = check("", "", None, KNOWN, file("Result of Smith, John"))
    assert report.verdict == {Kind.OTHER_PATIENT: Action.BLOCK}
    assert report.hits[0].reason.code == "content-other-patient"


def test_another_birth_date_in_a_file_blocks_the_own_one_does_not() -> None:
    assert check("", "", None, KNOWN, file("DOB 04/03/1961")).verdict == {Kind.BIRTH_DATE: Action.RAISE}
    report = check("", "", None, KNOWN, file("DOB 07/08/1975"))
    assert report.hits[0].reason.code == "content-other-birth-date"
    assert report.action is Action.BLOCK


def test_the_own_birth_date_counts_without_any_word() -> None:
    assert kinds(check(text="1961-03-04")) == [Kind.BIRTH_DATE]
    assert kinds(check(text="1961-03-05")) == []


def test_the_own_record_number_counts_without_any_word() -> None:
    assert kinds(check(text="see MG-00451 please")) == [Kind.MRN]
    assert kinds(check(text="see MG-00452 please")) == []


def test_two_patients_of_one_name_are_not_told_apart_and_not_confused() -> None:
    other = Known(PEOPLE, person=PersonId("4" * 32), first_name="Maria", last_name="Lopez")
    assert check(text="Maria Lopez").hits == check(text="Maria Lopez", known=other).hits == ()


def test_a_title_with_the_own_last_name_is_no_other_patient() -> None:
    assert check(text="Dear Mrs. Lopez,").hits == ()
    assert kinds(check(text="Ask Mrs. López-Smith or Mr. Smith")) == []
    without_smith = Known(NameIndex([(PersonId("9" * 32), "Ada", "Kowalczyk")]))
    assert kinds(check(text="Dear Ms. Kowalczyk,", known=without_smith)) == [Kind.OTHER_NAME]


def test_nobody_is_known_without_a_practice() -> None:
    assert check(text="John Smith, Maria Lopez", known=Known()).hits == ()


def test_the_policy_can_be_made_stricter_but_never_lets_a_wrong_file_go() -> None:
    mild = Policy(dict.fromkeys(Kind, Action.WARN))
    message = ContentInput("", "HIV", None, (file("John Smith"),), KNOWN)
    report = check_content(message, CONTENT_LIMITS, time.monotonic, mild)
    assert report.verdict == {Kind.CLINICAL: Action.WARN, Kind.OTHER_PATIENT: Action.BLOCK}
    strict = Policy({Kind.CLINICAL: Action.BLOCK})
    assert (
        check_content(message, CONTENT_LIMITS, time.monotonic, strict).verdict[Kind.CLINICAL] is Action.BLOCK
    )


def test_a_web_page_is_read_as_people_see_it_and_hits_stand_in_its_source() -> None:
    page = (
        "<style>.hiv{}</style><p>SSN 123-<b>45</b>-6788 &amp; cancer&nbsp;<!-- HIV -->caf&eacute;</p>"
        "<script>HIV</script>"
    )
    report = check("", "", page)
    assert [(hit.kind.value, page[hit.start : hit.end]) for hit in report.hits] == [
        ("ssn", "123-<b>45</b>-6788"),
        ("clinical", "cancer"),
    ]


def test_the_practices_own_form_of_record_numbers_is_learned() -> None:
    shapes = learn([f"LK{n:05d}" for n in range(40)] + [f"{n:06d}" for n in range(40)] + ["odd", "x"])
    assert shapes.digits == {6}
    known = Known(mrn=shapes)
    assert kinds(check(text="about lk00123 and LK1234", known=known)) == [Kind.MRN]
    assert kinds(check(text="number 123456", known=known)) == []
    assert kinds(check(text="our patient 123456", known=known)) == [Kind.MRN]


@pytest.mark.parametrize("ids", [[], ["a"], ["(*+" + str(n) for n in range(9)], ["12", "99"], ["é" * 30] * 5])
def test_record_numbers_of_no_form_teach_nothing_harmful(ids: list[str]) -> None:
    assert isinstance(learn(ids), MrnShapes)
    check(text="(*+1 and 12 and nothing", known=Known(mrn=learn(ids)))


def test_a_sender_that_tells_the_specialty_is_warned_about() -> None:
    told = check_sender("Sunrise Oncology", "drsmith-psychiatry.com")
    assert [hit.reason.code for hit in told] == ["content-sender-name", "content-sender-domain"]
    assert check_sender("Sunrise Family Practice", "sunrise-practice.com") == ()


def test_a_subject_in_full_width_letters_is_found_at_its_place() -> None:
    subject = "Re: ｃａｎｃｅｒ"
    (hit,) = check(subject=subject).hits
    assert subject[hit.start : hit.end] == "ｃａｎｃｅｒ"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("use", ["care", "marketing", "plain"])
def test_a_question_about_consent_is_never_held_back_for_its_own_code(language: str, use: str) -> None:
    say = Texts(language).say
    known = replace(KNOWN, mrn=learn(["MG-00451", "MG-00452", "MG-00453", "MG-00454"] * 10))
    for _ in range(60):
        text = say(
            f"mail.ask-consent.{use}", name="María López", practice="Elm Street", code=optin.new_code()
        )
        assert kinds(check(text=text, known=known)) == []
