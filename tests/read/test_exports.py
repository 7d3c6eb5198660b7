"""Exports of news databases are read by their structure; what is not found is said, article by article."""

import io

import docx
import pandas as pd
import pytest

from analysis.read import read
from analysis.read.exports import read_export
from analysis.tables import InputError


def table(found):
    """What was found of each article, without what was left out."""
    return pd.DataFrame([article for article, _ in found])


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

    found = table(read_export(f"<HTML><BODY>{article(1)}{article(2)}</BODY></HTML>".encode(), "nexis.html"))
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
    found = table(read_export(page.encode(), "factiva.html"))
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
        found = table(read_export(content.encode(), name))
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
    found = table(read_export(content, "factiva.xml"))
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


TWO = "The office said that rain would reach the city.\n\nNobody was hurt, it said."
PLAIN = TWO.replace("\n\n", "\n")


@pytest.mark.parametrize(
    ("count", "day", "fields", "ends"),
    [
        ("1 von 2 DOKUMENTEN", "4. Mai 2018 Freitag", ("AUTOR", "LÄNGE: 40 Wörter"),
         ("UPDATE: 9. Mai 2018", "SPRACHE: ENGLISH")),
        ("1 de 2 DOCUMENTS", "vendredi 4 mai 2018", ("AUTEUR", "LONGUEUR: 40 mots"),
         ("DATE-CHARGEMENT: 9 mai", "LANGUE: ANGLAIS")),
        ("1 de 2 DOCUMENTOS", "4 mayo 2018", ("AUTOR", "LONGITUD: 40 palabras"),
         ("FECHA-CARGA: 9 mayo", "IDIOMA: INGLES")),
        ("1 of 2 DOCUMENTS", "May 4, 2018", ("BYLINE", "LENGTH: 40 words"),
         ("LOAD-DATE: May 9, 2018", "LANGUAGE: ENGLISH")),
        ("", "May 4, 2018", ("BYLINE", "LENGTH: 40 words"), ("LOAD-DATE: May 9, 2018", "LANGUAGE: ENGLISH")),
        ("Dokument 1 von 2", "Freitag, 4. Mai 2018", ("VERFASSER", "LÄNGE: 40 Wörter"),
         ("LADEDATUM: 9. Mai 2018", "SPRACHE: ENGLISCH")),
        ("1 sur 2 DOCUMENTS", "4 mai 2018 vendredi", ("AUTEUR", "LONGUEUR: 40 mots"),
         ("DATE DE CHARGEMENT: 9 mai 2018", "LANGUE: ANGLAIS")),
        ("1 de 2 DOCUMENTOS", "4 de mayo de 2018", ("FIRMA", "LONGITUD: 40 palabras"),
         ("FECHA-DE-CARGA: 9 de mayo de 2018", "IDIOMA: INGLÉS")),
        ("1 van 2 DOCUMENTEN", "4 mei 2018 vrijdag", ("BYLINE", "LENGTE: 40 woorden"),
         ("LAAD-DATUM: 9 mei 2018", "TAAL: ENGELS")),
        ("1 di 2 DOCUMENTI", "4 maggio 2018 venerdì", ("AUTORE", "LUNGHEZZA: 40 parole"),
         ("DATA DI CARICAMENTO: 9 maggio 2018", "LINGUA: INGLESE")),
        ("1 de 2 DOCUMENTOS", "4 maio 2018 sexta-feira", ("AUTOR", "TAMANHO: 40 palavras"),
         ("DATA DE CARREGAMENTO: 9 maio 2018", "LÍNGUA: INGLÊS")),
        ("1 of 2 DOCUMENTS", "May 4, 2018", ("BYLINE", "OMFANG: 40 words"),
         ("LASTEDATO: May 9, 2018", "LANGUAGE: ENGLISH")),
    ],
)  # fmt: skip
def test_nexis_with_any_interface_and_without_marks_is_read(tmp_path, count, day, fields, ends):
    parts = [count, "The Sun", "12 Hill Street, London", day, "Rain: what is near",
             f"{fields[0]}: Anna Jones", fields[1], TWO,
             "Author: nobody knows.", *ends, "Copyright 2018 The Sun\nAll Rights Reserved"]  # fmt: skip
    text = "\n\n".join(filter(None, parts)) + "\n\n"
    (tmp_path / "nexis.txt").write_text(text + text.replace("1 ", "2 ", 1) if count else text + text)
    corpus = read(tmp_path / "nexis.txt")
    told = corpus.articles[["outlet", "published", "headline", "author", "text"]].to_numpy().tolist()
    assert (
        told == [["The Sun", "2018-05-04", "Rain: what is near", "Anna Jones", f"{PLAIN}\nAuthor: nobody knows."]] * 2
    )
    assert corpus.removed["text"].str.contains("Hill Street").sum() == 2
    assert corpus.removed["reason"].str.startswith("field of the export").all()


