"""A patient who exists only in tests and must never turn up where PHI must not be."""

from __future__ import annotations

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
