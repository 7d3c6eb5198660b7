"""Pages are cut down to the article by their structure, and every cut has a reason."""

import textwrap
import time
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.read import read
from analysis.read.articles import WORD
from analysis.read.pages import clean_page, find_agencies, section_lines

# Written for these tests, in the shape of pages of four outlets.
SPUTNIK = """\
 date 2019-02-11 Register
09:15 GMT +311 February 2019
Search
    Grain harvest. (File)

    Minister Says Wheat Exports 'Did Not Stop' Despite Claims - Ministry

    © Sputnik / Ivan Petrov
    Business
    Get short URL
    204

    MOSCOW (Sputnik) - Wheat exports from the southern ports never stopped, the agriculture minister said on Monday.

    "We loaded ships on every single day of the month," the minister told\u00a0 reporters.

    READ MORE: Five Things to Know About Bread

    Port Capacity to Grow

    A tractor stands in a field near Rostov
    © AP Photo/ Anna Jones
    Farmers Demand Cheaper Fuel as Spring Nears
    The ministry plans two new terminals, according to the minister, who did not name a date.

    The Wheat Union* called the plan empty and asked for evidence that it is paid for.

    *The Wheat Union, formerly known as Wheat Front, is banned in the region

    Related:

    Bread Prices Rise in the North
    Ministry Denies Fuel Shortage
    Tags:
    wheat, ports, minister
    Community standardsDiscussion
    Comment via Facebook
    Log in
    The users of this site are obliged to speak respectfully to one another at all times.
"""

TASS = """\
Deputy minister rejects claims of shortage

ROME, May 14. /TASS/. Italy sees no signs of a shortage of grain, the deputy minister said at a news conference.
He spoke about recent reports in the press. The reports claimed that the stores were empty.
No grounds for concern
"There are no grounds for concern. We have grain for two years," he said, without elaborating on the sources of it.
The opposition has not yet commented on the statement of the ministry or on the figures that it gave.
"""

NEWSPAPER = """\
Parliament passes the water bill after a long debate

Parliament passes the water bill after a long debate

Parliament passes the water bill after a long debate The parliament on June 3 passed a bill on water prices.

“It may well be the last bill of this year,” the speaker told local television, according to AFP.

Opposition walks out before the final vote

Three parties left the chamber before the vote, the speaker's office said in a short statement.

The union of farmers said it would bring the law to court, according to The Associated Press.
"""

LEFTOVERS = """\
City denies delay of the new bridge

City denies delay of the new bridge

BERLIN (Reuters) – The city has denied that the bridge across the river will be late, calling the reports baseless.

May 3, 2019 photo, the bridge is seen from the southern bank of the river, Berlin" class="" style="margin: 0px;">
© AP
The mayor said that all the work would be finished in the spring, and that no money was missing.
"""


def reasons(page, word):
    return {row.reason for row in page.removed.itertuples() if word in row.text}


def test_an_agency_page_loses_its_furniture_and_nothing_else():
    page = clean_page(SPUTNIK)
    assert page.headline == "Minister Says Wheat Exports 'Did Not Stop' Despite Claims - Ministry"
    assert page.published == "2019-02-11"
    assert page.text.split("\n") == [
        "Wheat exports from the southern ports never stopped, the agriculture minister said on Monday.",
        '"We loaded ships on every single day of the month," the minister told reporters.',
        "Port Capacity to Grow",
        "The ministry plans two new terminals, according to the minister, who did not name a date.",
        "The Wheat Union* called the plan empty and asked for evidence that it is paid for.",
        "*The Wheat Union, formerly known as Wheat Front, is banned in the region",
    ]


def test_every_cut_has_its_reason():
    page = clean_page(SPUTNIK)
    assert reasons(page, "READ MORE") == {"link to another article"}
    assert reasons(page, "AP Photo") == {"photo credit"}
    assert reasons(page, "A tractor") == {"caption"}
    assert reasons(page, "Cheaper Fuel") == {"headline of another article"}
    assert reasons(page, "Bread Prices") == {"list of links"}
    assert reasons(page, "obliged") == {"page footer"}
    assert reasons(page, "MOSCOW") == {"dateline"}


def test_nothing_is_lost_between_text_and_cuts():
    for saved in (SPUTNIK, TASS, NEWSPAPER, LEFTOVERS):
        page = clean_page(saved)
        words = sorted("".join(saved.split()).replace("\u00a0", ""))
        assert sorted("".join((page.text + "".join(page.removed["text"])).split())) == words


