"""vCards of versions 2.1 to 4.0: what is taken of a card, and which are left out."""

from __future__ import annotations

import base64
from datetime import date

import pytest

from desktop.errors import InputError
from desktop.models.records import Kind, Status
from desktop.people.parsing import ParsedPeople, parse_people
from desktop.people.vcards import is_vcard, read_vcards

TODAY = date(2026, 11, 22)
PHOTO = base64.b64encode(bytes(range(256)) * 40).decode()


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def people(text: str | bytes) -> ParsedPeople:
    data = text if isinstance(text, bytes) else text.encode()
    return parse_people(read_vcards(data, "people"), today=TODAY)


def said(text: str) -> dict[str, str]:
    sheet = read_vcards(text.encode(), "people")
    (row,) = sheet.rows
    return {name: row[1][at] for name, at in sheet.known.items() if row[1][at]}


V21 = card(
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:L=C3=B3pez=20Garc=C3=ADa;Mar=",
    "=C3=ADa;;;",
    "TEL;WORK:555-010-4470",
    "TEL;CELL:555-010-4477",
    "EMAIL;INTERNET:other@mail.example",
    "EMAIL;INTERNET;PREF:maria@mail.example",
    "BDAY:19610304",
    "ADR;HOME:;;12 Main St;Salem;OR;97301;USA",
    "PHOTO;JPEG;ENCODING=BASE64:",
    *(f" {PHOTO[at : at + 70]}" for at in range(0, len(PHOTO), 70)),
    "",
    version="2.1",
)
V30 = card(
    "N:López García;María;A.;Mrs.;",
    "FN:María López García",
    "item1.EMAIL;TYPE=INTERNET,PREF:maria@mail.example",
    "item1.X-ABLabel:_$!<Other>!$_",
    "TEL;TYPE=WORK:555-010-4470",
    "TEL;TYPE=CELL:555-0",
    " 10-4477",
    "BDAY;VALUE=date:1961-03-04",
    "ADR;TYPE=HOME:;;12 Main St;Salem;OR;97301;USA",
    "PHOTO;ENCODING=b;TYPE=JPEG:" + "\r\n ".join(PHOTO[at : at + 74] for at in range(0, len(PHOTO), 74)),
    "NOTE:folded\\nnote with a",
    "  BEGIN:VCARD inside",
)
V40 = card(
    "N:López García;María;;;",
    "FN:María López García",
    "EMAIL;PREF=2:other@mail.example",
    "EMAIL;PREF=1:maria@mail.example",
    'TEL;VALUE=uri;TYPE="cell,home":tel:555-010-4477',
    "BDAY;VALUE=date-and-or-time:19610304T000000",
    "ADR:;;12 Main St;Salem;OR;97301;USA",
    "GENDER:F;woman",
    "LANG;PREF=1:es-US",
    "PHOTO:data:image/jpeg;base64," + PHOTO,
    version="4.0",
)


@pytest.mark.parametrize("text", [V21, V30, V40])
def test_each_version_gives_the_same_person(text: str) -> None:
    (row,) = people(text).rows

    assert (row.last_name, row.first_name) == ("López García", "María")
    assert (row.email, row.phone, row.birth_date) == ("maria@mail.example", "555-010-4477", date(1961, 3, 4))
    values = said(text)
    assert [values[name] for name in ("street", "city", "region", "zip")] == [
        "12 Main St",
        "Salem",
        "OR",
        "97301",
    ]


def test_what_only_the_newest_version_says() -> None:
    assert (said(V40)["sex"], said(V40)["language"]) == ("female", "es")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding_of_the_whole_file_is_found(encoding: str) -> None:
    assert people(V30.encode(encoding)).rows[0].first_name == "María"


def test_a_name_in_the_old_western_encoding_is_whole() -> None:
    old = card("N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Mu=F1oz;Jos=E9;;;", version="2.1")
    assert people(old).rows[0].last_name == "Muñoz"


