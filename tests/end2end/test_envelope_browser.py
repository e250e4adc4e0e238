"""The locked file in a real browser: Chromium, headless, from file://, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from desktop.crypto.envelope import (
    LEAST_ROUNDS,
    ROUNDS,
    Attachment,
    EnvelopeContent,
    derive_person_key,
    new_passphrase,
    new_salt,
    seal_envelope,
)
from desktop.crypto.envelope_page import sealed_part
from desktop.crypto.envelope_reply import new_reply_keys
from tests.support.envelope_page import WORDS, Opened, browser

PDF = random.Random(1).randbytes(300_000)
LETTER = EnvelopeContent(
    "Su cita",
    "María López: martes, 14:30\n<b>gracias</b> <img src=x onerror=alert(1)> & </script>",
    "<p>not shown</p>",
    (Attachment("informe ñ.pdf", "application/pdf", PDF), Attachment("nota.html", "text/html", b"<b>x</b>")),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def driver(folder: Path) -> Iterator[webdriver.Chrome]:
    opened = browser(folder)
    yield opened
    opened.quit()


@pytest.fixture(scope="module")
def passphrase() -> str:
    return new_passphrase(random.Random(7))


@pytest.fixture(scope="module")
def locked(passphrase: str) -> bytes:
    salt = new_salt()
    key = derive_person_key(passphrase, salt, LEAST_ROUNDS)
    return seal_envelope(key, salt, LEAST_ROUNDS, LETTER, WORDS)


@pytest.fixture
def file(folder: Path, locked: bytes) -> Path:
    path = folder / "mensaje.html"
    path.write_bytes(locked)
    return path


def test_the_right_words_open_it_and_everything_is_shown_as_text(
    driver: webdriver.Chrome, file: Path, passphrase: str
) -> None:
    page = Opened(driver, file)
    assert "María" not in driver.page_source
    page.type(passphrase)
    assert page.part("subject").text == LETTER.subject
    assert page.part("text").text == LETTER.text
    assert "not shown" not in driver.page_source
    assert not page.form.is_displayed()
    assert page.part("words").get_attribute("value") == ""
    assert driver.switch_to.active_element.get_attribute("id") == "subject"
    assert driver.find_elements(By.CSS_SELECTOR, "article img, article b") == []


def test_attachments_are_saved_byte_for_byte(
    driver: webdriver.Chrome, folder: Path, file: Path, passphrase: str
) -> None:
    page = Opened(driver, file)
    page.type(passphrase)
    buttons = driver.find_elements(By.CSS_SELECTOR, "#list button")
    assert [button.text for button in buttons] == ["informe ñ.pdf (293 KB)", "nota.html (1 KB)"]
    for button in buttons:
        button.click()
    for attachment in LETTER.attachments:
        path = folder / "saved" / attachment.name
        WebDriverWait(driver, 20, 0.02).until(lambda _: folder_has(path))  # noqa: B023 - used at once
        assert path.read_bytes() == attachment.data


def folder_has(path: Path) -> bool:
    """Chromium renames a finished download to its name."""
    return path.exists() and path.stat().st_size > 0


def test_wrong_words_give_one_clear_line_and_nothing_else(
    driver: webdriver.Chrome, file: Path, passphrase: str
) -> None:
    page = Opened(driver, file)
    before = page.visible
    page.type("acorn velvet harbor muffin lantern zigzag")
    assert page.said == WORDS.wrong
    assert page.visible.replace(f"{WORDS.wrong}\n", "") == before
    assert not page.part("letter").is_displayed()
    assert page.part("text").get_attribute("textContent") == ""
    assert page.part("words").get_attribute("aria-invalid") == "true"
    page.type(passphrase)
    assert page.part("text").text == LETTER.text


def test_typing_is_forgiven_as_on_the_command_line(
    driver: webdriver.Chrome, file: Path, passphrase: str
) -> None:
    for typed in (passphrase.upper(), passphrase.replace(" ", "-"), f" {passphrase.replace(' ', ' – ')}. "):
        page = Opened(driver, file)
        page.type(typed)
        assert page.part("subject").text == LETTER.subject


def test_a_million_rounds_open_too(driver: webdriver.Chrome, folder: Path, passphrase: str) -> None:
    salt = new_salt()
    path = folder / "million.html"
    path.write_bytes(seal_envelope(derive_person_key(passphrase, salt), salt, ROUNDS, LETTER, WORDS))
    page = Opened(driver, path)
    page.type(passphrase)
    assert page.part("subject").text == LETTER.subject


def test_parameters_out_of_bounds_are_refused(driver: webdriver.Chrome, folder: Path, locked: bytes) -> None:
    header, payload, _ = sealed_part(locked).split(".")
    path = folder / "bounds.html"
    for changes in (
        {"rounds": 1},
        {"rounds": 10**9},
        {"rounds": "100000"},
        {"v": 1},
        {"v": True},
        {"proof": "x"},
    ):
        fields = json.loads(base64.b64decode(header)) | changes
        body = f"{base64.b64encode(json.dumps(fields).encode()).decode()}.{payload}"
        total = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        path.write_bytes(locked.replace(sealed_part(locked).encode(), f"{body}.{total}".encode()))
        page = Opened(driver, path)
        assert page.said == WORDS.damaged
        assert not page.form.is_displayed()


def sealed_with(folder: Path, passphrase: str, **more: Any) -> Path:
    """A file of its own with a phrase, an expiry, a proof ..."""
    salt = new_salt()
    path = folder / "with.html"
    key = derive_person_key(passphrase, salt, LEAST_ROUNDS)
    path.write_bytes(seal_envelope(key, salt, LEAST_ROUNDS, LETTER, WORDS, **more))
    return path


def today(driver: webdriver.Chrome) -> date:
    """The browser's own day."""
    moment = driver.execute_script(
        "const n = new Date(); return [n.getFullYear(), n.getMonth() + 1, n.getDate()]"
    )
    return date(*moment)


