"""A plain yes or no, and nothing that a person would have to understand."""

from __future__ import annotations

import pytest

from desktop.mail.replytext import OWN_CHARS, answer, own_words

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
