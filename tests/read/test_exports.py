"""Exports of news databases are read by their structure; what is not found is said, article by article."""

import io

import docx
import pandas as pd
import pytest

from analysis.read import read
from analysis.read.exports import read_export
from analysis.tables import InputError


def nexis_text(number, of, body, length="LENGTH: 20 words"):
    return (
        f"\n{'':30}{number} of {of} DOCUMENTS\n\n\n{'':9}The Morning Sun (London)\n\n{'':25}May {number}, 2018\n"
        f"{'':9}First Edition\n\nRain is near the city;\nPeople stay at home\n\nBYLINE: Anna Jones\n\nSECTION: A\n\n"
        f"{length}\n\n{body}\n\nLOAD-DATE: May 9, 2018\n\nLANGUAGE: ENGLISH\n\n{'':20}Copyright 2018 The Sun\n"
    )


BODY = "The office said that rain would reach the city by\nthe evening.\n\nNote: nobody knew\nmore."


def test_nexis_text_is_unwrapped_and_its_fields_are_read(tmp_path):
    (tmp_path / "nexis.txt").write_text(
        "\ufeffDownload Request\n" + nexis_text(1, 2, BODY) + nexis_text(2, 2, "It may.")
    )
    articles = read(tmp_path / "nexis.txt").articles
    assert articles["text"].tolist() == [
        "The office said that rain would reach the city by the evening.\nNote: nobody knew more.",
        "It may.",
    ]
    assert articles["outlet"].tolist() == ["The Morning Sun (London)"] * 2
    assert articles["published"].tolist() == ["2018-05-01", "2018-05-02"]
    assert articles["headline"].tolist() == ["Rain is near the city; People stay at home"] * 2
    assert articles["author"].tolist() == ["Anna Jones"] * 2
    assert articles["source"].tolist() == ["nexis.txt:1", "nexis.txt:2"]


def test_an_odd_article_is_kept_and_what_it_lacks_is_noted(tmp_path):
    odd = f"\n{'':30}2 of 2 DOCUMENTS\n\nRain\n\nLENGTH: 3 words\n\nIt rains.\n"
    (tmp_path / "nexis.txt").write_text(nexis_text(1, 2, BODY) + odd)
    corpus = read(tmp_path / "nexis.txt")
    assert corpus.articles["text"].tolist()[1] == "It rains."
    lacking = corpus.notes[corpus.notes["source"] == "nexis.txt:2"]
    assert set(lacking["field"]) >= {"outlet", "published"}


def nexis_word(articles):
    document = docx.Document()
    for line in ["Date and Time: Friday, 5. May 2018", "Documents (2)", "1. Rain is near", "2. Sun"]:
        document.add_paragraph(line)
    for headline, day, body in articles:
        above = [headline, "The Morning Sun(London)", day, "", "Copyright 2018 The Sun All Rights Reserved"]
        fields = ["Section:\u00a0NEWS; Version:2", "Length:\u00a020 words", "Byline:\u00a0Anna Jones", "Body", ""]
        below = ["Classification", "Language:\u00a0ENGLISH", "Load-Date:\u00a0May 9, 2018", "", "\nEnd of Document"]
        for line in [*above, *fields, *body, *below]:
            document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_nexis_uni_word_documents_are_read(tmp_path):
    content = nexis_word(
        [("Rain is near", "May 4, 2018 Friday 9:20 AM GMT", ["It may rain.", "Length: nobody knows."]),
         ("Sun", "May 5, 2018", ["No rain."])]
    )  # fmt: skip
    (tmp_path / "uni.docx").write_bytes(content)
    articles = read(tmp_path / "uni.docx").articles
    assert articles["headline"].tolist() == ["Rain is near", "Sun"]
    assert articles["outlet"].tolist() == ["The Morning Sun(London)"] * 2
    assert articles["published"].tolist() == ["2018-05-04", "2018-05-05"]
    assert articles["text"].tolist()[1] == "No rain."


def test_nexis_html_is_read():
    def article(number):
        return (
            f"<A NAME='D{number}'></A><!-- <DOC> --><DIV><P><SPAN>{number} of 2 DOCUMENTS</SPAN></P></DIV>"
            "<DIV><P><SPAN>The Sun</SPAN></P></DIV><DIV><P><SPAN>May</SPAN><SPAN> 4, 2018, Friday</SPAN></P></DIV>"
            "<DIV><P><SPAN>Rain;<BR>And sun</SPAN></P></DIV><DIV><P><SPAN>LENGTH: </SPAN><SPAN>4 words</SPAN></P></DIV>"
            "<DIV><P><SPAN>It may </SPAN><SPAN>rain.</SPAN></P><P><SPAN>Or not.</SPAN></P></DIV>"
            "<DIV><P><SPAN>LANGUAGE: </SPAN><SPAN>ENGLISH</SPAN></P></DIV>"
        )

    found = pd.DataFrame(read_export(f"<HTML><BODY>{article(1)}{article(2)}</BODY></HTML>".encode(), "nexis.html"))
    assert found["text"].tolist() == ["It may rain.\nOr not."] * 2
    assert found["headline"].tolist() == ["Rain; And sun"] * 2
    assert found["published"].tolist() == ["2018-05-04"] * 2


