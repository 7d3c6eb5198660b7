"""Quotation marks of every kind are paired, and what only looks like one is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.voice.quotes import find_quotes
from analysis.voice.tokens import tokenise


def quoted(text: str) -> list[str]:
    """The stretches between quotation marks, marks included."""
    tokens = tokenise([text])
    quotes = find_quotes(tokens)
    return [tokens.slice(start, end) for start, end in zip(quotes.start, quotes.end, strict=True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('He called it "a grave error" again.', ['"a grave error"']),
        ("He called it “a grave error” again.", ["“a grave error”"]),
        ("He called it ‘a grave error’ again.", ["‘a grave error’"]),
        ("He called it 'a grave error' again.", ["'a grave error'"]),
        ("He called it «a grave error» again.", ["«a grave error»"]),
        ("He called it ``a grave error'' again.", ["``a grave error''"]),
        ("''We lost,'' he said.", ["''We lost,''"]),
        ('"We lost," he said. "We will win."', ['"We lost,"', '"We will win."']),
    ],
)
def test_marks_of_every_kind_are_paired(text: str, found: list[str]) -> None:
    assert quoted(text) == found


def test_marks_inside_marks_belong_to_the_outer_quotation() -> None:
    assert quoted("“She told me ‘never again’ and left,” he said.") == ["“She told me ‘never again’ and left,”"]
    assert quoted("‘She told me “never again” and left,’ he said.") == ["‘She told me “never again” and left,’"]
    assert quoted("“The “old” rules,” he said.") == ["“The “old” rules,”"]


def test_a_quotation_over_several_paragraphs_goes_on_at_each_repeated_opening_mark() -> None:
    tokens = tokenise(["“We lost the town.\n\n“We lost the road too.\n\n“We will be back,” he said."])
    quotes = find_quotes(tokens)
    assert quotes.paragraphs.tolist() == [3]
    assert tokens.slice(quotes.start[0], quotes.end[0]).endswith("back,”")
    assert quotes.closed.all()


def test_a_mark_never_closed_reaches_the_end_of_its_paragraph_or_sentence() -> None:
    assert quoted("“We lost the town. It is gone.\nThe rain fell.") == ["“We lost the town. It is gone"]
    assert quoted("He said “we lost the town. The rain fell.\nIt fell again.") == ["“we lost the town"]


def test_a_doubled_or_spaced_mark_still_closes() -> None:
    assert quoted('"We took the hill, "" he said.') == ['"We took the hill, ""']


def test_a_closing_mark_without_an_opening_one_is_no_quotation() -> None:
    assert quoted("We lost the town,” he said.") == []


@pytest.mark.parametrize(
    "text",
    [
        "The officials’ reports didn’t say whose the soldiers' boots were.",
        'He is 6\' 2" tall and the shelf is 12" wide.',
        "It was the spirit of the ’60s and '70s, rock 'n' roll.",
        "’Twas said.",
    ],
)
def test_apostrophes_inches_and_decades_open_nothing(text: str) -> None:
    assert quoted(text) == []


def test_a_possessive_inside_single_marks_does_not_close_them() -> None:
    assert quoted("‘The soldiers’ boots were wet,’ he said.") == ["‘The soldiers’ boots were wet,’"]


def test_brackets_and_ellipses_stay_inside() -> None:
    text = '"We see… Russia [and Iran] adopting … a posture," Wells said.'
    assert quoted(text) == ['"We see… Russia [and Iran] adopting … a posture,"']


@given(st.lists(st.text(alphabet=st.sampled_from("ab \n“”\"'‘’«».,é😀`\r\x00"), max_size=60), max_size=3))
def test_any_order_of_marks_gives_stretches_that_follow_one_another(texts: list[str]) -> None:
    tokens = tokenise(texts)
    quotes = find_quotes(tokens)
    assert (quotes.first < quotes.last).all()
    assert (quotes.last[:-1] <= quotes.first[1:]).all()
    assert (quotes.start < quotes.end).all()
    assert (tokens.text_of(quotes.start) == tokens.text_of(quotes.end - 1)).all()