def test_nothing_of_a_nexis_export_is_lost(tmp_path):
    saved = nexis_text(1, 1, BODY)
    (tmp_path / "nexis.txt").write_text(saved)
    corpus = read(tmp_path / "nexis.txt")
    row = corpus.articles.iloc[0]
    told = " ".join([*row[["outlet", "headline", "text", "author"]], *corpus.removed["text"]])
    assert set(saved.split()) - set(told.split()) <= {"1", "of", "DOCUMENTS", "May", "1,", "2018", "BYLINE:"}


@pytest.mark.parametrize(
    ("first", "second"),
    [("May 2018", "Summer 2018"), ("March / April 2018", "Fall, 2018"), ("Early Spring 2018", "Winter 2017/2018"),
     ("Sommer 2018", "2018")],
)  # fmt: skip
def test_a_month_or_a_season_is_no_day_and_a_load_date_no_date(tmp_path, first, second):
    saved = nexis_text(1, 2, TWO).replace("May 1, 2018", first) + nexis_text(2, 2, TWO).replace("May 2, 2018", second)
    (tmp_path / "nexis.txt").write_text(saved)
    corpus = read(tmp_path / "nexis.txt")
    assert corpus.articles["published"].isna().all()
    assert corpus.articles["outlet"].tolist() == ["The Morning Sun (London)"] * 2
    assert corpus.articles["headline"].tolist() == ["Rain is near the city; People stay at home"] * 2
    assert corpus.notes["note"].str.contains(f"{first}|{second}").sum() == 2


def test_a_broadcast_has_its_station_and_headline(tmp_path):
    head = "1 of 1 DOCUMENTS\n\nCBN\n\nSHOW: NEWS AT TEN\n\nMarch 6, 2018\n\nTRANSCRIPT: 12CN\n\nLENGTH: 9 words\n\n"
    rest = f"HEADLINE: Rain is near\n\nHIGHLIGHT: It may rain.\n\nBODY:\n\n{TWO}\n\nLOAD-DATE: March 9, 2018\n"
    (tmp_path / "nexis.txt").write_text(head + rest)
    articles = read(tmp_path / "nexis.txt").articles
    assert articles[["outlet", "headline", "text"]].to_numpy().tolist() == [["CBN", "Rain is near", PLAIN]]


def test_headings_without_a_colon_end_a_body_of_nexis_uni(tmp_path):
    document = docx.Document()
    for heading, day in (("Graphic", "May 4, 2018"), ("Correction Appended", ""), ("Related Articles", "May 5, 2018")):
        head = [
            "Rain is near",
            "The Sun",
            *filter(None, [day]),
            "Copyright 2018 The Sun",
            "Length:\u00a09 words",
            "Body",
            "",
        ]
        for line in [
            *head,
            *PLAIN.split("\n"),
            heading,
            "\u00a0",
            "It may be wrong.",
            "Load-Date:\u00a0May 9, 2018",
            "End of Document",
        ]:
            document.add_paragraph(line)
    document.save(tmp_path / "uni.docx")
    corpus = read(tmp_path / "uni.docx")
    assert corpus.articles["text"].tolist() == [PLAIN] * 3
    assert corpus.articles["headline"].tolist() == ["Rain is near"] * 3
    assert corpus.articles["published"].fillna("").tolist() == ["2018-05-04", "", "2018-05-05"]
    assert corpus.removed["text"].str.contains("It may be wrong").sum() == 3


