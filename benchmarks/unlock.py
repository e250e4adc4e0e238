"""From the password to a signed-in person: how much of it is the key derivation, and how much is ours.

Ours is the whole sign-in of a practice made with this computer's calibrated parameters: key
file, try counter, Argon2id, database, second factor, audit record. The anchor is Argon2id
alone with the same parameters. What is not derivation is the sign-in less the derivation
inside it, timed there, so that two slow moments are not taken for ours. G10: 0.5 to 1.5 s,
of which all but 50 ms is the derivation; a guess costs whoever has copied the files that
same derivation, a core and its memory. Locking again (database closed, keys dropped) stands
on a line of its own: at most 1 s.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import pyotp

from benchmarks._measure import Table, Target, scratch, timed
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto import slotseal
from desktop.crypto.kdf import DEFAULT, KdfParams, argon2id, calibrate
from desktop.office.values_entry import Credentials, NewPractice
from desktop.paths import PracticeFolder

ROUNDS = 7
USER, PASSWORD = "ana", "quiet harbour seven lanterns"


def main() -> int:
    clock = SystemClock()
    params = calibrate(clock.mono, least=DEFAULT)
    table = Table(
        f"unlock: the whole sign-in, {params.m_kib // 1024} MiB, {params.t} passes, {ROUNDS} rounds",
        "argon2id alone, same parameters",
    )
    ours, bare, rest, locking = [], [], [], []
    inside: list[float] = []

    def watched(password: str, salt: bytes, params: KdfParams) -> bytes:
        began = time.perf_counter()
        key = argon2id(password, salt, params)
        inside.append(time.perf_counter() - began)
        return key

    vars(slotseal)["argon2id"] = watched
    with scratch() as folder:
        office = build_office(PracticeFolder(folder), clock, params=lambda: params, device_store=lambda: None)
        made = office.create_practice(NewPractice("Elm Street", "America/Denver", USER, PASSWORD))
        code = pyotp.TOTP(pyotp.parse_uri(made.totp_uri).secret)
        session = office.sign_in(Credentials(USER, PASSWORD, code=code.now())).session
        saved = list(office.new_recovery_codes(session).codes)
        office.close()
        for _ in range(ROUNDS):
            anchor = timed(lambda: argon2id(PASSWORD, bytes(16), params))
            given = Credentials(USER, PASSWORD, recovery_code=saved.pop())
            began = time.perf_counter()
            office.sign_in(given)
            taken = time.perf_counter() - began
            locking.append(timed(office.lock) * 1000)
            ours.append(taken * 1000)
            bare.append(anchor * 1000)
            rest.append((taken - inside[-1]) * 1000)
    table.line("sign-in", ours, bare, unit="ms", target=Target(1500, of="figure"))
    table.line("of it not the derivation", rest, unit="ms", target=Target(50, of="figure"))
    table.line("lock", locking, unit="ms", target=Target(1000, of="figure"))
    table.note(f"guesses a second on all lanes: {1000 / median(bare):.2f}")
    return table.end()


if __name__ == "__main__":
    sys.exit(main())
