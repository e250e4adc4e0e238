"""`envelope open` on both forms of a locked file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from desktop.crypto.envelope import (
    LEAST_ROUNDS,
    EnvelopeContent,
    EnvelopeWords,
    derive_person_key,
    new_passphrase,
    new_salt,
    seal_envelope,
)
from desktop.crypto.envelope_pdf import PdfWords, seal_pdf
from desktop.texts import Texts
from tests.support.shell import Shell

WORDS = new_passphrase()
LETTER = EnvelopeContent("Su cita", "El martes, señora López")


def page(tmp_path: Path, expires: date) -> str:
    salt = new_salt()
    key = derive_person_key(WORDS, salt, LEAST_ROUNDS)
    words = EnvelopeWords.of(Texts("es"), "Sol")
    more = {"proof": "birth-date", "birth_date": date(1961, 3, 4)}
    path = tmp_path / "m.html"
    path.write_bytes(seal_envelope(key, salt, LEAST_ROUNDS, LETTER, words, expires=expires, **more))  # type: ignore[arg-type]
    return str(path)


def test_a_pdf_is_opened_by_its_words(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "m.pdf"
    path.write_bytes(seal_pdf(LETTER, WORDS, PdfWords.of(Texts("es"), "Sol")))
    answer = shell("envelope", "open", str(path), given={"passphrase": WORDS.upper()})
    assert (answer["ok"], answer["subject"], answer["text"]) == (True, LETTER.subject, LETTER.text)
    answer = shell("envelope", "open", str(path), given={"passphrase": "six other words"})
    assert answer["reason"]["code"] == "envelope-wrong-passphrase"


def test_a_page_with_a_proof_wants_the_date_too(shell: Shell, tmp_path: Path) -> None:
    path = page(tmp_path, date(2099, 1, 1))
    for born, code in (("", "envelope-needs-birth-date"), ("1961-04-03", "envelope-wrong-proof")):
        answer = shell("envelope", "open", path, given={"passphrase": WORDS, "birth_date": born})
        assert (shell.code, answer["ok"], answer["reason"]["code"]) == (0, False, code)
    answer = shell("envelope", "open", path, given={"passphrase": WORDS, "birth_date": "1961-03-04"})
    assert answer["text"] == LETTER.text
    shell("envelope", "open", path, given={"passphrase": WORDS, "birth_date": "4.3.1961"})
    assert shell.code == 2


def test_an_expired_page_says_so(shell: Shell, tmp_path: Path) -> None:
    given = {"passphrase": WORDS, "birth_date": "1961-03-04"}
    answer = shell("envelope", "open", page(tmp_path, date(2020, 1, 1)), given=given)
    assert answer["reason"]["code"] == "envelope-expired"
