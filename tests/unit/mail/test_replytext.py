"""A plain yes or no, and nothing that a person would have to understand."""

from __future__ import annotations

import pytest

from desktop.mail.replytext import OWN_CHARS, answer, own_words, says_nothing, under_quote

NAMES = ("Maria", "Maria Lopez")


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "YES!!",
        "yes.",
        "Yes, thank you!\nMaria",
        "Hello,\n\nI confirm my appointment.\n\nThank you,\nMaria Lopez",
        "I'll be there",
        "I’ll be there",
        "Confirmed\n\nSent from my iPhone",
        "Sí",
        "SI",
        "Hola, buenos días\nConfirmo".replace("Hola, buenos días", "Hola"),
        "Sí, confirmo. Gracias.\nMaría",
        "Allí estaré\nEnviado desde mi Samsung",
        "Ok thanks",
        "Yes\nMaria\nSent from my Verizon, Samsung Galaxy smartphone",
        "Yes\n\nSent from Yahoo Mail for iPhone",
        "Sí\nEnviado desde mi iPhone 15 Pro",
        "Yes\n\nSent from my T-Mobile 5G Device",
        "Yes\n\nGet Outlook for iOS",
    ],
)
def test_a_known_word_confirms(text: str) -> None:
    assert answer(own_words(text), (*NAMES, "María")) == "confirmed"


@pytest.mark.parametrize(
    "text", ["No", "no.", "Please cancel my appointment", "No puedo ir", "Sorry, I can't make it"]
)
def test_a_known_no_declines(text: str) -> None:
    assert answer(own_words(text), NAMES) == "declined"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\n",
        "Yes?",
        "¿Sí?",
        "Yes but can I come at three",
        "Yes, but later",
        "Yes. Also my prescription ran out.",
        "no problem",
        "No, yes",
        "Yes no",
        "I will not be able to say yes",
        "Not confirmed",
        "confirm that I cancelled",
        "Is it confirmed",
        "yes\nno",
        "Sí, pero más tarde",
        "Confirmo que no voy",
        "Who is this",
        "yesterday",
        "Yes\n\nCarmen",
        "yes " * 50,
        "thanks",
        "Maria",
        "1",
        "See you tomorrow",
        "Nos vemos mañana",
        "Yes 👎",
        "Sí ❌",
        "Yes\nSent from my hospital bed, I can't come",
        "Yes\nSent from my hospital bed",
        "Yes\nSent from my iPhone\nI cannot come",
        "Si\nEnviado con prisa, pero no puedo el martes",
        "Yes\n--\nI need a wheelchair",
        "Yes.\n----------\nbut not at 10",
        "Yes.\n__________\nbut not at 10",
        "Yes\nFrom: now on please call my daughter\nTo: whom you wish",
        "Yes" + "\n" * OWN_CHARS + "but not at 10",
    ],
)
def test_everything_else_is_for_a_person(text: str) -> None:
    assert answer(own_words(text), NAMES) == ""


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, Nov 23, 2026 at 9:00 AM Harbor Clinic <office@harbor.example> wrote:\n> No reply is needed",
        "On Mon, Nov 23, 2026 at 9:00 AM Harbor Clinic\n<office@harbor.example> wrote:\n\nNo reply is needed",
        "El lun, 23 nov 2026 a las 9:00, Harbor Clinic (<office@harbor.example>)\nescribió:\n> No",
        "> No reply is needed",
        "________________________________\nFrom: Harbor Clinic\nSent: Monday",
        "From: Harbor Clinic <office@harbor.example>\nSent: Monday, November 23\nTo: Maria",
        "De: Harbor Clinic\nEnviado el: lunes\nPara: Maria",
        "-----Original Message-----\nNo",
        "-- \nMaria Lopez\nAccountant, no job too small",
        "Harbor Clinic <office@harbor.example> wrote:\nno",
    ],
)
def test_what_is_quoted_or_signed_is_not_said(quoted: str) -> None:
    assert own_words(f"Yes\n\n{quoted}") == "Yes"


ON = "On Mon, Mar 3, 2026 at 10:00 AM Harbor Clinic <office@harbor.example> wrote:"
EL = "El lun, 3 mar 2026 a las 10:00, Harbor Clinic (<office@harbor.example>) escribió:"


