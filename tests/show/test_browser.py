"""In a browser, without a network: from the figure on the front page to a sentence, and on to the article."""

import pytest

from tests.show.browser import Browser, find_browser
from tests.show.corpus import OWN
from tests.show.test_pages import write_report


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = find_browser()
    if not program:
        pytest.skip("no Chromium is installed: links are checked in test_pages.py, clicks are not")
    made = Browser(program, tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_report(folder)
    return folder


SEEN = "[...document.querySelectorAll('.hits li')].filter(e => e.offsetParent).map(e => e.innerText).join('|')"


def test_a_click_in_the_figure_leads_to_a_sentence_and_another_to_the_article(browser, report):
    browser.open((report / "index.html").as_uri())
    assert browser.click(".strip .point").endswith(".html#newsroom")
    assert (
        "allegedly" in browser.value(SEEN) and browser.value("document.querySelectorAll('.hits li > p b').length") == 6
    )
    browser.click(".hits li:nth-child(2) a")
    assert "/articles/" in browser.value("location.pathname")
    assert browser.value("document.querySelector('b:target').innerText") == "allegedly"
    assert OWN.split(". ")[1] in browser.value("document.body.innerText"), "hostile markup is read as text"


def test_a_click_in_the_table_of_rates_leads_to_the_sentences_of_that_outlet(browser, report):
    browser.open((report / "index.html").as_uri())
    browser.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    link = browser.value("document.querySelector('.rates a[href*=daily]').getAttribute('href')")
    assert browser.click(f".rates a[href='{link}']").endswith(link)
    assert "Bu$ine$$ Daily" in browser.value("document.querySelector('h1').innerText")


def test_search_and_filters_show_only_what_is_asked_for(browser, report):
    address = next(path for path in (report / "evidence").glob("hedge-bu-ine-daily-*.html")).as_uri()
    browser.open(address)
    everything = browser.value(SEEN)
    assert "rain" in everything and "copy" not in everything
    browser.type("#search", "ivanov 2018-03-03")
    browser.until("document.querySelector('#count').innerText.startsWith('1 of ')")
    assert "It may rain" in browser.value(SEEN)
    browser.open(address + "#unquoted")
    browser.until("document.querySelector('#count').innerText.startsWith('0 of ') || location.hash")
    browser.value("location.hash = '#reported'")
    browser.until("!document.querySelector('input[value=quoted]').checked")
    assert "rain" not in browser.value(SEEN)


def test_the_search_over_all_pages_finds_a_sentence_of_any_feature_and_opens_its_article(browser, report):
    browser.open((report / "evidence" / "index.html").as_uri())
    assert browser.value("document.querySelectorAll('#hits li').length") == 0
    browser.type("#search", "rain ivanov")
    browser.until("document.querySelector('#count').innerText == '12 found'")
    found = browser.value("[...document.querySelectorAll('#hits b')].map(e => e.innerText).join(' ')").split()
    assert sorted(found) == ["may"] * 6 + ["said"] * 6, "a hedge and an attribution in each of six articles"
    browser.value("location.hash = 'feature=hedge&words=rain'")
    browser.until("document.querySelector('#count').innerText == '6 found'")
    browser.click("#hits a")
    assert browser.value("document.querySelector('b:target').innerText") == "may"


def test_an_address_asks_the_search_for_a_feature_an_outlet_and_a_voice(browser, report):
    browser.open((report / "evidence" / "index.html").as_uri() + "#feature=hearsay&outlet=%3Cb%3EPost&voice=newsroom")
    browser.until("document.querySelector('#count').innerText == '6 found'")
    assert browser.value("document.querySelector('#outlet').selectedOptions[0].text") == "<b>Post"
