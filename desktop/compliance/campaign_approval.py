"""A campaign's way from checked to allowed: asked, signed over exactly what was checked, and nothing else.

What was signed is compared with what is kept at each step (`campaigns/content.py`), so that a letter of
a text or a row of the audience that changed since then stops it, whoever changed it and how.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.campaigns.approving import bound, why_signed
from desktop.campaigns.ledger import is_as_checked
from desktop.compliance import approvals, freshness
from desktop.compliance.approvals import CAMPAIGN, REQUEST, Wanted, request_hash
from desktop.errors import Refused
from desktop.mail.relays import baa_problem
from desktop.mail.sender import load_sender
from desktop.models import approvals as kept
from desktop.models import campaignpeople, campaignrules, campaigns
from desktop.models.accounts import Approval, ApprovalState, UserId
from desktop.models.campaigning import Campaign, CampaignState
from desktop.models.database import Tx

_S = CampaignState
_TO_ASK = frozenset({_S.CHECKED, _S.ASKED})
_TO_START = frozenset({_S.APPROVED, _S.SCHEDULED})


def ask(tx: Tx, one: Campaign, by: UserId, now: datetime) -> Campaign:
    """Ask for the signature, or approve at once where none is needed.

    Raises Refused "campaign-not-checked", "campaign-empty", "campaign-differs", "campaign-asked" (what was
    asked still waits, or was signed already).
    """
    if one.state not in _TO_ASK:
        raise Refused("campaign-not-checked")
    _refuse_other(tx, one)
    included, _ = campaignpeople.sums(tx, one.id)
    if not included:
        raise Refused("campaign-empty")
    before = asked_for(tx, one)
    if before is not None and is_open(before, now):
        raise Refused("campaign-asked")
    if why_signed(one, included, campaignrules.get(tx)) is None:
        return _moved(tx, one, _S.APPROVED, now, approved_at=now, approval=None)
    details = {"campaign": one.id, "people": str(included), "purpose": one.purpose.value}
    asked = approvals.ask(tx, Wanted(CAMPAIGN, request_hash(bound(one)), one.name, details), by, now)
    return _moved(tx, one, _S.ASKED, now, approval=asked.id)


def decide(tx: Tx, one: Campaign, approve: bool, by: UserId, now: datetime, private: bytes) -> Approval:
    """Sign with `private`, the decider's own Ed25519 key, and go on or back.

    Raises Refused "campaign-not-asked", "campaign-differs", "approval-own", "approval-pending",
    "approval-too-early", "approval-over", "not-allowed".
    """
    asked = asked_for(tx, one)
    if one.state is not _S.ASKED or asked is None:
        raise Refused("campaign-not-asked")
    _refuse_other(tx, one)
    wanted = Wanted(CAMPAIGN, request_hash(bound(one)), asked.reason)
    if asked.details.get(REQUEST) != wanted.request:
        raise Refused("campaign-differs")
    if not approve:
        return _refused(tx, one, asked, by, now, private)
    alone = asked.asked_by == by and asked.state is ApprovalState.PENDING
    if alone and not approvals.is_alone(tx, CAMPAIGN, by):
        raise Refused("approval-own")
    if asked.asked_by != by and asked.state is ApprovalState.PENDING:
        approvals.decide(tx, asked.id, True, by, now, private)
    signed = approvals.use(tx, asked.id, wanted, asked.asked_by, now, private)
    _moved(tx, one, _S.APPROVED, now, approved_at=now)
    return signed


def void(tx: Tx, one: Campaign, now: datetime) -> str:
    """Something of it changes: what was asked or signed counts no more; the id of it, or ''."""
    asked = asked_for(tx, one)
    if asked is None or asked.state is ApprovalState.REFUSED:
        return ""
    kept.withdraw(tx, asked.id, now)
    return asked.id


def asked_for(tx: Tx, one: Campaign) -> Approval | None:
    return kept.get(tx, one.approval) if one.approval is not None else None


def is_open(asked: Approval, now: datetime) -> bool:
    """Whether what was asked can still be signed, or was and is not used."""
    live = asked.state in (ApprovalState.PENDING, ApprovalState.APPROVED)
    return live and now < asked.asked_at + approvals.VALID


def refuse_start(tx: Tx, one: Campaign, now: datetime, *, tied: bool) -> None:
    """Asked in the transaction that starts it.

    `tied`: receivers can tie the practice's mail to its domain (`sync.posture.campaigns_may_leave`).
    Raises Refused "campaign-not-approved", "posture-weak", and as `refuse_begin`.
    """
    if one.state not in _TO_START:
        raise Refused("campaign-not-approved")
    refuse_begin(tx, one, now)
    if not tied:
        raise Refused("posture-weak")


def refuse_begin(tx: Tx, one: Campaign, now: datetime) -> None:
    """Asked in the transaction in which its first letters may be made: at the start, or at its hour.

    Raises Refused "campaign-empty", "campaign-differs", "approval-missing", "approval-over",
    "backup-too-old", "no-relay", and why the relay may carry nothing.
    """
    included, _ = campaignpeople.sums(tx, one.id)
    if not included:
        raise Refused("campaign-empty")
    _refuse_other(tx, one)
    if one.approval is not None or why_signed(one, included, campaignrules.get(tx)) is not None:
        _refuse_unsigned(tx, one)
    freshness.refuse_campaign(tx, now)
    sender = load_sender(tx)
    if sender.relay is None:
        raise Refused("no-relay")
    problem = baa_problem(sender.relay, now.astimezone(ZoneInfo(sender.zone)).date())
    if problem is not None:
        raise Refused(problem.code, **problem.params)


def _refuse_unsigned(tx: Tx, one: Campaign) -> None:
    asked = asked_for(tx, one)
    if asked is None or asked.kind != CAMPAIGN or asked.state is not ApprovalState.DONE:
        raise Refused("approval-missing")
    if asked.details.get(REQUEST) != request_hash(bound(one)):
        raise Refused("campaign-differs")
    if not approvals.is_genuine(asked):
        raise Refused("approval-over")


def _refuse_other(tx: Tx, one: Campaign) -> None:
    if is_as_checked(tx, one):
        raise Refused("campaign-differs")


def _refused(tx: Tx, one: Campaign, asked: Approval, by: UserId, now: datetime, private: bytes) -> Approval:
    """Who asked takes it back; anybody else signs the no, which stays beside the campaign: who asked
    finds there who it was."""
    if asked.asked_by == by:
        kept.withdraw(tx, asked.id, now)
        _moved(tx, one, _S.CHECKED, now, approval=None)
        return replace(asked, state=ApprovalState.REFUSED, decided_at=now)
    decided = approvals.decide(tx, asked.id, False, by, now, private)
    _moved(tx, one, _S.CHECKED, now)
    return decided


def _moved(tx: Tx, one: Campaign, to: CampaignState, now: datetime, **also: object) -> Campaign:
    if not campaigns.move(tx, one.id, one.state, to, now, **also):
        raise Refused("campaign-differs")
    return replace(one, state=to, changed_at=now, **also)  # type: ignore[arg-type]
