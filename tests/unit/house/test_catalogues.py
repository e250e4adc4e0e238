from __future__ import annotations

import gettext
from pathlib import Path

import pytest

import catalogues


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    write(
        tmp_path,
        "en",
        'msgid "ui.b"\nmsgstr "Hello {name}"\n\nmsgid "ui.n"\nmsgid_plural "ui.n.many"\n'
        'msgstr[0] "one"\nmsgstr[1] "{n} of them"\n',
    )
    write(
        tmp_path,
        "es",
        'msgid "ui.b"\nmsgstr "Hola {name}"\n\nmsgid "ui.n"\nmsgid_plural "ui.n.many"\n'
        'msgstr[0] "uno"\nmsgstr[1] "{n} de ellos"\n',
    )
    return tmp_path


def write(folder: Path, language: str, text: str, part: str = "") -> None:
    path = folder / "parts" / f"{part}.{language}.po" if part else folder / f"{language}.po"
    path.write_text(text, "utf-8")


def spoken(folder: Path, language: str) -> gettext.GNUTranslations:
    with (folder / f"{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_fragments_speak_before_they_are_merged(folder: Path) -> None:
    write(folder, "es", 'msgid "ui.a"\nmsgstr "Mañana"\n', part="room")
    catalogues.compile_all(folder)
    assert spoken(folder, "es").gettext("ui.a") == "Mañana"
    assert spoken(folder, "es").ngettext("ui.n", "ui.n.many", 3) == "{n} de ellos"
    assert spoken(folder, "es").ngettext("ui.n", "ui.n.many", 1) == "uno"


def test_merging_keeps_every_sentence_sorted_and_takes_the_fragments_away(folder: Path) -> None:
    write(folder, "en", 'msgid "ui.a"\nmsgstr "Tomorrow \\"now\\"\\nor later"\n', part="room")
    write(folder, "es", 'msgid "ui.a"\nmsgstr "Mañana"\n', part="room")
    catalogues.compile_all(folder)
    before = (folder / "en.mo").read_bytes()
    catalogues.merge(folder)
    catalogues.compile_all(folder)
    assert (folder / "en.mo").read_bytes() == before
    assert list((folder / "parts").iterdir()) == []
    text = (folder / "en.po").read_text("utf-8")
    assert text.index("ui.a") < text.index("ui.b") < text.index("ui.n")
    catalogues.merge(folder)
    assert (folder / "en.po").read_text("utf-8") == text


def test_a_code_that_stands_twice_is_named(folder: Path) -> None:
    write(folder, "es", 'msgid "ui.b"\nmsgstr "Adiós {name}"\n', part="room")
    assert catalogues.problems(folder) == ["es: ui.b stands 2 times"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Hola {nombre}", "es: ui.b has placeholders ['nombre'], not ['name']"),
        ("", "ui.b has no words"),
        ("Hola {name", "ui.b: expected '}' before end of string"),
        ('Hola {name}"\n\nmsgid "ui.new"\nmsgstr "Nuevo', "en: ui.new is missing"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, words: str, said: str) -> None:
    assert catalogues.problems(folder) == []
    spanish = folder / "es.po"
    spanish.write_text(spanish.read_text("utf-8").replace("Hola {name}", words), "utf-8")
    assert said in catalogues.problems(folder)