def test_factiva_tables_of_coded_fields_are_read():
    fields = [("HD", "Rain is near"), ("WC", "12 words"), ("PD", "4 May 2018"), ("SN", "The Sun"),
              ("LP", "<p>It may rain.</p>"), ("TD", "<p>So they say.</p><p>Or not.</p>"),
              ("RE", "FRANCE"), ("AN", "Document SUN01")]  # fmt: skip
    rows = "".join(f"<tr><td><b>{code}</b>&nbsp;</td><td>{value}</td></tr>" for code, value in fields)
    block = f'<div class="article enArticle"><table>{rows}</table></div>'
    page = f"<html><title>Factiva</title><body>{block}{block}</body></html>"
    found = pd.DataFrame(read_export(page.encode(), "factiva.html"))
    assert found["text"].tolist() == ["It may rain.\nSo they say.\nOr not."] * 2
    assert found.loc[0, ["headline", "published", "outlet", "article_id"]].tolist() == [
        "Rain is near", "4 May 2018", "The Sun", "SUN01"
    ]  # fmt: skip


SHOWN = ["Rain is near", "By Anna Jones", "312 words", "4 May 2018", "10:15", "The Sun", "SUN", "English",
         "© 2018 The Sun", "It may rain, says the office.", "Or not.",
         "Document SUN0000020180504ee5400001"]  # fmt: skip


def test_factiva_articles_as_shown_are_read_from_html_and_rtf():
    parts = "".join(f"<p>{line}</p>" if place > 8 else f"<div>{line}</div>" for place, line in enumerate(SHOWN))
    page = f'<html><title>Factiva</title><body><div class="article enArticle">{parts}</div></body></html>'
    rtf = r"{\rtf1\ansi " + "".join(line.replace("©", r"\'a9") + r"\par " for line in SHOWN * 2) + "}"
    for name, content, count in [("factiva.html", page, 1), ("factiva.rtf", rtf, 2)]:
        found = pd.DataFrame(read_export(content.encode(), name))
        assert found["text"].tolist() == ["It may rain, says the office.\nOr not."] * count
        assert found.loc[0, ["headline", "published", "outlet", "article_id"]].tolist() == [
            "Rain is near", "4 May 2018", "The Sun", "SUN0000020180504ee5400001"
        ]  # fmt: skip


def test_factiva_xml_is_read():
    article = (
        "<article><accessionNo>SUN01</accessionNo><headline><paragraph><hlt>Rain</hlt> is near</paragraph></headline>"
        "<leadParagraph><paragraph>It may rain.</paragraph></leadParagraph>"
        "<publicationDate><dateTime>2018-05-04T01:00:00Z</dateTime></publicationDate><sourceName>The Sun</sourceName>"
        "<tailParagraphs><paragraph>So they\n say.</paragraph><paragraph>Or not.</paragraph></tailParagraphs></article>"
    )
    content = f'<?xml version="1.0"?><PPSResponse xmlns="urn:f">{article}{article}</PPSResponse>'.encode()
    found = pd.DataFrame(read_export(content, "factiva.xml"))
    assert found["text"].tolist() == ["It may rain.\nSo they say.\nOr not."] * 2
    assert found.loc[0, ["headline", "outlet", "article_id"]].tolist() == ["Rain is near", "The Sun", "SUN01"]


def test_proquest_text_is_read(tmp_path):
    article = (
        "Rain is near: the city waits\n\nPublication info: The Sun ; London [London]04 May 2018: 4.\n\n"
        "Author: Jones, Anna\n\nFull text: It may rain,\nsays the office.\n\nBut: who knows?\n\n"
        "Subject: Rain; Cities\n\n"
        "Title: Rain is near\n\nPublication title: The Sun; London\n\nPublication date: May 4, 2018\n\n"
        "ProQuest document ID: 20345\n\n"
    )
    line = "_" * 60 + "\n"
    (tmp_path / "proquest.txt").write_text(line + article + line + article.replace("20345", "20346") + line)
    articles = read(tmp_path / "proquest.txt").articles
    assert articles["article_id"].tolist() == ["20345", "20346"]
    assert articles["text"].tolist() == ["It may rain, says the office.\nBut: who knows?"] * 2
    assert articles["headline"].tolist() == ["Rain is near"] * 2
    assert articles["published"].tolist() == ["2018-05-04"] * 2


def test_a_page_is_no_export():
    assert read_export(b"Rain is near\n\nIt may rain, the office said.\n", "page.txt") is None
    assert read_export(b"<html><body><p>It may rain.</p></body></html>", "page.html") is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.docx", nexis_word([])[:200], "not a readable docx file"),
        ("a.docx", nexis_word([]), "no article found in this docx file .*expected a Nexis export"),
        ("a.xml", b"<rss><item>Rain</item></rss>", "of 1 lines that begins '<rss><item>Rain"),
        ("a.rtf", rb"{\rtf1\ansi A letter.\par}", "no article found in this rtf file"),
    ],
)
def test_what_is_no_export_says_what_it_looks_like(name, content, message):
    with pytest.raises(InputError, match=message) as caught:
        read_export(content, name)
    assert "\n" not in str(caught.value)


def test_a_page_that_names_a_database_is_still_a_page():
    page = "<html><body><div class='newsArticle'><p>Factiva holds it. It may rain, he said.</p></div></body></html>"
    assert read_export(page.encode(), "page.html") is None


def test_an_article_without_a_body_is_rejected_by_its_number(tmp_path):
    (tmp_path / "nexis.txt").write_text(
        nexis_text(1, 2, BODY) + f"\n{'':30}2 of 2 DOCUMENTS\n\n\nThe Sun\n\nMay 2, 2018\n"
    )
    corpus = read(tmp_path / "nexis.txt")
    assert len(corpus.articles) == 1
    assert corpus.rejected[["line", "reason"]].to_numpy().tolist() == [[2, "it has no text"]]
