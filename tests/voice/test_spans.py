"""Whose words: each construction that attributes a content, and what must stay the newsroom's."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook.quotations import find_quotations
from analysis.tables import QUOTATIONS
from analysis.voice import VOICES, Vocabulary, find


def quotations(text: str, headline: str = "") -> pd.DataFrame:
    return find_quotations(pd.DataFrame({"article_id": ["a"], "headline": [headline], "text": [text]}))


def contents(text: str, kind: str | None = None) -> list[str]:
    """Attributed contents that no other attribution encloses, in the order of the text."""
    found = quotations(text)
    found = found[found["parent_id"].isna()].sort_values(["start", "end"])
    if kind:
        found = found[found["kind"] == kind]
    return [text[start:end] for start, end in zip(found["start"], found["end"], strict=True)]


def voices(text: str) -> dict[str, list[str]]:
    """Words of each voice."""
    found = find(pd.Series([text]))
    words = [found.tokens.vocabulary.strings[code] for code in found.tokens.word]
    return {name: [w for w, v in zip(words, found.voice, strict=True) if VOICES[v] == name] for name in VOICES}


def owner_of(word: str, text: str) -> tuple[str, str]:
    """Voice of the only such word of a text, and the person who owns it (empty in the newsroom's own words)."""
    found = find(pd.Series([text]))
    words = [found.tokens.vocabulary.strings[code] for code in found.tokens.word]
    place = words.index(word)
    assert words.count(word) == 1
    person = -1 if found.owner[place] < 0 else found.spans["person"][found.owner[place]]
    return VOICES[found.voice[place]], found.persons[person] if person >= 0 else ""


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Wells said that Moscow may agree.", "that Moscow may agree"),
        ("Wells said Moscow may agree.", "Moscow may agree"),
        ("Moscow may agree, Wells said.", "Moscow may agree"),
        ("Moscow may agree, said Wells, who leads the talks, on Monday.", "Moscow may agree"),
        ("According to Wells, Moscow may agree.", "Moscow may agree"),
        ("Moscow may agree, according to Wells.", "Moscow may agree"),
        ("Wells told reporters that Moscow may agree.", "that Moscow may agree"),
        ("Wells told lawmakers Moscow may agree.", "Moscow may agree"),
        ("Moscow denied the allegations.", "the allegations"),
        ("Moscow has repeatedly denied arming the insurgents.", "arming the insurgents"),
        ("Moscow called the claims baseless.", "the claims baseless"),
        ("Lavrov believes the talks will fail.", "the talks will fail"),
        ("The ministry wants to end the war.", "to end the war"),
        ("The ministry plans to send more troops.", "to send more troops"),
        ("Wells did not say that Moscow agreed.", "that Moscow agreed"),
        ("Wells left the room, adding that talks would go on.", "that talks would go on"),
        ("He shrugged, claiming that nobody was hurt.", "that nobody was hurt"),
        ("Kabulov was quoted as saying that the talks failed.", "that the talks failed"),
        ("It is alleged that Moscow paid them.", "that Moscow paid them"),
        ("Wells said in a long statement on Friday that Moscow may agree.", "that Moscow may agree"),
        ("The agency cited Miller, the commander, as saying that Iran, Russia and China helped.",
         "that Iran, Russia and China helped"),
    ],
)  # fmt: skip
def test_a_report_without_marks_attributes_its_content_alone(text: str, content: str) -> None:
    assert contents(text, "indirect") == [content]


def test_accusing_somebody_of_something_attributes_the_charge() -> None:
    assert contents("Washington accused Moscow of arming the insurgents.")[0].endswith("of arming the insurgents")


def test_a_noun_attributes_what_it_introduces() -> None:
    assert contents("The assertion that Moscow paid them is old.")[0].startswith("that Moscow paid them")
    assert contents("His claim that Moscow paid them is old.")[0].startswith("that Moscow paid them")