def test_the_phrase_is_shown_before_anything_is_typed(
    driver: webdriver.Chrome, folder: Path, file: Path, passphrase: str
) -> None:
    page = Opened(driver, sealed_with(folder, passphrase, phrase="garza azul <b>&"))
    assert page.visible.index("garza azul <b>&") < page.visible.index(WORDS.label)
    assert WORDS.phrasehint in page.visible
    page.type(passphrase)
    assert not page.part("phrase").is_displayed()
    assert not Opened(driver, file).part("phrase").is_displayed()


def test_after_its_last_day_the_page_says_whom_to_call(
    driver: webdriver.Chrome, folder: Path, passphrase: str
) -> None:
    day = today(driver)
    page = Opened(driver, sealed_with(folder, passphrase, expires=day - timedelta(days=1)))
    assert not page.form.is_displayed()
    assert "555 0100" in page.said
    assert driver.switch_to.active_element.get_attribute("id") == "say"
    page = Opened(driver, sealed_with(folder, passphrase, expires=date(2026, 3, 9)))
    assert page.said == WORDS.expired.replace("{date}", "9 de marzo de 2026")
    page = Opened(driver, sealed_with(folder, passphrase, expires=day))
    assert str(day.year) in page.part("until").text
    page.type(passphrase)
    assert page.part("text").text == LETTER.text


def test_a_proof_by_birth_date_wants_both(driver: webdriver.Chrome, folder: Path, passphrase: str) -> None:
    born = date(1961, 3, 4)
    page = Opened(driver, sealed_with(folder, passphrase, proof="birth-date", birth_date=born))
    assert page.part("birth").accessible_name == WORDS.birth
    page.type(passphrase)
    assert page.said == ""
    assert not page.part("letter").is_displayed()
    for typed, words, said in (
        ("1961-04-03", passphrase, WORDS.wrongproof),
        ("1961-03-04", "six other words", WORDS.wrongproof),
        ("1961-03-04", passphrase, ""),
    ):
        driver.execute_script("document.getElementById('birth').value = arguments[0]", typed)
        page.part("words").clear()
        page.type(words)
        assert page.said == said
    assert page.part("text").text == LETTER.text
    assert page.part("birth").get_attribute("value") == ""


@pytest.mark.parametrize(
    "after", [b"const unlock", b'id="sealed">', b'id="sealed">ey', b"</script>\n</body>"]
)
def test_a_file_whose_end_is_missing_says_so(
    driver: webdriver.Chrome, folder: Path, locked: bytes, after: bytes
) -> None:
    path = folder / "cut.html"
    path.write_bytes(locked[: locked.rindex(after) + (-1 if after.startswith(b"</") else len(after))])
    page = Opened(driver, path)
    assert page.said == WORDS.cut
    assert not page.form.is_displayed()


def test_a_missing_end_that_holds_nothing_does_not_matter(
    driver: webdriver.Chrome, folder: Path, locked: bytes, passphrase: str
) -> None:
    path = folder / "cut.html"
    path.write_bytes(locked[: locked.rindex(b"</body>")])
    page = Opened(driver, path)
    page.type(passphrase)
    assert page.part("text").text == LETTER.text