def test_single_spaced_paragraphs_and_subheadings_of_a_wire_page_are_kept():
    page = clean_page(TASS)
    lines = page.text.split("\n")
    assert lines[0].startswith("Italy sees no signs")
    assert lines[2] == "No grounds for concern"
    assert len(lines) == 5
    assert find_agencies(pd.Series([page.signed]))["copy"].tolist() == ["TASS"]


def test_a_repeated_headline_is_cut_where_it_is_glued_to_the_first_sentence():
    page = clean_page(NEWSPAPER)
    assert page.headline == "Parliament passes the water bill after a long debate"
    assert page.text.startswith("The parliament on June 3 passed")
    assert page.text.count("water bill") == 0
    sections = section_lines(pd.Series([page.text]))
    assert [page.text[row.start : row.end] for row in sections.itertuples()] == [
        "Opposition walks out before the final vote"
    ]


def test_leftover_markup_goes_with_its_caption():
    page = clean_page(LEFTOVERS)
    assert page.text.split("\n") == [
        "The city has denied that the bridge across the river will be late, calling the reports baseless.",
        "The mayor said that all the work would be finished in the spring, and that no money was missing.",
    ]


def test_plain_text_without_furniture_stays_whole():
    text = (
        "The council met on Friday to speak of the harbour and of its future.\n\nHarbour plans\n\n"
        "It took no decision, and the members left without a word to the press.\n\n"
        "The next meeting is planned for the first week of May."
    )
    assert clean_page(text).text == text.replace("\n\n", "\n")


def test_a_dateline_deep_in_an_article_does_not_cut_away_what_stands_above():
    text = "\n".join(f"The council met on the {n} of May to speak of the harbour and of its future." for n in (1, 2, 3))
    assert clean_page(
        f"{text}\nKABUL (AP) - So began the report that was read to the members of the council."
    ).text == (f"{text}\nKABUL (AP) - So began the report that was read to the members of the council.")


def test_a_subheading_in_the_words_of_a_caption_is_kept():
    page = clean_page(SPUTNIK.replace("Port Capacity to Grow", "Near Rostov"))
    assert "Near Rostov" in page.text.split("\n")


@pytest.mark.parametrize("page", ["", "Home\nSearch\nLog in\n\nRegister", "Subscribe\n© AP Photo / A. Jones\nThe port"])
def test_a_page_that_is_all_furniture_holds_no_text(page):
    assert clean_page(page).text == ""


@given(st.text())
def test_any_text_can_be_cleaned_and_sectioned(text):
    page = clean_page(text)
    for body in (page.text, text):
        for row in section_lines(pd.Series([body])).itertuples():
            assert 0 < row.start < row.end <= len(body)
            assert "\n" not in body[row.start : row.end]


@pytest.mark.parametrize(
    ("text", "agency", "copy"),
    [
        ("WASHINGTON, March 6. /TASS/. The US does not.", "TASS", "TASS"),
        ("KABUL, Afghanistan (AP) — Troops left.", "AP", "AP"),
        ("MANILA (Reuters) - Rain fell on the city.", "Reuters", "Reuters"),
        ("Rain fell on the city.\n\n(Xinhua)", "Xinhua", "Xinhua"),
        ("Associated Press\n\nRain fell on the city.", "AP", "AP"),
        ("Rain fell.\n\nCopyright 2018 The Associated Press. All rights reserved.", "AP", "AP"),
        ("Rain fell, he told RIA Novosti news agency, according to AFP.", "AFP", None),
        ("Rain fell. The Associated Press and Reuters contributed to this report.", "AP; Reuters", None),
        ("Rain fell, according to an AP-GfK poll.", None, None),
        ("He worked for Reuters (AP is another agency) in the city for years.", None, None),
        ("© AP Photo / A. Jones", None, None),
    ],
)
def test_agencies_are_credited_or_copied_or_merely_named(text, agency, copy):
    found = find_agencies(pd.Series([text])).iloc[0]
    assert (None if pd.isna(found["agency"]) else found["agency"]) == agency
    assert (None if pd.isna(found["copy"]) else found["copy"]) == copy


