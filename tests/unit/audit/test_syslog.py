"""Lines are read again by a small parser of RFC 5424 that knows nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from desktop.audit.events import Act
from desktop.audit.syslog import syslog_lines
from desktop.models.records import AuditRecord
from tests.support.records import PERSON, USER, audit_record, damaged_record


@dataclass
class Read:
    facility: int
    severity: int
    version: str
    time: str
    host: str
    app: str
    process: str
    message: str
    data: dict[str, dict[str, str]]
    text: str


def element(text: str, at: int) -> tuple[str, dict[str, str], int]:
    """One SD-ELEMENT from `text[at] == "["`, character by character (section 6.3)."""
    end = min(text.index(sign, at) for sign in " ]" if sign in text[at:])
    name, params = text[at + 1 : end], dict[str, str]()
    while text[end] == " ":
        equals = text.index('="', end)
        key, value, at = text[end + 1 : equals], "", equals + 2
        while text[at] != '"':
            if text[at] == "\\" and text[at + 1] in '"\\]':
                at += 1
            elif text[at] == "]":
                raise ValueError("an unescaped bracket")
            value += text[at]
            at += 1
        assert 1 <= len(key) <= 32
        assert not set(key) & set('= ]"')
        params[key], end = value, at + 1
    assert text[end] == "]"
    return name, params, end + 1


def read(line: bytes) -> Read:
    text = line.decode("utf-8")
    assert text.endswith("\n")
    assert text.count("\n") == 1
    priority, rest = text[1:].split(">", 1)
    version, time, host, app, process, message, rest = rest.split(" ", 6)
    data, at = {}, 0
    while rest[at] == "[":
        name, params, at = element(rest, at)
        data[name] = params
    return Read(
        *divmod(int(priority), 8), version, time, host, app, process, message, data, rest[at:].strip()
    )


def line(record: AuditRecord, host: str = "-") -> Read:
    (one,) = syslog_lines([record], host)
    return read(one)


def test_a_line_says_who_did_what_to_whom() -> None:
    one = line(audit_record(7, det={"count": 3}), "desk-1")
    assert (one.facility, one.severity, one.version) == (13, 6, "1")
    assert (one.time, one.host, one.app) == ("2026-11-21T08:15:03.120Z", "desk-1", "sealwell")
    assert (one.process, one.message, one.text) == ("-", "people.shown", "")
    told = one.data["audit@32473"]
    assert (told["seq"], told["actor"], told["object"], told["det.count"]) == ("7", USER, PERSON, "3")
    assert len(told["hash"]) == 64


@pytest.mark.parametrize(("outcome", "severity"), [("ok", 6), ("refused", 4), ("failed", 3)])
def test_the_severity_follows_the_outcome(outcome: str, severity: int) -> None:
    assert line(audit_record(outcome=outcome, why="x")).severity == severity


@pytest.mark.parametrize("act", Act)
def test_every_act_fits_a_message_id(act: Act) -> None:
    assert line(audit_record(act=act.value)).message == act.value


def test_quotes_brackets_and_controls_cannot_leave_their_value() -> None:
    wicked = 'a"b]c\\d\n<14>1 - forged'
    one = line(audit_record(why=wicked, det={'x]="y': wicked}))
    assert one.data["audit@32473"]["why"] == wicked.replace("\n", "\ufffd")
    assert one.data["audit@32473"]["det.xy"] == wicked.replace("\n", "\ufffd")
    assert list(one.data) == ["audit@32473"]


def test_an_act_or_a_host_of_a_stranger_stays_one_word() -> None:
    one = line(audit_record(act="x y]\n" + "z" * 40), "my host\n[x")
    assert one.host == "myhost[x"
    assert len(one.message) == 32
    assert line(audit_record(act="")).message == "-"


def test_an_altered_record_is_critical() -> None:
    one = line(damaged_record(5))
    assert (one.severity, one.message, one.time) == (2, "damaged", "-")
    assert one.data["audit@32473"]["seq"] == "5"


def test_a_number_that_is_no_time_has_none() -> None:
    assert line(audit_record(ts=2**53 - 1)).time == "-"
