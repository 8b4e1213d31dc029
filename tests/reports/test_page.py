"""The page of a run in a real browser, with five thousand machines and with texts that would like to be more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from setupbatcher import events
from setupbatcher.reports.page import page
from setupbatcher.reports.record import Record
from setupbatcher.reports.sheet import Sheet
from setupbatcher.reports.whole import write_whole
from tests.browser import Tab, chromium, opened
from tests.reports.fleet import COMMANDS, Fleet
from tests.reports.runs import written
from tests.reports.scripts import Clock
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_PIXEL = """([canvas, x, y]) => {
    const ratio = canvas.width / canvas.clientWidth;
    return Array.from(canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data.slice(0, 3));
}"""
_COLOUR = """(name) => {
    const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    return [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all these tests."""
    with chromium() as started:
        yield started


def _sheet(fleet: Fleet, clock: Clock) -> Sheet:
    record = Record("/srv/jobs/setup.txt", seconds=clock)
    for event in fleet:
        record(event)
    sheet = record.sheet()
    sheet.seconds = clock.now
    return sheet


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 5 000 machines and 20 commands."""
    clock = Clock()

    def spend(seconds: float) -> None:
        clock.now += seconds * 5

    path = tmp_path_factory.mktemp("page") / "large.html"
    write_whole(path, page(_sheet(Fleet(5000, 50, COMMANDS * 4, failing=9, unreachable=40, spend=spend), clock)))
    return path


@pytest.fixture
def shown(browser: Browser, large: Path) -> Iterator[Tab]:
    """That page, opened."""
    with opened(browser, large) as tab:
        yield tab


def _found(tab: Tab) -> str:
    return tab.page.inner_text("#found")


def _names(tab: Tab) -> list[str]:
    """The machines that are in view, from the top."""
    return tab.page.evaluate(
        """() => {
            const list = document.getElementById("list").getBoundingClientRect();
            return [...document.querySelectorAll(".row:not([hidden])")]
                .map((row) => [row.getBoundingClientRect(), row.querySelector(".name").textContent])
                .filter(([box]) => box.top >= list.top - 1 && box.bottom <= list.bottom + 1)
                .sort((one, other) => one[0].top - other[0].top).map(([, name]) => name);
        }"""
    )


def _row(tab: Tab, name: str) -> str:
    return f'.row:has(.name:text-is("{name}"))'


def test_five_thousand_machines_are_at_hand(shown: Tab) -> None:
    """The states are counted, and no more rows exist than can be seen."""
    assert shown.page.inner_text("h1") == "setup.txt"
    assert shown.texts("#states button") == ["541\nfailed", "125\nunreachable", "4334\ndone"]
    assert _found(shown) == "5000 machines"
    assert _names(shown)[:3] == ["web0001", "web0002", "web0003"]
    assert shown.page.locator(".row").count() < 60


def test_states_are_filters(shown: Tab) -> None:
    """One or several; pressed again they are let go."""
    shown.page.click('[data-state="failed"]')
    assert _found(shown) == "541 of 5000 machines"
    assert _names(shown)[:2] == ["web0009", "web0018"]
    shown.page.click('[data-state="unreachable"]')
    assert _found(shown) == "666 of 5000 machines"
    assert shown.page.get_attribute('[data-state="failed"]', "aria-pressed") == "true"
    shown.page.click('[data-state="failed"]')
    shown.page.click('[data-state="unreachable"]')
    assert _found(shown) == "5000 machines"


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("web0042", 1),
        ("WEB123", 10),
        ("no answer within", 125),
        ("exit status 100", 541),
        ("no space", 541),
        ("dir.create exit", 541),
        ("error 1460", 125),
        ("nothing of this kind", 0),
    ],
)
def test_search_finds_names_commands_and_errors(shown: Tab, query: str, number: int) -> None:
    """Without regard to case; several words must all be there. Errors that were ignored count too."""
    shown.page.fill("#search", query)
    shown.until(f"document.getElementById('found').textContent.startsWith('{number} of ')")
    assert len(_names(shown)) == min(number, len(_names(shown)))


def test_the_list_scrolls_to_its_end(shown: Tab) -> None:
    """By the mouse wheel, and by the overview."""
    shown.page.evaluate("document.getElementById('list').scrollTop = 1e9")
    shown.until("document.getElementById('window').textContent.includes('web5000')")
    assert _names(shown)[-1] == "web5000"
    box = shown.page.locator("#overview").bounding_box()
    assert box is not None
    shown.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.until("!document.getElementById('window').textContent.includes('web5000')")
    middle = [int(name.removeprefix("web")) for name in _names(shown)]
    assert min(middle) - 30 < 2500 < max(middle) + 30


