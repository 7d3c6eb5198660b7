"""Words, gaps and sentences: the same words as the project's definition, and offsets that hold."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.voice.tokens import Vocabulary, sentence_bounds, split_sentences, tokenise

WORD = re.compile(r"\w+(?:['’-]\w+)*")
TEXT = st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("ab '’-.\n“”")), max_size=60)


def words(text: str) -> list[str]:
    tokens = tokenise([text])
    return [tokens.vocabulary.strings[code] for code in tokens.word]


def sentences(text: str) -> list[str]:
    tokens = tokenise([text])
    starts, ends = sentence_bounds(tokens)
    return [tokens.slice(start, end) for start, end in zip(starts, ends, strict=True)]


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXT, max_size=4))
def test_words_are_those_of_the_definition_with_offsets_that_hold(texts):
    tokens = tokenise(texts)
    owner = tokens.text_of(tokens.start)
    start, end = tokens.characters(tokens.start, owner), tokens.characters(tokens.end, owner)
    found = [(int(t), int(s), int(e)) for t, s, e in zip(owner, start, end, strict=True)]
    assert found == [(i, m.start(), m.end()) for i, text in enumerate(texts) for m in WORD.finditer(text)]
    assert np.array_equal(tokens.bytes_of(start, owner), tokens.start)
    assert tokens.strings(tokens.start, tokens.end).to_pylist() == [texts[t][s:e] for t, s, e in found]


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXT, max_size=4))
def test_a_batch_gives_what_its_texts_give_alone(texts):
    together = tokenise(texts, Vocabulary())
    counts = [len(tokenise([text]).word) for text in texts]
    assert np.diff(together.first).tolist() == counts
    begins = [together.sentence[i] for i, n in zip(together.first, counts, strict=False) if n]
    assert len(set(begins)) == len(begins), "a sentence runs from one text into the next"


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_sentences_hold_their_words_and_do_not_overlap(text):
    tokens = tokenise([text])
    if not len(tokens.word):
        return
    starts, ends = sentence_bounds(tokens)
    assert (starts[tokens.sentence] <= tokens.start).all()
    assert (tokens.end <= ends[tokens.sentence]).all()
    assert (ends[:-1] <= starts[1:]).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. Nobody came.", ["It rained.", "Nobody came."]),
        ("Lt. Gen. Doe met Sen. Roe. They left.", ["Lt. Gen. Doe met Sen. Roe.", "They left."]),
        ("He lives in the U.S. The house is old.", ["He lives in the U.S.", "The house is old."]),
        ("The U.S. Senate voted.", ["The U.S. Senate voted."]),
        ("J. R. Doe said no. 1 is ours.", ["J. R. Doe said no. 1 is ours."]),
        ("“It is over.” She left.", ["“It is over.”", "She left."]),
        ('"Is it over?" he asked.', ['"Is it over?" he asked.']),
        ("Prices rose 3.5 percent.", ["Prices rose 3.5 percent."]),
        ("A heading\nA line", ["A heading", "A line"]),
        ("He paused… Then he spoke.", ["He paused…", "Then he spoke."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, expected):
    assert sentences(text) == expected


def test_a_vocabulary_goes_on_from_batch_to_batch():
    vocabulary = Vocabulary()
    first = tokenise(["one two"], vocabulary)
    length = vocabulary.table("length", len, "int32")
    second = tokenise(["two three"], vocabulary)
    assert second.word[0] == first.word[1]
    grown = vocabulary.table("length", len, "int32")
    assert grown[second.word].tolist() == [3, 5]
    assert np.array_equal(grown[: len(length)], length)


def test_a_nul_in_a_text_separates_nothing():
    tokens = tokenise(["a\x00b", "c"])
    assert np.diff(tokens.first).tolist() == [2, 1]


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXT, max_size=4))
def test_sentences_of_several_texts_are_those_of_each_in_code_points(texts):
    found = [(row, texts[row][start:end]) for row, start, end in split_sentences(texts).itertuples(index=False)]
    plain = [text.replace("\x00", " ") for text in texts]
    assert [(row, said.replace("\x00", " ")) for row, said in found] == [
        (row, said) for row, text in enumerate(plain) for said in sentences(text)
    ]
