"""Nothing that somebody writes into a template, and nothing that is known of a person, becomes code."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping

import pytest

from desktop.errors import InputError
from desktop.mail.template_blocks import Button, Heading, Prose
from desktop.mail.template_design import Design, Rendered
from desktop.mail.template_marks import Marks
from desktop.mail.template_page import PAGE_BYTES, Around, Brand, Layout, clean_html
from desktop.mail.template_source import TemplateSource, compiled, laid_out, read_source, write_source
from tests.support.lettertree import LetterTree
from tests.support.template_payloads import BAD_LINKS, JINJA, MARKDOWN, MARKUP, PAYLOADS, WIDGETS

VALUES = {
    "practice": "Riverside Family Clinic",
    "practice_phone": "(555) 013-0042",
    "booking_link": "https://riverside.example/book",
    "first_name": "Ana",
    "last_name": "Díaz",
}
AROUND = Around("en", Layout.LETTER, Brand("Riverside"), ("120 River Street",))
EVERYWHERE = TemplateSource(
    "For you",
    "Hello {{ first_name }}",
    "# {{ first_name }}\n\nHello {{ first_name }}, **{{ first_name }}**\n\n- {{ first_name }}\n\n"
    "[Book for {{ first_name }}]({{ booking_link }}) or [here]({{ booking_link }})\n\n"
    "[Go, {{ first_name }}]({{ booking_link }})\n\n![Of {{ first_name }}](picture:house)",
)
BREAKS = frozenset("\r\n\x00\x0b\x0c\u0085\u2028\u2029")
_KEPT = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "hr", "span"}
_GOOD_LINK = re.compile(
    r"https://[a-z.]+\.example(?:/.*)?|https://field-.*\.invalid/|tel:[+\d]+|mailto:[^?]+"
)


def design(body: str, subject: str = "A letter", preview: str = "") -> Design:
    return Design(TemplateSource(subject, preview, body), AROUND)


def rendered(made: Design, values: Mapping[str, str] = VALUES) -> Rendered:
    return made.render(values, "Ana Díaz")


def refused(body: str, subject: str = "A letter", preview: str = "") -> str:
    with pytest.raises(InputError) as caught:
        rendered(design(body, subject, preview))
    return caught.value.code


PLAIN = LetterTree.of(
    rendered(design("# A\n\nB\n\n[c]({{ booking_link }})\n\n---\n\n![d](picture:house)")).html
)


def harm(page: str) -> list[str]:
    """What stands in `page` that no letter may hold."""
    tree = LetterTree.of(page)
    return [
        *sorted(tree.tags - PLAIN.tags - _KEPT),
        *sorted(tree.attributes - PLAIN.attributes - {"start"}),
        *(link for link in tree.links if not _GOOD_LINK.fullmatch(link)),
        *(source for source in tree.sources if not re.fullmatch(r"cid:[a-z0-9@.-]+", source)),
        *re.findall(r"url\(|@import|expression", " ".join(tree.styles)),
    ]


def test_there_are_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200


def test_the_sieve_sees_harm() -> None:
    page = rendered(design("A")).html
    for bad in (
        "<script>1</script>",
        "<b onclick=x>",
        "<a href='data:x'>",
        "<img src='https://evil.example/'>",
    ):
        assert harm(page.replace("</body>", f"{bad}</body>")), bad


@pytest.mark.parametrize("place", ["body", "title", "item", "preview", "default"])
def test_a_payload_in_a_template_is_refused_or_comes_out_as_text(place: str) -> None:
    """An error that is not known ends the test: it would end the program."""
    came_out, harmful = 0, {}
    for payload in PAYLOADS:
        written = {
            "body": ("A letter", "", payload),
            "title": ("A letter", "", f"# {payload}"),
            "item": ("A letter", "", f"- a\n- {payload}"),
            "preview": ("A letter", payload.replace("\n", " "), "Hello"),
            "default": ("A letter", "", '{{ location | default("' + payload.replace('"', "'") + '") }}'),
        }[place]
        try:
            letter = rendered(Design(TemplateSource(*written), AROUND))
        except InputError:
            continue
        came_out += 1
        if found := harm(letter.html):
            harmful[payload] = found
    assert harmful == {}
    assert came_out > 60, "too little came out to have shown anything"


def test_markup_in_a_template_is_read_as_its_writer_typed_it() -> None:
    for payload in (*MARKUP, *(f"<{name}>alert(1)</{name}>" for name in WIDGETS)):
        letter = rendered(design(f"a {payload} z"))
        assert f"a {payload} z" in letter.text
        assert " ".join(f"a {payload} z".split()) in " ".join(LetterTree.of(letter.html).text.split())


def test_a_payload_in_a_subject_stays_one_line_of_text() -> None:
    for payload in PAYLOADS:
        try:
            subject = rendered(design("Hello", subject=payload)).subject
        except InputError:
            continue
        assert not set(subject) & BREAKS, payload


def test_a_payload_as_a_value_is_the_text_that_it_is() -> None:
    """The page keeps its shape to the last element; the words are the payload, sign by sign."""
    made, with_subject = Design(EVERYWHERE, AROUND), design("Hello", subject="For {{ first_name }}")
    shape = LetterTree.of(rendered(made).html).shape
    for payload in PAYLOADS:
        with contextlib.suppress(InputError):  # "header-unsafe": a name of two lines
            subject = rendered(with_subject, VALUES | {"first_name": payload}).subject
            assert not set(subject) & BREAKS, payload
        letter = rendered(made, VALUES | {"first_name": payload})
        tree = LetterTree.of(letter.html)
        assert [one for one in tree.shape if one[0] != "br"] == [one for one in shape if one[0] != "br"], (
            payload
        )
        assert f"Hello {payload}, {payload}".replace("\r\n", "\n") in tree.text.replace("\r\n", "\n"), payload
        assert f"Hello {payload}, {payload}" in letter.text
        assert tree.links == ["https://riverside.example/book"] * 3


def test_a_payload_around_a_letter_is_text() -> None:
    """The practice's own name and the lines below."""
    for payload in (*MARKUP, *MARKDOWN, *JINJA):
        around = Around("en", Layout.NOTICE, Brand(payload), (payload,))
        letter = rendered(Design(TemplateSource("A", "", "Hello {{ first_name }}"), around))
        assert harm(letter.html) == [], payload
        assert " ".join(payload.split()) in " ".join(LetterTree.of(letter.html).text.split())


