"""Handing out the list of people: why, how many, and who else must agree.

As `log_export.py`: above `LIMITS.export_people` a second person agrees first (SECURITY.md 3, an
insider takes the list of patients); whose names it holds is kept with the record (45 CFR
164.528), and the record stands before a byte leaves. An approval is for the whole list as it
stands when it is written, in the form that was asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop.access.fields import visible
from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.tokens import keep_reason
from desktop.clock import Clock
from desktop.compliance import approvals
from desktop.compliance.approvals import PEOPLE_EXPORT, Wanted, request_hash
from desktop.config import LIMITS
from desktop.errors import InputError, Refused, SealwellError
from desktop.frozen import dataclass
from desktop.models import approvals as kept_approvals
from desktop.models import customfields, peoplelist
from desktop.models.accounts import Approval, ApprovalState, Session
from desktop.models.database import Tx
from desktop.models.peoplelist import ListedPerson
from desktop.models.records import PersonId
from desktop.models.standing import CustomField
from desktop.office.api import Progress
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.listed import Listed
from desktop.office.log_export import LONGEST_REASON
from desktop.office.log_files import steps
from desktop.office.notices import notify
from desktop.office.values_imports import PeopleExport, PeopleExported
from desktop.paths import write_private
from desktop.people import exporting
from desktop.people.customfields import seen

_TELL_EVERY = 500


@dataclass(frozen=True)
class _Made:
    """The file before it is written, and whose names it holds."""

    data: bytes
    ids: tuple[PersonId, ...]


class PeopleExports:
    """A file on this computer; nothing half is left behind."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def export_people(
        self, session: Session, request: PeopleExport, progress: Progress | None = None
    ) -> PeopleExported:
        """Write the file, or, above the limit of people, ask a second person and answer `pending`.

        Raises InputError "reason-missing", "format-unknown", "file-exists", "file-not-written";
        Refused as `approvals.use`, "cancelled", "locked".
        """
        opened = self._desk.check(session, Action.EXPORT_PEOPLE)
        reason = request.reason.strip()
        if not reason or len(reason) > LONGEST_REASON:
            raise InputError("reason-missing")
        if request.format not in (exporting.CSV, exporting.XLSX):
            raise InputError("format-unknown")
        try:
            to = _free(request.to)
            asked = opened.database.read(lambda tx: self._asked(tx, session, request))
            count = opened.database.read(peoplelist.count)
            if count > LIMITS.export_people and (asked is None or not self._may_use(asked)):
                return self._pending(session, opened, request.format, reason, count, asked)
            made = self._make(session, opened, request.format, progress)
            wanted = _wanted(request.format, asked.reason if asked else reason, len(made.ids))
            approval = asked.id if asked is not None and count > LIMITS.export_people else ""
            self._note(session, opened, wanted, made, approval)
        except SealwellError as error:
            self._refused(session, error)
            raise
        try:
            write_private(to, made.data)
        except OSError:
            unwritten = InputError("file-not-written", file=to.name)
            self._refused(session, unwritten, approval)
            raise unwritten from None
        return PeopleExported(str(to), len(made.ids))

    # --- a second person -------------------------------------------------------------------

    def _asked(self, tx: Tx, session: Session, request: PeopleExport) -> Approval | None:
        """What was named, else what this person asked for in the same form and may still carry out."""
        if request.approval:
            named = kept_approvals.get(tx, request.approval)
            if named is None or (named.kind, named.asked_by) != (PEOPLE_EXPORT, session.user):
                raise Refused("approval-missing")
            return named
        bound = _bound(request.format)
        mine = [
            *approvals.usable(tx, session.user, self._clock.now()),
            *approvals.waiting(tx, self._clock.now()),
        ]
        fits = (
            one
            for one in mine
            if (one.kind, one.asked_by, one.details.get(approvals.REQUEST))
            == (PEOPLE_EXPORT, session.user, bound)
        )
        return next(fits, None)

    def _may_use(self, asked: Approval) -> bool:
        """Decided with yes, or the recorded wait of somebody alone is over; `use` looks again."""
        over = asked.not_before is not None and self._clock.now() >= asked.not_before
        return over or asked.state is not ApprovalState.PENDING

    def _pending(
        self,
        session: Session,
        opened: Opened,
        format_: str,
        reason: str,
        count: int,
        asked: Approval | None,
    ) -> PeopleExported:
        if asked is not None:
            return PeopleExported("", count, asked.id, asked.not_before)

        def ask(tx: Tx, record: Recorder) -> Approval:
            made = approvals.ask(tx, _wanted(format_, reason, count), session.user, self._clock.now())
            det: dict[str, Value] = {"people": count, "action": made.kind, "approval": made.id}
            record(Event(Act.APPROVAL_ASKED, obj=made.id, det=det))
            if made.not_before is not None:
                told: dict[str, str | int] = {"user": session.user, "people": count}
                owners = (one.id for one in approvals.approvers(tx, made.kind))
                notify(tx, owners, "people-export", made.asked_at, told)
            return made

        made = self._desk.write(session, Action.EXPORT_PEOPLE, ask)
        if made.not_before is not None:
            said: dict[str, str | int] = {"people": count}
            opened.watch.officer.tell(
                "mail.officer.export.subject", [("mail.officer.people-export.text", said)]
            )
        return PeopleExported("", count, made.id, made.not_before)

    # --- the file -------------------------------------------------------------------------

    def _make(self, session: Session, opened: Opened, format_: str, progress: Progress | None) -> _Made:
        tell = steps(opened.database, progress, 0, 1)

        def make(tx: Tx) -> _Made:
            fields = tuple(seen(customfields.listing(tx), session.role))
            ids = peoplelist.ids(tx)
            listed = _told(self._seen(session, peoplelist.read(tx, ids)), len(ids), tell)
            return _Made(_file(format_, listed, fields), tuple(ids))

        return opened.database.read_aside(make)

    @staticmethod
    def _seen(session: Session, listed: Iterable[ListedPerson]) -> Iterator[ListedPerson]:
        """As this role sees them."""
        for one in listed:
            yield ListedPerson(
                visible(one.person, session.role), one.custom, one.consent_at, one.consent_source
            )

    def _note(self, session: Session, opened: Opened, wanted: Wanted, made: _Made, approval: str) -> None:
        """The record with the ids, and the approval used up in the same transaction."""
        private = self._desk.vault_of(session).signing_key() if approval else b""

        def note(tx: Tx, record: Recorder) -> None:
            det: dict[str, Value] = {
                "count": len(made.ids),
                "content": hashlib.sha256(made.data).hexdigest(),
                "format": wanted.details["format"],
                **keep_reason(tx, opened.token_key, wanted.reason),
            }
            if approval:
                now = self._clock.now()
                det["approval"] = approvals.use(tx, approval, wanted, session.user, now, private).id
            Listed(Act.PEOPLE_EXPORTED, made.ids, det).keep(tx, record, opened.token_key, opened.field_key)

        self._desk.write(session, Action.EXPORT_PEOPLE, note)

    def _refused(self, session: Session, error: SealwellError, approval: str = "") -> None:
        """What came to nothing is recorded; a practice that was locked meanwhile cannot."""
        opened = self._desk.opened_or_none()
        if opened is None or opened.database.closed:
            return

        def note(tx: Tx) -> None:
            if approval:
                kept_approvals.give_back(tx, approval)
            event = Event(Act.PEOPLE_EXPORTED, outcome="refused", why=error.code)
            Recorder(self._desk.audit, tx, session)(event)

        opened.database.write(note)


def _bound(format_: str) -> str:
    return request_hash({"list": "people", "format": format_})


def _wanted(format_: str, reason: str, count: int) -> Wanted:
    return Wanted(PEOPLE_EXPORT, _bound(format_), reason, {"format": format_, "people": str(count)})


def _free(to: str) -> Path:
    """The path, if nothing with content is there."""
    target = Path(to)
    if not target.name or not target.parent.is_dir():
        raise InputError("file-not-written", file=target.name)
    if target.exists() and (not target.is_file() or target.stat().st_size > 0):
        raise InputError("file-exists", file=target.name)
    return target


def _file(format_: str, listed: Iterable[ListedPerson], fields: tuple[CustomField, ...]) -> bytes:
    if format_ == exporting.XLSX:
        return exporting.xlsx_file(listed, fields)
    return b"".join(exporting.csv_parts(listed, fields))


def _told(listed: Iterable[ListedPerson], of: int, tell: Progress) -> Iterator[ListedPerson]:
    """Raises Refused("cancelled") where `tell` says so."""
    for number, one in enumerate(listed):
        if number % _TELL_EVERY == 0 and not tell(number, of):
            raise Refused("cancelled")
        yield one
