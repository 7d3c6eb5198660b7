"""Damaged text is put right, so that it gives the mentions and voices of the sound text; sound text stays as it is."""

import html
import json
import re
import textwrap

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.codebook.scoring import score
from analysis.read import read
from analysis.read.repair import repair_texts

# Written for these tests: marks, apostrophes, a subheading, an abbreviation and words that are counted.
SOUND = (
    "The ministry said on Monday that the rebels may have received weapons from across the border, and that it didn’t "
    "know of any talks.\n"
    "“There is no evidence of this, and the story is allegedly a fake,” Anna Jones, the minister, told reporters in "
    "the capital.\n"
    "No grounds for concern\n"
    "The opposition’s leader said she “can’t confirm” the report, which was reportedly written by two officials of the "
    "so-called peace commission in the U.S. capital.\n"
    "Officials confirmed the flights in a final statement on Tuesday."
)


def straight(text):
    return text.translate(str.maketrans("“”‘’", "\"\"''"))


def wrapped(text, width, gap="\n\n"):
    lines = [textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")]
    return gap.join("\n".join(paragraph) for paragraph in lines)


def tokenised(text):
    text = re.sub(r"([“(])", r"\1 ", re.sub(r"([”),;])", r" \1", text))
    text = re.sub(r"(?<!U\.S)\.(?=\s|$)", " .", text)
    return re.sub(r"n’t\b", " n’t", re.sub(r"’s\b", " ’s", text))


STATES = {
    "wrapped at 72 columns": wrapped(SOUND, 72),
    "wrapped at 72 columns, without empty lines": wrapped(SOUND, 72, "\n"),
    "wrapped at 50 columns": wrapped(SOUND, 50),
    "wrapped with Windows line ends": wrapped(SOUND, 72).replace("\n", "\r\n"),
    "Windows control characters": "".join(
        character.encode("cp1252").decode("latin1") if character in "“”’" else character for character in SOUND
    ),
    "HTML entities": html.escape(straight(SOUND)),
    "named and numbered entities": SOUND.replace("“", "&ldquo;").replace("”", "&#148;").replace("’", "&#x2019;"),
    "entities escaped twice": html.escape(html.escape(SOUND.replace("’", "&rsquo;"))),
    "paragraph tags": "".join(f'<p class="body">{line}</p>\n' for line in SOUND.split("\n")),
    "tags of every kind": f"<div><!-- ad --><script>var a = 1;</script><b>{SOUND}</b></div>".replace("\n", "<br/><br>"),
    "escaped tags": html.escape("".join(f"<p>{line}</p>" for line in SOUND.split("\n"))),
    "literal line ends": SOUND.replace("\n", "\\n"),
    "literal double line ends": SOUND.replace("\n", "\\r\\n\\r\\n"),
    "as JSON writes it": json.dumps(straight(SOUND))[1:-1],
    "as JSON writes it in ASCII": json.dumps(SOUND)[1:-1],
    "tokenised": tokenised(SOUND),
    "tokenised with straight marks": straight(tokenised(SOUND)),
    "blanks inside marks": re.sub('"([^"]*)"', r'" \1 "', straight(SOUND)),
    "a wrong encoding": SOUND.encode().decode("cp1252", "replace"),
    "another wrong encoding": SOUND.encode().decode("latin1"),
    "soft hyphens": SOUND.replace("evi", "evi\u00ad").replace("alleg", "al\u00adleg"),
    "characters without width": SOUND.replace(" ", "\u200b ").replace("no", "n\u2060o"),
    "line separators": SOUND.replace("\n", "\u2028"),
    "full-width marks": straight(SOUND).replace('"', "＂"),
    "double primes": straight(SOUND).replace('"', "″"),
    "ligatures": SOUND.replace("fi", "ﬁ").replace("ffi", "ﬃ"),
    "words parted at line ends": SOUND.replace("allegedly", "alleg-\nedly").replace("evidence", "evi-\n dence"),
    "opening marks for apostrophes": SOUND.replace("’", "‘"),
    "accents for apostrophes": SOUND.replace("’", "´"),
    "underscores": SOUND.replace("allegedly", "_allegedly_").replace("no evidence of this", "_no evidence of this_"),
}


def said(texts):
    """What is counted, in whose voice, whatever the marks."""
    mentions = score(read([{"text": text} for text in texts]).articles).mentions
    told = mentions[["article_id", "section", "match", "feature", "voice", "speaker"]].fillna("")
    rows = told.map(lambda cell: " ".join(straight(cell).split())).itertuples(index=False, name=None)
    found = {f"record-{number}": [] for number in range(1, len(texts) + 1)}
    for article, *row in rows:
        found[article].append(tuple(row))
    return list(found.values())


@pytest.fixture(scope="module")
def of_states():
    first, *others = said([SOUND, *STATES.values()])
    return first, dict(zip(STATES, others, strict=True))


@pytest.mark.parametrize("state", STATES)
def test_a_damaged_text_gives_the_mentions_and_voices_of_the_sound_one(of_states, state):
    sound, found = of_states
    assert {voice for *_, voice, _ in sound} == {"newsroom", "quoted", "reported"}
    assert found[state] == sound


@pytest.mark.parametrize("state", STATES)
def test_a_repair_is_noted_and_repeating_it_changes_nothing(state):
    corpus = read([STATES[state]])
    assert corpus.notes["field"].tolist() == ["text"] * len(corpus.notes)
    assert len(corpus.notes)
    again = read(corpus.articles)
    assert again.articles["text"].tolist() == corpus.articles["text"].tolist()
    assert again.notes.empty


@pytest.mark.parametrize(
    "text",
    [
        SOUND,
        straight(SOUND),
        "He paid 5 < 6 and AT&T > 3, wrote <anna@example.org> & left <unclear>.",
        "It lies in C:\\new\\reports, he said.",
        "He said . . . that it may rain , perhaps . . . or not.",
        "Three things:\n- bread\n- water\nand wine",
        "bread\nwater\nwine",
        'The pipe is 5" wide and 7" long.',
        "The snake_case_name of a __dunder__ and a_b.",
        "She said:\n“No.”\nHe left.",
        "‘No,’ he said. ‘Never.’",
        "The rock ’n’ roll of the ’90s",
        "Zoë Müller of Saint-Étienne said “señor”, in Château Â.",
        "A short line\nAnother short line\n\nThe end of it all.",
    ],
)
def test_sound_text_stays_to_the_character(text):
    corpus = read([text])
    assert corpus.articles["text"].tolist() == [text]
    assert corpus.notes.empty


def test_a_hyphen_of_its_own_is_kept():
    text = "The well-\nknown and so-\ncalled man, pre-\nand post-war."
    assert read([text]).articles["text"].tolist() == ["The well-known and so-called man, pre-\nand post-war."]


def test_a_hyphen_at_a_line_end_does_not_hide_the_width_of_a_text():
    text = "The minister said on Monday that the so-called commission would travel to the north, and that " * 3
    whole = f"{text}the then-Speaker Anna Jones knew of it, it said. Alleg-edly nobody else in the capital did."
    lines = textwrap.wrap(whole.replace("Alleg-edly", "Allegedly"), 50)
    broken = "\n".join(lines).replace("Allegedly", "Alleg-\nedly")
    assert read([broken]).articles["text"].tolist() == [whole.replace("Alleg-edly", "Allegedly")]


def test_headlines_are_repaired_too():
    corpus = read([{"text": "It may rain.", "title": "Minister: â€œno evidenceâ€\ufffd &amp; no rain"}])
    assert corpus.articles["headline"].tolist() == ["Minister: “no evidence” & no rain"]
    assert set(corpus.notes["field"]) == {"headline"}


@given(st.lists(st.text(alphabet=st.sampled_from(list("aB .,\n\"'“”’_-<p>&lt;\\n\u00ad\u0093?")), max_size=80)))
def test_any_text_can_be_repaired_once_for_all(texts):
    given_texts = pd.Series(texts, dtype="str")
    before = given_texts.tolist()
    repaired, notes = repair_texts(given_texts)
    assert given_texts.tolist() == before
    assert len(repaired) == len(texts)
    assert set(notes["row"]) == set(repaired.index[repaired != given_texts])
