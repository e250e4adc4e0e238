"""How to call the use cases of templates, pictures and the look of letters."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.people import insert
from desktop.models.purposes import MailPurpose
from desktop.models.records import Consent, Detail, Kind, Person, PersonId, Status
from desktop.office.values_templates import (
    BrandChange,
    PictureRequest,
    TemplateKeep,
    TemplateTryRequest,
    TemplateWords,
    TestLetterRequest,
)
from tests.made_staff import desk_of

WORDS = TemplateWords("A word from {{ practice }}", "Hello {{ first_name }},\n\nplease call us.")
KEPT = TemplateKeep(
    "Please call",
    "care",
    MailPurpose.TREATMENT,
    {"en": WORDS, "es": TemplateWords("Un mensaje de {{ practice }}", "Hola {{ first_name }}: llámenos.")},
    answers={"paid": "no", "about": "care"},
)


def a_picture(width: int = 24, height: int = 16) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def a_colleague(office: Any) -> PersonId:
    """A mailbox of the staff, as a professional contact."""
    made = Person(
        id=PersonId(new_id()),
        kind=Kind.PROFESSIONAL,
        first_name="Ana",
        last_name="Office",
        birth_date=None,
        email="ana@elmstreet.example.com",
        language="en",
        detail=Detail.STANDARD,
        status=Status.ACTIVE,
        consent=Consent.UNKNOWN,
    )

    def add(tx: Tx) -> None:
        insert(tx, made)

    desk_of(office).opened().database.write(add)
    return made.id


def _keep(world: Any, session: Session) -> None:
    world.kept["template"] = world.office.keep_template(session, KEPT).line.id


def _try(world: Any, session: Session) -> None:
    request = TemplateTryRequest(WORDS, "en", MailPurpose.TREATMENT, person=world.person)
    world.office.preview_template(session, request)


def _test(world: Any, session: Session) -> None:
    request = TestLetterRequest(world.kept["template"], world.kept["colleague"], "en")
    world.office.send_test_letter(session, request)


TEMPLATES = {
    "keep_template": _keep,
    "list_templates": lambda w, s: w.office.list_templates(s),
    "template_parts": lambda w, s: w.office.template_parts(s),
    "show_template": lambda w, s: w.office.show_template(s, w.kept["template"]),
    "preview_template": _try,
    "approve_template": lambda w, s: w.office.approve_template(s, w.kept["template"], 1),
    "send_test_letter": _test,
    "retire_template": lambda w, s: w.office.retire_template(s, w.kept["template"]),
    "add_picture": lambda w, s: w.office.add_picture(s, PictureRequest("sign", a_picture(), "Our sign")),
    "list_pictures": lambda w, s: w.office.list_pictures(s),
    "picture_data": lambda w, s: w.office.picture_data(s, "sign"),
    "retire_picture": lambda w, s: w.office.retire_picture(s, "sign"),
    "set_brand": lambda w, s: w.office.set_brand(s, BrandChange("#123456")),
    "show_brand": lambda w, s: w.office.show_brand(s),
}