def test_factiva_as_displayed_is_read_once_with_its_headline_and_author():
    block = (
        '<div class="article" id="a"><div class="article enArticle"><div>News</div>'
        '<div id="hd"><span class="enHeadline">Rain is near</span></div><div class="author">Anna Jones</div>'
        "<div>9 words</div><div>4 May 2018</div><div>The Sun</div><div>SUN</div><div>English</div>"
        "<div>(c) 2018 The Sun Ltd</div>"
        "<p class='articleParagraph'>It may rain.</p>"
        "<p class='articleParagraph'>Or not.</p><p>Sun Group Limited</p>"
        "<p>Document SUN0000020180504ee54</p></div></div>"
    )
    found = read_export(f"<html><body>{block}{block}</body></html>".encode(), "f.html")
    shown = table(found)[["headline", "author", "outlet", "text"]].to_numpy().tolist()
    assert shown == [["Rain is near", "Anna Jones", "The Sun", "It may rain.\nOr not."]] * 2
    assert {"Sun Group Limited", "News"} <= {text for _, left in found for _, text in left}


def test_factiva_saved_as_text_is_read(tmp_path):
    fields = {"HD": "Rain", "BY": "Anna Jones", "PD": "4 May 2018", "SN": "The Sun",
              "LP": "\nIt may rain.\nIN THE CITY it may not.",
              "TD": "\nOr not.", "RE": "uk : UK", "AN": "Document SUN01"}  # fmt: skip
    saved = "".join(f"{code} \n{value}\n" for code, value in fields.items())
    (tmp_path / "f.txt").write_text(f"{saved}\n{saved.replace('SUN01', 'SUN02')}")
    articles = read(tmp_path / "f.txt").articles
    assert articles["article_id"].tolist() == ["SUN01", "SUN02"]
    assert articles["text"].tolist() == ["It may rain.\nIN THE CITY it may not.\nOr not."] * 2
    assert articles["author"].tolist() == ["Anna Jones"] * 2


def test_proquest_html_is_read_without_its_fields():
    def article(number):
        fields = {"Author": "Jones, Anna", "Abstract": "Short."}
        after = {"Subject": "Rain", "Publication title": "The Sun; London", "Publication date": "May 4, 2018",
                 "ProQuest document ID": f"2034{number}"}  # fmt: skip
        told = [
            "".join(f"<p><strong>{name}: </strong>{value}</p>" for name, value in some.items())
            for some in (fields, after)
        ]
        text = "<p><strong>Full text: </strong><text><p>It may rain.</p> <p>Or not.</p></text></p>"
        return f'<div><a name="DocID_{number}"></a><p>Rain is near</p>{told[0]}{text}{told[1]}</div>'

    found = table(read_export(f"<html><body>{article(1)}{article(2)}</body></html>".encode(), "p.html"))
    assert found["article_id"].tolist() == ["20341", "20342"]
    assert found["text"].tolist() == ["It may rain.\nOr not."] * 2
    assert found["outlet"].tolist() == ["The Sun"] * 2


def test_proquest_text_keeps_paragraphs_and_leaves_captions_out(tmp_path):
    long = "The office said on Friday that rain would reach the city by the evening and that all should stay at home."
    body = f"Full text: {long}\nWho knew?\nThe dam\nNobody did.\n\nCAPTION: The dam.\nCREDIT: Anna Jones\n\n"
    fields = "Title: Rain is near\n\nPublication title: The Sun\n\nProQuest document ID: 7\n\n"
    saved = f"{'_' * 60}\n\nRain is near\n\n{body}{fields}"
    (tmp_path / "p.txt").write_text(saved + "_" * 60 + "\n\nContact us at: x\n")
    corpus = read(tmp_path / "p.txt")
    assert corpus.articles["text"].tolist() == [f"{long}\nWho knew?\nThe dam\nNobody did."]
    assert corpus.articles["author"].tolist() == ["Anna Jones"]
    assert "CAPTION: The dam." in corpus.removed["text"].tolist()


