"""The small template language: four forms compile, everything else is refused or stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.mail.fields import FIELDS
from desktop.mail.templates import Place, compile_text, shipped
from desktop.models.records import Detail
from desktop.models.standing import FieldClass

VALUES = {name: f"<{name}>" for name in FIELDS}


def body(source: str, values: dict[str, str] | None = None) -> str:
    return compile_text(source, Place.BODY).render(VALUES if values is None else values, "Maria Lopez")


def refused(source: str, place: Place = Place.BODY) -> str:
    with pytest.raises(InputError) as caught:
        compile_text(source, place)
    return caught.value.code


def test_the_four_forms() -> None:
    source = (
        'a {{ first_name }} b {{ provider | default("us") }}{% if location %} at {{ location }}{% endif %}\n'
    )
    assert body(source) == "a <first_name> b <provider> at <location>\n"
    assert body(source, {"first_name": "Ana"}) == "a Ana b us\n"


@pytest.mark.parametrize(
    "source",
    [
        "{{ first_name.upper() }}",
        "{{ first_name.__class__.__mro__ }}",
        "{{ first_name | upper }}",
        "{{ first_name | default(provider) }}",
        "{{ first_name | default('a', true) }}",
        "{{ first_name | default(value='a') }}",
        "{{ first_name | default(*provider) }}",
        "{{ first_name | default(3) }}",
        "{{ 'a' * 20000000 }}",
        "{{ 7 }}",
        "{{ first_name ~ last_name }}",
        "{{ first_name or last_name }}",
        "{{ first_name if date else last_name }}",
        "{{ [first_name] }}",
        "{{ first_name[0] }}",
        "{{ cycler() }}",
        "{% for x in first_name %}a{% endfor %}",
        "{% if first_name == 'a' %}b{% endif %}",
        "{% if not first_name %}b{% endif %}",
        "{% if first_name %}a{% else %}b{% endif %}",
        "{% if first_name %}a{% elif date %}b{% endif %}",
        "{% set first_name = 'a' %}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{% macro x() %}{% endmacro %}",
        "{% block x %}{% endblock %}",
        "{% filter upper %}a{% endfilter %}",
        "{% call x() %}{% endcall %}",
        "{% with a = 1 %}{% endwith %}",
        "{% autoescape false %}a{% endautoescape %}",
    ],
)
def test_nothing_else_compiles(source: str) -> None:
    assert refused(source) in {"template-not-allowed", "template-syntax"}


def test_an_error_says_the_line() -> None:
    with pytest.raises(InputError) as caught:
        compile_text("a\nb\n{{ first_name", Place.BODY)
    assert (caught.value.code, caught.value.params) == ("template-syntax", {"line": 3})


def test_a_deep_nest_is_refused_not_a_crash() -> None:
    assert refused("{{ " + "(" * 5000 + "first_name" + ")" * 5000 + " }}") == "template-not-allowed"


def test_a_huge_text_is_refused_before_it_is_parsed() -> None:
    assert refused("x" * 100_001) == "template-too-long"


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(InputError) as caught:
        compile_text("{{ ssn }}", Place.BODY)
    assert (caught.value.code, caught.value.params) == ("template-field-unknown", {"field": "ssn"})


@pytest.mark.parametrize("name", [name for name, kind in FIELDS.items() if kind is FieldClass.CLINICAL])
@pytest.mark.parametrize("form", ["{{ %s }}", '{{ %s | default("x") }}', "{%% if %s %%}x{%% endif %%}"])
def test_a_clinical_field_never_stands_in_a_subject(name: str, form: str) -> None:
    assert refused(form % name, Place.SUBJECT) == "template-field-clinical"
    assert compile_text(form % name, Place.BODY).pieces


def test_an_unresolved_field_stops_and_names_field_and_person() -> None:
    template = compile_text("{{ first_name }} {{ date }}{% if location %}{{ time }}{% endif %}", Place.BODY)
    assert template.missing({"first_name": "", "location": ""}) == ("first_name", "date")
    assert template.missing({"first_name": "A", "date": "B", "location": "C"}) == ("time",)
    with pytest.raises(InputError) as caught:
        template.render({"first_name": "Ana"}, "Ana\r\nDíaz")
    assert (caught.value.code, caught.value.params) == (
        "field-missing",
        {"field": "date", "person": "Ana Díaz"},
    )


@given(st.text(max_size=60))
def test_a_value_is_never_parsed(value: str) -> None:
    for hostile in (value, "{{ last_name }}" + value, "{% if x %}" + value):
        assert body("a {{ first_name }} b", {"first_name": hostile or "x"}) == f"a {hostile or 'x'} b"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_reminder_says_no_more_than_the_detail_level_allows(language: str) -> None:
    said = {}
    for detail in Detail:
        wording = shipped(f"reminder-{detail.value}", language)
        text = wording.subject.render(VALUES, "x") + wording.text.render(VALUES, "x")
        said[detail] = {name for name in VALUES if f"<{name}>" in text}
    assert said[Detail.MINIMAL] == {"practice", "practice_phone", "first_name"}
    assert said[Detail.STANDARD] == said[Detail.MINIMAL] | {"date", "time", "arrive_at", "arrive_early"}
    of_full = {"provider", "location", "location_address", "instructions"}
    assert said[Detail.FULL] == said[Detail.STANDARD] | of_full


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("detail", Detail)
def test_shipped_texts_need_no_more_than_every_appointment_has(detail: Detail, language: str) -> None:
    wording = shipped(f"reminder-{detail.value}", language)
    always = dict.fromkeys(("practice", "first_name", "date", "time"), "x")
    assert wording.text.missing(always) == ()
    assert wording.subject.missing(always) == ()
    assert "\n\n\n" not in wording.text.render(always, "x")


def test_an_unknown_language_reads_english() -> None:
    assert shipped("reminder-full", "xx") == shipped("reminder-full", "en") != shipped("reminder-full", "es")
