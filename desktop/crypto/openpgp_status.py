"""Reading gpg's status lines after a decryption, strictly (GnuPG `doc/DETAILS`).

Every keyword must be on the list, each that matters exactly as often as in an honest
message, the plaintext inside the decryption. Anything else, known or not, means that
nothing is released: gpg hands out plaintext before it knows that it was altered.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.frozen import dataclass

PREFIX = "[GNUPG:] "

_PASSED_OVER = frozenset(
    {
        "ENC_TO",
        "KEY_CONSIDERED",
        "DECRYPTION_KEY",
        "DECRYPTION_COMPLIANCE_MODE",
        "NO_SECKEY",
        "PLAINTEXT_LENGTH",
        "NEWSIG",
        "SIG_ID",
        "NOTATION_NAME",
        "NOTATION_FLAGS",
        "NOTATION_DATA",
        "TRUST_UNDEFINED",
        "TRUST_NEVER",
        "TRUST_MARGINAL",
        "TRUST_FULLY",
        "TRUST_ULTIMATE",
        "VERIFICATION_COMPLIANCE_MODE",
        "PROGRESS",
        "KEYEXPIRED",
        "SIGEXPIRED",
        "PINENTRY_LAUNCHED",
    }
)
_ONCE = ("BEGIN_DECRYPTION", "DECRYPTION_INFO", "PLAINTEXT", "DECRYPTION_OKAY", "GOODMDC", "END_DECRYPTION")
_SIGNED_BADLY = ("EXPSIG", "EXPKEYSIG", "REVKEYSIG")
_SIGNATURE = ("GOODSIG", *_SIGNED_BADLY, "ERRSIG")
_KNOWN = _PASSED_OVER | set(_ONCE) | set(_SIGNATURE) | {"VALIDSIG", "NO_PUBKEY", "FAILURE"}
_UNKNOWN_SIGNER = 2
"""gpg's exit code when it could open the message but not check who signed it."""


@dataclass(frozen=True)
class Verdict:
    """`opened` allows the plaintext out; `signer` is a full fingerprint."""

    opened: bool
    signer: str | None = None
    valid: bool = False


@dataclass(frozen=True)
class Verified:
    """`signer` (a full fingerprint) is only there for a good signature by a key that was handed in and
    is neither expired nor revoked; `altered` where by such a key something else was signed."""

    signer: str | None = None
    altered: bool = False


_REFUSED = Verdict(False)


def read_status(lines: bytes, returncode: int) -> Verdict:
    """What the status lines and the exit code of `gpg --decrypt` together prove."""
    rows = _rows(lines)
    if rows is None:
        return _REFUSED
    words = [row[0] for row in rows]
    if any(word not in _KNOWN for word in words) or any(words.count(word) != 1 for word in _ONCE):
        return _REFUSED
    places = [words.index(word) for word in _ONCE]
    if places != sorted(places):
        return _REFUSED
    return _signature(rows, words, returncode) if _protected(rows) else _REFUSED


def read_verified(lines: bytes, returncode: int) -> Verified:
    """What the status lines and the exit code of a verification together prove."""
    rows = _rows(lines) or []
    words = [row[0] for row in rows]
    if "BADSIG" in words:
        return Verified(altered=True)
    found = [word for word in words if word in _SIGNATURE]
    proof = [row for row in rows if row[0] == "VALIDSIG"]
    if found != ["GOODSIG"] or len(proof) != 1 or words.count("NEWSIG") > 1 or returncode != 0:
        return Verified()
    return Verified(_fingerprint(proof[0], 10))


def _rows(lines: bytes) -> list[list[str]] | None:
    """None where something stands between the status lines that is none."""
    rows: list[list[str]] = []
    # Notations and user ids hold any bytes (a line break is escaped): Latin-1 keeps them.
    for line in lines.decode("latin-1").split("\n"):
        if not line:
            continue
        if not line.startswith(PREFIX):
            return None
        rows.append(line[len(PREFIX) :].rstrip("\r").split(" "))
    return rows


def _protected(rows: Sequence[Sequence[str]]) -> bool:
    """DECRYPTION_INFO names the integrity protection: an MDC method or an AEAD algorithm."""
    info = next(row for row in rows if row[0] == "DECRYPTION_INFO")
    return len(info) >= 3 and (info[1] != "0" or (len(info) >= 4 and info[3] != "0"))


def _signature(rows: Sequence[Sequence[str]], words: Sequence[str], returncode: int) -> Verdict:
    found = [row for row in rows if row[0] in _SIGNATURE]
    if len(found) > 1 or words.count("VALIDSIG") > 1 or words.count("NEWSIG") > 1:
        return _REFUSED
    if not found:
        return Verdict(True) if returncode == 0 and "VALIDSIG" not in words else _REFUSED
    if found[0][0] == "ERRSIG":
        known = returncode == _UNKNOWN_SIGNER and "NO_PUBKEY" in words and "VALIDSIG" not in words
        return Verdict(True, _fingerprint(found[0], 7), False) if known else _REFUSED
    proof = next((row for row in rows if row[0] == "VALIDSIG"), None)
    signer = None if proof is None else _fingerprint(proof, 10)
    if returncode != 0 or signer is None or "FAILURE" in words:
        return _REFUSED
    return Verdict(True, signer, found[0][0] == "GOODSIG")


def _fingerprint(row: Sequence[str], place: int) -> str | None:
    """A fingerprint field of VALIDSIG (the primary key's) or ERRSIG, where gpg gave one."""
    if len(row) <= place:
        return None
    value = row[place]
    return value if len(value) in (40, 64) and all(c in "0123456789ABCDEF" for c in value) else None
