"""Every shipped template in a browser, as wide as a phone and as a window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from desktop.mail.template_design import Design
from desktop.mail.template_footer import footer
from desktop.mail.template_library import library
from desktop.mail.template_page import Around, Brand
from desktop.texts import LANGUAGES
from tests.support.envelope_page import browser
from tests.support.letters import IMPRINT, known
from tests.support.lettertree import LetterTree

WIDTHS = (375, 700)
PAGES = [(one, language) for one in library() for language in LANGUAGES]
LOOK = """
const seen = (part) => {
  const box = part.getBoundingClientRect(), style = getComputedStyle(part);
  const shows = box.width > 20 && box.height > 10 && box.left >= 0 && box.right <= innerWidth;
  return shows && style.visibility === "visible" && style.color !== style.backgroundColor;
};
return {
  wider: Math.max(0, document.documentElement.scrollWidth - arguments[0]),
  title: [...document.querySelectorAll("[role=heading][aria-level='1']")].map(seen),
  buttons: [...document.querySelectorAll("a[href]")].map(seen),
  high: [...document.querySelectorAll("a[href]")].every((link) => link.getBoundingClientRect().height >= 40),
};
"""
"""A button is at least 40 pixels high: a thumb has to hit it."""


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    opened = browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.quit()


def test_every_template_fits_phone_and_window_and_fetches_nothing(
    driver: webdriver.Chrome, tmp_path: Path
) -> None:
    """One browser and one test for all of them: starting it is what takes time."""
    wrong = {}
    for one, language in PAGES:
        lines = footer(one.purpose, IMPRINT, language)
        around = Around(language, one.layout, Brand(IMPRINT.practice, "#1f5f8b"), lines)
        letter = Design(one.source(language), around).render(known(language), "x")
        path = tmp_path / f"{one.code}.{language}.html"
        path.write_text(letter.html, encoding="utf-8")
        driver.get(path.as_uri())
        links = LetterTree.of(letter.html).links
        for width in WIDTHS:
            _resize(driver, width)
            looked = driver.execute_script(LOOK, width)
            expected = {"wider": 0, "title": [True], "buttons": [True] * len(links), "high": True}
            if looked != expected:
                wrong[path.name, width] = looked
    assert wrong == {}
    asked = _asked_for(driver)
    assert len(asked) >= len(PAGES), "the log has to show at least the pages themselves"
    assert [url for url in asked if not url.startswith(tmp_path.as_uri())] == []


def test_the_look_sees_what_does_not_fit(driver: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        '<!DOCTYPE html><body><img src="https://evil.example/x"><p style="width:900px">x</p>'
        '<span role="heading" aria-level="1" style="visibility:hidden">Title of it</span>',
        encoding="utf-8",
    )
    driver.get(path.as_uri())
    _resize(driver, WIDTHS[0])
    looked = driver.execute_script(LOOK, WIDTHS[0])
    assert (looked["wider"] > 100, looked["title"]) == (True, [False])
    assert "https://evil.example/x" in _asked_for(driver)


def _resize(driver: webdriver.Chrome, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def _asked_for(driver: webdriver.Chrome) -> list[str]:
    # selenium types no logs
    entries = driver.get_log("performance")  # type: ignore[no-untyped-call]
    events = [json.loads(entry["message"])["message"] for entry in entries]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    # The browser's own empty tab may still be loading its parts; that no letter holds data, others test.
    return [url for url in asked if not url.startswith(("chrome://", "data:"))]
