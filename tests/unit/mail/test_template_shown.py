"""A letter piece by piece, for the window: what each piece holds is what the page holds."""

from __future__ import annotations

import pytest

from desktop.errors import InputError
from desktop.mail.template_blocks import Button, Heading, Line, Prose, Shown
from desktop.mail.template_shown import pieces
from desktop.mail.template_source import TemplateSource, compiled

VALUES = {
    "first_name": "<b>Ana</b>",
    "practice_phone": "(303) 555-0100",
    "booking_link": "https://book.example.org/",
}


def shown(body: str, **values: str) -> tuple[object, ...]:
    return pieces(compiled(TemplateSource("Hello", "", body)), {**VALUES, **values})


def test_each_piece_comes_in_order_with_its_values_as_text() -> None:
    body = (
        "# News for {{ first_name }}\n\nHello {{ first_name }},\n\n---\n\n[Book](https://a.example.org/)\n\n"
        "![Our house](picture:house)"
    )
    heading, prose, line, button, picture = shown(body)
    assert isinstance(heading, Heading)
    assert heading.level == 1
    assert heading.html == "News for &lt;b&gt;Ana&lt;/b&gt;"
    assert heading.text == "News for <b>Ana</b>"
    assert isinstance(prose, Prose)
    assert "Hello &lt;b&gt;Ana&lt;/b&gt;," in prose.html
    assert line == Line()
    assert button == Button("Book", "Book", "https://a.example.org/")
    assert picture == Shown("house", "Our house")


def test_a_button_says_where_it_leads_for_this_person() -> None:
    assert shown("[Book]({{ booking_link }})") == (Button("Book", "Book", "https://book.example.org/"),)
    assert shown("[Call]({{ practice_phone }})") == (Button("Call", "Call", "(303) 555-0100"),)


def test_an_address_that_must_not_be_opened_is_refused_as_in_the_page() -> None:
    with pytest.raises(InputError, match="template-link-unsafe"):
        shown("[Book]({{ booking_link }})", booking_link="javascript:alert(1)")


def test_a_paragraph_that_asks_for_what_is_not_known_is_left_out() -> None:
    body = "Hello.\n\n{% if portal_link %}[Portal]({{ portal_link }}){% endif %}"
    assert [type(one) for one in shown(body)] == [Prose]
    assert [type(one) for one in shown(body, portal_link="https://p.example.org/")] == [Prose, Button]
