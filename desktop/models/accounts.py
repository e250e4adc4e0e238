"""Who may sign in, and who is: apart from the other records, because the sign-in page loads no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)


class Role(StrEnum):
    """What a user may do is in `access/roles.py`."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    FRONT_DESK = "front-desk"
    CLINICIAN = "clinician"
    BILLING = "billing"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class User:
    id: UserId
    name: str
    role: Role
    disabled_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """Who is signed in; handed to every use case and checked by the guard each time."""

    id: SessionId
    user: UserId
    user_name: str
    role: Role
    started: datetime