def test_everything_can_be_done_with_the_keyboard(shown: Tab) -> None:
    """Moving, details, closing them, the views, the search."""
    keyboard = shown.page.keyboard
    shown.page.focus("#list")
    active = "document.getElementById(document.getElementById('list').getAttribute('aria-activedescendant'))"
    for key, name in (("ArrowDown", "web0002"), ("End", "web5000"), ("ArrowUp", "web4999"), ("Home", "web0001")):
        keyboard.press(key)
        assert shown.page.evaluate(f"{active}.querySelector('.name').textContent") == name
    keyboard.press("PageDown")
    assert shown.page.evaluate(f"{active}.querySelector('.name').textContent") > "web0010"
    keyboard.press("Enter")
    assert shown.page.evaluate("document.activeElement.id") == "details"
    keyboard.press("Escape")
    assert shown.page.is_hidden("#details")
    assert shown.page.evaluate("document.activeElement.id") == "list"
    keyboard.press("/")
    keyboard.type("web0007")
    shown.until("document.getElementById('found').textContent.startsWith('1 of ')")
    shown.page.focus("#tab-machines")
    keyboard.press("ArrowRight")
    assert shown.page.evaluate("document.activeElement.id") == "tab-errors"
    assert shown.page.is_visible("#errors")


def test_details_show_what_happened_on_a_machine(shown: Tab) -> None:
    """Its errors with their output, and every command with its outcome and times."""
    shown.page.click(_row(shown, "web0009"))
    details = [line for line in shown.page.inner_text("#details").split("\n") if line]
    assert details[:3] == ["web0009", "Close", "failed, code 100"]
    assert details[4:8] == ["1 error", "exit status 100", "[Batch] 11: Dir.Create /srv/app", "E: no space"]
    outcomes = shown.texts("#details .outcome")
    assert outcomes[:10] == ["done"] * 10
    assert outcomes[10:] == ["failed", *["not reached"] * 9]
    shown.page.click("#details summary >> nth=0")
    assert shown.page.is_visible("#details pre >> nth=1")


def test_the_heat_map_has_the_colours_of_the_outcomes(shown: Tab) -> None:
    """A failed command differs from those before it and those that were not reached, also without its colour."""
    page = shown.page
    canvas = page.query_selector(f"{_row(shown, 'web0009')} canvas.heat")
    assert canvas is not None
    wide = canvas.evaluate("(canvas) => Math.min(34, canvas.clientWidth / 20)")
    seen = [canvas.evaluate(_PIXEL.replace("[canvas, x, y]", "canvas, [x, y]"), [at * wide + 2, 3]) for at in range(20)]
    done, failed, none = (page.evaluate(_COLOUR, name) for name in ("--done", "--failed", "--none"))
    assert seen == [done] * 10 + [failed] + [none] * 9
    cross = canvas.evaluate(_PIXEL.replace("[canvas, x, y]", "canvas, [x, y]"), [10 * wide + (wide - 1) / 2, 9])
    assert cross not in (failed, done, none)


def test_the_colours_can_stand_for_times(shown: Tab) -> None:
    """Then the legend names times, and the slowest machine comes first if asked."""
    shown.page.select_option("#colours", "time")
    assert shown.texts("#legend span")[0] == "0 s"
    shown.page.select_option("#order", "slow")
    took = shown.texts(".row:not([hidden]) .took")
    assert len(set(took)) > 5
    shown.page.select_option("#order", "name")
    assert _names(shown)[0] == "web0001"


def test_the_time_line_shows_when_a_machine_was_at_work(shown: Tab) -> None:
    """In the time of the whole run, or from its own start on."""
    drawn = """(row) => {
        const canvas = row.querySelector("canvas.time");
        const { width, height } = canvas;
        const data = canvas.getContext("2d").getImageData(0, Math.floor(height / 2), width, 1).data;
        const seen = Array.from({ length: width }, (_, x) => data[4 * x + 3] > 0);
        return [seen.indexOf(true) / width, seen.lastIndexOf(true) / width];
    }"""
    shown.page.focus("#list")
    shown.page.keyboard.press("End")
    row = shown.page.locator(_row(shown, "web5000"))
    first, last = row.evaluate(drawn)
    assert 0.9 < first < last <= 1.0
    shown.page.select_option("#scale", "own")
    shown.page.focus("#list")
    shown.page.keyboard.press("End")
    first, last = row.evaluate(drawn)
    assert first < 0.05
    assert last > 0.2


