"""One person's letter while a template is written: checked, laid out, filled, as pieces for the window.

Asked at each pause of typing (other words) and at each step from person to person (the same words). In
processor time, so that whoever else works on this computer changes nothing. The anchor is the layout
alone: MJML made and its styles put on each element once, which no program that lays a letter out with
these parts could go below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

from benchmarks._measure import Table, Target, scratch, worked
from benchmarks._office import BenchPractice, LaterClock
from desktop.mail.template_marks import Marks
from desktop.mail.template_page import Around, Brand, Layout, page_of
from desktop.mail.template_source import TemplateSource, compiled, laid_out
from desktop.models.purposes import MailPurpose
from desktop.office.values import ImportRequest
from desktop.office.values_templates import TemplateTryRequest, TemplateWords

PEOPLE = 500
ROUNDS = 15
CODES = ("birthday", "billing-notice", "reminder-two-days")
"""With no, two and six fields that decide which words stand in it: each answer is tried."""
MOST = 100.0


def main() -> int:
    table = Table(
        f"preview of one of {PEOPLE:,} people, {ROUNDS} rounds, processor time",
        "the same page laid out once: MJML, and styles put on each element",
    )
    with scratch() as folder:
        practice = BenchPractice(folder / "practice", LaterClock())
        practice.make()
        office, session = practice.office, practice.enter().session
        office.import_people(session, ImportRequest("people.csv", data=_people()))
        found = office.search_people(session, "").people
        for code in CODES:
            words = office.library_words(code)["en"]
            anchor_page = _layout(words)
            # Nobody here has a visit: what is about one is tried with sample values.
            people = cycle((None,) if "reminder" in code else [one.id for one in found])
            person, typed, anchor = [], [], []
            for number in range(ROUNDS):
                asked = TemplateTryRequest(words, "en", MailPurpose.TREATMENT, person=next(people))
                changed = replace(asked, words=replace(words, body=f"{words.body}\n\nP.S. {number}"))
                anchor.append(worked(anchor_page))
                typed.append(worked(lambda asked=changed: office.preview_template(session, asked)))  # type: ignore[misc]
                person.append(worked(lambda asked=asked: office.preview_template(session, asked)))  # type: ignore[misc]
            for name, figures in (("the next person", person), ("after a key", typed)):
                spent = [figure * 1000 for figure in figures]
                bare = [figure * 1000 for figure in anchor]
                table.line(f"{code}, {name}", spent, bare, unit="ms", target=Target(MOST, of="figure"))
        office.close()
    return table.end()


def _layout(words: TemplateWords) -> Callable[[], str]:
    parts = compiled(TemplateSource(words.subject, words.preview, words.body))
    blocks = laid_out(parts.body, parts.body.asked(), Marks())
    around = Around("en", Layout.LETTER, Brand("Bench Street Practice"), ("Bench Street Practice",))
    return lambda: page_of(blocks, words.preview, around)


def _people() -> bytes:
    rows = (f"{at},First{at},Last{at},1970-01-01,p{at}@mail.example" for at in range(PEOPLE))
    return "\n".join(("MRN,First Name,Last Name,DOB,E-mail", *rows)).encode()


if __name__ == "__main__":
    raise SystemExit(main())
