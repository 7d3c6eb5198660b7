"""From every number to its sentences, offline, whatever names and texts a corpus brings."""

import json
from urllib.parse import unquote

import pandas as pd
import pytest

from analysis.show import pages
from analysis.show.front import front_page, given_columns
from analysis.show.pages import (
    Place,
    counted_mentions,
    file_name,
    marked,
    sample_sentences,
    write_evidence_pages,
)
from analysis.tables import CONTROLS
from tests.show.corpus import DAILY, POST, WIRE, Page, scored_corpus


def write_report(folder):
    scored, rates, contrasts = scored_corpus()
    links = write_evidence_pages(scored.mentions, scored.articles, scored.quotations, folder / "evidence")
    counted = counted_mentions(scored.mentions, scored.articles)
    page = front_page("A <report>", scored.articles, rates, contrasts, links, mentions=counted)
    (folder / "index.html").write_text(page)
    for name in ("evidence.csv",):  # the report writes it
        (folder / name).write_text("")
    return links, rates


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return folder, *write_report(folder)


def read_pages(folder):
    return {path: Page(path.read_text()) for path in folder.rglob("*.html")}


def test_every_link_leads_to_a_file_and_a_place_in_it(report):
    read = read_pages(report[0])
    assert len(read) > 20
    shown = {path.resolve(): page for path, page in read.items()}
    for path, page in read.items():
        for link in page.links:
            file, _, place = link.partition("#")
            target = (path.parent / unquote(file)).resolve() if file else path.resolve()
            assert target.is_file(), (path.name, link)
            assert not place or place in shown[target].ids | {"all", "unquoted"}, (path.name, link)


def test_every_counted_rate_of_an_outlet_has_sentences_and_their_number_is_the_rates(report):
    folder, links, rates = report
    for row in rates[rates["mentions"] > 0].to_dict("records"):
        if row["voice"] in pages.VOICES and row["section"] == "body" and row["outlet"] == row["outlet"]:
            file, _, voice = links[row["feature"], row["outlet"], row["voice"]].partition("#")
            text = Page((folder / file).read_text()).text
            said = pages.IN_VOICE[voice].capitalize() + f": {row['mentions']} in bodies"
            assert said in text, (row, said)


def test_rates_of_unquoted_words_and_of_all_lead_to_a_page_as_well(report):
    _, links, _ = report
    assert links["hearsay", DAILY, "unquoted"].endswith("#unquoted")
    assert links["hedge", DAILY, "all"].endswith("#all") and ("hearsay", DAILY, "newsroom") not in links


def test_a_copy_counts_for_its_origin_and_says_who_printed_it(report):
    folder, links, _ = report
    page = (folder / links["hedge", WIRE, "newsroom"].partition("#")[0]).read_text()
    assert 'The copy <b title="hedge">may</b> differ.' in page and "printed by <bdi>Bu$ine$$ Daily" in page


def test_sentences_show_marker_voice_speaker_date_headline_and_paragraph(report):
    folder, links, _ = report
    page = (folder / links["hedge", DAILY, "quoted"].partition("#")[0]).read_text()
    assert '<i class="quoted">“It <b title="hedge">may</b> rain,”</i> said Ivanov.' in page
    assert "<bdi>Ivanov</bdi> · 2018-03-01 · " in page and "<bdi>&lt;i&gt;Talks&lt;/i&gt; 0" in page
    assert "<summary>the paragraph</summary>" in page and "The second paragraph. <i" in page


def test_no_page_holds_markup_or_control_characters_of_the_corpus(report):
    for path, page in read_pages(report[0]).items():
        scripts = page.tags.count("script")
        assert scripts == (path.parent.name == "evidence" and path.name != "articles.html"), path.name
        text = path.read_text()
        assert "<b>Post" not in text and "<i>Talks" not in text and "alert(1)</script>" not in text
        assert not CONTROLS.search(text)
        assert path.name.isascii() and not set(path.stem) - set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_pages_ask_for_nothing_outside_their_folder(report):
    for page in read_pages(report[0]).values():
        assert not [link for link in page.links if ":" in link or link.startswith("/")]


def test_the_front_page_opens_with_findings_that_lead_to_their_sentences(report):
    folder, links, _ = report
    page = (folder / "index.html").read_text()
    line = page[page.index('<li class="row">') :]
    assert line.index(links["hearsay", POST, "newsroom"]) < line.index("hearsay words") < line.index("3.4 times")
    text = " ".join(Page(page).text.split())
    assert (
        "In its own voice <b>Post uses hearsay words 3.4 times as often as the typical outlet (1.9 to 6.1; 6 ment"
        in text
    )
    assert "allegedly (6)" in text and "1 comparison shows no difference" in text
    assert text.index("What was found") < text.index("What was not found") < text.index("How often")


def test_the_front_page_lists_at_most_so_many_rows_of_any_corpus(report):
    scored, rates, contrasts = scored_corpus()
    many = [rates[rates["outlet"] == POST].assign(outlet=f"Outlet {n}") for n in range(300)]
    others = [
        contrasts.assign(outlet_a=f"Outlet {n}", feature=f"feature {n % 70}", p_adjusted=0.01) for n in range(300)
    ]
    page = front_page("Many", scored.articles, pd.concat(many), pd.concat(others, ignore_index=True), {})
    assert len(page) < 1_500_000
    assert "280 more are in the table" in page and "592 more findings, the first 20 of them" in page