@pytest.mark.parametrize(
    ("line", "birth"),
    [
        ("BDAY:--0304", None),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-04", None),
        ("BDAY:1961-03-04T00:00:00Z", date(1961, 3, 4)),
    ],
)
def test_a_birthday_without_its_year_is_no_birth_date(line: str, birth: date | None) -> None:
    assert people(card("N:Lopez;Maria;;;", line)).rows[0].birth_date == birth


@pytest.mark.parametrize("line", ["X-MRN:10442", "X-PATIENT-ID:10442", "X-Chart-Number:10442"])
def test_the_practices_number_stands_in_a_field_of_that_name_only(line: str) -> None:
    (row,) = people(card("N:Lopez;Maria;;;", "UID:urn:uuid:4fbe8971", line)).rows
    assert row.external_id == "10442"
    assert people(card("N:Lopez;Maria;;;", "UID:urn:uuid:4fbe8971")).rows[0].external_id == ""


@pytest.mark.parametrize(
    "lines",
    [
        ("KIND:org", "FN:North Laboratory", "ORG:North Laboratory;Blood"),
        ("X-ABShowAs:COMPANY", "N:;;;;", "FN:North Laboratory Blood", "ORG:North Laboratory;Blood"),
        ("FN:", "ORG:North Laboratory;Blood"),
    ],
)
def test_a_card_of_an_institution_is_a_professional(lines: tuple[str, ...]) -> None:
    (row,) = people(card(*lines)).rows
    assert (row.kind, row.organisation, row.last_name) == (
        *(Kind.PROFESSIONAL, "North Laboratory Blood", "North Laboratory Blood"),
    )


def test_a_name_that_is_written_out_is_told_apart() -> None:
    (row,) = people(card("FN:Mrs. Maria Lopez")).rows
    assert (row.last_name, row.first_name) == ("Lopez", "Maria")


def test_the_dead_are_said_to_be_so() -> None:
    assert people(card("N:Lopez;Maria;;;", "DEATHDATE:20260101")).rows[0].status is Status.DECEASED


def test_a_broken_card_is_left_out_with_its_line_and_the_rest_is_taken() -> None:
    broken = card("N:Ruiz;Ana;;;", 'EMAIL;TYPE="INTERNET:x', "TEL: ;=:\\").replace(
        "EMAIL", "TEL\u2028;;;=", 1
    )
    text = (
        card("N:Lopez;Maria;;;")
        + broken
        + card("NOTE:nobody")
        + card("N:Soto;Eva;;;")
        + "BEGIN:VCARD\r\nN:Cut;Off;;;\r\n"
    )
    found = people(text)

    lines = [one.line for one in found.rejected]
    assert [row.last_name for row in found.rows if row.last_name != "Ruiz"] == ["Lopez", "Soto"]
    assert lines[-1] == text.split("\r\n").index("N:Cut;Off;;;")
    assert {one.reason.code for one in found.rejected} == {"vcard-broken"}


def test_a_card_inside_a_card_is_its_agent_and_nobody_of_ours() -> None:
    agent = card(
        "N:Lopez;Maria;;;", "AGENT:", *card("N:Agent;An;;;", version="2.1").split("\r\n")[:-1], version="2.1"
    )
    assert [row.last_name for row in people(agent).rows] == ["Lopez"]


def test_an_address_that_cannot_be_is_refused_with_its_card() -> None:
    found = people(card("N:Lopez;Maria;;;", "EMAIL:a@b@c.example"))
    assert [(one.line, one.reason.code) for one in found.rejected] == [(1, "bad-address")]


def test_groups_are_nobody_and_visits_are_not_in_cards() -> None:
    for text, kind in ((card("KIND:group", "FN:All", version="4.0"), "people"), (V30, "appointments")):
        with pytest.raises(InputError) as caught:
            read_vcards(text.encode(), kind)
        assert caught.value.code == "nothing-of-kind"


def test_it_is_known_by_its_first_line() -> None:
    assert is_vcard(V30.encode())
    assert is_vcard(b"\xef\xbb\xbf\r\nbegin:vcard\n")
    assert is_vcard(V30.encode("utf-16"))
    assert not is_vcard(b"Name,VCARD\n")
