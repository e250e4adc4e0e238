"""Acts in groups: each in one, and where people look for it."""

from __future__ import annotations

from collections import Counter

import pytest

from desktop.audit.events import Act
from desktop.audit.groups import GROUPS, group_of


def test_every_act_is_in_exactly_one_group() -> None:
    counted = Counter(act for acts in GROUPS.values() for act in acts)
    assert counted == Counter(act.value for act in Act)


@pytest.mark.parametrize(
    ("act", "group"),
    [
        (Act.SIGNIN_FAILED, "signin"),
        (Act.PEOPLE_SHOWN, "people"),
        (Act.REMINDERS_QUEUED, "visits"),
        (Act.MESSAGE_ACCEPTED, "messages"),
        (Act.AUDIT_EXPORTED, "log"),
        (Act.WITNESS_PRINTED, "log"),
        (Act.REPORT_MADE, "log"),
        (Act.USER_INVITED, "practice"),
    ],
)
def test_an_act_is_where_people_look_for_it(act: Act, group: str) -> None:
    assert group_of(act.value) == group