@pytest.mark.parametrize("link", BAD_LINKS)
def test_a_link_that_leads_astray_is_refused(link: str) -> None:
    for body in (f"[go on]({link})", f"See [this]({link}) now"):
        assert refused(body) in {"template-link-unsafe", "template-field-unknown"}


@pytest.mark.parametrize("link", [link for link in BAD_LINKS if "{{" not in link and "&" not in link])
def test_a_known_address_that_leads_astray_stops_the_letter(link: str) -> None:
    made = design("[Book]({{ booking_link }})")
    with pytest.raises(InputError) as caught:
        rendered(made, VALUES | {"booking_link": link.replace("\\\\", "\\")})
    assert caught.value.code == "template-link-unsafe"


def test_good_links_lead_where_they_say() -> None:
    body = "[a](https://riverside.example/x?y=1&z=2)\n\n[b](mailto:desk@riverside.example)\n\n[c](tel:+15550130042)"
    letter = rendered(design(body))
    assert LetterTree.of(letter.html).links == [
        "https://riverside.example/x?y=1&z=2",
        "mailto:desk@riverside.example",
        "tel:+15550130042",
    ]
    assert "a: https://riverside.example/x?y=1&z=2" in letter.text


def test_a_button_calls_the_number_and_the_text_says_it_as_people_read_it() -> None:
    letter = rendered(design("[Call us]({{ practice_phone }})"))
    assert LetterTree.of(letter.html).links == ["tel:5550130042"]
    assert "Call us: (555) 013-0042" in letter.text


def test_a_name_never_becomes_an_address() -> None:
    assert refused("[x]({{ first_name }})") == "template-link-field"
    assert refused("[x](https://riverside.example/{{ first_name }})") == "template-link-unsafe"
    assert refused("[x](mailto:{{ first_name }}@riverside.example)") == "template-link-unsafe"


@pytest.mark.parametrize("spelled", ["0\\.", "0&#46;", "0{# #}.", "7{# #}."])
def test_a_mark_that_a_writer_spells_in_a_roundabout_way_reads_no_field(spelled: str) -> None:
    body = f"Hello {{{{ last_name }}}}\n\n[x](https://field-{spelled}invalid/)"
    letter = rendered(design(body, preview="https://field-5{# #}.invalid/"))
    assert all("field-" in link for link in LetterTree.of(letter.html).links)
    assert letter.text.count(VALUES["last_name"]) == 1


def test_one_layout_cannot_guess_the_marks_of_another() -> None:
    first, second = Marks(), Marks()
    assert first.mark("first_name", None) != second.mark("first_name", None)