def test_a_study_without_texts_says_so_and_links_nothing(tmp_path):
    scored, rates, contrasts = scored_corpus()
    bare = scored.articles.drop(columns="text")
    assert write_evidence_pages(scored.mentions, bare, scored.quotations, tmp_path / "evidence") == {}
    assert "came without its texts" in (tmp_path / "evidence" / "index.html").read_text()
    page = Page(front_page("Bare", bare, rates, contrasts, {}))
    assert "3.4 times" in page.text and not [link for link in page.links if link.startswith("evidence")]


def test_the_same_tables_give_the_same_bytes_in_any_order(report, tmp_path):
    scored, *_ = scored_corpus()
    turned = scored.quotations.iloc[::-1], tmp_path / "evidence"
    write_evidence_pages(scored.mentions, scored.articles.iloc[::-1], *turned)
    for path in sorted(tmp_path.rglob("*.html")):
        assert path.read_bytes() == (report[0] / path.relative_to(tmp_path)).read_bytes(), path.name


def test_a_sample_takes_one_sentence_an_article_before_a_second_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "SENTENCES", 6)
    monkeypatch.setattr(pages, "FEWEST", 1)
    counted = pd.DataFrame({"article_id": [f"a{n // 4}" for n in range(40)], "feature": "hedge", "outlet": "X",
                            "voice": "newsroom", "part": "body"})  # fmt: skip
    sample = sample_sentences(counted, seed=3)
    assert sample["article_id"].nunique() == len(sample) == 6
    assert sample.equals(sample_sentences(counted, seed=3)) and not sample.equals(sample_sentences(counted, seed=4))
    scored, *_ = scored_corpus()
    monkeypatch.setattr(pages, "SENTENCES", 2)
    links = write_evidence_pages(scored.mentions, scored.articles, scored.quotations, tmp_path / "evidence", seed=7)
    assert "A sample of 2: first one from each article, articles drawn with seed 7" in (
        (tmp_path / links["hearsay", POST, "newsroom"].partition("#")[0]).read_text()
    )


def test_articles_beyond_the_bound_get_no_page_and_no_link(monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "ARTICLES", 3)
    scored, *_ = scored_corpus()
    write_evidence_pages(scored.mentions, scored.articles, scored.quotations, tmp_path / "evidence")
    assert len(list((tmp_path / "evidence" / "articles").glob("*.html"))) == 3
    linked = {link for page in read_pages(tmp_path).values() for link in page.links if link.startswith("articles/")}
    assert len({link.partition("#")[0] for link in linked}) == 3


def test_names_that_differ_only_in_what_a_file_name_cannot_hold_get_files_of_their_own():
    names = ["a/b", "a\\b", "A b", "a:b", "", "…", "con", "x" * 300]
    files = [file_name("hedge", name) for name in names]
    assert len({name.lower() for name in files}) == len(names) and max(map(len, files)) < 70


def test_markers_and_quotations_that_overlap_stay_well_formed():
    text = "a “b & c” d"
    html = marked(
        text, 0, len(text), [Place(2, 9, "quoted"), Place(0, 11, "reported")], [Place(3, 11, 'x"y'), Place(5, 6, "z")]
    )
    assert html.count("<i") == html.count("</i>") == 3 and html.count("<b") == html.count("</b>") == 4
    assert "&amp;" in html and 'title="x&quot;y, z"' in html
    assert Page(str(html)).text == text


def test_columns_that_a_user_gave_are_shown_where_they_divide_the_articles():
    articles = pd.DataFrame({"article_id": list("abc"), "outlet_group": ["state", "private", None], "url": list("xyz"),
                             "genre": "news", "words": [1, 2, 3]})  # fmt: skip
    assert given_columns(articles) == ["outlet_group"]
    many = pd.DataFrame({"topic": ["war", "talks"] * 9, "author": [f"author {n}" for n in range(18)], "url": "x"})
    assert given_columns(many) == ["topic"]


def test_any_article_can_be_opened_also_one_without_a_marker(report):
    folder, *_ = report
    articles = scored_corpus()[0].articles
    pages_of = read_pages(folder / "evidence" / "articles")
    assert len(pages_of) == len(articles)
    listed = Page((folder / "evidence" / "articles.html").read_text())
    assert sum("articles/" in link for link in listed.links) == len(articles)


def test_rates_by_a_given_column_lead_to_the_search_page_asked_for_them():
    scored, rates, contrasts = scored_corpus()
    groups = {"topic": rates.rename(columns={"outlet": "topic"})}
    page = front_page("R", scored.articles, rates, contrasts, {("hedge", DAILY, "all"): "x"}, groups=groups)
    assert any(link.startswith("evidence/index.html#feature=hedge&topic=") for link in Page(page).links)


def test_the_scripts_of_the_search_page_hold_no_tag_and_every_sentence_shown(report):
    folder, *_ = report
    scripts = [path.read_text() for path in (folder / "evidence").glob("sentences-*.js")]
    assert scripts and all("<" not in text and text.isascii() for text in scripts)
    scored = scored_corpus()[0]
    rows = [row for text in scripts for row in json.loads(text.partition("=")[2].strip().rstrip(";"))]
    assert len(rows) == len(counted_mentions(scored.mentions, scored.articles))
    assert {row[5].lower() for row in rows} >= {"allegedly", "may", "reportedly"}


def test_beside_each_feature_stands_how_far_its_counts_can_be_trusted():
    scored, rates, contrasts = scored_corpus()
    tiers = {"hedge": {"tier": "tentative", "because": "precision from 0.84"}}
    page = front_page("R", scored.articles, rates, contrasts, {}, tiers=tiers)
    assert "hedge <em>tentative</em>" in page and "Tentative: precision from 0.84" in page
    assert "tentative" not in front_page("R", scored.articles, rates, contrasts, {})
