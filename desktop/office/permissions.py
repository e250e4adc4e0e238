"""Written permissions (45 CFR 164.508): the form to sign, the signed form, and its end."""

from __future__ import annotations

from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.pulling import Pulling
from desktop.models import settings
from desktop.models.accounts import Session
from desktop.models.authorizations import Authorization
from desktop.models.database import Tx
from desktop.models.documents import Document, Printer
from desktop.models.ids import new_id
from desktop.models.records import Consent
from desktop.models.standing import AuthorizationId, EvidenceId, EvidenceKind
from desktop.office.consent import day, one_of, take
from desktop.office.consent_lines import shown, zone_of
from desktop.office.desk import Desk, Recorder
from desktop.office.people import found
from desktop.office.values_consent import ConsentShown, PermissionEnd, PermissionForm, SignedPermission
from desktop.office.values_messages import FileOut
from desktop.people import authorization
from desktop.people.consent import HOW
from desktop.texts import LANGUAGES, clean

_CHARS = 500


class Permissions:
    """What is printed holds names and is handed to the person; the log holds ids."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def print_permission(self, session: Session, form: PermissionForm) -> FileOut:
        """Raises InputError "person-unknown", "value-not-allowed", "permission-use",
        "permission-incomplete"; Refused("printing-unavailable").
        """

        def lay_out(tx: Tx, record: Recorder) -> Document:
            who = found(tx, form.person)
            practice = settings.get(tx, "practice-name") or ""
            one = _as_signed(tx, SignedPermission(form, None, ""), session.user, self._clock.now(), None)
            # On paper before it is signed everything else must stand.
            gone = set(authorization.missing(one)) - {"signed_on", "signed_by", "scan", "copy_given"}
            if gone:
                raise InputError("permission-incomplete", missing=", ".join(sorted(gone)))
            record(Event(Act.AUTHORIZATION_PRINTED, form.person, det={"use": form.use}))
            return authorization.form_paper(one, who.name or who.organisation, who.birth_date, practice)

        document = self._desk.write(session, Action.RECORD_AUTHORIZATION, lay_out)
        return FileOut("permission.pdf", self._printer.print_pdf(document))

    def keep_permission(self, session: Session, signed: SignedPermission) -> ConsentShown:
        """Raises InputError "value-not-allowed", "value-unusable", what `people.authorization.keep` and
        `people.proofs` raise."""
        self._desk.check(session, Action.RECORD_AUTHORIZATION)
        one_of("how", signed.how, HOW)

        def keep(tx: Tx, record: Recorder) -> ConsentShown:
            now, zone = self._clock.now(), zone_of(tx)
            who = found(tx, signed.form.person)
            scan = None
            if signed.scan is not None:
                one_of("proof", signed.scan.kind, (EvidenceKind.FORM,))
                scan = take(tx, signed.scan, day(signed.signed_on, now, zone), session.user, now)
            one = _as_signed(tx, signed, session.user, now, scan)
            authorization.keep(tx, one, signed.how, zone, now)
            record(Event(Act.AUTHORIZATION_KEPT, one.id, det={"person": who.id, "use": one.use}))
            record(Event(Act.CONSENT_RECORDED, who.id, det={"consent": Consent.GIVEN, "use": one.use}))
            return shown(tx, who, session, now)

        return self._desk.write(session, Action.RECORD_AUTHORIZATION, keep)

    def end_permission(self, session: Session, end: PermissionEnd) -> ConsentShown:
        """Taken back: the purpose is refused, and what waits under it is cancelled.

        Raises InputError "value-not-allowed" and what `people.authorization.revoke` raises.
        """
        opened = self._desk.check(session, Action.RECORD_AUTHORIZATION)
        one_of("how", end.how, HOW)

        def revoke(tx: Tx, record: Recorder) -> ConsentShown:
            now, zone = self._clock.now(), zone_of(tx)
            by = session.user
            one = authorization.revoke(tx, end.authorization, end.on, end.how, by, zone, now)
            record(Event(Act.AUTHORIZATION_REVOKED, one.id, det={"person": one.person}))
            record(Event(Act.CONSENT_RECORDED, one.person, det={"consent": Consent.REFUSED, "use": one.use}))
            Pulling(self._clock, opened.outbox).pull(tx, (one.person,), session)
            return shown(tx, found(tx, one.person), session, now)

        return self._desk.write(session, Action.RECORD_AUTHORIZATION, revoke)


def _as_signed(
    tx: Tx, signed: SignedPermission, by: str, now: datetime, scan: EvidenceId | None
) -> Authorization:
    form = signed.form
    one_of("language", form.language, tuple(LANGUAGES))
    return Authorization(
        id=AuthorizationId(new_id()),
        person=form.person,
        use=form.use,
        what=clean(form.what, _CHARS),
        discloser=clean(form.discloser, _CHARS) or settings.get(tx, "practice-name") or "",
        recipient=clean(form.recipient, _CHARS),
        aim=clean(form.aim, _CHARS),
        expires_on=form.expires_on,
        expires_event=clean(form.expires_event, _CHARS),
        signed_on=signed.signed_on,
        signed_by=clean(signed.signed_by, _CHARS),
        authority=clean(signed.authority, _CHARS),
        paid=form.paid,
        payer=clean(form.payer, _CHARS),
        copy_given=signed.copy_given,
        form=authorization.form_name(form.language),
        evidence=scan,
        by=by,
        kept_at=now,
    )