@pytest.mark.parametrize(
    "sign", ["\ue000", "\uf8ff", "\x00", "\x01", "\x1b", "\x7f", "\x85", "\ud800", "\uffff"]
)
def test_signs_that_no_page_can_hold_are_refused_not_a_crash(sign: str) -> None:
    for written in (("A", "", f"x{sign}"), (f"A{sign}", "", "x"), ("A", sign, "x")):
        with pytest.raises(InputError) as caught:
            compiled(TemplateSource(*written))
        assert caught.value.code == "template-reserved"


def test_new_emoji_and_joined_ones_are_no_reserved_signs() -> None:
    assert "👩‍⚕️ 🫨" in rendered(design("Hello 👩‍⚕️ 🫨")).text


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        ("![x](https://evil.example/pixel.png)", "template-picture-remote"),
        ("![x](http://evil.example/pixel.png)", "template-picture-remote"),
        ("![x](//evil.example/pixel.png)", "template-picture-remote"),
        ("![x](data:image/png;base64,iVBORw0KGgo=)", "template-picture-remote"),
        ("![x](cid:elsewhere)", "template-picture-remote"),
        ("![x](picture:../secret)", "template-picture-remote"),
        ("![x]({{ booking_link }})", "template-picture-remote"),
        ("![](picture:house)", "template-picture-alt"),
        ("words ![x](picture:house)", "template-picture-inline"),
        ("[![x](picture:house)](https://riverside.example/)", "template-picture-inline"),
    ],
)
def test_only_named_pictures_of_the_practice_are_shown(picture: str, code: str) -> None:
    assert refused(picture) == code


def test_a_picture_travels_in_the_letter() -> None:
    letter = rendered(design("![Our house](picture:house)"))
    assert letter.pictures == ("house",)
    assert [source[:4] for source in LetterTree.of(letter.html).sources] == ["cid:"]
    assert "[Our house]" in letter.text


def test_a_field_that_nobody_knows_is_refused_wherever_it_stands() -> None:
    for written in (("{{ ssn }}", "", "x"), ("A", "{{ ssn }}", "x"), ("A", "", "{{ ssn }}")):
        with pytest.raises(InputError) as caught:
            compiled(TemplateSource(*written))
        assert (caught.value.code, caught.value.params) == ("template-field-unknown", {"field": "ssn"})


@pytest.mark.parametrize("place", ["subject", "preview"])
def test_what_shows_on_a_locked_screen_names_nothing_clinical(place: str) -> None:
    assert refused("Hello", **{place: "With {{ provider }}"}) == "template-field-clinical"


@pytest.mark.parametrize(
    "body", ["{% if first_name %}x", "x{% endif %}", "{{ first_name", "{% if %}x{% endif %}"]
)
def test_what_is_not_closed_is_refused(body: str) -> None:
    assert refused(body) == "template-syntax"


def test_cleaning_twice_changes_nothing() -> None:
    for payload in PAYLOADS:
        once = clean_html(payload.encode(errors="replace").decode())
        assert clean_html(once) == once
        try:
            blocks = laid_out(compiled(TemplateSource("A", "", payload)).body, frozenset(), Marks())
        except InputError:
            continue
        for block in blocks:
            if isinstance(block, Prose | Heading | Button):
                assert clean_html(clean_html(block.html)) == clean_html(block.html)


def test_a_condition_in_the_middle_of_markup_is_tried_both_ways() -> None:
    assert (
        refused("[x](https://riverside.example{% if location %}@evil.example{% endif %}/)")
        == "template-link-unsafe"
    )


def test_sizes_have_their_limits() -> None:
    assert refused("x" * 20_001) == "template-too-long"
    assert refused("   \n ") == "template-empty"
    assert refused("x", subject="") == "template-no-subject"
    asked = "".join(f"{{% if {name} %}}x{{% endif %}}" for name in MORE_THAN_EIGHT)
    assert refused(asked) == "template-too-many-questions"
    assert refused("- [a](https://riverside.example/)\n\n---\n\n" * 480) == "template-too-large"


MORE_THAN_EIGHT = (
    "provider",
    "location",
    "location_address",
    "location_phone",
    "location_directions",
    "visit_type",
    "instructions",
    "booking_link",
    "portal_link",
)


@pytest.mark.parametrize("body", ["> " * 3000, "*" * 9000, "[" * 9000, "(" * 9000, "- " * 5000, "_a_" * 3000])
def test_a_deep_or_endless_nest_comes_out_or_is_refused(body: str) -> None:
    with contextlib.suppress(InputError):  # and nothing else
        assert len(rendered(design(f"{body}x")).html) < PAGE_BYTES


def test_a_source_reads_back_as_it_was_written() -> None:
    assert read_source(write_source(EVERYWHERE)) == EVERYWHERE
    with pytest.raises(InputError) as caught:
        read_source("no subject\n\nHello")
    assert caught.value.code == "template-no-subject"
