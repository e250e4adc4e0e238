"""A second person in the practice of the tests: invited, joined, with an authenticator of their own."""

from __future__ import annotations

import pyotp

from desktop.models.accounts import Role, Session
from desktop.office.api import Office
from desktop.office.values_access import InviteRequest
from desktop.office.values_entry import Join, JoinRequest
from tests.made_practice import MovedClock

BEN = "ben"
BENS_PASSWORD = "copper kettle under nine maples"


def code_of(uri: str, clock: MovedClock) -> str:
    return str(pyotp.TOTP(pyotp.parse_uri(uri).secret).at(clock.now()))


def add_ben(office: Office, session: Session, clock: MovedClock, role: Role = Role.FRONT_DESK) -> str:
    """The address of ben's authenticator; the session must have proved who it is just now."""
    invited = office.invite_user(session, InviteRequest(BEN, role))
    started = office.start_join(JoinRequest(BEN, invitation=invited.code))
    office.join(
        Join(
            BEN,
            invitation=invited.code,
            password=BENS_PASSWORD,
            totp_uri=started.totp_uri,
            code=code_of(started.totp_uri, clock),
        )
    )
    return started.totp_uri
