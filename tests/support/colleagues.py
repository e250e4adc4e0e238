"""Further people of a made practice, let in as the program lets them in: by invitation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyotp

from desktop.models.accounts import InvitationKind, Role, Session, UserId
from desktop.office.api import Office
from desktop.office.values_access import Invited, InviteRequest
from desktop.office.values_entry import Credentials, Join, JoinRequest
from tests.made_practice import Practice

PASSWORDS = {
    "bo": "forty umbrellas over a violet canal",
    "cleo": "amber locomotive whistles at midnight",
    "dora": "nineteen pelicans guard the lemon gate",
}


@dataclass(frozen=True)
class Colleague:
    """Somebody with an own password and authenticator."""

    name: str
    password: str
    totp_uri: str
    recovery_codes: tuple[str, ...] = ()

    def code(self, practice: Practice) -> str:
        return pyotp.TOTP(pyotp.parse_uri(self.totp_uri).secret).at(practice.clock.now())

    def credentials(self, practice: Practice) -> Credentials:
        practice.clock.move(30)
        return Credentials(self.name, password=self.password, code=self.code(practice))

    def signed_in(self, practice: Practice, office: Office | None = None) -> tuple[Office, Session]:
        """In a process of their own, or in the one of `office`."""
        office = office or practice.office()
        return office, office.sign_in(self.credentials(practice)).session


def answer(practice: Practice, invited: Invited, password: str, totp_uri: str = "") -> Join:
    """The second step of joining; `totp_uri` where the person keeps the authenticator they have."""
    request = JoinRequest(invited.user, invitation=invited.code)
    uri = practice.office().start_join(request).totp_uri or totp_uri
    practice.clock.move(30)
    code = pyotp.TOTP(pyotp.parse_uri(uri).secret).at(practice.clock.now())
    return Join(invited.user, invitation=invited.code, password=password, totp_uri=uri, code=code)


def joined(practice: Practice, invited: Invited) -> Colleague:
    """The invitation is answered in a process of its own."""
    wanted = answer(practice, invited, PASSWORDS[invited.user])
    codes = practice.office().join(wanted).recovery_codes
    return Colleague(invited.user, wanted.password, wanted.totp_uri, codes)


def let_in(
    practice: Practice, office: Office, session: Session, name: str, role: Role = Role.FRONT_DESK
) -> Colleague:
    """Invited and joined."""
    return joined(practice, office.invite_user(session, InviteRequest(name, role)))


def id_of(office: Office, session: Session, name: str) -> UserId:
    return next(one.id for one in office.list_users(session).users if one.name == name)


def again(office: Office, session: Session, name: str, kind: InvitationKind) -> Invited:
    """An invitation for somebody who is there."""
    return office.invite_user(session, InviteRequest(name, Role.FRONT_DESK, kind))


def with_password(colleague: Colleague, password: str) -> Colleague:
    return replace(colleague, password=password)
