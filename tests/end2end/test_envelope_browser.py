"""The locked file in a real browser: Chromium, headless, from file://, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from desktop.crypto.envelope import (
    LEAST_ROUNDS,
    ROUNDS,
    Attachment,
    EnvelopeContent,
    EnvelopeWords,
    derive_person_key,
    new_passphrase,
    new_salt,
    seal_envelope,
)
from desktop.crypto.envelope_page import sealed_part

WORDS = EnvelopeWords(
    language="es",
    title="Un mensaje cerrado",
    sender="De Clínica «Sol & Mar»",
    intro="Escriba las seis palabras.",
    label="Sus seis palabras",
    show="Mostrar",
    open="Abrir",
    working="Abriendo",
    wrong="Las palabras no son correctas.",
    damaged="El archivo se dañó.",
    unsupported="No se puede abrir aquí.",
    noscript="Hace falta JavaScript.",
    attachments="Archivos",
    close="Cerrar",
    footer="No se envía nada.",
)
PDF = random.Random(1).randbytes(300_000)
LETTER = EnvelopeContent(
    "Su cita",
    "María López: martes, 14:30\n<b>gracias</b> <img src=x onerror=alert(1)> & </script>",
    "<p>not shown</p>",
    (Attachment("informe ñ.pdf", "application/pdf", PDF), Attachment("nota.html", "text/html", b"<b>x</b>")),
)
FLIPS = 40
"""Of each kind in the browser; 500 of each kind are in tests/unit/crypto/test_envelope.py."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def browser(folder: Path, *, javascript: bool = True) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    preferences: dict[str, object] = {"download.default_directory": str(folder / "saved")}
    if not javascript:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options, Service(shutil.which("chromedriver") or "/usr/bin/chromedriver"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def driver(folder: Path) -> Iterator[webdriver.Chrome]:
    opened = browser(folder)
    yield opened
    opened.quit()


class Opened:
    """One locked file in the browser, and what a person sees and does there."""

    def __init__(self, driver: webdriver.Chrome, path: Path) -> None:
        self.driver = driver
        driver.get(path.as_uri())
        WebDriverWait(driver, 10, 0.02).until(lambda _: self.form.is_displayed() or self.said)

    def part(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    @property
    def form(self) -> WebElement:
        return self.part("form")

    @property
    def said(self) -> str:
        return self.part("say").text

    def type(self, words: str) -> None:
        self.part("words").send_keys(words + Keys.ENTER)
        WebDriverWait(self.driver, 30, 0.02).until(lambda _: self.said != WORDS.working)

    @property
    def visible(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "main").text


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


def test_a_file_damaged_on_its_way_is_refused_before_any_words(
    driver: webdriver.Chrome, folder: Path, locked: bytes
) -> None:
    chance = random.Random(5)
    start = locked.index(b'id="sealed">') + len(b'id="sealed">')
    end = locked.index(b"</script>", start)
    path = folder / "damaged.html"
    for _ in range(FLIPS):
        damaged = bytearray(locked)
        damaged[chance.randrange(start, end)] ^= 1 << chance.randrange(7)
        path.write_bytes(damaged)
        page = Opened(driver, path)
        assert page.said == WORDS.damaged
        assert not page.form.is_displayed()
    path.write_bytes(locked[: start + 500] + locked[end:])
    assert Opened(driver, path).said == WORDS.damaged


def altered(locked: bytes, place: int, flip: int) -> bytes:
    """Header or payload changed by somebody who also put the damage check right again."""
    header, payload, _ = sealed_part(locked).split(".")
    parts = [bytearray(base64.b64decode(header)), bytearray(base64.b64decode(payload))]
    which = place % 2
    parts[which][place % len(parts[which])] ^= flip
    body = ".".join(base64.b64encode(part).decode() for part in parts)
    total = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    return locked.replace(sealed_part(locked).encode(), f"{body}.{total}".encode())


def test_a_tampered_file_never_opens_even_with_the_right_words(
    driver: webdriver.Chrome, folder: Path, locked: bytes, passphrase: str
) -> None:
    chance = random.Random(6)
    path = folder / "tampered.html"
    for _ in range(FLIPS):
        path.write_bytes(altered(locked, chance.randrange(10**6), 1 << chance.randrange(8)))
        page = Opened(driver, path)
        if page.form.is_displayed():
            page.type(passphrase)
        assert page.said in {WORDS.damaged, WORDS.wrong}
        assert not page.part("letter").is_displayed()
        assert "María" not in driver.page_source


def test_parameters_out_of_bounds_are_refused(driver: webdriver.Chrome, folder: Path, locked: bytes) -> None:
    header, payload, _ = sealed_part(locked).split(".")
    path = folder / "bounds.html"
    for changes in ({"rounds": 1}, {"rounds": 10**9}, {"rounds": "100000"}, {"v": 2}, {"v": True}):
        fields = json.loads(base64.b64decode(header)) | changes
        body = f"{base64.b64encode(json.dumps(fields).encode()).decode()}.{payload}"
        total = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        path.write_bytes(locked.replace(sealed_part(locked).encode(), f"{body}.{total}".encode()))
        page = Opened(driver, path)
        assert page.said == WORDS.damaged
        assert not page.form.is_displayed()


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
