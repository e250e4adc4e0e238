"""A reply written in the page in Chromium, opened by the practice's key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from desktop.crypto.envelope import (
    LEAST_ROUNDS,
    EnvelopeContent,
    derive_person_key,
    reply_token,
    seal_envelope,
)
from desktop.crypto.envelope_reply import new_reply_keys, open_reply
from tests.support.envelope_page import WORDS, Opened, browser

PASSPHRASE = "acorn velvet harbor muffin lantern zigzag"
SALT = bytes(range(16))
BORN = date(1961, 3, 4)
ADDRESS = "recepción+r@sol.example"
ANSWER = "Sí, el martes ✓\n</textarea><b>gracias</b>"
KEYS = new_reply_keys()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    opened = browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.quit()


@pytest.fixture(scope="module")
def person_key() -> bytes:
    return derive_person_key(PASSPHRASE, SALT, LEAST_ROUNDS)


def opened(
    driver: webdriver.Chrome, folder: Path, person_key: bytes, *, key: bytes, to: str, proof: str = ""
) -> Opened:
    born = BORN if proof else None
    letter = EnvelopeContent("Su cita", "¿Le va bien?")
    path = folder / "file.html"
    path.write_bytes(
        seal_envelope(
            person_key,
            SALT,
            LEAST_ROUNDS,
            letter,
            WORDS,
            proof=proof,
            birth_date=born,
            reply_key=key,
            reply_to=to,
        )
    )
    page = Opened(driver, path)
    if proof:
        driver.execute_script("document.getElementById('birth').value = arguments[0]", BORN.isoformat())
    page.type(PASSPHRASE)
    return page


def followed(driver: webdriver.Chrome) -> None:
    """Notes where links lead instead of following them; mail programs are not in this test."""
    driver.execute_script(
        "window.links = []; HTMLAnchorElement.prototype.click = function () {"
        " links.push([this.href, this.download]);"
        "};"
    )


@pytest.mark.parametrize("proof", ["", "birth-date"])
def test_the_saved_answer_is_opened_by_the_practice_alone(
    driver: webdriver.Chrome, tmp_path: Path, person_key: bytes, proof: str
) -> None:
    driver.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page = opened(driver, tmp_path, person_key, key=KEYS.public, to=ADDRESS, proof=proof)
    answer = page.part("answer")
    driver.execute_script("arguments[0].value = arguments[1]", answer, ANSWER)
    page.part("reply-save").click()
    saved = tmp_path / WORDS.replyfile
    WebDriverWait(driver, 10, 0.02).until(lambda _: saved.exists() and saved.stat().st_size > 0)
    data = saved.read_bytes()
    assert b"martes" not in data
    reply = open_reply(KEYS.private, data)
    assert reply.text == ANSWER
    assert reply.comes_from_reader(reply_token(person_key, reply.file, BORN if proof else None))
    assert not reply.comes_from_reader(reply_token(bytes(32), reply.file))
    assert ADDRESS in page.part("reply-say").text


def test_a_short_answer_goes_into_a_mail_as_ciphertext(
    driver: webdriver.Chrome, tmp_path: Path, person_key: bytes
) -> None:
    page = opened(driver, tmp_path, person_key, key=KEYS.public, to="front@sol.example")
    followed(driver)
    driver.execute_script("document.getElementById('answer').value = 'Sí'")
    page.part("reply-mail").click()
    WebDriverWait(driver, 10, 0.02).until(lambda _: page.part("reply-say").text)
    ((address, download),) = driver.execute_script("return links")
    assert address.startswith("mailto:front@sol.example?body=")
    assert download == ""
    assert len(address) < 2000
    body = driver.execute_script("return decodeURIComponent(arguments[0].split('body=')[1])", address)
    assert open_reply(KEYS.private, body.encode()).text == "Sí"


def test_an_answer_too_long_for_a_mail_address_is_saved_instead(
    driver: webdriver.Chrome, tmp_path: Path, person_key: bytes
) -> None:
    page = opened(driver, tmp_path, person_key, key=KEYS.public, to="front@sol.example")
    followed(driver)
    driver.execute_script("document.getElementById('answer').value = 'ñ'.repeat(5000)")
    page.part("reply-mail").click()
    WebDriverWait(driver, 10, 0.02).until(lambda _: page.part("reply-say").text)
    ((address, download),) = driver.execute_script("return links")
    assert address.startswith("blob:")
    assert download == WORDS.replyfile


def test_an_empty_answer_is_not_sealed(driver: webdriver.Chrome, tmp_path: Path, person_key: bytes) -> None:
    page = opened(driver, tmp_path, person_key, key=KEYS.public, to="front@sol.example")
    followed(driver)
    page.part("reply-save").click()
    page.part("reply-mail").click()
    assert driver.execute_script("return links") == []
    assert page.part("reply-say").text == ""


def test_without_a_key_there_is_no_reply_and_without_an_address_no_mail(
    driver: webdriver.Chrome, tmp_path: Path, person_key: bytes
) -> None:
    page = opened(driver, tmp_path, person_key, key=b"", to="")
    assert page.part("text").text
    assert not page.part("reply").is_displayed()
    page = opened(driver, tmp_path, person_key, key=KEYS.public, to="")
    assert page.part("reply").is_displayed()
    assert not page.part("reply-mail").is_displayed()
    assert driver.find_elements(By.CSS_SELECTOR, "a[href]") == []
