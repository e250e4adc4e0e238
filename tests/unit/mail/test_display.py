"""A received page after sanitising: plain tags, nothing that acts, and what was left out is said."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.mail.display import PAGE_CHARS, formatted, sanitised
from desktop.models.records import Reason
from tests.support.hostile_pages import ACTING, ALL, FETCHING, HIDING, SENDING, page

URL = "http://127.0.0.1:1"
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
PLAIN = frozenset(
    {
        *("p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "i", "em", "u", "s"),
        *("del", "ins", "sub", "sup", "small", "pre", "code", "blockquote", "ul", "ol", "li", "dl", "dt"),
        *("dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"),
    }
)
UNCOUNTED = (
    *("lowsrc", "manifest", "72l", "<a href", "<svg><style", "<p><img", "<frameset", "cid:", "<svg><a"),
    *("animate", "<math", "<noscript", "<textarea", "<title", "<xmp", "<template", "CDATA", "<b <"),
)
"""Left out all the same, and too odd to be counted."""


def counted(pages: tuple[str, ...]) -> list[str]:
    acting = re.compile("{url}|<script|on[a-z]+=|javascript:|vbscript:", re.IGNORECASE)
    return [one for one in pages if acting.search(one) and not any(odd in one for odd in UNCOUNTED)]


def codes(html: str) -> list[str]:
    return [one.code for one in sanitised(html).left_out]


def is_plain(html: str) -> bool:
    """Whether every `<` begins a tag of the list without attributes, but for a cell's span."""
    tags = TAG.findall(html)
    return len(tags) == html.count("<") and all(
        name in PLAIN and re.fullmatch(r'(?: (?:col|row)span="[1-9]\d?")*', rest) for _, name, rest in tags
    )


def test_there_are_enough_hostile_pages() -> None:
    assert len(set(ALL)) >= 100


@pytest.mark.parametrize("one", ALL)
def test_of_a_hostile_page_plain_tags_are_left(one: str) -> None:
    made = sanitised(page(one, URL))
    assert is_plain(made.html), made.html
    assert "before" in made.html
    assert sanitised(made.html) == type(made)(made.html)


@pytest.mark.parametrize("one", HIDING)
def test_hidden_words_are_left_out_and_said(one: str) -> None:
    made = sanitised(page(one, URL))
    assert "unseen" not in made.html
    assert "after" in made.html
    assert "page-hidden" in [reason.code for reason in made.left_out]


@pytest.mark.parametrize(
    "seen",
    [
        "<div style='font-size:0'><span style='font-size:12px'>seen</span></div>",
        "<body bgcolor=black text=white><p style='color:white'>seen</p></body>",
        "<div style='background:#036'><b style='color:#fff'>seen</b></div>",
        "<div style='background:#000 url(x.png)'><b style='color:#000'>seen</b></div>",
        "<td bgcolor=#000000><a href=x>seen</a></td>",
        "<style>@media (max-width:600px){.x{display:none}}</style><p class=x>seen</p>",
        "<style>.x{display:none}</style><p class=x style='display:block'>seen</p>",
        "<div style='visibility:hidden'><p style='visibility:visible'>seen</p></div>",
        "<p style='max-height:0'>seen</p>",
        "<p style='color:nobodyknows'>seen</p>",
        "<p style='font-size:;color:;opacity:x;clip:rect()'>seen</p>",
    ],
)
def test_what_people_would_see_stays(seen: str) -> None:
    made = sanitised(seen)
    assert "seen" in made.html
    assert "page-hidden" not in [reason.code for reason in made.left_out]


def test_what_was_left_out_is_counted() -> None:
    made = sanitised("<img src=http://a/1><img src=http://a/2><div style='background:url(http://a/3)'>x")
    assert [(one.code, dict(one.params)) for one in made.left_out] == [("page-remote", {"count": 3})]
    assert codes("<p>Hello <b>you</b></p>") == []


@pytest.mark.parametrize("one", counted(FETCHING))
def test_what_would_be_fetched_is_said(one: str) -> None:
    assert "page-remote" in codes(page(one, URL))


@pytest.mark.parametrize("one", counted(ACTING))
def test_what_would_act_is_said(one: str) -> None:
    assert "page-script" in codes(page(one, URL))