def test_errors_that_are_alike_stand_together(shown: Tab) -> None:
    """With their machines, all of them if asked; each leads to its row, whatever was filtered before."""
    shown.page.click('[data-state="failed"]')
    shown.page.click("#tab-errors")
    first = shown.page.locator("#errors .fault").first
    assert "exit status 100 · 541 machines" in first.inner_text()
    assert first.locator("button").count() == 41
    first.locator("button", has_text="and 501 more").click()
    assert first.locator("button").count() == 541
    shown.page.click('[data-state="failed"]')
    shown.page.click("#errors .fault >> nth=1 >> button >> nth=2")
    assert shown.page.inner_text("#details-name") == "web0081"
    assert "web0081" in _names(shown)


def test_commands_are_compared(shown: Tab) -> None:
    """How often each was done, and where it was slowest; the search restricts them."""
    shown.page.fill("#search", "apt-get")
    shown.page.click("#tab-commands")
    shown.until("document.querySelectorAll('#commands tbody tr').length === 4")
    shown.page.fill("#search", "")
    shown.until("document.querySelectorAll('#commands tbody tr').length === 20")
    cells = shown.texts("#commands tbody tr >> nth=10 >> td")
    assert cells[0] == "[Batch] 11"
    assert cells[3] == "4875"
    label = shown.page.get_attribute("#commands tbody tr >> nth=10 >> .share", "aria-label")
    assert label == "541 failed, 4334 done"
    name = shown.page.inner_text("#commands .link >> nth=0")
    shown.page.click("#commands .link >> nth=0")
    assert shown.page.inner_text("#details-name") == name


def test_dark_is_dark(browser: Browser, large: Path) -> None:
    """Where the person has it so, the drawn parts included; also when that changes."""
    paper = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, large, color_scheme="dark") as tab:
        assert tab.page.evaluate(paper) == "rgb(20, 24, 30)"
        canvas = tab.page.query_selector(f"{_row(tab, 'web0002')} canvas.heat")
        assert canvas is not None
        pixel = _PIXEL.replace("[canvas, x, y]", "canvas, [x, y]")
        assert canvas.evaluate(pixel, [3, 3]) == tab.page.evaluate(_COLOUR, "--done")
        tab.page.emulate_media(color_scheme="light")
        tab.until(f"{paper} === 'rgb(255, 255, 255)'")
        wait_until(lambda: canvas.evaluate(pixel, [3, 3]) == tab.page.evaluate(_COLOUR, "--done"))


def test_paper_has_what_is_chosen(shown: Tab) -> None:
    """The machines and the errors, no controls."""
    shown.page.click('[data-state="unreachable"]')
    shown.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown.page.emulate_media(media="print")
    assert shown.page.locator("#paper tr").count() == 125
    assert shown.page.inner_text("#paper tr >> nth=0") == "web0001\tunreachable\terror 1460: no answer within 10 s\t"
    assert shown.page.is_visible("#errors .fault >> nth=0")
    assert shown.page.is_hidden("#list")
    assert shown.page.is_hidden(".bar")
    assert shown.page.pdf().startswith(b"%PDF-")


@pytest.mark.parametrize("width", [1600, 1200, 700, 380])
def test_the_page_fits_every_window(browser: Browser, large: Path, width: int) -> None:
    """Nothing sticks out at its side, and details can be closed."""
    with opened(browser, large, width=width) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        tab.page.click(".row >> nth=2")
        box = tab.page.locator("#details").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        tab.page.click(".close")
        assert tab.page.is_hidden("#details")


def test_without_scripts_there_is_a_list(browser: Browser, large: Path) -> None:
    """As in the mail, or on a build server that allows none."""
    with opened(browser, large, java_script_enabled=False) as tab:
        assert "these are the machines that are not done" in tab.page.inner_text("noscript")
        assert tab.texts("noscript tr >> nth=0") == ["web0001\tunreachable\tno answer within 10 s"]
        assert "and 166 more" in tab.page.inner_text("noscript")
        assert tab.page.is_hidden("#app")


_ATTACKS = (
    "<img src=x onerror=alert(1)>",
    "</script><script>document.title='hacked'</script>",
    "<!--<script>",
    "]]><svg/onload=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "${alert(1)}{{7*7}}%3Cscript%3E",
    "javascript:alert(1)",
    "\u202egnp.exe\u2066\u2028\u2029",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07\x00",
    "__proto__",
)