@pytest.mark.parametrize(
    "text",
    [
        "Yes\n\n> Please bring your card\n\nI lost it. And I cannot come at 10, can we make it 11?",
        f"Yes\n\n{ON}\n> Your visit is on Tuesday at 10.\n\nNo, I cannot come on Tuesday.\n> Reply YES",
        f"Yes\n\n{ON}\nNo, I cannot come on Tuesday.\n> Your visit is on Tuesday at 10.",
        f"Yes\n\n{ON}\n" + "> Your visit\n" * 4000 + "No, I cannot come.",
        f"Yes\n-- \nMaria\n\n{ON}\n> Your visit is on Tuesday at 10.\n\nNo, I cannot come on Tuesday.",
    ],
)
def test_a_but_under_or_between_the_quotes_is_not_dropped(text: str) -> None:
    assert own_words(text).startswith("Yes\n")
    assert answer(own_words(text), NAMES) == ""


@pytest.mark.parametrize(
    "text",
    [
        f"Sí\nEl martes no puedo, mejor el miércoles\n\n{EL}\n> hola",
        f"Yes\nOn Tuesday I can only come at 3\n\n{ON}\n> hello",
        f"Yes\nOn Tuesday I can only come at 3\n{ON}\n> hello",
        "Yes\nOn Tuesday I can only come at 3\nHarbor Clinic <office@harbor.example> wrote:\n> hello",
        "Sí\nEl martes no puedo\nHarbor Clinic <office@harbor.example> escribió:\n> hola",
    ],
)
def test_a_sentence_above_the_attribution_is_not_taken_for_it(text: str) -> None:
    assert len(own_words(text).split("\n")) == 2
    assert answer(own_words(text), NAMES) == ""


@pytest.mark.parametrize("under", ["\n\nSent from my iPhone", "\n\n-- \nMaria Lopez", "\n> more\n\nThanks"])
def test_what_a_program_writes_under_the_quote_is_no_but(under: str) -> None:
    assert answer(own_words(f"Yes\n\n{ON}\n> Your visit is on Tuesday.{under}"), NAMES) == "confirmed"


def test_a_but_under_a_quote_in_html_is_not_dropped() -> None:
    page = "<div>Yes</div><blockquote>Your visit is on Tuesday</blockquote>{}"
    assert answer(own_words("", page.format("<div><br></div></body>")), NAMES) == "confirmed"
    said = own_words("", page.format("<div>but I cannot come at 10</div>"))
    assert (said.split(), answer(said)) == (["Yes", "but", "I", "cannot", "come", "at", "10"], "")


def test_thanks_and_a_telephones_line_say_nothing() -> None:
    assert all(
        map(says_nothing, ("", "\n", "Thank you!", "Sent from my iPhone", "Gracias\nEnviado desde mi iPad"))
    )
    assert not any(map(says_nothing, ("Please call me", "Yes", "👎", "Sent from my bed")))


def test_html_alone_is_read_before_its_quote() -> None:
    page = (
        "<html><head><style>p{content:'no'}</style></head><body><div>Yes,&nbsp;thank you</div>"
        '<div class="gmail_quote">Harbor Clinic wrote: <blockquote>no</blockquote></div></body></html>'
    )
    assert answer(own_words("", page), NAMES) == "confirmed"
    assert answer(own_words("", page.replace("Yes,", "No? Yes,")), NAMES) == ""


def test_a_bottom_posted_answer_is_for_a_person() -> None:
    assert answer(own_words("> Your visit is on Tuesday.\n\nYes"), NAMES) == ""


def test_an_endless_reply_is_cut() -> None:
    assert len(own_words("word " * 100_000)) <= OWN_CHARS
    assert own_words("<a@b>\n" * 50_000, "") != "x"


@pytest.mark.parametrize(
    ("text", "page", "under"),
    [
        ("> Your visit\n\nI cannot come\n> on Tuesday\nSorry", "", "I cannot come\nSorry"),
        ("On Mon, Nov 2, 2026 at 9:00, we wrote:\n> Your visit\nNo\n-- \nMaria", "", "No"),
        ("From: us\nSent: Monday\n\nYour visit: call us to move it", "", ""),
        ("", "<blockquote>Your visit</blockquote><p>I cannot come</p>", "I cannot come"),
        ("", "<p>nothing quoted</p>", ""),
    ],
)
def test_what_stands_under_quotes_alone(text: str, page: str, under: str) -> None:
    assert own_words(text, page) in ("", "nothing quoted")
    assert under_quote(text, page) == under
