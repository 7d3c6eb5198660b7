"""Whatever bytes are read and whatever texts are scored: an answer or one line, and offsets that hold.

``make fuzz`` tries many more: FUZZ is how many examples each test draws.
"""

import gzip
import os

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from analysis.codebook.lexicon import read_lexicon
from analysis.codebook.scoring import score
from analysis.read import describe, read
from analysis.tables import InputError

EXAMPLES = int(os.environ.get("FUZZ", "25"))
hostile = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None,
                   phases=[Phase.explicit, Phase.generate])  # fmt: skip

LEXICON = read_lexicon()
#: What files of articles are made of, and what breaks their readers.
BYTES = [
    b'"',
    b"'",
    b",",
    b"\t",
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b"]",
]
BYTES += [
    b":",
    b'"text"',
    b"text",
    b"id",
    b"date",
    b"2018-03-06",
    b"0000-00-00",
    b"NaN",
    b"\\ud800",
    b"<p>",
    b"&#0;",
    b"PK",
]
BYTES += [
    b"HD\n",
    b"Full text: ",
    b"1 of 2 DOCUMENTS\n",
    b"{\\rtf1 ",
    b"<!DOCTYPE a>",
    b"It may rain, he said. ",
    b"\x1f\x8b",
]
KINDS = [
    "csv",
    "tsv",
    "jsonl",
    "json",
    "txt",
    "html",
    "xml",
    "rtf",
    "docx",
    "xlsx",
    "parquet",
    "zip",
    "csv.gz",
    "jsonl.gz",
]
#: What sentences are made of, and what finding quotations in them turns on.
WORDS = [
    "“",
    "”",
    '"',
    "'",
    "‘",
    "’",
    "—",
    "...",
    ",",
    ".",
    "?",
    "(",
    ")",
    ":",
    ";",
    "\n",
    "\n\n",
    "\0",
    "\u2028",
    "\ufeff",
]
WORDS += ["he said", "said", "told", "according to", "Wells", "the ministry", "that", "may", "allegedly", "no evidence"]
WORDS += [
    "so-called",
    "not",
    "if",
    "Mr.",
    "U.S.",
    "3,000",
    "e\u0301",
    "İstanbul",
    "🎉",
    "\U0010ffff",
    "http://a.b",
    "of the",
    "it",
]


@seed(17)
@hostile
@given(st.sampled_from(KINDS), st.lists(st.sampled_from(BYTES), max_size=40), st.booleans())
def test_any_bytes_under_any_name_are_read_or_refused_in_one_line(tmp_path_factory, kind, parts, packed):
    path = tmp_path_factory.mktemp("any") / f"a.{kind}"
    content = b"".join(parts)
    path.write_bytes(gzip.compress(content) if packed and kind.endswith("gz") else content)
    try:
        corpus = read(path, languages=None)
    except InputError as error:
        assert "\n" not in str(error) and "a." in str(error)
    else:
        assert corpus.articles["article_id"].is_unique and corpus.articles["text"].notna().all()
        assert describe(corpus)


@seed(17)
@hostile
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=60), min_size=1, max_size=3), st.booleans())
def test_any_texts_are_scored_and_every_offset_holds(texts, spaced):
    given = [(" " if spaced else "").join(words) for words in texts]
    try:
        corpus = read([{"id": n, "text": text, "title": text[:40]} for n, text in enumerate(given)], languages=None)
    except InputError as error:
        assert "no text" in str(error)
        return
    scored = score(corpus.articles, LEXICON, None)
    known = scored.articles.set_index("article_id")
    for row in scored.mentions.itertuples():
        text = known["headline" if row.section == "headline" else "text"][row.article_id]
        assert text[row.start : row.end] == row.match and row.sentence_start <= row.start < row.end <= row.sentence_end
    for row in scored.quotations.dropna(subset="speaker").itertuples():
        text = known["headline" if row.section == "headline" else "text"][row.article_id]
        assert (
            0 <= row.start < row.end <= len(text) and row.speaker == text[int(row.speaker_start) : int(row.speaker_end)]
        )
    counted = scored.scores.query("voice != 'all'").groupby("section")["mentions"].sum().sum()
    assert counted <= len(scored.mentions)
