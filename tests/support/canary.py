"""A patient who exists only in tests and must never turn up where PHI must not be."""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass


@dataclass(frozen=True)
class Canary:
    """Each value is unlike anything else that the program or a server writes."""

    first_name: str = "Zephyrine"
    last_name: str = "Quoxhallow"
    email: str = "zephyrine.quoxhallow@kanarienvogel.example"
    phone: str = "+1 555 010 4477"
    birth_date: str = "1961-02-28"
    diagnosis: str = "ornithosis cum febre"

    def traces_in(self, data: bytes | str) -> list[str]:
        """Which of the canary's values `data` holds, in any letter case."""
        text = (data.decode("utf-8", "replace") if isinstance(data, bytes) else data).casefold()
        values = (self.first_name, self.last_name, self.email, self.phone, self.diagnosis)
        return [value for value in values if value.casefold() in text]


CANARY = Canary()


def spellings(secret: str) -> set[bytes]:
    """As it is, in base64 at each of the three offsets, in quoted-printable, hex, UTF-16."""
    plain = secret.encode("utf-8")
    made = {plain, quopri.encodestring(plain), plain.hex().encode(), secret.encode("utf-16-le")}
    for pad in range(3):
        encoded = base64.b64encode(b"\0" * pad + plain)
        made.add(encoded[4 if pad else 0 : -4])
    return {one for one in made if len(one) >= 5}
