"""The content check of a letter of 10 KB, and of one with a PDF, with 100,000 people known.

Times are processor time. The anchor is one pass of a compiled expression (every word and
every number) over the same text: the least that looking at each word costs here. Building
the index of names stands on a line of its own.
"""

from __future__ import annotations

import random
import re
import sys
import time

from benchmarks._measure import Table, Target, worked
from desktop.config import CONTENT_LIMITS
from desktop.mail.content import check_content
from desktop.mail.content_codes import learn
from desktop.mail.content_names import NameIndex
from desktop.mail.content_values import ContentInput, Known
from desktop.models.records import PersonId

PEOPLE = 100_000
ROUNDS = 9
EACH = 10
SIZE = 10_000
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_SENTENCES = (
    "Thank you for coming in on Tuesday; it was good to see you and your family again.",
    "Please bring your insurance card and a list of everything that you take at home.",
    "Our address is 1200 Main Street, Suite 40, and the telephone is 212-555-0142 from 8:30 to 17:00.",
    "Gracias por su visita; si necesita cambiar la cita del 12/04/2026, llámenos al 212-555-0143.",
    "Dr. Smith asked whether the forms of last week (number 20459) have arrived with Mrs. Young.",
    "The parking garage on 3rd Avenue costs $12.50 for two hours; keep the ticket 4471-0032.",
    "Mientras tanto descanse, beba mucha agua y no dude en escribirnos si algo cambia.",
)
_SYLLABLES = ("ma", "ri", "el", "san", "to", "ben", "ka", "lo", "ver", "di", "no", "ru", "ga", "mi", "pol")


def names(pick: random.Random) -> list[tuple[PersonId, str, str]]:
    """Invented people; surnames repeat as they do, and some are everyday words."""
    firsts = ["".join(pick.choices(_SYLLABLES, k=pick.choice((2, 3)))).title() for _ in range(3_000)]
    lasts = ["".join(pick.choices(_SYLLABLES, k=pick.choice((2, 3, 4)))).title() for _ in range(30_000)]
    lasts += ["Young", "Smith", "Main", "Street", "Garcia", "Lopez", "White", "Rose"] * 200
    firsts += ["Rose", "May", "Maria", "John", "Grant"] * 50
    return [(PersonId(f"{n:032x}"), pick.choice(firsts), pick.choice(lasts)) for n in range(PEOPLE)]


def letter(people: list[tuple[PersonId, str, str]], pick: random.Random) -> str:
    """Ordinary sentences, with a few things in them that count."""
    pieces: list[str] = []
    while sum(map(len, pieces)) < SIZE:
        pieces.append(pick.choice(_SENTENCES))
        if pick.random() < 0.05:
            _, first, last = pick.choice(people)
            pieces.append(f"{first} {last} was born on 3/4/1961, SSN 123-45-6788, E11.9 (diabetes).")
    return "\n".join(pieces)


def main() -> int:
    table = Table(
        f"content check: {SIZE:,} characters, {PEOPLE:,} people known, {ROUNDS} rounds of {EACH}",
        "one pass of a compiled expression over the words and numbers of the same text",
    )
    pick = random.Random(5)
    people = names(pick)
    began = time.perf_counter()
    index = NameIndex(people)
    table.line("building the index of names", [time.perf_counter() - began], unit="s")
    shapes = learn(f"MRN{number:07d}" for number in range(1_000))
    known = Known(index, shapes, people[0][0], people[0][1], people[0][2])
    plain = letter(people, pick)
    accented = plain.replace("e", "é")
    check_content(ContentInput("", plain, known=known), CONTENT_LIMITS, time.monotonic)
    for name, text in (("letter of plain ASCII", plain), ("with an accent in every third word", accented)):
        asked = ContentInput("Your visit", text, known=known)
        ours, anchor = [], []
        for _ in range(ROUNDS):
            ours.append(
                worked(lambda: [check_content(asked, CONTENT_LIMITS, time.monotonic) for _ in range(EACH)])  # noqa: B023
                / EACH
                * 1000
            )
            anchor.append(worked(lambda: [_pass(text) for _ in range(EACH)]) / EACH * 1000)  # noqa: B023
        table.line(name, ours, anchor, unit="ms", target=Target(5, "figure"))
    found = check_content(ContentInput("", plain, known=known), CONTENT_LIMITS, time.monotonic)
    table.note(f"{len(found.hits)} hits in the letter; {len(index):,} ways of writing names are known")
    return table.end()


def _pass(text: str) -> int:
    return sum(1 for _ in _WORDS.finditer(text))


if __name__ == "__main__":
    sys.exit(main())