def test_section_lines_know_subheadings_from_short_paragraphs_and_lists():
    body = (
        "The port was closed on Monday.\n“Why?”\nNobody knew.\n\nA long wait\n\nThe ships waited for the tide.\n"
        "By Anna Jones\nShe asked for three things:\nbread\nwater\nThey were given to her.\nThe captain said no"
    )
    found = section_lines(pd.Series(["No lines here.", body]))
    assert [(row.row, body[row.start : row.end], row.section) for row in found.itertuples()] == [
        (1, "A long wait", "subheading")
    ]


def test_hard_wrapped_text_has_no_subheadings():
    body = (
        "The minister, who had come to the town by train, said on\nMonday that the bridge would be finished in\n"
        "the spring.\n\n"
        "Nobody in the town believed him, and the mayor said that\nThe Bridge was late\nagain.\n"
    )
    assert section_lines(pd.Series([body])).empty


def test_starred_items_inside_an_article_are_no_footnotes():
    body = "He asked for three things.\n* Bread, which is cheap.\n* Water from the well.\nNobody answered him."
    assert section_lines(pd.Series([body])).empty
    body += "\n* Not a note on any word."
    assert section_lines(pd.Series([body])).empty


FIRST = "The ministry said on Monday that it had found no proof of arms deliveries across the northern border."
AFTER = "A spokesman for the alliance knew of the deliveries, the ministry said in a second statement on Tuesday."


@pytest.mark.parametrize(
    "line",
    [
        "Published in 2015, the second report on the matter reportedly named four firms, and all of them denied it.",
        "Related: the claim that the neighbours sell grain, which both governments have denied several times.",
        "Privacy policy is what the two ministers were reportedly talking about when the lights went out.",
        "Updated by-laws would enable the council to close the harbour, two people who have read it said.",
        "12:30 p.m. was the moment at which the first of the three trains was reportedly due to leave the north.",
        "More from the north than from the south is sold in the capital, a trader said, and prices are too high.",
        "Sign up or leave, the elders of the three villages were reportedly told when fighters came down.",
        "All rights reserved for the brave, said the paint on the lorries, which reportedly came over the pass.",
        "Date palms and empty drums stood before the store, which was reportedly found by a patrol near the border.",
        "Follow us, the men reportedly told the drivers of the convoy before they left the road near the bridge.",
        "Most popular among the men, villagers said, were the boots that reportedly came down the river in spring.",
        "Read more : the report has a hundred pages, and the part that names firms allegedly fills only two of them.",
        "Log in to any of these groups and somebody will reportedly offer a rifle within the hour, the report said.",
        "Subscribe to the theory or not, the general said, there is no evidence that the arms came from the north.",
        "Search parties and dogs were sent to the valley, which was reportedly closed to everybody else.",
    ],
)
def test_a_paragraph_that_begins_like_furniture_is_never_cut(line):
    page = clean_page(f"Ministry finds no proof of arms\n\n{FIRST}\n\n{line}\n\n{AFTER}\n")
    assert page.text.split("\n") == [FIRST, line, AFTER]


@pytest.mark.parametrize(
    "line",
    ["Sign up for our weekly newsletter and get the news in your inbox.", "Most read in World", "More from the capital",
     "Follow us on Twitter", "Subscribe to our channel", "READ MORE: Five things to know", "Recommended"],
)  # fmt: skip
def test_a_promotion_inside_an_article_costs_its_line_only(line):
    page = clean_page(f"Ministry finds no proof of arms\n\n{FIRST}\n\n{line}\n\n{AFTER}\n")
    assert page.text.split("\n") == [FIRST, AFTER]
    assert line in page.removed["text"].tolist()
    if line.startswith("READ MORE"):
        return  # it is one link, and says nothing of what stands below
    below = clean_page(f"{FIRST}\n\n{AFTER}\n\n{line}\n\nA teaser\n")
    assert below.text.split("\n") == [FIRST, AFTER]


def test_a_short_lead_is_kept():
    page = clean_page(f"Ministry finds no proof of arms\n\nNobody has seen the rifles.\n\n{FIRST}\n")
    assert page.text.split("\n") == ["Nobody has seen the rifles.", FIRST]
    assert page.headline == "Ministry finds no proof of arms"