_TAGS = """[...document.querySelectorAll("*")].map((found) => found.tagName.toLowerCase())"""
_OURS = re.compile(
    "html|head|meta|link|title|style|body|header|div|h1|p|button|b|noscript|main|nav|label|span|input|section|select|"
    "option|canvas|aside|table|tbody|thead|tr|th|td|code|pre|details|summary|script|h2|h3|i"
)


def _renamed(event: events.Event, prefix: str) -> events.Event:
    """The event of a machine with another name."""
    for name in ("machine", "name"):
        if isinstance(getattr(event, name, None), str):
            event = replace(event, **{name: f"{prefix}{getattr(event, name)}"})
    return event


@pytest.mark.parametrize("attack", _ATTACKS)
def test_texts_stay_texts(browser: Browser, tmp_path: Path, attack: str) -> None:
    """In names of machines, commands, outputs, errors, notices and the script's own name, wherever they are shown."""
    record = Record(f"/srv/{attack.replace('/', '')}.txt")
    for event in Fleet(12, 3, (f"DOS {attack}", "DOS b"), failing=2):
        if isinstance(event, events.CommandError | events.Output):
            changed = {"message": attack, "output": attack, "help": attack, "program": False, "text": attack}
            record(replace(event, **{name: changed[name] for name in changed if hasattr(event, name)}))
        else:
            record(_renamed(event, attack))
    record(events.Notice(attack))
    sheet = record.sheet()
    sheet.remarks.append(attack)
    path = tmp_path / "page.html"
    write_whole(path, page(sheet))
    with opened(browser, path) as tab:
        tab.page.click(".row:has(.state:text('failed')) >> nth=0")
        shown = tab.page.inner_text("#details")
        for view in ("errors", "commands", "notes"):
            tab.page.click(f"#tab-{view}", force=True)
            shown += tab.page.inner_text(f"#{view}")
        tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert all(map(_OURS.fullmatch, tab.page.evaluate(_TAGS)))
        assert tab.page.evaluate(_TAGS).count("script") == 2
        readable = re.sub(r"[\x00-\x1f\u2028-\u202e\u2066]|\[\d*m|\]0;title", "", attack)
        assert readable in shown
        assert not re.search("[\x00-\x08\x1b\u202e]", shown)


def test_nothing_but_its_own_script_may_run(large: Path) -> None:
    """The page's policy names its script and its style by their digests, and forbids everything else."""
    text = large.read_text(encoding="utf-8")
    policy = re.search('Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"(?:src|href)=\"(?!data:,)", text)
    assert "http://" not in text.replace("http://localhost:8080/health", "")
    assert "https://" not in text


def test_the_data_in_the_page_is_the_sheet(large: Path) -> None:
    """Other programs may read it from there."""
    text = large.read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="sheet">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    sheet = Sheet.from_json(data[1])
    assert len(sheet.machines) == 5000
    assert json.loads(data[1])["version"] == 1


def test_a_real_run_is_shown_whole(browser: Browser, tmp_path: Path) -> None:
    """Branches, loops and calls have their words, [Init] is no machine."""
    path = tmp_path / "page.html"
    command = [sys.executable, "-m", "setupbatcher", "run", "--on-error", "next-machine", "--html", str(path)]
    subprocess.run([*command, str(written(tmp_path))], check=False, capture_output=True, stdin=subprocess.DEVNULL)
    with opened(browser, path) as tab:
        assert tab.texts("#states button") == ["1\nfailed", "1\nunreachable", "1\ndone"]
        assert _found(tab) == "3 machines"
        assert _names(tab) == ["[Init]", "one", "two", "bad"]
        assert tab.page.is_hidden("#overview")
        tab.page.click(_row(tab, "one"))
        assert tab.texts("#details .outcome") == [
            "done",
            "branch not taken",
            "branch not taken",
            "done",
            "done",
            "done (2×)",
            "done (2×)",
            "error ignored (2×)",
            "done",
            "done",
        ]
        tab.page.click(".close")
        tab.page.click(_row(tab, "two"))
        assert "data row 1: b" in tab.page.inner_text("#details")


def test_remarks_stand_at_the_top(browser: Browser, tmp_path: Path) -> None:
    """As where nothing is known but the markers, or nothing ran; then the rest of the page is empty."""
    path = tmp_path / "page.html"
    write_whole(path, page(Sheet("setup.txt", remarks=["Nothing ran:", "<b>why</b>"])))
    with opened(browser, path) as tab:
        assert tab.page.inner_text("#remarks") == "Nothing ran:\n\n<b>why</b>"
        assert _found(tab) == "0 machines"
        for view in ("errors", "commands", "notes", "machines"):
            tab.page.click(f"#tab-{view}")
