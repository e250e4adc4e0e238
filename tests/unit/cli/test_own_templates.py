"""`templates` within a practice: its forms, its errors and wrong use."""

from __future__ import annotations

from pathlib import Path

from tests.made_rows_templates import a_picture
from tests.support.shell import Shell

LETTER = "subject: A word from {{ practice }}\npreview: Call us\n\nHello {{ first_name }},\n\nplease call.\n"
LINE = {
    *("id", "name", "group", "purpose", "citation", "layout", "languages", "version", "approved", "visit"),
    *("by", "code", "retired", "used"),
}
MORE = {"number", "texts", "findings", "versions", "payer", "answers", "can_approve"}


def test_a_file_is_kept_in_two_languages_approved_and_retired(desk: Shell, tmp_path: Path) -> None:
    english, spanish = tmp_path / "en.md", tmp_path / "es.md"
    english.write_text(LETTER, "utf-8")
    spanish.write_text("subject: Un mensaje\n\nHola {{ first_name }}: llámenos.\n", "utf-8")
    unsettled = desk("templates", "keep", str(english), "--name", "Call us", "--group", "care")
    assert unsettled["error"]["code"] == "purpose-open"
    asked = ("--name", "Call us", "--group", "care", "--answer", "paid=no", "--answer", "about=care")
    kept = desk("templates", "keep", str(english), *asked)
    assert set(kept) == LINE | MORE
    assert (kept["version"], kept["languages"], kept["answers"]) == (
        1,
        ["en"],
        {"paid": "no", "about": "care"},
    )
    both = desk("templates", "keep", str(spanish), "--id", kept["id"], "--language", "es")
    assert (both["version"], both["languages"]) == (2, ["en", "es"])
    assert both["texts"]["en"] == kept["texts"]["en"]
    assert desk("templates", "approve", kept["id"], "--number", "1")["error"]["code"] == "template-changed"
    approved = desk("templates", "approve", kept["id"], "--number", "2")
    assert (approved["approved"], approved["versions"][0]["genuine"]) == (2, True)
    assert [set(one) for one in desk("templates", "own")["templates"]] == [LINE]
    assert desk("templates", "open", kept["id"], "--number", "1")["languages"] == ["en"]
    assert desk("templates", "retire", kept["id"]) == {"templates": []}
    assert [one["retired"] for one in desk("templates", "own", "--retired")["templates"]] == [True]


def test_a_template_of_the_library_is_begun_from(desk: Shell, tmp_path: Path) -> None:
    letter = tmp_path / "letter.md"
    letter.write_text(LETTER, "utf-8")
    kept = desk("templates", "keep", str(letter), "--name", "Ours", "--from", "reminder-week")
    assert (kept["group"], kept["purpose"], kept["visit"]) == ("reminders", "treatment", True)
    unknown = desk("templates", "keep", str(letter), "--name", "No", "--from", "nothing")
    assert unknown["error"]["code"] == "template-unknown"


def test_pictures_and_the_look_of_letters(desk: Shell, tmp_path: Path) -> None:
    sign, huge = tmp_path / "sign.png", tmp_path / "huge.png"
    sign.write_bytes(a_picture())
    huge.write_bytes(b"\x89PNG" + bytes(10 * 1024 * 1024))
    added = desk("templates", "add-picture", str(sign), "--name", "sign", "--alt", "Our sign")["pictures"]
    assert [(one["name"], one["kind"], one["width"], one["used"]) for one in added] == [
        ("sign", "image/png", 24, 0)
    ]
    refused = desk("templates", "add-picture", str(huge), "--name", "huge", "--alt", "Huge")
    assert refused["error"]["code"] == "picture-too-large"
    look = desk("templates", "brand", "--colour", "#224466", "--logo", "sign", "--site", "pay.example.com")
    assert (look["colour"], look["logo"], look["sites"]) == ("#224466", "sign", ["pay.example.com"])
    assert desk("templates", "brand") == look
    assert desk("templates", "retire-picture", "sign")["error"]["code"] == "picture-used"
    assert desk("templates", "brand", "--logo", "", "--no-site", "pay.example.com")["sites"] == []
    assert desk("templates", "retire-picture", "sign") == {"pictures": []}
    assert desk("templates", "brand", "--colour", "red")["error"]["code"] == "template-colour"