@pytest.mark.parametrize("blank", ["\n", "\t", "   ", " "])
def test_codes_of_factiva_are_known_however_they_stand_apart(blank):
    fields = {"SE": "News", "HD": "Rain", "BY": "Anna Jones", "PD": "4 May 2018", "SN": "The Sun", "LP": "It may rain.",
              "TD": "IN the city it may not.", "CO": "sun : The Sun", "IN": "ipub : Publishing",
              "AN": "Document SUN01"}  # fmt: skip
    saved = "".join(f"{code}{blank}{value}\n" for code, value in fields.items())
    found = table(read_export(f"{saved}\n{saved}".encode(), "f.txt"))
    assert found["text"].tolist() == ["It may rain.\nIN the city it may not."] * 2
    assert found.loc[0, ["headline", "outlet", "article_id"]].tolist() == ["Rain", "The Sun", "SUN01"]


@pytest.mark.parametrize(
    "labels",
    [
        ("Volltext", "Titel", "Publikationstitel", "Publikationsdatum", "ProQuest-Dokument-ID", "Autor", "Thema"),
        ("Texto completo", "Título", "Título de publicación", "Fecha de publicación",
         "ID del documento de ProQuest", "Autor", "Materia"),
        ("Texte intégral", "Titre", "Titre de la publication", "Date de publication", "ID de document ProQuest",
         "Auteur", "Sujet"),
    ],
)  # fmt: skip
def test_proquest_with_any_interface_is_read(labels):
    whole, title, outlet, day, number, author, subject = labels
    saved = (
        f"{'_' * 60}\n\nRain\n\n{whole}: It may rain.\n\nOr not.\n\n{subject}: Rain\n\n{title}: Rain\n\n"
        f"{author}: Jones, Anna\n\n{outlet}: The Sun; London\n\nAn unheard of label: x\n\n{day}: May 4, 2018\n\n"
        f"{number}: 2034\n\n"
    )
    found = table(read_export(saved.encode() * 2, "p.txt"))
    told = found[["text", "headline", "outlet", "author", "published", "article_id"]].to_numpy().tolist()
    assert told == [["It may rain.\nOr not.", "Rain", "The Sun", "Jones, Anna", "May 4, 2018", "2034"]] * 2


def test_europresse_html_is_read_and_nothing_of_it_lost():
    article = (
        "<article><header><span class='DocPublicationName'>The Sun, no. 1234</span>"
        "<span class='DocHeader'>News, vendredi 4 mai 2018 9 mots, p. 3</span>"
        "<div class='titreArticle'><p class='titreArticleVisu'>Rain is near</p></div>"
        "<p class='docAuthors'>Anna Jones</p></header><section><div class='docOcurrContainer'>"
        "<p>It may rain.</p><p>Or not.</p></div></section>"
        "<footer><div class='publiC-lblNodoc'>news·20180504·1</div>© 2018 The Sun</footer></article>"
    )
    found = read_export(f"<html><body>{article * 2}</body></html>".encode(), "e.html")
    shown = table(found)[["headline", "author", "outlet", "text"]].to_numpy().tolist()
    assert shown == [["Rain is near", "Anna Jones", "The Sun", "It may rain.\nOr not."]] * 2
    assert "© 2018 The Sun" in [text for _, left in found for _, text in left]


@pytest.mark.parametrize("heading", ["Graphic", "Clasificación", "Notes", "Anything New", "Link to Image"])
def test_any_heading_over_the_fields_of_nexis_uni_ends_a_body(tmp_path, heading):
    document = docx.Document()
    head = ["Rain is near", "The Sun", "May 4, 2018", "", "Copyright 2018 The Sun", "Length:\u00a09 words",
            "Byline:\u00a0Anna Jones", "Distribution: Every Zone", "Body", ""]  # fmt: skip
    for line in [*head, *PLAIN.split("\n"), "", heading, "Load-Date:\u00a0May 9, 2018", "End of Document"]:
        document.add_paragraph(line)
    document.save(tmp_path / "uni.docx")
    corpus = read(tmp_path / "uni.docx")
    assert corpus.articles[["text", "author"]].to_numpy().tolist() == [[PLAIN, "Anna Jones"]]


