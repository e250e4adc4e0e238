"""G30: no name, subject, address or file name adds a header, a recipient or a command.

Each message is read back by three parsers: the product's own second look, the standard
library's newer one with its address grammar, and the few strict lines below.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from email.parser import BytesParser
from email.policy import default

import pytest

from desktop.errors import InputError
from desktop.mail.decision import CARE, Decision, DecisionInput
from desktop.mail.headers import one_line, wire_address
from desktop.mail.means import SealMeans
from desktop.mail.mime import Attachment
from desktop.mail.policy import decide
from desktop.mail.sealing import Letter
from desktop.models.protection import Onward, Portal
from desktop.models.records import (
    Baa,
    Consent,
    Detail,
    Kind,
    Label,
    Method,
    Person,
    PersonId,
    Relay,
    RelayId,
    Status,
)
from desktop.sync.letters import address_fits, path, wire_fits
from desktop.texts import clean
from tests.practice.office import MONDAY, SENDER, own_sealer

BUDGET, FULL = 2_000, 50_000
EVIL = "eve@evil.example"
BREAKS = (
    *("\r\n", "\r", "\n", "\n\r", "\r\n ", "\r\n\t", "\x00", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85"),
    *("\u2028", "\u2029", "%0d%0a", "\\r\\n", "=0D=0A", "\ud800", "\x7f", "\x1b[2J", "\u560d\u560a"),
)
FIELDS = (
    *(f"{name}: {EVIL}" for name in ("Bcc", "Cc", "To", "Reply-To", "Resent-To", "From", "bcc ", "BCC")),
    *(
        "Content-Type: text/html",
        "MIME-Version: 2.0",
        "Subject: other",
        "X-Portal: off",
        "\r\n.\r\nMAIL FROM:<>",
    ),
    f"RCPT TO:<{EVIL}>",
)
ODD = (
    *(
        '"',
        "'",
        "<",
        ">",
        f"<{EVIL}>",
        f", {EVIL}",
        f"; {EVIL}",
        f"group: {EVIL};",
        "(comment)",
        "\\",
        "@",
        ",",
    ),
    *(":", "[127.0.0.1]", "=?utf-8?Q?=0D=0ABcc=3A_eve=40evil=2Eexample?=", "=?utf-8?B?DQpCY2M6IGE=?=", "=?"),
    *(
        "?=",
        "=?utf-8?B??=",
        "=?us-ascii?Q?x",
        "María",
        "Müller",
        "李小龍",
        "👩🏽‍⚕️",
        "\u202egnp.exe",
        "\u200b",
    ),
    *(
        "\ufeff",
        "e\u0301" * 30,
        "x" * 300,
        "word " * 80,
        "\u00ad",
        "ﬁ",
        "İ",
        "…",
        ".",
        "..",
        " ",
        "  ",
        "\t",
        "",
    ),
    *("-- ", "From ", "--=_", "%s{0}${x}{{x}}", "' OR 1=1--", "|/bin/sh", "/dev/null", "null", "O'Brien"),
)
PLAIN = ("Maria", "Lopez", "Results", "of Tuesday", "Harbor Clinic", "a", "B-12", "Dr. Shah")
LOCAL = (
    "maria",
    "m.lopez",
    "m+tag",
    "o'brien",
    "x" * 64,
    "x" * 65,
    "",
    ".a",
    "a..b",
    '"a b"',
    "mar ia",
    "maría",
)
DOMAINS = (
    *(
        "mail.example",
        "MAIL.example",
        "münchen.example",
        "xn--mnchen-3ya.example",
        "-a.example",
        "a..example",
    ),
    *("[127.0.0.1]", "", "example", "x" * 64 + ".example", "a.example." * 30, "аpple.example", "a_b.example"),
)
BAA = Baa("Relay Inc.", MONDAY.date(), None, "mail")
RELAY = Relay(RelayId("b" * 32), "r", "r.example", 465, "implicit", "", "u", SENDER, BAA)
WHO = PersonId("a" * 32)
WAYS = (
    (Onward("header", "X-Require-TLS", "yes"), Method.TLS),
    (Onward(portal=Portal("header", "on", "X-Portal", tested_at=MONDAY)), Method.PORTAL),
    (Onward(portal=Portal("subject-tag", "[secure]", tested_at=MONDAY)), Method.PORTAL),
    (Onward(portal=Portal("address-suffix", ".portal.example", tested_at=MONDAY)), Method.PORTAL),
)
WRITTEN = ("Date", "From", "To", "Message-ID", "Subject")
ALWAYS = ("MIME-Version", "Content-Type")


def naughty(pick: random.Random) -> str:
    pools = (BREAKS, FIELDS, ODD, ODD, PLAIN, PLAIN)
    return "".join(pick.choice(pick.choice(pools)) for _ in range(pick.randint(1, 6)))


def address(pick: random.Random) -> str:
    made = f"{pick.choice(LOCAL)}@{pick.choice(DOMAINS)}"
    if pick.random() < 0.3:
        at = pick.randint(0, len(made))
        made = made[:at] + naughty(pick) + made[at:]
    return made if pick.random() < 0.5 else "maria@mail.example"


def letters(count: int) -> Iterator[tuple[Letter, Onward, Method]]:
    """The same each time: most as the office hands them over, cleaned; some raw, as no room should."""
    pick = random.Random(30)
    for number in range(count):
        fit = clean if number % 4 else str
        onward, method = WAYS[number % len(WAYS)]
        email = address(pick)
        yield (
            Letter(
                person=WHO,
                address=email,
                sender=SENDER,
                sender_name=fit(naughty(pick)),
                subject=fit(naughty(pick)) or "x",
                text=naughty(pick),
                attachments=(Attachment(fit(naughty(pick)) or "x", naughty(pick).encode("utf-8", "replace")),)
                if number % 3 == 0
                else (),
                language="es" if number % 5 == 0 else "en",
                kind="reminder" if number % 7 == 0 else "letter",
                message_id=f"<{number}@harbor.example>",
                date=MONDAY,
                open_subject=fit(naughty(pick)) if number % 8 == 0 else "",
            ),
            onward,
            method,
        )


def strictly(wire: bytes) -> dict[str, str]:
    """The header as RFC 5322 2.2 and 2.2.3 lay it down; anything else is an error."""
    head, _, _ = wire.partition(b"\r\n\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[^\t\r\n -~]", wire)
    found: dict[str, str] = {}
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, colon, value = line.partition(b":")
        assert colon
        assert re.fullmatch(rb"[!-9;-~]+", name)
        key = name.decode("ascii").lower()
        assert key not in found
        found[key] = value.replace(b"\r\n", b"").decode("ascii").strip()
    return found


def words(value: str) -> str:
    """RFC 2047: encoded words in base64 as we write them, blanks between two of them dropped."""
    joined = re.sub(r"(\?=)\s+(=\?)", r"\1\2", value)
    return re.sub(
        r"=\?utf-8\?B\?([A-Za-z0-9+/=]*)\?=", lambda m: base64.b64decode(m[1]).decode("utf-8"), joined
    )


def check(letter: Letter, onward: Onward, method: Method) -> bool:
    """Whether it could be sent at all; where it could, every parser sees the same one recipient."""
    relay = replace(RELAY, required_tls_at=MONDAY if onward.how else None)
    person = Person(
        *(WHO, Kind.PATIENT, "Maria", "Lopez", None, letter.address, "en", Detail.FULL, Status.ACTIVE),
        Consent.GIVEN,
    )
    decision = decide(DecisionInput(person, (), None, relay, Label.ROUTINE, CARE, MONDAY, onward=onward))
    suffix = ".portal.example" if onward is WAYS[3][0] else ""
    if decision.method is Method.NONE:
        assert fit(letter.address, suffix) == ""
        return False
    assert decision.method is method
    only = fit(letter.address, suffix)
    assert decision.address == only
    letter = replace(letter, address=only)
    said = (
        letter.sender_name,
        letter.subject,
        letter.open_subject,
        *(one.name for one in letter.attachments),
    )
    if not all(map(is_one_line, said)):
        refused(letter, decision, onward)
        return False
    sealed = own_sealer().seal(letter, decision, SealMeans(onward=onward))
    agree(sealed.wire, letter, onward, only, sealed.sha256)
    return True


def fit(email: str, suffix: str) -> str:
    """The one address on the wire; '' where there is none."""
    try:
        return wire_address(wire_address(email) + suffix)
    except InputError:
        return ""


def is_one_line(text: str) -> bool:
    try:
        return one_line(text) == text
    except InputError:
        return False


def refused(letter: Letter, decision: Decision, onward: Onward) -> None:
    """Unless what would break a line is a subject that this way does not show."""
    try:
        own_sealer().seal(letter, decision, SealMeans(onward=onward))
    except InputError as error:
        if error.code != "header-unsafe":
            raise
    else:
        shown = (letter.sender_name, *(one.name for one in letter.attachments))
        assert all(map(is_one_line, shown))
        assert decision.method is Method.PORTAL or not letter.open_subject or is_one_line(letter.open_subject)


def agree(wire: bytes, letter: Letter, onward: Onward, only: str, sha256: str) -> None:
    strict, other = strictly(wire), BytesParser(policy=default).parsebytes(wire)
    asked = {onward.name or (onward.portal.name if onward.portal else "")} - {""}
    expected = {*WRITTEN, *ALWAYS, *asked} | ({"Auto-Submitted"} if letter.kind == "reminder" else set())
    single = set() if letter.attachments else {"Content-Transfer-Encoding"}
    assert set(other.keys()) == expected | single
    assert sorted(strict) == sorted(name.lower() for name in other)
    assert not [part.defects for part in other.walk() if part.defects]
    assert [one.addr_spec for one in other["To"].addresses] == [only] == [strict["to"]]
    assert [one.addr_spec for one in other["From"].addresses] == [SENDER]
    assert strict["from"].count("@") == 1
    assert " ".join(words(strict["subject"]).split()) == " ".join(str(other["Subject"]).split())
    assert EVIL not in "".join(strict[name] for name in ("to", "from"))
    files = [part.get_filename() for part in other.walk() if part.get_content_disposition() == "attachment"]
    assert len(files) == len(letter.attachments)
    assert address_fits(only)
    assert re.fullmatch(rb"[!-;=?-~]+", path(only))
    assert wire_fits(wire, sha256)


def g30(count: int) -> int:
    """How many could be sent; each of them, and each refusal, was as it must be."""
    return sum(check(*one) for one in letters(count))


def test_g30_naughty_values_add_no_header_and_no_recipient() -> None:
    assert g30(BUDGET) > BUDGET // 4


@pytest.mark.soak
def test_g30_in_full() -> None:
    assert g30(FULL) > FULL // 4
