"""The policy's record and text, read strictly (RFC 8461 3.1 and 3.2)."""

from __future__ import annotations

import pytest

from desktop.sync.mtasts import Policy, Problem, StsError, parse_policy, parse_record

GOOD = b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n"


def test_the_policy_of_the_rfc_is_read() -> None:
    assert parse_policy(GOOD) == Policy("enforce", ("mail.example.com", "*.example.net"), 604800)


def test_lines_may_end_without_return_and_unknown_fields_are_passed_over() -> None:
    assert parse_policy(GOOD.replace(b"\r", b"") + b"x-new: yes\n") == parse_policy(GOOD)


def test_of_a_field_that_stands_twice_the_first_counts() -> None:
    assert parse_policy(GOOD + b"mode: none\r\n").mode == "enforce"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        GOOD.replace(b"STSv1", b"STSv2"),
        GOOD.replace(b"enforce", b"strict"),
        GOOD.replace(b"604800", b"31557601"),
        GOOD.replace(b"604800", b"-1"),
        GOOD.replace(b"604800", b"1e5"),
        GOOD.replace(b"604800", "\u0663".encode()),
        GOOD.replace(b"mail.example.com", b"*.*.example.com"),
        GOOD.replace(b"mail.example.com", b"mail example.com"),
        GOOD.replace(b"mail.example.com", "\u202email.example".encode()),
        b"version: STSv1\nmode: enforce\nmax_age: 60\n",
        GOOD + b"<html>\r\n",
        b"\xff\xfe" + GOOD,
        GOOD + b"mx: a.example\r\n" * 200,
    ],
)
def test_what_is_no_policy_is_refused(body: bytes) -> None:
    with pytest.raises(StsError) as caught:
        parse_policy(body)
    assert caught.value.problem is Problem.MALFORMED


def test_a_policy_that_is_switched_off_needs_no_servers() -> None:
    assert parse_policy(b"version: STSv1\nmode: none\nmax_age: 86400\n").mode == "none"


@pytest.mark.parametrize("text", ["v=STSv1; id=20160831085700Z;", "v=STSv1;id=1", "v=STSv1; x=y; id=1"])
def test_the_record_names_its_policy(text: str) -> None:
    assert parse_record(["other", text]) in ("20160831085700Z", "1")


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ([], Problem.NONE),
        (["v=spf1 -all", None], Problem.NONE),
        (["v=STSv1; id=1", "v=STSv1; id=2"], Problem.MALFORMED),
        (["v=STSv1; id="], Problem.MALFORMED),
        (["v=STSv1; id=a-b"], Problem.MALFORMED),
        (["v=STSv1; id=" + "1" * 33], Problem.MALFORMED),
        (["v=STSv1; id=1; id=2"], Problem.MALFORMED),
        (["v=STSv12; id=1"], Problem.MALFORMED),
    ],
)
def test_no_record_or_a_wrong_one_names_none(texts: list[str | None], problem: Problem) -> None:
    with pytest.raises(StsError) as caught:
        parse_record(texts)
    assert caught.value.problem is problem