def test_four_troubles_have_four_sentences() -> None:
    sentences = {WORDS.wrong, WORDS.wrongproof, WORDS.expired, WORDS.cut, WORDS.damaged, WORDS.unsupported}
    assert len(sentences) == 6


def logged(driver: webdriver.Chrome, kind: str) -> list[dict[str, str]]:
    """What the browser has noted since it was last asked."""
    return list(driver.get_log(kind))  # type: ignore[no-untyped-call]


def test_nothing_is_requested_from_outside(driver: webdriver.Chrome, file: Path, passphrase: str) -> None:
    for kind in ("performance", "browser"):
        logged(driver, kind)
    page = Opened(driver, file)
    page.type(passphrase)
    events = [json.loads(entry["message"])["message"] for entry in logged(driver, "performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    # The browser's own empty tab may still be loading its parts.
    assert [url for url in asked if not url.startswith("chrome://")] == [file.as_uri()]
    assert logged(driver, "browser") == []


def test_the_policy_stops_what_would_ask_outside(driver: webdriver.Chrome, file: Path) -> None:
    Opened(driver, file)
    stopped = driver.execute_async_script(
        """
        const done = arguments[arguments.length - 1], stopped = [];
        document.addEventListener("securitypolicyviolation", (event) => {
          stopped.push(event.effectiveDirective);
          if (stopped.length === 4) done(stopped.sort());
        });
        fetch("https://example.org/").catch(() => {});
        new Image().src = "https://example.org/x.png";
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        const frame = document.createElement("iframe");
        frame.src = "https://example.org/";
        document.body.append(frame);
        """
    )
    assert stopped == ["connect-src", "frame-src", "img-src", "script-src-elem"]
    assert driver.execute_script("return window.ran") is None


def test_the_page_can_be_used_with_keyboard_and_screen_reader(
    driver: webdriver.Chrome, file: Path, passphrase: str
) -> None:
    page = Opened(driver, file)
    assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "es"
    assert driver.title == WORDS.title
    assert driver.switch_to.active_element.get_attribute("id") == "words"
    assert page.part("words").accessible_name == WORDS.label
    assert page.part("say").get_attribute("aria-live") == "polite"
    page.part("words").send_keys(passphrase + Keys.TAB + Keys.SPACE)
    assert page.part("words").get_attribute("type") == "text"
    page.part("show").send_keys(Keys.TAB + Keys.ENTER)
    WebDriverWait(driver, 10, 0.02).until(lambda _: page.part("letter").is_displayed())
    page.part("close").send_keys(Keys.ENTER)
    WebDriverWait(driver, 10, 0.02).until(lambda _: page.form.is_displayed())
    assert "María" not in driver.page_source


def tree(driver: webdriver.Chrome) -> list[tuple[str, str]]:
    """What a screen reader is told: roles and names, in order."""
    nodes = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    ]


def test_a_screen_reader_is_told_every_part_by_its_name(
    driver: webdriver.Chrome, folder: Path, passphrase: str
) -> None:
    born = date(1961, 3, 4)
    key = new_reply_keys().public
    more = {"phrase": "garza", "proof": "birth-date", "birth_date": born, "reply_key": key}
    page = Opened(driver, sealed_with(folder, passphrase, **more))
    told = tree(driver)
    for expected in (
        ("RootWebArea", WORDS.title),
        ("heading", WORDS.title),
        ("region", WORDS.phrasetitle),
        ("textbox", WORDS.label),
        ("checkbox", WORDS.show),
        ("Date", WORDS.birth),
        ("button", WORDS.open),
    ):
        assert expected in told
    assert ("status", "") in told
    driver.execute_script("document.getElementById('birth').value = '1961-03-04'")
    page.type(passphrase)
    told = tree(driver)
    named = ("heading", "button", "textbox", "form", "article", "region")
    assert [one for one in told if one[0] in named and not one[1]] == []
    for expected in (("article", LETTER.subject), ("form", WORDS.replytitle), ("textbox", WORDS.replylabel)):
        assert expected in told
    assert all(role != "image" for role, _ in told)


def test_without_javascript_the_page_says_what_to_do(folder: Path, file: Path) -> None:
    bare = folder / "bare"
    bare.mkdir()
    driver = browser(bare, javascript=False)
    try:
        driver.get(file.as_uri())
        shown = driver.find_element(By.TAG_NAME, "main").text
    finally:
        driver.quit()
    assert WORDS.noscript in shown
    assert WORDS.sender in shown
    assert WORDS.label not in shown
