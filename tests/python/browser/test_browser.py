"""The page in a real browser: every tab in both languages, on a laptop and a phone."""

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from conftest import Built
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_publish import Shop

from lead_scoring.app.language import LANGUAGES, catalogue

SIZES = {"laptop": {"width": 1366, "height": 900}, "phone": {"width": 390, "height": 844}}
LEAD = "L0000603"  # the lead of the README
FAULT = '[data-testid="stException"], [data-testid="stAlertContentError"]'


@pytest.fixture(scope="module")
def file(sample: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the sample."""
    shop = Shop(sample, tmp_path_factory.mktemp("published"))
    shop.publish()
    return shop.store.file


@contextmanager
def served(file: Path) -> Iterator[str]:
    """Start the page on a free port; give its address."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = str(place.getsockname()[1])
    command = [Path(sys.executable).with_name("lead-scoring"), "app", "--published", file]
    command += ["--server.headless", "true", "--server.port", port, "--server.address", "127.0.0.1"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health")
                break
            except OSError:
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture(scope="module")
def address(file: Path) -> Iterator[str]:
    """Serve the sample."""
    with served(file) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the machine's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield started
        started.close()


def opened(browser: Browser, size: str, address: str) -> tuple[Page, list[str]]:
    """Open an address; give the page and the list in which its scripts' errors are put down."""
    page = browser.new_page(viewport=SIZES[size])
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    return page, errors


def settled(page: Page) -> None:
    """Wait until nothing is being worked out any more."""
    page.wait_for_timeout(500)
    expect(page.locator('[data-testid="stApp"][data-test-script-state="running"]')).to_have_count(0, timeout=60_000)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tab_is_clicked(browser: Browser, address: str, language: str, size: str, tmp_path: Path) -> None:
    """Each page comes up in its language, without a fault, and is not wider than the screen."""
    words = catalogue(language)
    page, errors = opened(browser, size, f"{address}/?lang={language}")
    expect(page.get_by_role("heading", name=words["title"])).to_be_visible()
    for key, name in words["pages"].items():
        tab = page.get_by_role("radio", name=name, exact=True)
        if not tab.is_checked():
            tab.click()
        page.wait_for_url(re.compile(rf"page={key}\b"))
        settled(page)
        expect(page.get_by_text("2026-07-01 00:00").first).to_be_visible()
        assert page.locator(FAULT).count() == 0, page.locator(FAULT).all_inner_texts()
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"), key
        page.screenshot(path=tmp_path / f"{key}.png", full_page=True)
        assert (tmp_path / f"{key}.png").stat().st_size > 10_000
    assert errors == []


def test_the_questions_are_answered_by_clicking(browser: Browser, address: str, file: Path) -> None:
    """From the queue to a lead: why, since when, who sat on it; then by its company's name."""
    words = catalogue("en")
    with duckdb.connect(str(file), read_only=True) as connection:
        first, score = connection.execute(
            "select lead_id, total_score from handoff_queue order by sla_due_at, lead_id limit 1"
        ).fetchall()[0]
    page, errors = opened(browser, "laptop", f"{address}/?lang=en")
    page.locator('[class*="st-key-open"] button').first.click()
    page.wait_for_url(re.compile(r"page=lead\b"))
    settled(page)
    expect(page.get_by_label(words["search"])).to_have_value(first)
    expect(page.get_by_text(f"{score:.0f}", exact=True).first).to_be_visible()
    for question in ("why", "since_when", "who"):
        expect(page.get_by_text(words[question], exact=True).first).to_be_visible()
    page.get_by_label(words["search"]).fill("山口百貨")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.get_by_text("有限会社山口百貨").first).to_be_visible()
    assert page.locator(FAULT).count() == 0
    assert errors == []


def test_an_address_can_be_sent_to_somebody(browser: Browser, address: str) -> None:
    """The lead of the README in Japanese, straight from its address, with the picture of its history drawn."""
    page, errors = opened(browser, "laptop", f"{address}/?page=lead&lead={LEAD}&lang=ja")
    settled(page)
    expect(page.get_by_text(catalogue("ja")["ledger"]).first).to_be_visible()
    expect(
        page.locator("canvas, svg.marks, [data-testid='stVegaLiteChart'], [data-testid='stImage'] img").first
    ).to_be_visible()
    assert errors == []


def test_a_fault_is_seen(browser: Browser, tmp_path: Path) -> None:
    """A set that cannot be read is what the other tests would call a fault."""
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database")
    with served(broken) as address:
        page, _ = opened(browser, "laptop", address)
        expect(page.locator(FAULT).first).to_be_visible()