@pytest.mark.parametrize("one", SENDING)
def test_what_would_send_is_said(one: str) -> None:
    assert "page-form" in codes(page(one, URL))


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (
            "<a href='https://x.example/a?b=1&amp;c=2'>here</a>",
            "here &lt;https://x.example/a?b=1&amp;c=2&gt;",
        ),
        ("<a href='mailto:a@b.example'>write</a>", "write &lt;mailto:a@b.example&gt;"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        (
            "<a href='https://evil.example/'>https://bank.example</a>",
            "bank.example &lt;https://evil.example/&gt;",
        ),
        ("<a href='https://аррӏе.com/'>apple</a>", "apple &lt;https://xn--80ak6aa92e.com/&gt;"),
        ("<a href='https://x.example/\u202egnp.exe'>x</a>", "x &lt;https://x.example/gnp.exe&gt;"),
        ("<a href='tel:+1555'>call</a>", "call"),
    ],
)
def test_a_link_becomes_its_words_and_its_address(link: str, shown: str) -> None:
    made = sanitised(link).html
    assert made.endswith(shown)
    assert "<a" not in made


def test_directions_and_controls_are_removed() -> None:
    assert sanitised("<p>in\u202evoice\u2066\u200b\x00\x07 é</p>").html == "<p>invoice é</p>"


def test_a_page_without_end_or_bottom_is_bounded() -> None:
    deep = sanitised("<div><table><tr><td>" * 5_000 + "x")
    assert deep.html.count("<table>") <= 20
    many = sanitised("<b>x</b>" * 30_000)
    assert many.html.count("<b>") <= 20_000
    assert many.html.count("x") == 20_000
    assert [one.code for one in many.left_out] == ["page-long"]
    long = sanitised("<p>" + "y" * (PAGE_CHARS + 5))
    assert len(long.html) <= PAGE_CHARS + 10
    assert [one.code for one in long.left_out] == ["page-long"]


def test_the_pages_of_a_mail_but_not_those_of_a_mail_in_it() -> None:
    page = b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n<p>caf\xe9</p>"
    named = b'Content-Type: text/html; name="a.html"\r\n\r\n<p>file</p>'
    inner = b"Content-Type: message/rfc822\r\n\r\nContent-Type: text/html\r\n\r\n<p>inner"
    raw = (
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + b"\r\n--m\r\n".join([page, named, inner, page.replace(b"iso-8859-1", b"nonsense")])
        + b"\r\n--m--"
    )
    assert formatted(raw).html == "<p>café</p><hr><p>caf\ufffd</p>".replace("\ufffd", "é")
    with pytest.raises(InputError) as caught:
        formatted(b"Content-Type: text/plain\r\n\r\nhello")
    assert caught.value.code == "page-gone"


BITS = [
    *("<p>", "</p>", "<div style='color:white'>", "</div>", "<table>", "<tr>", "<td>", "</table>", "<b>"),
    *("</b>", "<pre>\n", "</pre>", "<a href='http://x/'>", "</a>", "<ul>", "<li>", "<h1>", "<br>", "<hr>"),
    *(
        "words",
        " ",
        "\n",
        "&lt;p&gt;",
        "&amp;",
        "&nbsp;",
        "<!-- x -->",
        "<svg>",
        "</svg>",
        "<math>",
        "<style>",
    ),
    *(
        "</style>",
        "<script>",
        "</script>",
        "<form>",
        "</form>",
        "<i>",
        "</i>",
        "<",
        ">",
        '"',
        "'",
        "<select>",
    ),
    *("<caption>", "<blockquote>", "</blockquote>", "<body>", "<template>", "</template>", "<dl>", "<dd>"),
]


@given(st.lists(st.one_of(st.sampled_from(BITS), st.text(max_size=6)), max_size=40).map("".join))
def test_what_was_made_stays_as_it_is(html: str) -> None:
    made = sanitised(html)
    assert is_plain(made.html)
    again = sanitised(made.html)
    assert again.html == made.html
    assert again.left_out == ()


def test_a_page_made_to_be_slow_is_read_in_time() -> None:
    began = time.monotonic()
    sanitised("<style>" + "@a{}" * 40_000 + "</style>x")
    sanitised("<i>" * 50_000 + "<b></b>" * 50_000)
    sanitised("<a href='http://x'>" * 20_000)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("one", ["<br>", "<p>a", "<blockquote>", "<table><tr><td>w"])
def test_a_page_of_nothing_but_tags_is_cut_before_it_holds_the_reader_up(one: str) -> None:
    long = sanitised("<p>before</p>" + one * (PAGE_CHARS // len(one)))
    assert long.html.startswith("<p>before</p>")
    assert Reason("page-long") in long.left_out
    short = sanitised("<p>before</p>" + one * 1000)
    assert Reason("page-long") not in short.left_out
