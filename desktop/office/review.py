"""The access review: everybody with role and last use, signed off once a month."""

from __future__ import annotations

from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.compliance import review
from desktop.models import users
from desktop.models.accounts import Role, Session
from desktop.models.database import Database, Tx
from desktop.office.desk import Desk, Recorder
from desktop.office.userlines import user_lines
from desktop.office.values_access import ReviewShown, ReviewSigned


class Review:
    """Shown to administrators and auditors, signed by administrators."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_review(self, session: Session) -> ReviewShown:
        now, here = self._clock.now(), {who.user for who, _ in self._desk.guard.sessions()}

        def look(tx: Tx) -> ReviewShown:
            last = review.last_review(tx)
            by = users.get(tx, last.by) if last.by else None
            return ReviewShown(
                users=user_lines(tx, now, here),
                remarks=review.remarks(tx, now),
                due=review.due(tx),
                last_signed=last.at,
                last_by=by.name if by else "",
            )

        return self._desk.read(
            session,
            Action.SHOW_REVIEW,
            look,
            lambda shown: Event(Act.REVIEW_SHOWN, det={"count": len(shown.users)}),
        )

    def sign_review(self, session: Session) -> ReviewSigned:
        now = self._clock.now()

        def sign(tx: Tx, record: Recorder) -> ReviewSigned:
            next_due = review.sign(tx, session.user, now)
            record(Event(Act.REVIEW_SIGNED, det={"count": len(users.listing(tx))}))
            return ReviewSigned(now, next_due)

        return self._desk.write(session, Action.SIGN_REVIEW, sign)


def remind(database: Database, role: Role, now: datetime) -> None:
    """At the sign-in of an administrator: the task is there when the review is due."""
    if role is Role.ADMINISTRATOR:
        database.write(lambda tx: review.open_when_due(tx, now))
