"""What stops a template, what its writer is told, and what stands below every letter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desktop.errors import InputError
from desktop.mail.readability import grade
from desktop.mail.template_checks import Checked, Finding, check
from desktop.mail.template_footer import Imprint, footer
from desktop.mail.template_source import TemplateSource
from desktop.models.purposes import BASES, MailPurpose

IMPRINT = Imprint("Harbor Clinic", "1 Main St, Springfield, IL 62701", "(555) 123-4567")
AGAINST = Checked(
    MailPurpose.OPERATIONS, "en", IMPRINT, frozenset({"harbor.example"}), frozenset({"front-door"})
)
GOOD = TemplateSource(
    "We are closed on Monday", "Open again on Tuesday", "Hello {{ first_name }},\n\nwe are closed on Monday."
)
MANY_QUESTIONS = "".join(
    f"{{% if {name} %}}x{{% endif %}}"
    for name in (
        *("date", "time", "provider", "location", "instructions", "arrive_at", "arrive_early"),
        *("booking_link", "portal_link"),
    )
)


def found(against: Checked = AGAINST, **changes: Any) -> dict[str, bool]:
    """Code to whether it stops, in the order of the answer."""
    return {one.reason.code: one.stops for one in check(replace(GOOD, **changes), against)}


def test_a_plain_template_has_nothing_against_it() -> None:
    assert found() == {}
    assert found(body="[See the map](https://harbor.example/map)\n\n![The door](picture:front-door)") == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": "Hello {{ first_nam }}"}, "template-field-unknown"),
        ({"body": "{% if date %}x"}, "template-syntax"),
        ({"body": "{{ first_name.upper() }}"}, "template-not-allowed"),
        ({"subject": "With {{ provider }}"}, "template-field-clinical"),
        ({"preview": "For your {{ visit_type }}"}, "template-field-clinical"),
        ({"subject": "Your HIV test"}, "check-subject-clinical"),
        ({"preview": "About your chemotherapy"}, "check-subject-clinical"),
        ({"body": "[Go](https://other.example/)"}, "check-link-host"),
        ({"body": "Look [here](https://other.example/) please"}, "check-link-host"),
        ({"body": "[Go](http://harbor.example/)"}, "template-link-unsafe"),
        ({"body": "[Go](javascript:alert)"}, "template-link-unsafe"),
        ({"body": "[Go]({{ first_name }})"}, "template-link-field"),
        ({"body": '[Go]({{ booking_link | default("https://other.example/") }})'}, "check-link-host"),
        ({"body": '[Go]({{ booking_link | default("javascript:x") }})'}, "template-link-unsafe"),
        ({"body": '[Go]({{ booking_link | default("") }})'}, "template-link-unsafe"),
        ({"body": "[a]({% if date %}x y {% endif %}https://other.example/)"}, "check-link-host"),
        ({"body": "![x](picture:{% if date %}front-{% endif %}door)"}, "check-picture-unknown"),
        ({"body": "![x](https://harbor.example/x.png)"}, "template-picture-remote"),
        ({"body": "![x](picture:nowhere)"}, "check-picture-unknown"),
        ({"body": "![](picture:front-door)"}, "template-picture-alt"),
        ({"body": "words ![x](picture:front-door) words"}, "template-picture-inline"),
        ({"body": "We are closed on [day]."}, "check-unfilled"),
        ({"body": " \n"}, "template-empty"),
        ({"subject": ""}, "template-no-subject"),
        ({"body": "x" * 20_001}, "template-too-long"),
        ({"body": "a\ue0001\ue001b"}, "template-reserved"),
        ({"body": "[x](https://Field-1.invalid/)"}, "template-reserved"),
        ({"body": MANY_QUESTIONS}, "template-too-many-questions"),
    ],
)
def test_what_stops_a_template(changes: dict[str, Any], code: str) -> None:
    assert found(**changes)[code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "{{ name }}, we are closed"}, "check-subject-name"),
        ({"subject": "WE ARE CLOSED"}, "check-subject-loud"),
        ({"subject": "Closed on Monday!!"}, "check-subject-loud"),
        ({"body": "[A](https://harbor.example/a)\n\n[B](https://harbor.example/b)"}, "check-calls"),
        (
            {
                "body": "Notwithstanding considerable administrative responsibilities, interdisciplinary "
                "documentation necessitates comprehensive participation of institutional representatives "
                "throughout the organisation, and consequently appointments previously scheduled on that "
                "particular occasion unfortunately require postponement until subsequent notification."
            },
            "check-reading",
        ),
    ],
)
def test_what_its_writer_is_told(changes: dict[str, Any], code: str) -> None:
    assert found(**changes) == {code: False}


def test_what_stops_stands_first() -> None:
    several = check(replace(GOOD, subject="WE ARE CLOSED on [day]"), AGAINST)
    assert [one.stops for one in several] == [True, False]
    assert isinstance(several[0], Finding)


@pytest.mark.parametrize("purpose", MailPurpose)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_letter_says_from_whom_why_and_what_to_do_in_an_emergency(
    purpose: MailPurpose, language: str
) -> None:
    lines = footer(purpose, replace(IMPRINT, payer="Acme Pharma"), language)
    assert lines[0] == "Harbor Clinic, 1 Main St, Springfield, IL 62701, (555) 123-4567"
    assert "911" in lines[-1]
    word = {"en": "STOP", "es": "ALTO"}[language]
    assert any(word in line for line in lines) == BASES[purpose].commercial
    assert any("Acme Pharma" in line for line in lines) == (purpose is MailPurpose.PAID)


def test_commercial_mail_without_an_address_or_a_payer_is_stopped() -> None:
    nowhere = replace(IMPRINT, address=" ")
    for purpose, basis in BASES.items():
        codes = found(replace(AGAINST, purpose=purpose, imprint=replace(nowhere, payer="x")))
        assert ("template-needs-address" in codes) == basis.commercial
    with pytest.raises(InputError, match="template-needs-payer"):
        footer(MailPurpose.PAID, IMPRINT, "en")


def test_the_hours_are_said_where_they_are_known() -> None:
    lines = footer(MailPurpose.TREATMENT, replace(IMPRINT, mail_hours="Monday to Friday, 8 to 5"), "en")
    assert "We read mail Monday to Friday, 8 to 5." in lines


EASY = {
    "en": "We look forward to seeing you. Please bring your card. If you need to change the time, call "
    "us. We are glad to help you. You can park behind the house. The door is on the left side.",
    "es": "Le esperamos con gusto. Traiga su tarjeta. Si necesita cambiar la hora, llame. Con gusto le "
    "ayudamos. Puede dejar el coche detrás de la casa. La puerta está a la izquierda del patio.",
}
HARD = {
    "en": "Interdisciplinary documentation necessitates comprehensive participation of institutional "
    "representatives throughout the organisation, notwithstanding considerable administrative "
    "responsibilities associated with longitudinal evaluation of individual participants, consequently "
    "requiring postponement of previously scheduled consultations until subsequent notification.",
    "es": "La documentación interdisciplinaria requiere la participación integral de representantes "
    "institucionales de toda la organización, independientemente de las considerables responsabilidades "
    "administrativas asociadas con la evaluación longitudinal de participantes individuales y sus "
    "correspondientes autorizaciones extraordinarias.",
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_hard_text_has_a_higher_grade_than_an_easy_one(language: str) -> None:
    easy, hard = grade(EASY[language], language), grade(HARD[language], language)
    assert easy is not None
    assert hard is not None
    assert easy <= 5
    assert hard > 8
    assert grade("Too short to say.", language) is None
