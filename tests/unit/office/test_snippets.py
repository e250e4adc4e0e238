"""Text blocks: everybody's own and the practice's, refused where they do not compile, filled and marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.errors import InputError, Refused, SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.correspondence import SnippetId
from desktop.models.records import PersonId
from desktop.models.standing import FieldClass, FieldKind
from desktop.office.api import Office
from desktop.office.snippets import MOST, NAME_CHARS, TEXT_CHARS
from desktop.office.values import ImportRequest
from desktop.office.values_access import OffboardRequest
from desktop.office.values_audit import LogQuery
from desktop.office.values_facts import FieldRequest
from desktop.office.values_messages import FieldNamed, SnippetLine, SnippetRequest
from tests.made_practice import PEOPLE, Practice, import_visits, person_named
from tests.support.colleagues import id_of, let_in

GREETING = SnippetRequest("snippet", "Greeting", "Dear {{ first_name }},")
TEMPLATE = SnippetRequest(
    "template",
    "Fasting",
    "Dear {{ name }}, please do not eat before {{ date }}.",
    "Your visit at {{ practice }}",
)
SIGNATURE = SnippetRequest("signature", "Mine", "Kind regards,\nAna, {{ practice }}")


@pytest.fixture
def desk(practice: Practice) -> tuple[Office, Session]:
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", data=PEOPLE))
    return office, ana


def kept(office: Office, session: Session, request: SnippetRequest) -> SnippetLine:
    shown = office.keep_snippet(session, request)
    return next(one for one in shown.snippets if one.name == request.name)


def code_of(error: pytest.ExceptionInfo[SealwellError]) -> str:
    return error.value.code


def test_a_block_is_kept_changed_and_retired(desk: tuple[Office, Session]) -> None:
    office, ana = desk
    one = kept(office, ana, GREETING)
    assert (one.kind, one.shared, one.can_change) == ("snippet", False, True)
    changed = kept(office, ana, replace(GREETING, text="Hello {{ name }},", id=one.id))
    assert (changed.id, changed.text) == (one.id, "Hello {{ name }},")
    assert office.retire_snippet(ana, one.id).snippets == ()
    with pytest.raises(InputError) as caught:
        office.retire_snippet(ana, one.id)
    assert code_of(caught) == "snippet-unknown"


def test_nobody_sees_or_changes_what_is_somebody_elses_own(
    practice: Practice, desk: tuple[Office, Session]
) -> None:
    office, ana = desk
    mine = kept(office, ana, GREETING)
    shared = kept(office, ana, replace(TEMPLATE, shared=True))
    _, bos = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    seen = office.list_snippets(bos).snippets
    assert [(one.id, one.can_change) for one in seen] == [(shared.id, False)]
    person = person_named(office, ana, "Bo")
    tries: list[Callable[[], object]] = [
        lambda: office.keep_snippet(bos, replace(GREETING, id=mine.id)),
        lambda: office.retire_snippet(bos, mine.id),
        lambda: office.fill_snippet(bos, mine.id, person),
    ]
    for work in tries:
        with pytest.raises(InputError) as unknown:
            work()
        assert code_of(unknown) == "snippet-unknown"


def test_the_practices_blocks_want_a_permission_of_their_own(
    practice: Practice, desk: tuple[Office, Session]
) -> None:
    office, ana = desk
    shared = kept(office, ana, replace(TEMPLATE, shared=True))
    _, bos = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    tries: list[Callable[[], object]] = [
        lambda: office.keep_snippet(bos, replace(GREETING, shared=True)),
        lambda: office.keep_snippet(bos, replace(TEMPLATE, id=shared.id)),
        lambda: office.retire_snippet(bos, shared.id),
    ]
    for work in tries:
        with pytest.raises(Refused) as refused:
            work()
        assert code_of(refused) == "not-allowed"
    assert office.list_snippets(ana).snippets == (shared,)
    refusals = [
        line for line in office.query_log(ana, LogQuery(limit=50)).lines if line.act == "guard.refused"
    ]
    assert {line.obj for line in refusals} == {"snippets.share"}


@pytest.mark.parametrize(
    ("text", "subject", "code"),
    [
        ("{% for x in y %}{% endfor %}", "", "template-not-allowed"),
        ("{{ first_name", "", "template-syntax"),
        ("{{ diagnosis }}", "", "template-field-unknown"),
        ("{{ first_name.__class__ }}", "", "template-not-allowed"),
        ("Hello", "With {{ provider }}", "template-field-clinical"),
        ("  \n", "", "snippet-empty"),
        ("x" * (TEXT_CHARS + 1), "", "snippet-too-long"),
        ("Hello", "x" * 201, "snippet-too-long"),
    ],
)
def test_what_does_not_compile_or_fit_is_refused_and_nothing_is_kept(
    desk: tuple[Office, Session], text: str, subject: str, code: str
) -> None:
    office, ana = desk
    with pytest.raises(InputError) as caught:
        office.keep_snippet(ana, replace(TEMPLATE, text=text, subject=subject))
    assert code_of(caught) == code
    assert office.list_snippets(ana).snippets == ()


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (replace(GREETING, kind="macro"), "snippet-kind"),
        (replace(GREETING, language="xx"), "snippet-kind"),
        (replace(GREETING, name=" \u202e "), "snippet-name"),
        (replace(GREETING, name="x" * (NAME_CHARS + 1)), "snippet-name"),
        (replace(GREETING, id=SnippetId("0" * 32)), "snippet-unknown"),
        (replace(SIGNATURE, text="Yours, {{ first_name }}"), "template-field-unknown"),
        (replace(SIGNATURE, text="{% if name %}Yours{% endif %}"), "template-field-unknown"),
    ],
)
def test_odd_requests_are_refused(desk: tuple[Office, Session], request_: SnippetRequest, code: str) -> None:
    office, ana = desk
    with pytest.raises(InputError) as caught:
        office.keep_snippet(ana, request_)
    assert code_of(caught) == code


def test_there_are_at_most_two_hundred_of_each(desk: tuple[Office, Session]) -> None:
    office, ana = desk
    for number in range(MOST):
        office.keep_snippet(ana, replace(GREETING, name=f"Greeting {number}"))
    with pytest.raises(InputError) as caught:
        office.keep_snippet(ana, GREETING)
    assert code_of(caught) == "snippet-many"
    shared = kept(office, ana, replace(GREETING, name="Everybody's", shared=True))
    with pytest.raises(InputError):
        office.keep_snippet(ana, replace(GREETING, id=shared.id))
    first = next(one for one in office.list_snippets(ana).snippets if not one.shared)
    office.keep_snippet(ana, replace(GREETING, id=first.id, name="Still"))


def test_the_signature_is_ones_own_else_the_practices(
    practice: Practice, desk: tuple[Office, Session]
) -> None:
    office, ana = desk
    assert office.list_snippets(ana).signature == ""
    office.keep_snippet(ana, replace(SIGNATURE, name="All", text="The team of {{ practice }}", shared=True))
    assert office.list_snippets(ana).signature == "The team of Elm Street"
    mine = kept(office, ana, SIGNATURE)
    _, bos = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    assert office.list_snippets(ana).signature == "Kind regards,\nAna, Elm Street"
    assert office.list_snippets(bos).signature == "The team of Elm Street"
    office.retire_snippet(ana, mine.id)
    assert office.list_snippets(ana).signature == "The team of Elm Street"


# --- filling ------------------------------------------------------------------------------


def test_a_block_is_filled_with_the_person_their_next_visit_and_the_practice(
    practice: Practice, desk: tuple[Office, Session]
) -> None:
    office, ana = desk
    import_visits(office, ana, practice.clock)
    zoraida = person_named(office, ana, "Zoraida")
    filled = office.fill_snippet(ana, kept(office, ana, TEMPLATE).id, zoraida)
    assert filled.subject == "Your visit at Elm Street"
    assert filled.text.startswith("Dear Zoraida Canaryfield, please do not eat before Tuesday, November 24")
    assert filled.missing == ()
    spanish = kept(office, ana, replace(TEMPLATE, name="Ayuno", text="{{ date }}", language="es"))
    assert "noviembre" in office.fill_snippet(ana, spanish.id, zoraida).text


def test_a_field_that_is_not_known_is_named_and_its_place_marked(desk: tuple[Office, Session]) -> None:
    office, ana = desk
    text = 'At {{ time }} on {{ date }}{{ location | default("") }}{% if provider %}{{ provider }}{% endif %}'
    one = kept(office, ana, replace(TEMPLATE, text=text))
    filled = office.fill_snippet(ana, one.id, person_named(office, ana, "Ned"))
    assert filled.missing == ("time", "date")
    assert filled.text == "At [[time]] on [[date]]"
    with pytest.raises(InputError) as caught:
        office.fill_snippet(ana, one.id, "0" * 32)  # type: ignore[arg-type]
    assert code_of(caught) == "person-unknown"


def test_a_role_that_sees_no_visits_fills_none_in(practice: Practice, desk: tuple[Office, Session]) -> None:
    office, ana = desk
    import_visits(office, ana, practice.clock)
    one = kept(office, ana, replace(TEMPLATE, text="{{ provider }}", shared=True))
    _, bos = let_in(practice, office, ana, "bo", Role.BILLING).signed_in(practice, office)
    zoraida = person_named(office, ana, "Zoraida")
    assert office.fill_snippet(ana, one.id, zoraida).text == "Dr. Shah"
    assert office.fill_snippet(bos, one.id, zoraida).missing == ("provider",)


def test_a_name_with_braces_is_never_parsed(desk: tuple[Office, Session]) -> None:
    office, ana = desk
    data = PEOPLE.replace(b"Zoraida", b"{{ practice }}")
    office.import_people(ana, ImportRequest("more.csv", data=data.replace(b"1001", b"3001")))
    one = kept(office, ana, GREETING)
    person = person_named(office, ana, "practice")
    assert office.fill_snippet(ana, one.id, person).text == "Dear {{ practice }},"


def test_who_leaves_hands_their_blocks_over_and_takes_their_signature_along(
    practice: Practice, desk: tuple[Office, Session]
) -> None:
    office, ana = desk
    _, bos = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    office.keep_snippet(bos, replace(GREETING, name="Of Bo"))
    office.keep_snippet(bos, replace(SIGNATURE, name="Bo signs"))
    office.offboard_user(ana, OffboardRequest(id_of(office, ana, "bo"), ana.user))
    _, ana = office, office.sign_in(practice.credentials()).session
    assert [one.name for one in office.list_snippets(ana).snippets] == ["Of Bo"]
    assert office.list_snippets(ana).signature == ""


def the_practices_own(office: Office, ana: Session) -> PersonId:
    """Fields of each kind, and what Zoraida has in them."""
    for request in (
        FieldRequest("insurer", "Insurer", FieldKind.CHOICE, choices=("Acme", "Sun Health")),
        FieldRequest("seen_on", "Seen on", FieldKind.DAY, FieldClass.IDENTIFYING),
        FieldRequest("a1c", "Last A1c", FieldKind.NUMBER, FieldClass.CLINICAL),
        FieldRequest("smoker", "Smoker", FieldKind.YES_NO, FieldClass.CLINICAL),
    ):
        office.set_field(ana, request)
    person = person_named(office, ana, "Zoraida")
    office.set_custom(ana, person, {"insurer": "Acme", "seen_on": "2026-11-03", "a1c": "6.5", "smoker": "no"})
    return person


def test_the_practices_own_fields_are_filled_in_the_words_of_the_block(desk: tuple[Office, Session]) -> None:
    office, ana = desk
    person = the_practices_own(office, ana)
    text = (
        "{{ custom.insurer }}|{{ custom.seen_on }}|{{ custom.a1c }}|"
        "{% if custom.smoker %}smokes{% endif %}|{{ custom.smoker | default('no') }}"
    )
    english = kept(office, ana, SnippetRequest("snippet", "Own", text))
    assert office.list_snippets(ana).custom[1] == FieldNamed("custom.a1c", "Last A1c")
    filled = office.fill_snippet(ana, english.id, person)
    assert (filled.text, filled.missing) == ("Acme|Tuesday, November 3, 2026|6.5||no", ())
    office.set_custom(ana, person, {"smoker": "yes"})
    spanish = kept(office, ana, SnippetRequest("snippet", "Propio", text, language="es"))
    said = office.fill_snippet(ana, spanish.id, person).text
    assert said.startswith("Acme|martes")
    assert said.endswith("|6.5|smokes|sí")


def test_what_nobody_has_entered_is_named_and_marked(desk: tuple[Office, Session]) -> None:
    office, ana = desk
    the_practices_own(office, ana)
    block = kept(office, ana, SnippetRequest("snippet", "Own", "Insured with {{ custom.insurer }}."))
    filled = office.fill_snippet(ana, block.id, person_named(office, ana, "Bo"))
    assert (filled.text, filled.missing) == ("Insured with [[custom.insurer]].", ("custom.insurer",))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (SnippetRequest("template", "A", "x", "About {{ custom.a1c }}"), "template-field-clinical"),
        (SnippetRequest("snippet", "A", "{{ custom.shoe }}"), "template-field-unknown"),
        (SnippetRequest("snippet", "A", "{{ insurer }}"), "template-field-unknown"),
        (SnippetRequest("snippet", "A", "{{ practice.insurer }}"), "template-not-allowed"),
        (SnippetRequest("snippet", "A", "{{ custom.insurer.upper }}"), "template-not-allowed"),
        (SnippetRequest("snippet", "A", "{{ custom['insurer'] }}"), "template-not-allowed"),
        (SnippetRequest("signature", "A", "{{ custom.insurer }}"), "template-field-unknown"),
    ],
)
def test_an_own_field_stands_only_where_its_class_allows(
    desk: tuple[Office, Session], request_: SnippetRequest, code: str
) -> None:
    office, ana = desk
    the_practices_own(office, ana)
    with pytest.raises(InputError) as caught:
        office.keep_snippet(ana, request_)
    assert code_of(caught) == code
    assert office.list_snippets(ana).snippets == ()


def test_a_field_that_came_to_be_about_health_stops_the_letters_that_have_it_outside(
    desk: tuple[Office, Session],
) -> None:
    office, ana = desk
    person = the_practices_own(office, ana)
    letter = kept(office, ana, SnippetRequest("template", "A", "x", "About {{ custom.insurer }}"))
    choices = ("Acme", "Sun Health")
    clinical = FieldRequest("insurer", "Insurer", FieldKind.CHOICE, FieldClass.CLINICAL, choices)
    office.set_field(ana, clinical)
    with pytest.raises(InputError) as caught:
        office.fill_snippet(ana, letter.id, person)
    assert code_of(caught) == "template-field-clinical"


def test_who_sees_no_clinical_fields_fills_none_in_nor_names_one(
    practice: Practice, desk: tuple[Office, Session]
) -> None:
    office, ana = desk
    person = the_practices_own(office, ana)
    shared = kept(office, ana, SnippetRequest("snippet", "A", "{{ custom.a1c }}", shared=True))
    _, bo = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    assert office.fill_snippet(bo, shared.id, person).missing == ("custom.a1c",)
    assert [one.name for one in office.list_snippets(bo).custom] == ["custom.insurer", "custom.seen_on"]
    with pytest.raises(InputError) as caught:
        office.keep_snippet(bo, SnippetRequest("snippet", "Mine", "{{ custom.a1c }}"))
    assert code_of(caught) == "template-field-unknown"
