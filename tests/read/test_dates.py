"""Days are read as people write them, by one rule, and what is in doubt is said."""

import datetime

import pandas as pd
import pytest

from analysis.read import read
from analysis.read.dates import find_date, read_dates

NEXT_YEAR = datetime.date.today().year + 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018-03-06T10:00:00Z", "2018-03-06"),
        ("Tue, 06 Mar 2018 10:00:00 GMT", "2018-03-06"),
        ("March 6th, 2018", "2018-03-06"),
        ("Sept. 9, 2018 Sunday", "2018-09-09"),
        ("8/29/18", "2018-08-29"),
        ("29/8/2018", "2018-08-29"),
        ("05.06.2017", "2017-06-05"),
        ("05/06/2017", "2017-06-05"),
        ("20180306", "2018-03-06"),
        ("2018-02-31", None),
        ("soon", None),
        ("6th of March, 2018", "2018-03-06"),
        ("1520294400", "2018-03-06"),
        ("1520294400000", "2018-03-06"),
        ("9999999999", None),
        ("5 June 98", "1998-06-05"),
        (f"5/6/{(NEXT_YEAR + 5) % 100:02}", None),
        ("1799-06-05", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        (f"{NEXT_YEAR + 1}-01-01", None),
        (f"{NEXT_YEAR}-01-01", f"{NEXT_YEAR}-01-01"),
    ],
)
def test_days_are_read_as_people_write_them(text, day):
    assert find_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "6. März 2018",
        "6 mars 2018",
        "6 de marzo de 2018",
        "6 marzo 2018",
        "6 марта 2018",
        "6 maart 2018",
        "6.º de março de 2018",
        "6 de marzo del 2018",
        "6. 3. 2018",
        "2018年3月6日",
        "06/mar/2018",
    ],
)
def test_months_of_other_languages_are_read(text):
    assert find_date(text) == "2018-03-06"


def test_a_month_that_means_two_in_two_languages_is_not_guessed():
    assert find_date("6 listopad 2018") in {None, "2018-11-06"}


def test_of_two_readings_the_day_comes_first_unless_the_column_shows_otherwise():
    rows = [{"text": "Rain.", "date": date} for date in ("05.06.2017", "5/6/2017", "2017-06-05", "5 June 2017")]
    corpus = read(rows)
    assert corpus.articles["published"].tolist() == ["2017-06-05"] * 4
    assert corpus.notes["note"].tolist() == [
        "a date that can be read two ways: 05.06.2017, read as 2017-06-05",
        "a date that can be read two ways: 5/6/2017, read as 2017-06-05",
    ]
    shown = read([*rows, {"text": "Rain.", "date": "5/16/2017"}])
    assert shown.articles["published"].tolist() == [
        "2017-05-06",
        "2017-05-06",
        "2017-06-05",
        "2017-06-05",
        "2017-05-16",
    ]


def test_how_a_column_writes_its_days_does_not_depend_on_batches(tmp_path):
    dates = ["5/6/2017"] * 50 + ["5/16/2017"]
    pd.DataFrame({"text": ["It may rain."] * 51, "date": dates}).to_csv(tmp_path / "a.csv", index=False)
    from analysis.read.articles import iter_articles

    batches = list(iter_articles(tmp_path / "a.csv", batch_bytes=4000))
    assert len(batches) > 3
    assert {day for batch in batches for day in batch.articles["published"]} == {"2017-05-06", "2017-05-16"}


def test_a_day_outside_the_years_of_news_is_missing_with_a_note():
    found = read_dates(pd.Series(["1066-10-14", "3018-03-06", None, "2018-03-06"]))
    assert found["day"].fillna("").tolist() == ["", "", "", "2018-03-06"]
    assert found["note"].fillna("").str.split(": ").str[-1].tolist() == ["1066-10-14", "3018-03-06", "", ""]


@pytest.mark.parametrize("zone", [None, "Asia/Kabul"])
def test_days_that_are_no_text_are_understood(zone):
    days = pd.to_datetime(pd.Series(["2018-03-06 23:59", None])).dt.tz_localize(zone)
    frame = pd.DataFrame({"text": ["It may rain.", "It rains."], "published": days})
    assert read(frame).articles["published"].fillna("").tolist() == ["2018-03-06", ""]
    assert read(frame.astype(object)).articles["published"].fillna("").tolist() == ["2018-03-06", ""]
