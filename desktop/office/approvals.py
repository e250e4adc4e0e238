"""The second person's decision, and what follows from it in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.compliance import approvals
from desktop.compliance.administrators import active_administrators
from desktop.errors import Refused
from desktop.models import users
from desktop.models.accounts import Approval, ApprovalState, Role, Session, UserId
from desktop.models.database import Tx
from desktop.office.desk import Desk, Recorder
from desktop.office.revocation import end_tokens
from desktop.office.users import change_role, present_user
from desktop.office.values_access import ApprovalLine, ApprovalsShown, Verdict


class Approvals:
    """What waits for somebody else than who asked."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_approvals(self, session: Session) -> ApprovalsShown:
        now = self._clock.now()
        return self._desk.read(
            session,
            Action.LIST_APPROVALS,
            lambda tx: _shown(tx, session, now),
            lambda shown: Event(Act.APPROVALS_LISTED, det={"count": len(shown.approvals)}),
        )

    def decide_approval(self, session: Session, verdict: Verdict) -> None:
        """Sign the decision and, where it is yes, carry it out.

        Raises as `compliance.approvals.decide`; Refused "approval-over" also where who asked
        may not ask any more, or the person has another role by now.
        """
        self._desk.check(session, Action.DECIDE_APPROVAL)
        now, private = self._clock.now(), self._desk.vault_of(session).signing_key()

        def work(tx: Tx, record: Recorder) -> UserId | None:
            decided = approvals.decide(tx, verdict.approval, verdict.approve, session.user, now, private)
            refused = decided.state is ApprovalState.REFUSED
            record(
                Event(
                    Act.APPROVAL_DECIDED,
                    obj=decided.subject or decided.id,
                    outcome="refused" if refused else "ok",
                    why="approval-refused" if refused else "",
                    det={
                        "action": decided.kind,
                        "approval": decided.id,
                        "fingerprint": approvals.signer(decided),
                    },
                )
            )
            if refused or decided.kind != approvals.ELEVATION:
                return None  # what is no elevation is carried out by who asked, with its id
            _carry_out(tx, decided, record)
            end_tokens(tx, UserId(decided.subject), now)
            return UserId(decided.subject)

        changed = self._desk.write(session, Action.DECIDE_APPROVAL, work)
        if changed is not None:
            self._desk.end_person(changed)


def _carry_out(tx: Tx, decided: Approval, record: Recorder) -> None:
    user = present_user(tx, UserId(decided.subject))
    asker_may = any(one.id == decided.asked_by for one in active_administrators(tx))
    if not asker_may or user.role.value != decided.details["role-before"]:
        raise Refused("approval-over")
    approvals.carried_out(tx, decided)
    change_role(tx, user, Role(decided.details["role"]), record)


def _shown(tx: Tx, session: Session, now: datetime) -> ApprovalsShown:
    names = {user.id: user.name for user in users.listing(tx)}
    return ApprovalsShown(
        tuple(_line(asked, names, session) for asked in approvals.waiting(tx, now)),
        tuple(_line(asked, names, session) for asked in approvals.usable(tx, session.user, now)),
    )


def _line(asked: Approval, names: Mapping[UserId, str], session: Session) -> ApprovalLine:
    return ApprovalLine(
        id=asked.id,
        kind=asked.kind,
        subject=names.get(UserId(asked.subject), ""),
        details=asked.details,
        asked_by=names[asked.asked_by],
        asked_at=asked.asked_at,
        mine=asked.asked_by == session.user,
        reason=asked.reason,
        approved=asked.state is ApprovalState.APPROVED,
        not_before=asked.not_before,
    )