def test_direct_speech_is_told_from_reported_speech_by_its_marks() -> None:
    assert contents("“We lost the town,” Wells said.", "direct") == ["“We lost the town,”"]
    found = voices("Wells said the plan was “a grave error” and would fail.")
    assert found["quoted"] == ["a", "grave", "error"]
    assert found["reported"] == ["the", "plan", "was", "and", "would", "fail"]
    assert found["newsroom"] == ["Wells", "said"]


def test_the_parts_of_one_attribution_share_its_identifier() -> None:
    found = quotations("“We lost the town,” Wells, the envoy, said. “We will try again.”")
    assert found["attribution_id"].tolist() == ["a:1", "a:1"]


def test_quotations_over_several_paragraphs_are_one_span() -> None:
    text = "“We lost the town.\n\n“We will be back in the spring with more men,” Wells said.\n\nIt rained."
    assert contents(text, "direct") == [text[: text.index(" Wells")]]


def test_a_quotation_after_a_colon_and_a_line_end_belongs_to_the_cue_before_it() -> None:
    text = (
        "When reporters asked about the town she said:\n“All I can say is that it was lost and that we will be back.”"
    )
    found = quotations(text)
    assert found.loc[found["kind"] == "direct", "cue"].tolist()[-1] == "said"


def test_scare_quotes_and_titles_of_works_are_not_speech() -> None:
    assert voices("The town, which NATO left last year, has a so-called “peace park”.")["quoted"] == []
    assert voices("She left “War and Peace” on the train.")["quoted"] == []


def test_the_newsrooms_own_clause_beside_a_report_stays_its_own() -> None:
    found = voices("“We lost the town,” Wells told the committee, without elaborating.")
    assert found["newsroom"] == ["Wells", "told", "the", "committee", "without", "elaborating"]
    assert voices("The town fell on Monday. It rained.")["newsroom"] == [
        "The",
        "town",
        "fell",
        "on",
        "Monday",
        "It",
        "rained",
    ]


def test_the_speakers_name_and_apposition_stay_out_of_the_content() -> None:
    said = "Moscow is not paying anybody, such claims are groundless"
    assert contents(f"{said}, Zamir Kabulov, the Russian envoy to Kabul, told Sputnik.") == [said]


def test_a_report_inside_a_report_has_its_own_speaker_and_a_parent() -> None:
    found = quotations("Wells said that Moscow denied the charges.").set_index("cue")
    assert found.loc["denied", "parent_id"] == found.loc["said", "attribution_id"]
    assert found.loc["denied", "speaker"] == "Moscow"


def test_the_commander_owns_what_the_denied_allegation_says() -> None:
    text = "Russia denied allegations by the commander of NATO that Moscow may be assisting the Taliban."
    assert owner_of("may", text) == ("reported", "commander of NATO")


@pytest.mark.parametrize(
    ("headline", "content", "speaker"),
    [
        ("US to Leave Town by Spring - Diplomat", "US to Leave Town by Spring", "Diplomat"),
        ("Taliban leader killed in raid — Reports", "Taliban leader killed in raid", "Reports"),
        ("Reports: Taliban leader killed in raid", "Taliban leader killed in raid", "Reports"),
        ("Trump: “I will win the war”", "“I will win the war”", "Trump"),
        ("Kabulov says talks may fail", "talks may fail", "Kabulov"),
    ],
)
def test_headline_forms(headline: str, content: str, speaker: str) -> None:
    found = quotations("It rained.", headline)
    row = found[found["section"] == "headline"].iloc[-1]
    assert headline[row["start"] : row["end"]] == content
    assert row["speaker"] == speaker


def test_the_name_of_the_site_after_a_dash_is_no_speaker() -> None:
    assert quotations("It rained.", "Taliban leader killed - CNN").empty


def test_a_quotation_that_ends_a_paragraph_or_a_headline_is_not_claimed_by_the_next() -> None:
    text = "He called it “a grave and terrible error.”\nThe Post mocked him."
    found = quotations(text, "War is “a grave and terrible error”")
    assert not ((found["cue"] == "mocked") & (found["end"] <= text.index("The Post"))).any()
    assert (found["cue_start"].dropna() < len(text)).all()