@pytest.mark.parametrize(
    ("dateline", "agency"),
    [
        ("IGORA /Leningrad Region/, December 26. /TASS/. ", "TASS"),
        ("WASHINGTON (AP) _ ", "AP"),
        ("KABUL (Pajhwok): ", "Pajhwok"),
        ("TEHRAN, Mar. 06 (MNA) – ", "MNA"),
        ("Moscow, March 6, Interfax - ", "Interfax"),
        ("KHOST CITY (XYZ) – ", None),
        ("MOSCOW. March 6 (Interfax) - ", "Interfax"),
        ("ASTANA. March 6. KAZINFORM – ", "Kazinform"),
        ("Damascus, SANA- ", "SANA"),
        ("New Delhi [India], March 6 (ANI): ", "ANI"),
        ("New Delhi, Mar 6 (PTI) ", "PTI"),
        ("March 6 (Reuters) - ", "Reuters"),
        ("BERLIN, 6. März (dpa) - ", "dpa"),
        ("Paris, 6 mars 2018 (AFP) - ", "AFP"),
        ("TASS, March 6. ", "TASS"),
        ("MOSCOW, 6 March - RIA Novosti. ", "RIA Novosti"),
        ("Kyiv, March 6 (XYZ) - ", None),
        ("AL-HASAKAH, (XY)- ", None),
        ("(xyz.example) – ".title(), None),
    ],
)
def test_datelines_are_known_by_their_shape(dateline, agency):
    page = clean_page(f"Ministry finds no proof of arms\n\n{dateline}{FIRST}\n\n{AFTER}\n")
    assert page.text.split("\n") == [FIRST, AFTER]
    found = find_agencies(pd.Series([page.signed]))["copy"].iloc[0]
    assert (None if pd.isna(found) else found) == agency


@pytest.mark.parametrize("width", [50, 60, 72, 80])
def test_a_page_broken_at_any_width_keeps_every_paragraph(tmp_path, width):
    paragraphs = [f"KABUL (Reuters) - {FIRST}", "Officials in two capitals denied it, and a third said that it had "
                  "no evidence for the claim that the report makes about them.", AFTER]  # fmt: skip
    wrapped = ["\n".join(textwrap.wrap(text, width)) for text in ["Ministry finds no proof of arms", *paragraphs]]
    (tmp_path / "a.txt").write_text("\n\n".join(wrapped))
    corpus = read(tmp_path / "a.txt")
    assert corpus.articles["text"][0].split("\n") == [FIRST, *paragraphs[1:]]
    assert corpus.articles["headline"].tolist() == ["Ministry finds no proof of arms"]


@pytest.mark.parametrize(
    "line",
    ["Islamic State (IS) – also known by its Arabic name – lost the two towns on Monday, the ministry said in a note.",
     "NATO (which has no army) said on Monday that it had found no proof of arms deliveries across the border.",
     "Reuters, which first reported it, said on Monday that it had found no proof of arms deliveries there."],
)  # fmt: skip
def test_a_sentence_that_begins_with_a_name_in_brackets_has_no_dateline(line):
    assert clean_page(f"{line}\n\n{AFTER}\n").text.split("\n") == [line, AFTER]


def test_a_page_of_eight_times_the_lines_costs_no_more_than_that():
    def seconds(lines):
        pictures = "\n".join(f"Photo: Anna Jones/AP\nThe harbour office in the rain {n}" for n in range(lines // 2))
        page = f"{FIRST}\n{pictures}\n{FIRST}"
        before = time.process_time()
        clean_page(page)
        return time.process_time() - before

    # Work that grows with the square takes 64 times as long, and was seen to take 40; straight work 8 times.
    assert seconds(4000) < 20 * max(seconds(500), seconds(500))


_LINES = [
    FIRST, f"KABUL (Reuters) - {FIRST}", "Photo: Anna Jones/AP", "In this file photo the harbour is seen", "Related:",
    "READ MORE: Five things", "Sign up for our newsletter", "Most read in World", "All rights reserved", "Short.",
    "Rain is near the city", f"Rain is near the city {FIRST}", "[img src=x]", "* IS is banned", "US - a long old photo",
    "March 6, 2018", "By Anna Jones", "Share", "It may rain, he said.",
]  # fmt: skip


@given(st.lists(st.sampled_from(_LINES), min_size=1, max_size=12), st.booleans(), st.sampled_from(["\n", "\n\n"]))
def test_every_word_of_a_page_is_kept_or_among_what_was_cut(lines, extracted, between):
    saved = between.join(lines)
    page = clean_page(saved, extracted=extracted)
    told = Counter(WORD.findall(page.text)) + Counter(WORD.findall("\n".join(page.removed["text"])))
    assert told == Counter(WORD.findall(saved))
