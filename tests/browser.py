"""A real browser for the tests: headless Chromium, which reports everything that a page should not do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_OWN = "willReadFrequently"
"""What Chromium says when a test looks at the pixels of a picture."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of this system."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- an event loop of its own begins with it

    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A page in a browser.

    Attributes:
        page: as Playwright has it.
        trouble: what it said on the console, the errors in it, and what it asked for beside itself.
    """

    page: Page
    trouble: list[str] = field(default_factory=list)

    def until(self, expression: str) -> None:
        """Wait until an expression holds in the page; asked from outside, since the page lets nothing be evaluated."""
        wait_until(lambda: self.page.evaluate(expression))

    def texts(self, selector: str) -> list[str]:
        """The texts of elements as they are seen."""
        return self.page.locator(selector).all_inner_texts()


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1200, height: int = 800, **options: Any) -> Iterator[Tab]:  # noqa: ANN401 -- Playwright's
    """Open a file in a tab of its own; at the end there must have been no trouble.

    Args:
        browser: started.
        path: of the file.
        width: of the window, in pixels.
        height: likewise.
        options: of the browser's context.
    """
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    tab = Tab(page)
    page.on("console", lambda message: tab.trouble.extend([] if _OWN in message.text else [message.text]))
    page.on("pageerror", lambda error: tab.trouble.append(f"error: {error}"))
    address = path.as_uri()
    page.on("request", lambda request: tab.trouble.extend([request.url] if request.url != address else []))
    try:
        page.goto(address)
        yield tab
        assert not tab.trouble, tab.trouble
    finally:
        context.close()