@pytest.mark.parametrize(
    ("cue", "stance"),
    [("said", "neutral"), ("claimed", "doubting"), ("confirmed", "endorsing"), ("denied", "denying")],
)
def test_the_cue_carries_the_stance(cue: str, stance: str) -> None:
    found = quotations(f"Wells {cue} that Moscow paid them.")
    assert found[["cue", "stance"]].to_numpy().tolist() == [[cue, stance]]


def test_the_table_has_its_columns_and_offsets_that_hold() -> None:
    text = "“Нет 😀 war,” Wells said. Élan Müller believes that it is “over”."
    found = quotations(text)
    assert found.columns.tolist() == QUOTATIONS
    assert [text[s:e] for s, e in zip(found["cue_start"], found["cue_end"], strict=True)] == found["cue"].tolist()
    assert text[found["start"][0] : found["end"][0]] == "“Нет 😀 war,”"


def test_subheadings_are_a_section_of_their_own() -> None:
    text = "The war went on for years.\nMoscow denies the claim\nIt rained."
    assert quotations(text)["section"].tolist() == ["subheading"]


def test_articles_in_one_batch_or_alone_give_the_same_rows() -> None:
    texts = ["Wells said that Moscow may agree.", "“No,” he said. “Never.”", "", "Moscow denied it.\n\n“We left"]
    together = find_quotations(pd.DataFrame({"article_id": list("abcd"), "text": texts}))
    alone = [
        find_quotations(pd.DataFrame({"article_id": [i], "text": [t]})) for i, t in zip("abcd", texts, strict=True)
    ]
    pd.testing.assert_frame_equal(together, pd.concat([f for f in alone if len(f)], ignore_index=True))


#: Texts whose first or last words once took on a meaning from the text that happened to stand beside them in a batch.
BORDERS = [
    "Mayor 8th most unpopular in the country, poll says",
    "“No comment,” the mayor said. Then he added: “We will build it with high technology.”",
    "Green deal: Mayor unveils bold plan to fight floods",
    "“Peace is possible,” she said. Nobody asked the",
    "California is offering $500 to those who don't qualify",
    "Editor’s note",
    "He did not say what we know",
    "Asked about it, the envoy denied that",
    "“I did,” “We did”",
]


def test_what_is_found_in_an_article_does_not_depend_on_its_neighbours() -> None:
    pairs = list(itertools.product(BORDERS, repeat=2))
    articles = pd.DataFrame({"headline": [h for h, _ in pairs], "text": [t for _, t in pairs]}).astype("str")
    articles["article_id"] = articles.index.astype("str")
    alone = pd.concat([find_quotations(articles.loc[[row]]) for row in articles.index], ignore_index=True)
    for seed in range(3):
        together = find_quotations(articles.sample(frac=1, random_state=seed))
        again = together.sort_values("article_id", key=lambda ids: ids.astype(int), kind="stable")
        pd.testing.assert_frame_equal(again.reset_index(drop=True), alone)


NEWS = st.sampled_from(
    ["said", "Wells", "that", "“", "”", '"', ",", ".", "\n", "according to", "denied", "claims", "who", "he", ":", "-",
     "told", "by", "as saying", "quoted", "in", "view", "'", "’", "Reports", "\x00", "é", "😀", "I", "and"]
)  # fmt: skip


