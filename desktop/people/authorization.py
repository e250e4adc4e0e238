"""Written permissions: every element of 45 CFR 164.508(c), when one counts, and the form to sign.

Without an element a permission is defective (164.508(b)(2)) and is not kept. It ends on its day, by
its event, or when it is taken back (164.508(b)(5)); a sale of what stands in it needs its payer named
(164.508(a)(3)(ii)). The form's statements are those of (c)(2); its words have a version, so that a
later reader knows what was signed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desktop.errors import InputError, Refused
from desktop.models import authorizations
from desktop.models.authorizations import Authorization
from desktop.models.database import Tx
from desktop.models.documents import Block, Document, Facts, Paragraph, Style
from desktop.models.records import Consent, ConsentEntry, Reason
from desktop.models.standing import AuthorizationId, Use
from desktop.people import consent
from desktop.people.consent import Saying
from desktop.texts import Texts

FORM_VERSION = "2026-1"
"""Raised when a sentence of the form changes its meaning."""
USES = (Use.MARKETING, Use.PAID)
"""Care needs no permission (164.506), and plain mail is a wish of the patient's own (164.522(b))."""
_NO_DATE = "revoked"
_NEEDED = ("what", "discloser", "recipient", "aim", "signed_by")


def form_name(language: str) -> str:
    """Which words were signed, as kept with the permission: `es-2026-1`."""
    return f"{language}-{FORM_VERSION}"


def missing(one: Authorization) -> tuple[str, ...]:
    """The elements that are not there, as names of fields, in the order of the rule."""
    gone = [name for name in _NEEDED if not getattr(one, name).strip()]
    if one.expires_on is None and not one.expires_event.strip():
        gone.append("expires")
    if one.signed_on is None:
        gone.append("signed_on")
    if one.paid and not one.payer.strip():
        gone.append("payer")
    if one.evidence is None:
        gone.append("scan")
    if not one.copy_given:
        gone.append("copy_given")
    return tuple(gone)


def problem(one: Authorization, today: date) -> Reason | None:
    """Why it does not count today (a day in the practice's zone); None where it does."""
    if missing(one):
        return Reason("permission-incomplete")
    if one.revoked_on is not None:
        return Reason("permission-revoked", {"date": one.revoked_on.isoformat()})
    if one.expires_on is not None and one.expires_on < today:
        return Reason("permission-expired", {"date": one.expires_on.isoformat()})
    if one.signed_on is not None and one.signed_on > today:
        return Reason("permission-not-yet", {"date": one.signed_on.isoformat()})
    return None


def keep(tx: Tx, one: Authorization, how: str, zone: ZoneInfo, now: datetime) -> ConsentEntry:
    """Keep a signed permission and give its purpose on it, in the caller's transaction.

    Raises InputError "permission-incomplete" (`missing`: names of fields), "permission-use",
    "permission-not-valid" (`reason`), and what `people.consent.record` raises.
    """
    if one.use not in USES or one.paid is not (one.use is Use.PAID):
        raise InputError("permission-use", use=one.use.value)
    gone = missing(one)
    if gone:
        raise InputError("permission-incomplete", missing=", ".join(gone))
    why = problem(one, now.astimezone(zone).date())
    if why is not None:
        raise InputError("permission-not-valid", reason=why.code)
    authorizations.add(tx, one)
    said = Saying(
        *(one.person, one.use, Consent.GIVEN, _moment(one.signed_on, zone, now), one.form, one.by),
        how=how,
        wording=one.form,
        evidence=one.evidence,
        expires=_end(one.expires_on, zone),
        authorization=one.id,
    )
    return consent.record(tx, said)


def revoke(
    tx: Tx, id_: AuthorizationId, on: date | None, how: str, by: str, zone: ZoneInfo, now: datetime
) -> Authorization:
    """Take a permission back and refuse its purpose; what was done before that stays allowed.

    Raises InputError "permission-unknown", "permission-revoked-late" (a day to come);
    Refused "permission-over" where it was taken back before.
    """
    one = authorizations.get(tx, id_)
    if one is None:
        raise InputError("permission-unknown")
    today = now.astimezone(zone).date()
    day = on or today
    if day > today:
        raise InputError("permission-revoked-late")
    if not authorizations.revoke(tx, id_, day, now, how):
        raise Refused("permission-over")
    at = _moment(day, zone, now)
    said = Saying(*(one.person, one.use, Consent.REFUSED, at, _NO_DATE, by), how=how, authorization=one.id)
    consent.record(tx, said)
    return replace(one, revoked_on=day, revoked_at=now, revoked_how=how)


def _moment(day: date | None, zone: ZoneInfo, now: datetime) -> datetime:
    """Noon of the day, never later than now."""
    return now if day is None else min(datetime.combine(day, time(12), zone), now)


def _end(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The first moment at which it is over: the day itself still counts."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(0), zone)


def form_paper(one: Authorization, name: str, birth_date: date | None, practice: str) -> Document:
    """The form to sign in the language that `one.form` names; lines for signature and date at its end."""
    language = one.form.partition("-")[0]
    say = Texts(language).say
    ends = one.expires_on.isoformat() if one.expires_on else one.expires_event
    facts = [
        (say("paper.permission.who"), name),
        (say("paper.permission.born"), birth_date.isoformat() if birth_date else ""),
        (say("paper.permission.what"), one.what),
        (say("paper.permission.discloser"), one.discloser or practice),
        (say("paper.permission.recipient"), one.recipient),
        (say("paper.permission.aim"), one.aim),
        (say("paper.permission.expires"), ends),
    ]
    blocks: list[Block] = [
        Paragraph(say("paper.permission.lead", practice=practice)),
        Facts(tuple(facts)),
        *([Paragraph(say("paper.permission.paid", payer=one.payer, practice=practice))] if one.paid else []),
        Paragraph(say("paper.permission.rights"), Style.HEADING),
        *(
            Paragraph(say(f"paper.permission.{one_right}", practice=practice))
            for one_right in ("revoke", "free", "redisclosed", "copy")
        ),
        Paragraph(say("paper.permission.sign"), Style.HEADING),
        Facts(
            tuple((say(f"paper.permission.{line}"), "_" * 30) for line in ("signature", "date", "authority"))
        ),
    ]
    return Document(
        title=say("paper.permission.title"),
        language=language,
        subtitle=(practice,),
        blocks=tuple(blocks),
        footer=f"{practice} · {one.form}",
    )
