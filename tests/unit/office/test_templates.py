"""The practice's own templates at the door: kept, checked, approved by signature, filled, tried, retired."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from desktop.mail.own_templates import is_genuine
from desktop.mail.testletters import TEST
from desktop.models import campaigning, messages, templates
from desktop.models.accounts import Role, UserId
from desktop.models.campaigning import TemplateId
from desktop.models.filters import AuditFilter
from desktop.models.purposes import MailPurpose
from desktop.models.records import Baa, Label
from desktop.models.standing import FieldClass, FieldKind
from desktop.models.tables_campaigns import reminder_window, template, template_text, test_send
from desktop.office.values import ImportRequest
from desktop.office.values_audit import LogQuery
from desktop.office.values_facts import FieldRequest
from desktop.office.values_practice import RelayRequest
from desktop.office.values_templates import (
    BrandChange,
    PictureRequest,
    TemplateTryRequest,
    TemplateWords,
    TestLetterRequest,
)
from tests.made_practice import PEOPLE, Practice, import_visits, person_named
from tests.made_rows_templates import KEPT, WORDS, a_colleague, a_picture
from tests.made_staff import desk_of
from tests.support.colleagues import let_in
from tests.support.template_desk import FLU, Desk, changed_by_hand, code_of, edited, usable


@pytest.fixture
def desk(practice: Practice) -> Desk:
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", data=PEOPLE))
    return office, ana


def test_a_template_is_kept_shown_and_listed_with_who_wrote_it(desk: Desk) -> None:
    office, ana = desk
    shown = office.keep_template(ana, KEPT)
    assert (shown.number, shown.line.version, shown.line.approved, shown.can_approve) == (1, 1, 0, True)
    assert (shown.line.by, shown.line.languages, shown.stops) == ("ana", ("en", "es"), False)
    assert shown.texts["en"] == WORDS
    listed = office.list_templates(ana)
    assert [one.id for one in listed.own] == [shown.line.id]
    assert len(listed.library) == 24
    assert (listed.can_keep, listed.can_approve) == (True, True)


def test_words_that_change_make_a_version_and_a_name_alone_does_not(desk: Desk) -> None:
    office, ana = desk
    first = office.keep_template(ana, KEPT)
    named = office.keep_template(ana, edited(first, WORDS.body, name="Another name", texts=first.texts))
    assert (named.line.name, named.line.version) == ("Another name", 1)
    second = office.keep_template(ana, edited(named, "Please write to us."))
    assert [one.number for one in second.versions] == [2, 1]
    assert office.show_template(ana, first.line.id, 1).texts["en"].body == WORDS.body


def test_two_people_change_one_template_and_the_later_is_told(desk: Desk) -> None:
    office, ana = desk
    seen = office.keep_template(ana, KEPT)
    office.keep_template(ana, edited(seen, "Mine."))
    assert code_of(lambda: office.keep_template(ana, edited(seen, "Yours."))) == "template-changed"
    assert office.show_template(ana, seen.line.id).texts["en"].body == "Mine."


def test_an_approved_version_stays_as_it_is_while_the_next_is_written(desk: Desk) -> None:
    office, ana = desk
    first = office.keep_template(ana, KEPT)
    ok = office.approve_template(ana, first.line.id, 1)
    assert (ok.line.approved, ok.fixed, ok.can_approve) == (1, True, False)
    assert (ok.versions[0].approved_by, ok.versions[0].genuine) == ("ana", True)
    office.keep_template(ana, edited(ok, "Something else."))
    kept, version = usable(office, first.line.id)
    assert (kept.version, version.number, version.texts["en"].body) == (2, 1, WORDS.body)
    assert code_of(lambda: office.approve_template(ana, first.line.id, 1)) == "template-changed"
    office.approve_template(ana, first.line.id, 2)
    assert usable(office, first.line.id)[1].number == 2
    assert code_of(lambda: office.approve_template(ana, first.line.id, 2)) == "template-approved"


def test_what_an_approval_covers_is_fixed_with_it(desk: Desk) -> None:
    office, ana = desk
    shown = office.keep_template(ana, KEPT)
    office.keep_template(ana, edited(shown, WORDS.body, layout="notice", texts=shown.texts, version=1))
    ok = office.approve_template(ana, shown.line.id, 2)
    for changes in ({"layout": "letter"}, {"visit": True}, {"purpose": MailPurpose.OWN_SERVICE}):
        request = edited(ok, "New words.", **changes)
        assert code_of(lambda request=request: office.keep_template(ana, request)) == "template-fixed"  # type: ignore[misc]


def test_a_letter_is_not_made_from_what_somebody_changed_behind_the_signature(desk: Desk) -> None:
    office, ana = desk
    id_ = office.keep_template(ana, KEPT).line.id
    office.approve_template(ana, id_, 1)
    usable(office, id_)
    changed_by_hand(office, update(template).values(purpose="operations"))
    assert code_of(lambda: usable(office, id_)) == "template-not-approved"
    assert not office.show_template(ana, id_).versions[0].genuine


def test_a_signature_of_another_version_is_none(desk: Desk) -> None:
    office, ana = desk
    first = office.keep_template(ana, KEPT)
    ok = office.approve_template(ana, first.line.id, 1)
    office.keep_template(ana, edited(ok, "Send us money."))
    database = desk_of(office).opened().database
    signed = database.read(lambda tx: templates.version(tx, first.line.id, 1))
    second = database.read(lambda tx: templates.version(tx, first.line.id, 2))
    kept = database.read(lambda tx: templates.get(tx, first.line.id))
    assert signed is not None
    assert second is not None
    assert kept is not None
    assert is_genuine(kept, signed)
    for moved in (
        replace(signed, number=2),
        replace(signed, texts=second.texts, sha256=second.sha256),
        replace(signed, texts=second.texts),
        replace(signed, approved_by=UserId("0" * 32)),
        replace(signed, signature=(signed.signature or b"")[:-1] + b"\0"),
        replace(signed, signature=None),
    ):
        assert not is_genuine(kept, moved)


def test_the_database_itself_refuses_another_word_in_a_version(desk: Desk) -> None:
    office, ana = desk
    id_ = office.keep_template(ana, KEPT).line.id
    with pytest.raises(IntegrityError, match="insert-only"):
        changed_by_hand(office, update(template_text).values(body="Send us money."))
    assert office.show_template(ana, id_).texts["en"].body == WORDS.body


def test_a_draft_that_was_changed_by_hand_is_not_approved(desk: Desk) -> None:
    office, ana = desk
    id_ = office.keep_template(ana, KEPT).line.id
    changed_by_hand(office, update(template).values(payer="Acme"))
    assert code_of(lambda: office.approve_template(ana, id_, 1)) == "template-altered"


def test_what_stops_is_kept_and_shown_and_not_approved(desk: Desk) -> None:
    office, ana = desk
    body = "Hello {{ first_name }},\n\n[Pay here](https://pay.example.net/now)"
    bad = office.keep_template(ana, replace(KEPT, texts={"en": replace(WORDS, body=body)}))
    assert [one.reason.code for one in bad.findings[0].findings if one.stops] == ["check-link-host"]
    assert not bad.can_approve
    assert code_of(lambda: office.approve_template(ana, bad.line.id, 1)) == "template-stops"
    brand = office.show_brand(ana).brand
    office.set_brand(ana, replace(brand, sites=("https://Pay.example.net/",)))
    assert office.show_brand(ana).brand.sites == ("pay.example.net",)
    assert office.approve_template(ana, bad.line.id, 1).line.approved == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "template-name"),
        ({"name": "x" * 81}, "template-name"),
        ({"group": "spam"}, "template-group"),
        ({"layout": "banner"}, "template-group"),
        ({"texts": {}}, "template-languages"),
        ({"texts": {"fr": WORDS}}, "template-languages"),
        ({"texts": {"en": replace(WORDS, body="{{ 7 * 7 }}")}}, "template-not-allowed"),
        ({"texts": {"en": replace(WORDS, body="{{ shoe_size }}")}}, "template-field-unknown"),
        ({"texts": {"en": replace(WORDS, subject="{{ visit_type }}")}}, "template-field-clinical"),
        ({"texts": {"en": replace(WORDS, body="![x](https://a.example/p.png)")}}, "template-picture-remote"),
        ({"texts": {"en": replace(WORDS, body=" ")}}, "template-empty"),
        ({"answers": {}}, "purpose-open"),
        ({"answers": {"paid": "no"}}, "purpose-open"),
        ({"answers": {"paid": "perhaps"}}, "purpose-answer"),
        ({"answers": {"paid": "yes"}}, "purpose-weaker"),
        ({"id": TemplateId("0" * 32)}, "template-unknown"),
    ],
)
def test_what_is_not_of_the_language_or_not_settled_is_not_kept(
    desk: Desk, changes: dict[str, object], code: str
) -> None:
    office, ana = desk
    request = replace(KEPT, **changes)  # type: ignore[arg-type]
    assert code_of(lambda: office.keep_template(ana, request)) == code
    assert office.list_templates(ana).own == ()


def test_the_library_settles_the_purpose_and_nothing_weaker_is_taken(desk: Desk) -> None:
    office, ana = desk
    kept = office.keep_template(ana, FLU)
    assert (kept.line.purpose, kept.line.code) == (MailPurpose.TREATMENT, "flu-season")
    news = replace(FLU, name="News", code="newsletter")
    assert code_of(lambda: office.keep_template(ana, news)) == "purpose-weaker"
    assert office.keep_template(ana, replace(news, purpose=MailPurpose.OWN_SERVICE)).line.id
    assert code_of(lambda: office.keep_template(ana, replace(FLU, name="X", code="?"))) == "template-unknown"
    assert code_of(lambda: office.keep_template(ana, FLU)) == "template-taken"


def test_of_what_is_clinical_mail_for_offers_names_nothing(desk: Desk) -> None:
    office, ana = desk
    facts = office.show_practice(ana).facts
    office.set_practice(ana, replace(facts, address="12 Elm Street, Springfield"))
    words = {"en": TemplateWords("News", "About your {{ visit_type | default('visit') }}.")}
    shown = office.keep_template(
        ana, replace(FLU, code="newsletter", purpose=MailPurpose.OWN_SERVICE, texts=words)
    )
    stops = {one.reason.code for one in shown.findings[0].findings if one.stops}
    assert "check-field-purpose" in stops
    assert "check-field-purpose" not in {
        one.reason.code
        for one in office.keep_template(ana, replace(FLU, name="B", texts=words)).findings[0].findings
    }


def test_a_template_that_is_used_stays_and_a_retired_one_is_gone_from_the_list(desk: Desk) -> None:
    office, ana = desk
    shown = office.keep_template(ana, KEPT)
    assert office.retire_template(ana, shown.line.id).own == ()
    assert [one.retired for one in office.list_templates(ana, True).own] == [True]
    for again in (
        lambda: office.retire_template(ana, shown.line.id),
        lambda: office.approve_template(ana, shown.line.id, 1),
        lambda: office.keep_template(ana, edited(shown, "New.")),
        lambda: usable(office, shown.line.id),
    ):
        assert code_of(again) == "template-unknown"
    used = office.keep_template(ana, KEPT)

    now = desk_of(office).clock.now()
    window = {"id": "w1", "kind": "reminder", "minutes": 60, "template": used.line.id, "changed_at": now}
    changed_by_hand(office, insert(reminder_window).values(**window))
    assert [one.used for one in office.list_templates(ana).own] == [1]
    assert code_of(lambda: office.retire_template(ana, used.line.id)) == "template-used"


def test_a_preview_shows_one_persons_letter_as_page_words_and_pieces(desk: Desk, practice: Practice) -> None:
    office, ana = desk
    import_visits(office, ana, practice.clock)
    zoraida = person_named(office, ana, "Zoraida")
    words = TemplateWords("On {{ date }}", "Dear {{ first_name }},\n\n<b>we</b> see you at {{ time }}.")
    request = TemplateTryRequest(words, "es", MailPurpose.TREATMENT, person=zoraida)
    made = office.preview_template(ana, request)
    assert made.missing == ()
    assert "Dear Zoraida," in made.text
    assert "&lt;b&gt;we&lt;/b&gt;" in made.html
    assert made.letter is not None
    assert made.letter.footer[-1] in made.text


def test_a_preview_is_on_record_once_for_each_person_and_sitting(desk: Desk, practice: Practice) -> None:
    office, ana = desk
    zoraida, bo = person_named(office, ana, "Zoraida"), person_named(office, ana, "Bo")
    sample = TemplateTryRequest(TemplateWords("Hello", "Dear {{ first_name }}."), "en", MailPurpose.TREATMENT)

    def told() -> int:
        return len(office.query_log(ana, LogQuery(AuditFilter(acts=("template.previewed",)))).lines)

    for number, person in enumerate((None, zoraida, bo), start=1):
        for body in ("Dear {{ first_name }}.", "Dear {{ name }}."):
            words = TemplateWords("Hello", body)
            office.preview_template(ana, replace(sample, person=person, words=words))
            office.preview_template(ana, replace(sample, person=zoraida if number > 1 else None))
        assert told() == number
    _, colleague = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    office.preview_template(colleague, replace(sample, person=zoraida))
    assert told() == 4


def test_sample_values_stand_for_everything_but_what_the_practice_never_entered(desk: Desk) -> None:
    office, ana = desk
    body = "{{ first_name }} {{ provider }} {{ arrive_at }}"
    request = TemplateTryRequest(TemplateWords("Hello", body), "en", MailPurpose.TREATMENT)
    assert "Maria Dr. Chen" in office.preview_template(ana, request).text
    portal = replace(request, words=TemplateWords("Hello", "[Open]({{ portal_link }})"))
    shown = office.preview_template(ana, portal)
    assert (shown.missing, shown.html, shown.letter) == (("portal_link",), "", None)


def test_a_preview_of_what_is_none_says_why_and_shows_nothing(desk: Desk) -> None:
    office, ana = desk
    request = TemplateTryRequest(TemplateWords("Hello", "{% for x in y %}"), "en", MailPurpose.TREATMENT)
    shown = office.preview_template(ana, request)
    assert (shown.html, shown.letter) == ("", None)
    assert [one.stops for one in shown.findings] == [True]
    offer = replace(request, words=WORDS, purpose=MailPurpose.OWN_SERVICE)
    codes = [one.reason.code for one in office.preview_template(ana, offer).findings]
    assert codes == ["template-needs-address"]
    assert (
        code_of(lambda: office.preview_template(ana, replace(request, language="fr"))) == "template-languages"
    )


def test_own_fields_are_named_by_who_sees_them_and_filled(desk: Desk, practice: Practice) -> None:
    office, ana = desk
    office.set_field(ana, FieldRequest("insurer", "Insurer", FieldKind.TEXT, FieldClass.PLAIN))
    office.set_field(ana, FieldRequest("diabetes", "Diabetes", FieldKind.YES_NO, FieldClass.CLINICAL))
    zoraida = person_named(office, ana, "Zoraida")
    office.set_custom(ana, zoraida, {"insurer": "Acme {{ name }}"})
    words = TemplateWords("Your insurer", "We know {{ custom.insurer }}.")
    kept = office.keep_template(ana, replace(KEPT, texts={"en": words}))
    assert not kept.stops
    made = office.preview_template(
        ana, TemplateTryRequest(words, "en", MailPurpose.TREATMENT, person=zoraida)
    )
    assert "We know Acme {{ name }}." in made.text, "a value is never read as a template"
    names = {one.name: one for one in office.template_parts(ana).fields}
    assert (names["custom.insurer"].label, names["custom.insurer"].group) == ("Insurer", FieldClass.PLAIN)
    _, bo = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    seen = {one.name for one in office.template_parts(bo).fields}
    assert "custom.insurer" in seen
    assert "custom.diabetes" not in seen


def test_front_desk_looks_and_does_not_write(desk: Desk, practice: Practice) -> None:
    office, ana = desk
    id_ = office.keep_template(ana, KEPT).line.id
    _, bo = let_in(practice, office, ana, "bo", Role.FRONT_DESK).signed_in(practice, office)
    listed = office.list_templates(bo)
    assert (listed.can_keep, listed.can_approve) == (False, False)
    assert not office.show_template(bo, id_).can_approve
    for work in (
        lambda: office.keep_template(bo, KEPT),
        lambda: office.approve_template(bo, id_, 1),
        lambda: office.retire_template(bo, id_),
        lambda: office.add_picture(bo, PictureRequest("sign", a_picture(), "Our sign")),
        lambda: office.set_brand(bo, BrandChange("#000000")),
    ):
        assert code_of(work) == "not-allowed"


def test_a_test_letter_goes_to_the_staff_with_made_up_values_and_counts_nowhere(desk: Desk) -> None:
    office, ana = desk
    id_ = office.keep_template(ana, KEPT).line.id
    baa = Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail")
    relay = RelayRequest("R", "localhost", 465, "implicit", "office", "office@elmstreet.example.com", baa)
    office.add_relay(ana, replace(relay, required_tls="account"))
    me = a_colleague(office)
    sent = office.send_test_letter(ana, TestLetterRequest(id_, me, "es"))
    database = desk_of(office).opened().database
    row = database.read(lambda tx: messages.get(tx, sent.id))
    assert row is not None
    assert (row.kind, row.label) == (TEST, Label.ROUTINE)
    wire = database.read(lambda tx: messages.wires(tx, [sent.id]))[sent.id]
    assert b"Zoraida" not in wire
    noted = database.read(lambda tx: tx.connection.execute(test_send.select()).all())
    assert [(one.message, one.source) for one in noted] == [(sent.id, id_)]
    zoraida = person_named(office, ana, "Zoraida")
    for request, code in (
        (TestLetterRequest(id_, zoraida, "en"), "test-patient"),
        (TestLetterRequest(id_, me, "en", version=9), "template-version"),
        (TestLetterRequest(id_, me, "fr"), "template-languages"),
        (TestLetterRequest(TemplateId("0" * 32), me, "en"), "template-unknown"),
    ):
        assert code_of(lambda request=request: office.send_test_letter(ana, request)) == code  # type: ignore[misc]


def test_an_approval_is_on_record_with_the_key_that_signed(desk: Desk) -> None:
    office, ana = desk
    id_ = office.keep_template(ana, KEPT).line.id
    office.approve_template(ana, id_, 1)
    (entry,) = office.query_log(ana, LogQuery(AuditFilter(acts=("template.approved",)))).lines
    assert entry.obj == id_
    assert office.verify_audit(ana).ok


def test_the_list_of_templates_is_by_name_and_the_repository_answers_none(desk: Desk) -> None:
    office, ana = desk
    office.keep_template(ana, replace(KEPT, name="b"))
    office.keep_template(ana, replace(KEPT, name="A"))
    assert [one.name for one in office.list_templates(ana).own] == ["A", "b"]
    unknown = campaigning.TemplateId("0" * 32)
    database = desk_of(office).opened().database
    assert database.read(lambda tx: (templates.get(tx, unknown), templates.version(tx, unknown, 1))) == (
        None,
        None,
    )
    assert code_of(lambda: office.show_template(ana, unknown)) == "template-unknown"
