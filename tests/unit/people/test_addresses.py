"""One usable address, or the reason why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.people.addresses import UNUSABLE, check_address
from desktop.people.lookalikes import distance, foreign_letters, meant_domain


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("maria@example.org", "maria@example.org"),
        ("  maria@example.org\t", "maria@example.org"),
        ("Maria.Lopez@Example.ORG", "Maria.Lopez@example.org"),
        ("o'neil+news@sub.example.co.uk", "o'neil+news@sub.example.co.uk"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@日本語.jp", "a@xn--wgv71a119e.jp"),
        ("a@почта.рф", "a@xn--80a1acny.xn--p1ai"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_a_usable_address_keeps_its_local_part_and_gets_a_plain_domain(text: str, normalised: str) -> None:
    verdict = check_address(text)

    assert verdict.ok
    assert verdict.reason is None
    assert verdict.normalised == normalised


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "address-missing"),
        ("maria", "bad-address"),
        ("@example.org", "bad-address"),
        ("maria@", "bad-address"),
        ("ma ria@example.org", "bad-address"),
        ("maria..lopez@example.org", "bad-address"),
        (".maria@example.org", "bad-address"),
        ("maria.@example.org", "bad-address"),
        ("maria@example..org", "bad-address"),
        ("maria@-example.org", "bad-address"),
        ("maria@example-.org", "bad-address"),
        ("maria@exa_mple.org", "bad-address"),
        ("maria@example.org.", "bad-address"),
        ("maria@192.168.0.1", "bad-address"),
        ("maria@" + "b" * 64 + ".org", "bad-address"),
        ("maria@xn--\u0080.org", "control-character"),
        ("maria@xn--a.org", "bad-address"),
        ("maria@localhost", "domain-incomplete"),
        ("maria@gmail,com", "domain-incomplete"),
        ("maria@printer.local", "address-nowhere"),
        ('"maria lopez"@example.org', "quoted-address"),
        ("maria(work)@example.org", "not-only-address"),
        ("Maria Lopez <maria@example.org>", "not-only-address"),
        ("mailto:maria@example.org", "not-only-address"),
        ("maria@[127.0.0.1]", "address-literal"),
        ("maria%example.com@example.org", "address-routed"),
        ("example.com!maria@example.org", "address-routed"),
        ("maria@example.org,jose@example.org", "several-addresses"),
        ("maria@example.org; jose@example.org", "several-addresses"),
        ("maria@example.org jose@example.org", "several-addresses"),
        ("maria@example@example.org", "bad-address"),
        ("x" * 65 + "@example.org", "address-too-long"),
        ("maria@" + ".".join(["b" * 60] * 5) + ".org", "address-too-long"),
        ("josé@example.org", "non-ascii-local-part"),
        ("maria@example.org\r\nBcc: thief@example.com", "control-character"),
        ("maria\x00@example.org", "control-character"),
        ("mar\u202eia@example.org", "hidden-character"),
        ("maria\u200b@example.org", "hidden-character"),
        ("\u00a0maria@example.org", "hidden-character"),
        ("maria@exam\u00adple.org", "hidden-character"),
    ],
)
def test_an_unusable_address_is_refused_with_its_own_reason(text: str, code: str) -> None:
    verdict = check_address(text)

    assert not verdict.ok
    assert verdict.reason is not None
    assert verdict.reason.code == code
    assert code in UNUSABLE
    assert verdict.normalised == ""


def test_a_refused_address_is_shown_without_what_it_hides() -> None:
    verdict = check_address("mar\u202eia@example.org\r\nBcc: x")

    assert verdict.address == "maria@example.org Bcc: x"


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("grnail.com", "gmail.com"),
        ("yaho.com", "yahoo.com"),
        ("yahooo.com", "yahoo.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmal.con", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("iclould.com", "icloud.com"),
        ("comcst.net", "comcast.net"),
        ("sbcgloabl.net", "sbcglobal.net"),
        ("clinic-of-lee.con", "clinic-of-lee.com"),
        ("gmail.com.com", "gmail.com"),
        ("www.gmail.com", "gmail.com"),
        ("aol.co", "aol.com"),
    ],
)
def test_a_slip_in_a_domain_names_the_domain_that_was_meant(domain: str, meant: str) -> None:
    verdict = check_address(f"maria@{domain}")

    assert verdict.reason is not None
    assert verdict.reason.code == "domain-typo"
    assert verdict.reason.params["suggestion"] == meant


@pytest.mark.parametrize(
    "domain",
    [
        *(
            "gmail.com",
            "ymail.com",
            "mail.com",
            "email.com",
            "gmx.com",
            "aol.com",
            "me.com",
            "live.com",
            "msn.com",
        ),
        *(
            "yahoo.com.mx",
            "yahoo.es",
            "yahoo.ca",
            "hotmail.es",
            "hotmail.co.uk",
            "outlook.es",
            "googlemail.com",
        ),
        *(
            "example.org",
            "example.com",
            "clinic.example",
            "umich.edu",
            "va.gov",
            "verizon.net",
            "att.net",
            "proton.me",
        ),
        *("lakeside-clinic.com", "gmu.edu", "mit.edu", "cox.net", "charter.net", "health.nyc", "correo.mx"),
    ],
)
def test_a_real_domain_raises_no_alarm(domain: str) -> None:
    assert check_address(f"maria@{domain}").ok


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("gm\u0430il.com", "mixed-script"),  # Cyrillic a
        ("\u0430\u0440\u0440\u04cf\u0435.com", "lookalike"),  # all Cyrillic, reads as an English word
        ("xn--80ak6aa92e.com", "lookalike"),  # the same as an A-label
        ("\u0261mail.com", "lookalike"),  # Latin script g
        ("\uff47mail.com", "lookalike"),  # full-width g
        ("gm\u00e1il.com", "domain-typo"),
        ("\u03b1\u03bf.com", "lookalike"),  # Greek
        ("g\u043eogle.com", "mixed-script"),
    ],
)
def test_letters_that_pretend_are_refused(domain: str, code: str) -> None:
    verdict = check_address(f"maria@{domain}")

    assert verdict.reason is not None
    assert verdict.reason.code == code


def test_an_east_asian_word_may_mix_its_scripts() -> None:
    assert foreign_letters("東京カフェ") is None


@given(st.text(max_size=80))
def test_any_text_gets_a_verdict_and_a_good_one_is_one_plain_address(text: str) -> None:
    verdict = check_address(text)

    if verdict.ok:
        assert verdict.normalised.isascii()
        assert verdict.normalised.isprintable()
        assert verdict.normalised.count("@") == 1
        assert " " not in verdict.normalised
    else:
        assert verdict.reason is not None


@given(st.emails())
def test_a_good_address_stays_good_and_the_same_once_normalised(text: str) -> None:
    verdict = check_address(text)

    if verdict.ok:
        assert check_address(verdict.normalised).normalised == verdict.normalised


def test_distance_counts_a_swap_as_one_slip() -> None:
    assert distance("gmial", "gmail", 2) == 1
    assert distance("gmail", "gmail", 2) == 0
    assert distance("abc", "wxyz", 2) == 3


def test_providers_are_never_slips_of_each_other() -> None:
    assert meant_domain("googlemail.com") is None
    assert meant_domain("rocketmail.com") is None
