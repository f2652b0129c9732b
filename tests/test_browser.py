"""The report as a browser shows it: readable by everybody, on every window, offline (make test-browser)."""

import os
import re
import shutil

import pytest
from small_study import write_study_with_words

from cmresearch.report.page.page import report_html
from cmresearch.report.shareable import shareable
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

pytestmark = pytest.mark.browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NARROW, WIDE = 390, 1280
LOOKS = [{"width": width, "scheme": scheme} for width in (NARROW, WIDE) for scheme in ("light", "dark")]
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true })"
CLOSE_ALL = OPEN_ALL.replace("true", "false")
# Elements that stick out of what is shown of them, though nothing lets a reader scroll to the rest.
CUT = """() => [...document.querySelectorAll('p, li, dd, dt, td, th, h1, h2, h3, h4, h5, caption, blockquote, pre')]
.filter(each => each.checkVisibility() && !each.closest('.table, .plot, pre, .skip'))
.filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
.map(each => each.outerHTML.slice(0, 120))"""
PRINTED_CUT = CUT.replace("!each.closest('.table, .plot, pre, .skip')", "true")
# Words of figures that leave the picture, or that stand on one another.
OUTSIDE = """() => [...document.querySelectorAll('.plot svg')].filter(each => each.checkVisibility()).flatMap(svg => {
  const frame = svg.getBoundingClientRect()
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect()
    return box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1
  }).map(text => `${svg.querySelector('title').textContent}: ${text.textContent}`)
})"""
OVERLAPPING = """() => [...document.querySelectorAll(".plot svg")].filter(each => each.checkVisibility())
.flatMap(svg => {
  const isSlanted = text => /rotate\\((?!-?0[ )])/.test(text.getAttribute('transform'))
  const level = [...svg.querySelectorAll('text')].filter(each => !isSlanted(each))
  const boxes = level.map(each => [each.textContent, each.getBoundingClientRect()])
  const met = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4
  return boxes.flatMap(([text, box], at) => boxes.slice(at + 1).filter(([, other]) => met(box, other))
    .map(([other]) => `${svg.querySelector('title').textContent}: ${text} / ${other}`))
})"""