#: Known to all examples, as it is to all batches of a run: what a word is need not be worked out for each anew.
VOCABULARY = Vocabulary()


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(st.one_of(NEWS, st.text(max_size=4)), max_size=25).map(" ".join), max_size=4))
def test_arbitrary_text_never_fails_and_offsets_hold(texts: list[str]) -> None:
    series = pd.Series(texts, dtype="str")
    found = find(series, series[::-1].reset_index(drop=True), VOCABULARY)
    whole = [text for pair in zip(texts[::-1], texts, strict=True) for text in pair]
    for row in found.spans.itertuples():
        text = whole[row.text]
        assert 0 <= row.start < row.end <= len(text)
        assert (row.speaker_start >= 0) == (row.speaker_end > row.speaker_start)
        assert max(row.speaker_end, row.cue_end) <= len(text)
        assert row.person < len(found.persons)
    assert not found.spans.duplicated(["text", "start", "end", "attribution"]).any()
    inside = np.zeros(len(found.voice), dtype=bool)
    for first, last in zip(found.spans["first"], found.spans["last"], strict=True):
        inside[first:last] = True
    assert ((found.voice > 0) == inside).all()
    assert ((found.owner >= 0) == inside).all()


@pytest.mark.parametrize(
    ("word", "text", "owner"),
    [
        # *said* without *that*: the content opens at the subject of its clause
        ("unlikely", "Wells said it is unlikely that Moscow sends arms.", ("reported", "Wells")),
        ("may", "The army said its units may leave and that talks go on.", ("reported", "army")),
        # a clause between subject and cue; a preposition behind the subject; a preposition in a name
        ("may", "An envoy, who was not allowed to speak publicly, said Moscow may pay them.", ("reported", "envoy")),
        ("may", "An aide, speaking on condition of anonymity, said Moscow may pay them.", ("reported", "aide")),
        ("may", "Two aides familiar with the matter said the talks may fail.", ("reported", "Two aides familiar")),
        ("may", "Nurses Without Borders said three people may have died.", ("reported", "Nurses Without Borders")),
        ("may", "Some aides and friends said that he may go.", ("reported", "aides and friends")),
        # leads attributed at the end
        ("may", "Moscow may be paying them, Wells stated at a press conference in Kabul.", ("reported", "Wells")),
        ("was", "The envoy was hurt, Lavrov said answering a question.", ("reported", "Lavrov")),
        ("may", "The bridge may fall, says a report by the council.", ("reported", "report")),
        ("may", "Two schools may close, the mayor wrote on his page.", ("reported", "mayor")),
        ("may", "Rain may come, an envoy was quoted as saying on Friday.", ("reported", "envoy")),
        ("may", "In Kabul, the army said on Monday the rebels may have fled.", ("reported", "army")),
        ("may", "KABUL, Afghanistan (AP) -- The group may join the talks, a spokesman said Tuesday.",
         ("reported", "spokesman")),
        ("may", "An aide who attended the talks said Moscow may agree.", ("reported", "aide")),
        ("may", "The bridge may fall, the ministry's press service said on Friday.",
         ("reported", "ministry's press service")),
        # a relative clause behind a noun is no content of it
        ("perhaps", "It is a proposal that seems perhaps too bold.", ("newsroom", "")),
        # the innermost owns the words
        ("false", "“It is false,” Wells told the agency, according to Reuters.", ("quoted", "Wells")),
        ("may", "She denied reports by some aides claiming that he may go.", ("reported", "aides")),
        ("may", "Wells rejected US claims that Moscow may pay them.", ("reported", "US")),
        ("may", "Kyodo reported, citing two aides, that Tokyo may agree.", ("reported", "two aides")),
        ("may", "The pact may fail, its author was quoted as saying by Kyodo.", ("reported", "author")),
        ("may", "He denied media reports that the king may abdicate.", ("reported", "media reports")),
        # a comment after the content is the newsroom's
        ("apparently", "Wells said the talks were over, apparently alluding to Geneva.", ("newsroom", "")),
        ("apparent", "Wells said the others were to blame, an apparent swipe at Paris.", ("newsroom", "")),
        ("apparently", "Police said the men, apparently drunk, had fired.", ("reported", "Police")),
        # a question is not the words of who is asked
        ("alleged", "Asked by the BBC about the alleged deal, Wells told them that it was over.", ("newsroom", "")),
        ("alleged", "In response to a question on the alleged deal, Wells said it was over.", ("newsroom", "")),
        ("alleged", "Reporters asked him about the alleged deal, and he left.", ("newsroom", "")),
        ("alleged", "Wells, asked about the alleged payments, said that they had stopped.", ("newsroom", "")),
        # the newsroom goes on behind an attributed clause
        ("apparently", "It was over, he said, in what was apparently a joke.", ("newsroom", "")),
        ("perhaps", "Wells said that the talks were over, in what was perhaps a hint.", ("newsroom", "")),
        ("perhaps", "Wells wrote that he “could not stay” and he perhaps left.", ("newsroom", "")),
        ("noted", "The ministry said that it had paid and noted that it would pay.", ("newsroom", "")),
        # rare verbs of speech
        ("may", "The report states that the bridge may fall.", ("reported", "report")),
        ("may", "Wells stated to the paper that the bridge may fall.", ("reported", "Wells")),
        # marks
        ("may", "Boats turn round and may never land,” the minister said.", ("quoted", "minister")),
        ("may", "\" It may rain , \" said Anna Jones . It was cold .", ("quoted", "Anna Jones")),
        ("may", "＂It may rain,＂ said Anna Jones. It was cold.", ("quoted", "Anna Jones")),
        # labels
        ("may", "ANNA JONES, HOST: It may rain. Will it?\nBOB SMITH: No.", ("quoted", "ANNA JONES")),
        ("may", "REP. SMITH (D-OH): It may rain.", ("quoted", "SMITH")),
        ("may", "Q: Will it rain?\nA: It may.", ("quoted", "A")),
        ("may", "ANNA JONES:\nIt may rain.", ("quoted", "ANNA JONES")),
        ("may", "Reporter: And the war?\nJan Petrov: It may last for years.", ("quoted", "Jan Petrov")),
        ("perhaps", "Anna Jones: “It rains.” It is perhaps cold.", ("newsroom", "")),
        ("perhaps", "Anna Jones (in Russian): “It rains.” It is perhaps cold.", ("newsroom", "")),
    ],
)  # fmt: skip
def test_whose_word_it_is(word: str, text: str, owner: tuple[str, str]) -> None:
    assert owner_of(word, text) == owner


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Alice Wells said that it was over.", "person"),
        ("The foreign ministry said that it was over.", "office"),
        ("Washington said that it was over.", "office"),
        ("Local residents said that it was over.", "group"),
        ("Reuters reported that it was over.", "medium"),
        ("The report said that it was over.", "document"),
        ("Government authorities said that it was over.", "office"),
        ("The border services said that it was over.", "office"),
        ("A monitoring group said that it was over.", "office"),
        ("A gay couple said that it was over.", "group"),
        ("Sources in Kabul said that it was over.", "unnamed"),
        ("An official said on condition of anonymity that it was over.", "unnamed"),
    ],
)
def test_the_kind_of_a_source(text: str, kind: str) -> None:
    assert quotations(text)["source_kind"].tolist()[-1] == kind


def test_where_nobody_is_named_there_is_no_kind_of_source() -> None:
    assert quotations("It is alleged that Moscow paid them.")["source_kind"].isna().all()


def test_a_heading_before_a_colon_is_no_speaker() -> None:
    assert quotations("WASHINGTON: The talks may fail, and this is what comes after them.").empty
    assert quotations("Note: It may rain.").empty


def test_a_sentence_of_thousands_of_cues_takes_no_more_than_its_length():
    peaks = []
    for cues in (1000, 2000):
        tracemalloc.start()
        quotations("He said that " * cues + "it may rain.")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2.6 * peaks[0]

    def seconds(cues):
        before = time.process_time()
        quotations("He said that " * cues + "it may rain.")
        return time.process_time() - before

    # Eight times the cues took 3 times as long; with every place of the sentence looked at, 39 to 52 times.
    assert seconds(4000) < 16 * max(seconds(500), seconds(500))
