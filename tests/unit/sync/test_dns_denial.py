"""What NSEC and NSEC3 records show not to exist; hashes from RFC 5155, Appendix A."""

from __future__ import annotations

import dns.name
import dns.rdatatype
import dns.rrset
import pytest

from desktop.sync.dns_denial import covered, lacks, unsigned_cut


def name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


def nsec(owner: str, following: str, types: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(owner, 300, "IN", "NSEC", f"{following} {types}")


def nsec3(owner: str, following: str, types: str, flags: int = 0, iterations: int = 12) -> dns.rrset.RRset:
    data = f"1 {flags} {iterations} aabbccdd {following} {types}"
    return dns.rrset.from_text(f"{owner}.example.", 300, "IN", "NSEC3", data)


A_EXAMPLE = "35mthgpgcu1qg68fab165klnsnk3dpvl"
AI_EXAMPLE = "gjeqe526plbf1g8mklp59enfd789njgi"
EXAMPLE = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
NS1_EXAMPLE = "2t7b4g4vsa5smi47k61mv5bv1a22bojr"


def test_a_type_that_is_not_listed_is_not_there() -> None:
    proofs = [nsec("mx.example.", "z.example.", "A RRSIG NSEC")]
    assert lacks(proofs, name("mx.example."), dns.rdatatype.TLSA)
    assert not lacks(proofs, name("mx.example."), dns.rdatatype.A)


def test_an_alias_hides_no_type() -> None:
    proofs = [nsec("mx.example.", "z.example.", "CNAME RRSIG NSEC")]
    assert not lacks(proofs, name("mx.example."), dns.rdatatype.TLSA)


@pytest.mark.parametrize(
    ("owner", "following", "asked", "expected"),
    [
        ("a.example.", "d.example.", "c.example.", True),
        ("a.example.", "d.example.", "e.example.", False),
        ("x.example.", "example.", "z.example.", True),
        ("x.example.", "example.", "b.example.", False),
    ],
)
def test_the_gap_between_two_names_is_empty(owner: str, following: str, asked: str, expected: bool) -> None:
    assert covered([nsec(owner, following, "A RRSIG NSEC")], name(asked)) is expected


def test_a_cut_says_nothing_about_what_lies_below_it() -> None:
    cut = nsec("c.example.", "d.example.", "NS RRSIG NSEC")
    assert not covered([cut], name("x.c.example."))
    assert unsigned_cut([cut], name("c.example."))


def test_a_signed_cut_and_a_name_that_is_no_cut_are_not_unsigned() -> None:
    assert not unsigned_cut([nsec("c.example.", "d.example.", "NS DS RRSIG NSEC")], name("c.example."))
    assert not unsigned_cut([nsec("c.example.", "d.example.", "A RRSIG NSEC")], name("c.example."))


def test_a_hashed_name_is_matched() -> None:
    proofs = [nsec3(A_EXAMPLE, AI_EXAMPLE, "NS DS RRSIG")]
    assert lacks(proofs, name("a.example."), dns.rdatatype.MX)
    assert not lacks(proofs, name("a.example."), dns.rdatatype.DS)
    assert unsigned_cut([nsec3(A_EXAMPLE, AI_EXAMPLE, "NS")], name("a.example."))


def test_a_hashed_gap_is_empty_and_with_opt_out_may_hold_unsigned_cuts() -> None:
    # c.example hashes to 4g6p9u5gvfshp30pqecj98b3maqbn1ck (RFC 5155, B.1)
    gap = nsec3(A_EXAMPLE, AI_EXAMPLE, "NS DS RRSIG")
    assert covered([gap], name("x.c.example."))
    assert not unsigned_cut([gap], name("c.example."))
    assert unsigned_cut([nsec3(A_EXAMPLE, AI_EXAMPLE, "NS DS RRSIG", flags=1)], name("c.example."))
    assert not covered([nsec3(EXAMPLE, NS1_EXAMPLE, "A RRSIG")], name("c.example."))


def test_a_zone_that_wants_endless_hashing_is_not_obeyed() -> None:
    proofs = [nsec3(A_EXAMPLE, AI_EXAMPLE, "NS", flags=1, iterations=2500)]
    assert not lacks(proofs, name("a.example."), dns.rdatatype.MX)
    assert not covered(proofs, name("c.example."))
    assert not unsigned_cut(proofs, name("c.example."))