@pytest.fixture(scope="module")
def browser():
    """A browser that is installed already; nothing is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no driver for a browser: make test-browser has one")
    program = os.environ.get("CMRESEARCH_BROWSER") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(PROGRAMS)} is installed, and CMRESEARCH_BROWSER names none")
    with playwright.sync_playwright() as driver:
        # Chromium's sandbox needs rights that containers and root do not have; the pages are our own files.
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def small_report(tmp_path_factory):
    folder = write_study_with_words(tmp_path_factory.mktemp("small"))
    settings = folder / "study.toml"
    settings.write_text(_twinned(settings.read_text(encoding="utf-8")), encoding="utf-8")
    return _written(run_study(open_study(folder)), tmp_path_factory.mktemp("small-report"))


@pytest.fixture(scope="module")
def jakarta_report(jakarta, tmp_path_factory):
    return _written(shareable(jakarta), tmp_path_factory.mktemp("jakarta-report"))


@pytest.fixture(scope="module", params=["small", "jakarta"])
def report(request):
    return request.getfixturevalue(f"{request.param}_report")


@pytest.fixture
def opened(browser):
    """A function that opens a page in a window of its own, offline; whatever a page reports or asks for is kept."""
    contexts = []

    def opening(address, *, width=WIDE, scheme="light", media="screen"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.emulate_media(media=media, color_scheme=scheme)
        page.goto(address)
        return page

    yield opening
    for context in contexts:
        context.close()


def _twinned(settings):
    """The settings of a study in one language, as those of a study in two; the second repeats the first."""
    one = re.compile('^(title|question|origin|seed_source|text|source) = (?:{ en = )?(".*?")(?: })?$', re.MULTILINE)
    settings = one.sub(r"\1 = { en = \2, id = \2 }", settings)
    return re.sub('"(Twenty complaints are few.|Closed within 7 days)"', r'{ en = "\1", id = "\1" }', settings)


def _written(run, folder):
    path = folder / "report.html"
    path.write_text(report_html(run, ["notebooks/01-what-is-there.html"]), encoding="utf-8")
    return path.as_uri()


def top(report, language):
    """The address of the report in a language."""
    return report if language == "en" else f"{report}#top--{language}"


def shown_languages(page):
    bodies = "[...document.querySelectorAll('body > div[lang]')]"
    return page.evaluate(f"{bodies}.filter(each => each.checkVisibility()).map(each => each.lang)")


def found_by_axe(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']}: {node['html'][:200]}" for each in found for node in each["nodes"][:5]]


@pytest.mark.parametrize("folded", [CLOSE_ALL, OPEN_ALL], ids=["closed", "open"])
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("language", ["en", "id"])
def test_axe_finds_nothing(opened, report, language, look, folded):
    page = opened(top(report, language), **look)
    page.evaluate(folded)
    assert found_by_axe(page) == []


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("width", [320, NARROW, 768, WIDE])
def test_only_tables_figures_and_commands_scroll_sideways(opened, report, language, width):
    page = opened(top(report, language), width=width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []


def test_whatever_scrolls_can_be_reached_by_keyboard_and_has_a_name(opened, report):
    page = opened(report, width=320)
    nameless = page.evaluate(
        """[...document.querySelectorAll('body *')].filter(each => each.checkVisibility() && !each.closest('svg'))
        .filter(each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === 'auto')
        .filter(each => each.tabIndex !== 0 || !(each.getAttribute('aria-label') || each.tagName === 'PRE'))
        .map(each => each.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


def test_tab_reaches_every_control_in_order_and_each_shows_that_it_has_the_focus(opened, small_report):
    page = opened(small_report)
    page.evaluate(OPEN_ALL)
    expected = page.evaluate(
        """[...document.querySelectorAll('a[href], summary, [tabindex="0"]')].filter(each => each.checkVisibility())
        .map((each, at) => { each.dataset.order = at; return at })"""
    )
    reached, hidden = [], []
    for _ in expected:
        page.keyboard.press("Tab")
        order, outline, place = page.evaluate(
            """[+document.activeElement.dataset.order, getComputedStyle(document.activeElement).outlineStyle,
            document.activeElement.getBoundingClientRect().x]"""
        )
        reached.append(order)
        hidden += [order] if outline == "none" or place < 0 else []
    assert reached == expected
    assert hidden == []


def test_the_first_stop_skips_to_the_text(opened, report):
    for language in ("en", "id"):
        page = opened(top(report, language))
        page.evaluate("scrollTo(0, 0)")
        skip = page.locator(f".skip.in-{language}")
        skip.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
        assert shown_languages(page) == [language]


def test_the_switch_works_by_keyboard_and_shows_one_language_at_a_time(opened, report):
    page = opened(report)
    assert shown_languages(page) == ["en"]
    for language in ("id", "en"):
        page.locator(f".languages a[hreflang={language}]").locator("visible=true").focus()
        page.keyboard.press("Enter")
        assert shown_languages(page) == [language]
        assert page.locator("h1").locator("visible=true").count() == 1
        assert page.locator(".languages [aria-current]").locator("visible=true").get_attribute("lang") == language
    page.reload()
    assert shown_languages(page) == ["en"]


def test_the_language_stays_when_the_page_is_loaded_again(opened, report):
    page = opened(top(report, "id"))
    page.reload()
    assert shown_languages(page) == ["id"]


def test_every_text_says_its_language(opened, report):
    page = opened(report)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert (
        page.evaluate("[...document.querySelectorAll('[lang]')].filter(each => !/^(en|id)$/.test(each.lang)).length")
        == 0
    )
    heading = "document.querySelector('.in-{0} h2').closest('[lang]').lang"
    assert [page.evaluate(heading.format(language)) for language in ("en", "id")] == ["en", "id"]


def test_a_link_into_closed_details_or_the_other_language_arrives_at_something_visible(opened, report):
    page = opened(report)
    page.evaluate(CLOSE_ALL)
    places = page.evaluate("[...new Set([...document.querySelectorAll('a[href^=\"#\"]')].map(each => each.hash))]")
    assert any(place.endswith("--id") for place in places)
    folded = page.evaluate("[...document.querySelectorAll('details [id]')].map(each => `#${each.id}`)")
    chosen = places if len(places) < 120 else [*places[::40], *[place for place in places if place in folded][::20]]
    for place in chosen:
        page.evaluate(CLOSE_ALL)
        page.evaluate("place => { location.hash = place }", place)
        page.wait_for_timeout(20)
        state = page.evaluate(
            """place => { const target = document.getElementById(decodeURIComponent(place.slice(1)))
            return [target.checkVisibility({contentVisibilityAuto: true}), !target.closest('details:not([open])')] }""",
            place,
        )
        assert state == [True, True], place
        assert len(shown_languages(page)) == 1


def test_an_address_with_a_place_in_the_other_language_opens_there(opened, jakarta_report):
    page = opened(f"{jakarta_report}#transcripts--id")
    page.wait_for_timeout(300)
    assert shown_languages(page) == ["id"]
    assert -5 <= page.evaluate("document.getElementById('transcripts--id').getBoundingClientRect().top") < 300


def test_nothing_is_asked_of_the_network_and_the_console_stays_empty(opened, report):
    page = opened(report)
    page.evaluate(OPEN_ALL)
    page.mouse.wheel(0, 20_000)
    assert page.asked == [report]
    assert page.said == []


def test_an_anchor_is_given_once(opened, report):
    page = opened(report)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", ["en", "id"])
def test_words_in_figures_are_whole_and_stand_apart(opened, report, language):
    page = opened(top(report, language))
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAPPING) == []


def test_words_in_figures_stand_out_from_the_ground(opened, report):
    page = opened(report)
    colours = set(
        page.evaluate("[...document.querySelectorAll('.plot svg text')].map(each => getComputedStyle(each).fill)")
    )
    assert {colour: contrast(colour) for colour in colours if contrast(colour) < 4.5} == {}


def contrast(colour):
    """The contrast of a colour with white (WCAG 2.2, relative luminance)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


@pytest.mark.parametrize("language", ["en", "id"])
def test_paper_shows_the_chosen_language_whole_and_dark_on_white(opened, report, language):
    page = opened(top(report, language), scheme="dark", media="print", width=688)  # A4 less the margins, in pixels
    assert shown_languages(page) == [language]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator(".languages").locator("visible=true").count() == 0
    assert page.evaluate(PRINTED_CUT) == []


def test_paper_shows_what_is_folded_on_the_screen(opened, jakarta_report):
    page = opened(jakarta_report, media="print")
    page.evaluate(CLOSE_ALL)
    folded = "document.querySelector('.in-en details:not(.transcript) p')"
    assert page.evaluate(f"{folded}.getBoundingClientRect().height") > 0
