"""Pictures of letters and their look at the door: permissions that end, names that stay, what is in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.errors import SealwellError
from desktop.mail.letterhead import shown_in
from desktop.models.accounts import Session
from desktop.models.standing import AuthorizationId
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_consent import PermissionEnd, SignedPermission
from desktop.office.values_templates import BrandChange, PictureRequest, TemplateWords
from tests.made_practice import PEOPLE, Practice, person_named
from tests.made_rows_consent import FORM, permission
from tests.made_rows_templates import KEPT, a_picture
from tests.made_staff import desk_of

Desk = tuple[Office, Session]
SIGN = PictureRequest("sign", a_picture(), "Our sign")
SHOWING = {"en": TemplateWords("Hello", "Look:\n\n![Our sign](picture:sign)")}


@pytest.fixture
def desk(practice: Practice) -> Desk:
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", data=PEOPLE))
    return office, ana


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def a_permission(desk: Desk) -> AuthorizationId:
    office, ana = desk
    person = person_named(office, ana, "Zoraida")
    day = desk_of(office).clock.now().date()
    signed = SignedPermission(permission(person), day, "Z C", FORM, copy_given=True)
    return AuthorizationId(office.keep_permission(ana, signed).authorizations[0].id)


def test_a_picture_that_a_template_shows_stays_and_its_name_is_never_given_again(desk: Desk) -> None:
    office, ana = desk
    office.add_picture(ana, SIGN)
    assert office.picture_data(ana, "sign").startswith(b"\x89PNG")
    kept = office.keep_template(ana, replace(KEPT, texts=SHOWING))
    assert not kept.stops
    assert [one.used for one in office.list_pictures(ana).pictures] == [1]
    assert code_of(lambda: office.retire_picture(ana, "sign")) == "picture-used"
    office.retire_template(ana, kept.line.id)
    assert office.retire_picture(ana, "sign").pictures == ()
    assert code_of(lambda: office.add_picture(ana, SIGN)) == "picture-taken"
    assert code_of(lambda: office.picture_data(ana, "sign")) == "picture-unknown"
    assert code_of(lambda: office.retire_picture(ana, "sign")) == "picture-unknown"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "Sign"}, "picture-name"),
        ({"name": "../sign"}, "picture-name"),
        ({"alt": " "}, "picture-alt"),
        ({"alt": "x" * 201}, "picture-alt"),
        ({"data": b"%PDF-1.7"}, "picture-unreadable"),
        ({"data": bytes(10 * 1024 * 1024)}, "picture-too-large"),
        ({"of_patient": True}, "picture-permission"),
        ({"of_patient": True, "authorization": AuthorizationId("0" * 32)}, "picture-permission"),
    ],
)
def test_what_is_no_picture_for_letters_is_not_kept(
    desk: Desk, changes: dict[str, object], code: str
) -> None:
    office, ana = desk
    request = replace(SIGN, **changes)  # type: ignore[arg-type]
    assert code_of(lambda: office.add_picture(ana, request)) == code
    assert office.list_pictures(ana).pictures == ()


def test_a_picture_of_a_patient_is_shown_as_long_as_they_permit_it(desk: Desk) -> None:
    office, ana = desk
    allowed = a_permission(desk)
    office.add_picture(ana, replace(SIGN, of_patient=True, authorization=allowed))
    kept = office.keep_template(ana, replace(KEPT, texts=SHOWING))
    assert not kept.stops
    look = BrandChange("#0b6b75", logo="sign")
    assert code_of(lambda: office.set_brand(ana, look)) == "picture-of-patient"
    office.end_permission(ana, PermissionEnd(allowed))
    assert [one.valid for one in office.list_pictures(ana).pictures] == [False]
    stops = office.show_template(ana, kept.line.id).findings[0].findings
    assert [one.reason.code for one in stops] == ["check-picture-unknown"]
    assert code_of(lambda: office.approve_template(ana, kept.line.id, 1)) == "template-stops"
    day = desk_of(office).clock.now().date()
    database = desk_of(office).opened().database
    assert code_of(lambda: database.read(lambda tx: shown_in(tx, ["sign"], day))) == "picture-gone"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (BrandChange("red"), "template-colour"),
        (BrandChange("#000000", logo="nothing"), "picture-unknown"),
        (BrandChange("#000000", mail_hours={"fr": "9 h"}), "brand-hours"),
        (BrandChange("#000000", mail_hours={"en": "x" * 121}), "brand-hours"),
        (BrandChange("#000000", sites=("pay.example.com/now",)), "brand-site"),
        (BrandChange("#000000", sites=("user@example.com",)), "brand-site"),
        (BrandChange("#000000", sites=tuple(f"a{n}.example.com" for n in range(51))), "brand-sites-many"),
    ],
)
def test_a_look_that_cannot_be_is_not_kept(desk: Desk, change: BrandChange, code: str) -> None:
    office, ana = desk
    before = office.show_brand(ana)
    assert code_of(lambda: office.set_brand(ana, change)) == code
    assert office.show_brand(ana) == before