@pytest.mark.parametrize(
    ("name", "content", "seen"),
    [
        ("a.txt", "Rain\nIt may rain, he said.\nSource Citation\nGale Document Number: GALE|A1\n", "Gale"),
        ("a.txt", "Rain\nOpenURL Link\nIt may rain, he said.\n", "NewsBank"),
        ("a.txt", "Rain\nIt may rain.\n© 2018 Thomson Reuters. No claim to original works.\n", "Westlaw"),
        ("a.txt", "1 of 9 DOCUMENTS\n\nThe Sun\n", "headings like '1 of 10 DOCUMENTS'"),
        ("a.html", "<html><body><p>1 of 9 DOCUMENTS</p></body></html>", "marks of Nexis"),
        ("a.html", "<html><head><title>Factiva</title></head><p>Rain.</p></html>", "marks of Factiva"),
        ("a.txt", "The Sun\nRain\nIt may rain.\n© 2018 CEDROM-SNi inc.\n", "the name of Europresse"),
    ],
)
def test_what_shows_marks_of_an_export_is_never_a_page(tmp_path, name, content, seen):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match="no article found") as caught:
        read(tmp_path / name)
    assert seen in str(caught.value)


@pytest.mark.parametrize("headline", ["Location: unknown", "Source: nobody", "Length: nine days", "Title: none"])
def test_a_headline_that_looks_like_a_label_is_a_headline(tmp_path, headline):
    saved = nexis_text(1, 1, TWO).replace("Rain is near the city;\nPeople stay at home", headline)
    (tmp_path / "nexis.txt").write_text(saved)
    assert read(tmp_path / "nexis.txt").articles[["headline", "text"]].to_numpy().tolist() == [[headline, PLAIN]]


def test_nexis_html_with_another_interface_is_read(tmp_path):
    def article(number):
        head = [f"{number} von 2 DOKUMENTEN", "The Sun", "4. Mai 2018 Freitag", "Rain is near", "AUTOR: Anna Jones",
                "LÄNGE: 12 Wörter"]  # fmt: skip
        below = ["UPDATE: 9. Mai 2018", "SPRACHE: ENGLISH", "Copyright 2018 The Sun", "Alle Rechte vorbehalten"]
        lines = [*(f"<DIV><P><SPAN>{line}</SPAN></P></DIV>" for line in head),
                 *(f"<P><SPAN>{line}</SPAN></P>" for line in TWO.split("\n\n")),
                 *(f"<DIV><P><SPAN>{line}</SPAN></P></DIV>" for line in below)]  # fmt: skip
        return f"<A NAME='DOC_ID_{number}'></A><!-- <DOC NUMBER={number}> -->{''.join(lines)}"

    (tmp_path / "nexis.html").write_text(f"<HTML><BODY>{article(1)}{article(2)}</BODY></HTML>", encoding="utf-8")
    articles = read(tmp_path / "nexis.html").articles
    told = articles[["outlet", "published", "headline", "author", "text"]].to_numpy().tolist()
    assert told == [["The Sun", "2018-05-04", "Rain is near", "Anna Jones", PLAIN]] * 2


def test_factiva_rtf_has_neither_section_nor_publisher_in_its_articles(tmp_path):
    shown = ["News", "Rain is near", "", "Anna Jones", *SHOWN[2:9], *PLAIN.split("\n"), "Sun Group Limited", SHOWN[-1]]
    rtf = r"{\rtf1\ansi " + "".join(line.replace("©", r"\'a9") + r"\par " for line in shown * 2) + "}"
    (tmp_path / "f.rtf").write_text(rtf.replace("SUN0000020180504ee5400001", "SUN0000020180504ee5400002", 1))
    corpus = read(tmp_path / "f.rtf")
    assert (
        corpus.articles[["headline", "author", "text"]].to_numpy().tolist()
        == [["Rain is near", "Anna Jones", PLAIN]] * 2
    )
    assert {"News", "Sun Group Limited"} <= set(corpus.removed["text"])
