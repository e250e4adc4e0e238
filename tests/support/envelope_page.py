"""A locked file in headless Chromium, from file://, without a network, as a person uses it."""

from __future__ import annotations

import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from desktop.crypto.envelope import EnvelopeWords
from desktop.texts import Texts

WORDS = EnvelopeWords.of(Texts("es"), "Clínica «Sol & Mar»", "555 0100")
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
